"""Promises that the database keeps and Django's schema cannot express. Installed after every
migration, idempotently: SQLite loses its triggers whenever a migration rebuilds a table.

- Two live bookings of a craft never overlap (half-open times, [starts_at, ends_at)).
- A line of the audit, a seal over it and a published notice are never changed or removed, not even
  by emptying the whole table; an act of consent is never changed.
- A closed cash-up is never changed, and no money is entered into the time that it closed. What an
  invoice said when it was sent is never changed.
- On PostgreSQL foreign keys are checked at once and never act by themselves (NOT DEFERRABLE, ON
  DELETE RESTRICT): an order that would orphan a row fails where it is written, an agreement cannot
  vanish by a cascade, and a row that goes is looked for once per key instead of twice.
"""

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

from register.models.cash import COUNTED
from register.models.invoices import FROZEN

CLOSED = "register_payment_in_closed_cash_up"
PAID = ("amount_cents", "kind", "method", "paid_at")
NO_OVERLAP = "register_booking_no_overlap"
LIVE = "('reserved', 'out')"
APPEND_ONLY = {
    "register_auditevent": ("UPDATE", "DELETE"),
    "register_auditseal": ("UPDATE", "DELETE"),
    "register_consent": ("UPDATE",),
    "register_noticeversion": ("UPDATE", "DELETE"),
    "register_cashup": ("UPDATE", "DELETE"),
    "register_cashupline": ("UPDATE", "DELETE"),
}
FROZEN_COLUMNS = {"register_invoice": FROZEN}
"""Tables of which these columns are written once; the others, and whole rows, may change."""


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the guards stand in the register's database. Safe to run again at any time."""
    if not {"register_booking", *APPEND_ONLY, *FROZEN_COLUMNS} <= set(
        connection.introspection.table_names()
    ):
        return  # migrated back to an older state: the next migration forward calls again
    statements = _postgresql() if connection.vendor == "postgresql" else _sqlite()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def trigger_names() -> list[str]:
    """Names of the SQLite triggers."""
    overlap = [f"{NO_OVERLAP}_{when}" for when in ("insert", "update")]
    closed = [f"{CLOSED}_{when}" for when in ("insert", "update")]
    frozen = [f"{table}_frozen" for table in FROZEN_COLUMNS]
    return (
        overlap
        + closed
        + frozen
        + [f"{table}_no_{verb.lower()}" for table, verbs in APPEND_ONLY.items() for verb in verbs]
    )


def never_emptied() -> list[str]:
    """Tables that PostgreSQL does not TRUNCATE: those that nothing is deleted from."""
    return [table for table, verbs in APPEND_ONLY.items() if "DELETE" in verbs]


