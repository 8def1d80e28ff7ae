"""Restore: an empty machine, two backups and the journal become a register in which nobody stands
who was erased since.

What can be refused is refused before anything is changed. The register's database comes last: until
then there is nothing to serve, and from then on the program refuses to serve (journal.unreplayed)
until the journal has been replayed.
"""

import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management import CommandError, call_command, get_commands
from django.db import connections, router, transaction

from register import clock
from register.models import Customer, ErasureReceipt, JournalMark
from register.services import (
    archives,
    audit,
    backups,
    dumps,
    erasure,
    events,
    journal,
    short_clocks,
)
from register.services.backups import BackupRefused, Manifest
from register.services.erasure import Plan, plans
from register.services.journal import Entry
from register.vault import keyring, keys, sealing, upkeep
from register.vault.models import DataKey

Say = Callable[[str], None]


@dataclass(slots=True)
class Restored:
    """What a restore did, in counts."""

    register: str = ""
    vault: str = ""
    rows: int = 0
    files: int = 0
    journal_lines: int = 0
    erased_again: int = 0
    erased_in_part_again: int = 0
    keys_destroyed: int = 0
    cards: int = 0
    tags_made: int = 0
    chain: str = ""
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Given:
    """What to restore from. `journal`: its file, None for where it stands by the settings;
    `journal_is_lost` goes on without one."""

    register: Path
    vault: Path
    key_of: Callable[[Path], Any]
    journal: Path | None = None
    journal_is_lost: bool = False


def restore(*, given: Given, at: datetime, say: Say) -> Restored:
    """Raises BackupRefused, ArchiveRefused, DumpRefused, JournalRefused or OSError; then both
    databases are as empty as they were."""
    manifests = _fitting(given)
    _require_empty()
    entries = [] if given.journal_is_lost else _journal(given, manifests[0])
    done = Restored(register=given.register.name, vault=given.vault.name)
    with tempfile.TemporaryDirectory(prefix="kesajetti-restore-") as scratch:
        for store, folder in (("register", given.register), ("vault", given.vault)):
            say(f"Reading {folder.name}")
            archives.unpack(folder, given.key_of(folder), Path(scratch) / store)
        _put_in_place(Path(scratch), given, manifests, entries, done, at, say)
    _what_can_wait(done, at, say)
    return done


# -- Before anything is changed -----------------------------------------------------------------


def _fitting(given: Given) -> tuple[Manifest, Manifest]:
    found = backups.manifest_of(given.register), backups.manifest_of(given.vault)
    for manifest, (store, alias) in zip(found, backups.STORES.items(), strict=True):
        if manifest.store != store:
            raise BackupRefused(f"This is a backup of the {manifest.store}, not of the {store}.")
        if manifest.engine != connections[alias].vendor:
            raise BackupRefused(
                f"The backup of the {store} is of {manifest.engine}: set its database address to "
                "the same kind of server."
            )
    if found[0].register_id != found[1].register_id:
        raise BackupRefused("The two backups are of different registers.")
    for folder in (given.register, given.vault):
        backups.verify(folder)
    return found


def _require_empty() -> None:
    for store, alias in backups.STORES.items():
        if not dumps.is_empty(alias):
            raise BackupRefused(
                f"The {store}'s database is not empty: restore into new, empty databases, so that "
                "nothing is overwritten."
            )
    files = backups.sealed_files()
    if files.is_dir() and any(files.iterdir()):
        raise BackupRefused(f"{files} is not empty: restore to an empty machine.")


