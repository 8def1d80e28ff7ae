"""What the desk's one box looks up by. Built beside the running register: PostgreSQL does it
without a lock that a clerk would wait for, so none of this stands in a transaction."""

from django.db import migrations, models

BOTH = {"register_customer_search": "ON register_customer (search_text)"}
POSTGRESQL = {
    **BOTH,
    "register_customer_search_trigrams": (
        "ON register_customer USING gin (search_text gin_trgm_ops)"
    ),
    "register_company_name_trigrams": (
        "ON register_company USING gin (upper(name::text) gin_trgm_ops)"
    ),
}


def build(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            for name, what in BOTH.items():
                cursor.execute(f"CREATE INDEX IF NOT EXISTS {name} {what}")
            return
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        for name, what in POSTGRESQL.items():
            _drop_half_built(cursor, name)
            cursor.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} {what}")


def _drop_half_built(cursor, name):
    """An index whose building was cut short stands there and is never used."""
    cursor.execute(
        "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%s) AND NOT indisvalid", [name]
    )
    if cursor.fetchone():
        cursor.execute(f"DROP INDEX CONCURRENTLY {name}")


def drop(apps, schema_editor):
    connection = schema_editor.connection
    names = POSTGRESQL if connection.vendor == "postgresql" else BOTH
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("register", "0015_processors_and_disclosures")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(build, drop)],
            state_operations=[
                migrations.AddIndex(
                    "customer",
                    models.Index(fields=["search_text"], name="register_customer_search"),
                )
            ],
        )
    ]
