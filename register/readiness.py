"""Whether this program and its databases fit together. Each problem is one sentence to act on."""

from collections.abc import Iterator

from django.db import OperationalError, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

# What a person sets when a database is not where the program looks.
SETTING = {"default": "DATABASE_URL", "vault": "VAULT_DATABASE_URL"}
NAME = {"default": "register's database", "vault": "vault's database"}


class NotReady(Exception):
    """The program cannot run as things stand; the message says what to do."""


def require() -> None:
    """Both databases answer, and neither was made by a newer program. Raises NotReady."""
    for alias in connections:
        require_reachable(alias)
        require_not_newer(alias)


def require_migrated() -> None:
    """No migration waits. Raises NotReady."""
    for alias in connections:
        if waiting(alias):
            raise NotReady(
                f"The {NAME[alias]} is older than this program: take a backup, then run "
                "`manage.py prepare`."
            )


def require_reachable(alias: str) -> None:
    """Raises NotReady, with the place looked at but nothing of the user or password."""
    try:
        connections[alias].ensure_connection()
    except OperationalError:
        raise NotReady(
            f"The {NAME[alias]} cannot be reached ({place(alias)}): start its server, or "
            f"correct {SETTING[alias]} in the environment or in .env."
        ) from None


def place(alias: str) -> str:
    """Where the database is looked for: a file, or name and host with port."""
    config = connections[alias].settings_dict
    if connections[alias].vendor == "sqlite":
        return str(config["NAME"])
    host = config["HOST"] or "the local socket"
    return f"{config['NAME']} at {host}{':' if config['PORT'] else ''}{config['PORT'] or ''}"


def require_not_newer(alias: str) -> None:
    """Raises NotReady if the database knows migrations that this program lacks."""
    unknown = sorted(newer(alias))
    if unknown:
        raise NotReady(
            f"The {NAME[alias]} was made by a newer version of this program "
            f"({', '.join('.'.join(name) for name in unknown[:3])}): run that version, or "
            "restore a backup made with this one."
        )


def newer(alias: str) -> Iterator[tuple[str, str]]:
    """(app, migration) recorded in the database and unknown to the installed apps."""
    loader = MigrationLoader(connections[alias], ignore_no_migrations=True)
    known = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        known.update((app, name) for app, name in migration.replaces)
    for app, name in loader.applied_migrations:
        if app in loader.migrated_apps and (app, name) not in known:
            yield app, name


def waiting(alias: str) -> bool:
    """Whether migrations wait to be applied."""
    executor = MigrationExecutor(connections[alias])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def is_empty(alias: str) -> bool:
    """Whether no migration was ever applied to the database."""
    return not MigrationRecorder(connections[alias]).has_table()