def _journal(given: Given, manifest: Manifest) -> list[Entry]:
    """The whole journal, verified against what the backup knew of it."""
    knows = JournalMark(
        register_id=manifest.register_id,
        lines=manifest.journal_lines,
        digest=manifest.journal_digest,
    )
    home = journal.path_of(manifest.register_id)
    path = given.journal or home
    if not path.exists() and not manifest.journal_lines and not given.journal:
        raise journal.JournalRefused(
            f"The journal of erasures is missing: no file {home}. Give it with --journal; if it "
            "never was, or is lost for good, say --journal-is-lost."
        )
    entries = journal.read(path, manifest.register_id, knows=knows)
    if path.resolve() != home.resolve() and home.exists():
        raise journal.JournalRefused(f"A journal stands at {home}: leave --journal out.")
    return entries


# -- The change ---------------------------------------------------------------------------------


def _put_in_place(
    scratch: Path,
    given: Given,
    manifests: tuple[Manifest, Manifest],
    entries: list[Entry],
    done: Restored,
    at: datetime,
    say: Say,
) -> None:
    """Files, vault, register, in this order; then the journal. Whatever fails: all out again."""
    brought = _bring_journal(given, manifests[0])
    try:
        done.files = _place_files(scratch / "register" / backups.FILES)
        for store, manifest in (("vault", manifests[1]), ("register", manifests[0])):
            say(f"Filling the {store}'s database")
            dumps.fill(backups.STORES[store], scratch / store / backups.DATABASE)
            done.rows += _counted(store, manifest)
        for alias in backups.STORES.values():
            call_command("migrate", database=alias, verbosity=0, interactive=False)
        keyring.forget()
        if given.journal_is_lost:
            journal.begin_anew()
        say(f"Replaying {len(entries)} erasures")
        _replay_into(done, entries, at)
    except BaseException:
        for alias in backups.STORES.values():
            dumps.wipe(alias)
        shutil.rmtree(backups.sealed_files(), ignore_errors=True)
        for path in brought:
            path.unlink(missing_ok=True)
        raise


def _bring_journal(given: Given, manifest: Manifest) -> list[Path]:
    """Copy a journal given by name to where the program looks for it; returns what was made."""
    home = journal.path_of(manifest.register_id)
    if given.journal_is_lost or not given.journal or given.journal.resolve() == home.resolve():
        return []
    home.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pairs = [(given.journal.with_suffix(s), home.with_suffix(s)) for s in (".journal", ".head")]
    return [Path(shutil.copyfile(a, b)) for a, b in pairs if a.exists()]


def _place_files(source: Path) -> int:
    target = backups.sealed_files()
    if not source.is_dir():
        return 0
    shutil.copytree(source, target, dirs_exist_ok=True)
    return sum(1 for path in target.rglob("*") if path.is_file())


def _counted(store: str, manifest: Manifest) -> int:
    found = dumps.rows(backups.STORES[store])
    short = {name for name, rows in manifest.rows.items() if found.get(name) != rows}
    if short:
        raise BackupRefused(f"The {store} came back short of rows in {', '.join(sorted(short))}.")
    return sum(manifest.rows.values())


def _replay_into(done: Restored, entries: list[Entry], at: datetime) -> None:
    result = replay(entries, at=at)
    done.journal_lines = len(entries)
    done.erased_again, done.erased_in_part_again, done.keys_destroyed = result
    left = journal.still_here(entries)
    if left:
        raise BackupRefused(f"{left} people who were erased could not be erased again.")


# -- Replaying ----------------------------------------------------------------------------------


def replay(entries: Iterable[Entry], *, at: datetime) -> tuple[int, int, int]:
    """Erase again whoever the journal names and the register holds; destroy their keys.

    Returns how many people went, how many went in part, and of how many there was a key. Safe to
    run again at any time.
    """
    latest: dict[UUID, Entry] = {}
    for entry in entries:
        known = latest.get(entry.customer_id)
        if known is None or known.what == journal.PART:
            latest[entry.customer_id] = entry
    whole = [pk for pk, entry in latest.items() if entry.what == journal.WHOLE]
    people = sum(len(_again(part, latest, at)) for part in events.in_parts(whole, 500))
    part = [pk for pk in latest.keys() - set(whole) if _again([pk], latest, at)]
    destroyed = sum(keys.destroy(some) for some in events.in_parts([*whole, *part]))
    _settle(at)
    return people, len(part), destroyed