def _sqlite() -> Iterator[str]:
    for name in trigger_names():
        yield f"DROP TRIGGER IF EXISTS {name}"
    for when in ("INSERT", "UPDATE OF craft_id, starts_at, ends_at, state"):
        yield _sqlite_overlap(when)
    for table, verbs in APPEND_ONLY.items():
        for verb in verbs:
            yield (
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )

    for table, columns in FROZEN_COLUMNS.items():
        yield (
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OF {', '.join(columns)} ON {table} "
            f"WHEN {_changed(columns, 'IS NOT')} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    last = "(SELECT MAX(until_at) FROM register_cashup)"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{CLOSED}'); END"
    yield (
        f"CREATE TRIGGER {CLOSED}_insert BEFORE INSERT ON register_payment "
        f"WHEN NEW.method IN {_counted()} AND NEW.paid_at < {last} {refuse}"
    )
    yield (
        f"CREATE TRIGGER {CLOSED}_update BEFORE UPDATE OF {', '.join(PAID)} ON register_payment "
        f"WHEN ({_changed(PAID, 'IS NOT')}) AND (OLD.method IN {_counted()} AND "
        f"OLD.paid_at < {last} OR NEW.method IN {_counted()} AND NEW.paid_at < {last}) {refuse}"
    )


def _changed(columns: tuple[str, ...], differs: str) -> str:
    return " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in columns)


def _counted() -> str:
    return "(" + ", ".join(f"'{method.value}'" for method in COUNTED) + ")"


def _sqlite_overlap(when: str) -> str:
    """Looks only at the neighbours by start, which is enough while no two overlap: a live booking
    that starts inside the new one, and the one before it that ends after the new one starts."""
    others = (
        f"FROM register_booking AS other WHERE other.craft_id = NEW.craft_id "
        f"AND other.state IN {LIVE} AND other.id <> NEW.id"
    )
    inside = (
        f"SELECT 1 {others} AND other.starts_at >= NEW.starts_at AND other.starts_at < NEW.ends_at"
    )
    before = (
        f"SELECT other.ends_at {others} AND other.starts_at <= NEW.starts_at "
        "ORDER BY other.starts_at DESC LIMIT 1"
    )
    return (
        f"CREATE TRIGGER {NO_OVERLAP}_{when.split()[0].lower()} BEFORE {when} ON register_booking "
        f"WHEN NEW.state IN {LIVE} BEGIN SELECT RAISE(ABORT, '{NO_OVERLAP}') "
        f"WHERE EXISTS ({inside}) OR ({before}) > NEW.starts_at; END"
    )


def _postgresql() -> Iterator[str]:
    yield "CREATE EXTENSION IF NOT EXISTS btree_gist"
    yield "CREATE EXTENSION IF NOT EXISTS pg_trgm"
    yield f"""
        DO $$ BEGIN
        IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{NO_OVERLAP}') THEN
            ALTER TABLE register_booking ADD CONSTRAINT {NO_OVERLAP} EXCLUDE USING gist
            (craft_id WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&)
            WHERE (state IN {LIVE});
        END IF; END $$"""  # noqa: S608 - our own names
    yield """
        CREATE OR REPLACE FUNCTION register_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
        END $$"""
    for table, verbs in APPEND_ONLY.items():
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE {' OR '.join(verbs)} "
            f"ON {table} FOR EACH ROW EXECUTE FUNCTION register_append_only()"
        )
    for table in never_emptied():
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_never_emptied BEFORE TRUNCATE "
            f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION register_append_only()"
        )
    for table, columns in FROZEN_COLUMNS.items():
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_frozen BEFORE UPDATE OF {', '.join(columns)} "
            f"ON {table} FOR EACH ROW WHEN ({_changed(columns, 'IS DISTINCT FROM')}) "
            "EXECUTE FUNCTION register_append_only()"
        )
    yield from _postgresql_cash_up()
    yield """
        DO $$ DECLARE key record; BEGIN
        FOR key IN SELECT conrelid::regclass AS owner, conname,
                regexp_replace(pg_get_constraintdef(oid), ' DEFERRABLE.*', '') AS known
            FROM pg_constraint
            WHERE contype = 'f' AND connamespace = 'public'::regnamespace
            AND (condeferrable OR confdeltype = 'a')
            AND (conrelid::regclass::text LIKE 'register\\_%'
                 OR conrelid::regclass::text LIKE 'requests\\_app\\_%')
        LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', key.owner, key.conname);
            EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s ON DELETE RESTRICT',
                           key.owner, key.conname, key.known);
        END LOOP; END $$"""


def _postgresql_cash_up() -> Iterator[str]:
    yield f"""
        CREATE OR REPLACE FUNCTION register_cash_up_closed() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE closed timestamptz := (SELECT MAX(until_at) FROM register_cashup);
        BEGIN
            IF (NEW.method IN {_counted()} AND NEW.paid_at < closed) OR (TG_OP = 'UPDATE'
                AND OLD.method IN {_counted()} AND OLD.paid_at < closed) THEN
                RAISE EXCEPTION '{CLOSED}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$"""  # noqa: S608 - our own names
    yield (
        f"CREATE OR REPLACE TRIGGER {CLOSED}_insert BEFORE INSERT ON register_payment "
        "FOR EACH ROW EXECUTE FUNCTION register_cash_up_closed()"
    )
    yield (
        f"CREATE OR REPLACE TRIGGER {CLOSED}_update BEFORE UPDATE OF {', '.join(PAID)} "
        f"ON register_payment FOR EACH ROW WHEN ({_changed(PAID, 'IS DISTINCT FROM')}) "
        "EXECUTE FUNCTION register_cash_up_closed()"
    )
