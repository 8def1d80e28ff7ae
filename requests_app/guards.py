"""What the database itself keeps of a request's life, on both engines: no step that the life cycle
does not have, no second extension, no other decision than the one that was told, and no other day
of receipt than the one the clock counts from. Installed after every migration, idempotently.
"""

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

from requests_app import lifecycle

TABLE = "requests_app_datasubjectrequest"
STEP = "requests_step_is_in_the_life_cycle"
FIXED = "requests_told_is_told"
WATCHED = {
    STEP: "state",
    FIXED: "kind, received_at, extended_at, decision",
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the guards stand. Safe to run again at any time."""
    if TABLE not in connection.introspection.table_names():
        return  # migrated back to nothing
    make = _postgresql if connection.vendor == "postgresql" else _sqlite
    with connection.cursor() as cursor:
        for name, columns in WATCHED.items():
            for statement in make(name, columns):
                cursor.execute(statement)


def _refused(name: str, differs: str) -> str:
    """The SQL condition under which a change is refused. `differs`: the engine's own "is not the
    same, NULL included"."""
    if name == STEP:
        known = " OR ".join(
            f"(OLD.state = '{before}' AND NEW.state = '{after}')"
            for before, after in lifecycle.steps()
        )
        return f"NEW.state <> OLD.state AND NOT ({known})"
    return " OR ".join(
        (
            "NEW.kind <> OLD.kind",
            "NEW.received_at <> OLD.received_at",
            f"(OLD.extended_at IS NOT NULL AND NEW.extended_at {differs} OLD.extended_at)",
            "(OLD.decision <> '' AND NEW.decision <> OLD.decision)",
        )
    )


def _sqlite(name: str, columns: str) -> Iterator[str]:
    yield f"DROP TRIGGER IF EXISTS {name}"
    yield (
        f"CREATE TRIGGER {name} BEFORE UPDATE OF {columns} ON {TABLE} "
        f"WHEN {_refused(name, 'IS NOT')} BEGIN SELECT RAISE(ABORT, '{name}'); END"
    )


def _postgresql(name: str, columns: str) -> Iterator[str]:
    yield f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {_refused(name, "IS DISTINCT FROM")} THEN
                RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$"""
    yield (
        f"CREATE OR REPLACE TRIGGER {name} BEFORE UPDATE OF {columns} ON {TABLE} "
        f"FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