def _again(people: Collection[UUID], latest: dict[UUID, Entry], at: datetime) -> list[UUID]:
    """It was decided once: no hold stops it now."""
    with transaction.atomic():
        here = erasure.lock(people)
        whole = [pk for pk in here if latest[pk].what == journal.WHOLE]
        made = plans(
            whole, on=clock.local_date(at), ground=ErasureReceipt.Ground.RETENTION
        ).values()
        decided = [plan._replace(ground=latest[plan.customer_id].ground) for plan in made]
        decided += [plan for pk in set(here) - set(whole) if (plan := _part(latest[pk]))]
        erasure.carry_out(decided, by=None, at=at)
    return [plan.customer_id for plan in decided]


def _part(entry: Entry) -> Plan | None:
    """What an erasure in part has still to do in this register."""
    customer = Customer.objects.get(pk=entry.customer_id)
    if customer.erased_on and customer.erased_on >= entry.on:
        return None
    return plans([customer.pk], on=entry.on, ground=entry.ground).get(customer.pk)


def _settle(at: datetime) -> None:
    """The journal has these erasures already: their receipts are complete, and the register knows
    the journal to its end."""
    known = journal.mark()
    head = journal.append([])
    with transaction.atomic():
        open_ones = ErasureReceipt.objects.filter(executed_at=at)
        open_ones.update(state=ErasureReceipt.State.COMPLETE)
        JournalMark.objects.filter(pk=known.pk).update(
            lines=head.lines, digest=head.digest, bytes=head.size
        )


# -- After it -----------------------------------------------------------------------------------


def _what_can_wait(done: Restored, at: datetime, say: Say) -> None:
    """Told as a problem where it fails: the next night does it again."""
    on = clock.local_date(at)
    say("Clocks, tags and chain")
    for name, work in (
        ("unfinished erasures", lambda: erasure.reconcile(at=at)),
        ("request files", lambda: short_clocks.purge_requests(on=on, at=at)),
        ("card numbers", lambda: _cards(done, on, at)),
        ("leftovers", lambda: short_clocks.sweep(on=on, at=at)),
        ("look-up tags", lambda: _tags(done, at)),
        ("keys", _require_masters),
        ("audit chain", lambda: _chain(done)),
    ):
        try:
            with transaction.atomic():
                work()
        except Exception as error:
            told = str(error) if isinstance(error, BackupRefused) else type(error).__name__
            done.problems.append(f"{name}: {told}")
    audit.record(verb="backup.restored", at=at, count=done.erased_again)


def _cards(done: Restored, on: Any, at: datetime) -> None:
    done.cards = short_clocks.destroy_cards(on=on, at=at)


def _tags(done: Restored, at: datetime) -> None:
    done.tags_made = upkeep.rebuild(before=at).made


def _require_masters() -> None:
    """Every data key can be opened with a master of the key file."""
    known = {sealing.header(number) for number in keyring.active().masters}
    table = DataKey.objects.using(router.db_for_read(DataKey))
    heads = {bytes(wrapped)[:3] for wrapped in table.values_list("wrapped", flat=True).iterator()}
    if heads - known:
        raise BackupRefused(
            "The vault's backup is older than the last change of master keys: some data keys "
            "cannot be opened. Give a key file that still holds the old master, or a newer backup."
        )


def _chain(done: Restored) -> None:
    if "audit" not in get_commands():
        done.chain = "not kept"
        return
    try:
        call_command("audit", "verify", stdout=_Nowhere(), stderr=_Nowhere())
    except CommandError as broken:
        done.chain = "broken"
        raise BackupRefused(str(broken)) from None
    done.chain = "whole"


class _Nowhere:
    def write(self, text: str) -> None: ...

    def flush(self) -> None: ...
