"""One part of an import: who is in the register already, what changes, and, if asked, the saving.

A person is known again by the number of the old system, else by phone or e-mail together with the
name. What a cell leaves empty stays as it is; a secrecy order is set and never taken away.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from register import clock, policy
from register.models import (
    Company,
    CompanyContact,
    Customer,
    Identity,
    ImportKey,
    ImportRun,
    Message,
)
from register.services import audit, events, import_rows, numbers, restrictions
from register.services.import_rows import Entry
from register.vault import keys

CONTACT = ("first_name", "last_name", "email", "phone", "language", "wishes")
SEALED = ("personal_identity_code", "passport_number", "driving_licence_number")


def keys_of(rows: Iterable[list[str]], mapping: Mapping[str, str]) -> set[str]:
    """Numbers of the old system in rows that were done before."""
    place = next((int(at) for at, name in mapping.items() if name == "key"), None)
    if place is None:
        return set()
    return {row[place].strip() for row in rows if place < len(row) and row[place].strip()}


def part(
    entries: list[Entry], *, run: ImportRun, seen: set[str], saves: bool, at: datetime
) -> Counter[str]:
    """Match and, if `saves`, save. Problems found here are noted in the entries."""
    _note_doubles(entries, seen)
    good = [entry for entry in entries if not entry.problems]
    known = _known(good)
    _note_refusals(good, known, at)
    good = [entry for entry in good if not entry.problems]
    new = [entry for entry in good if entry.number not in known]
    changed = [entry for entry in good if _differs(known.get(entry.number), entry)]
    if saves:
        _save(new, changed, known, run=run, at=at)
    return Counter(
        {"new": len(new), "updated": len(changed), "same": len(good) - len(new) - len(changed),
         "wrong": sum(bool(entry.problems) for entry in entries)}
    )  # fmt: skip


def _note_doubles(entries: Iterable[Entry], seen: set[str]) -> None:
    for entry in entries:
        marks = _marks(entry)
        if marks & seen:
            entry.problems.append(("", "twice"))
        seen |= marks


def _marks(entry: Entry) -> set[str]:
    """By which a row is the same person as another."""
    values = entry.values
    if "key" in values:
        return {values["key"]}
    name = f"{values.get('first_name', '')} {values.get('last_name', '')}".lower()
    return {f"{name}|{values[how]}" for how in ("phone", "email") if how in values}


def _known(entries: Collection[Entry]) -> dict[int, Customer]:
    """Row number → the person in the register."""
    by_key = {
        row.key: row.customer
        for row in ImportKey.objects.filter(
            key__in=[entry.values["key"] for entry in entries if "key" in entry.values]
        ).select_related("customer")
    }
    by_way: dict[tuple[str, str], list[Customer]] = {}
    for how in ("phone", "email"):
        given = [entry.values[how] for entry in entries if how in entry.values]
        for person in Customer.objects.filter(erased_on__isnull=True, **{f"{how}__in": given}):
            by_way.setdefault((how, _plain(person, how)), []).append(person)
    found = {}
    for entry in entries:
        same = by_key.get(entry.values.get("key", "")) or _by_name(entry, by_way)
        if same is not None:
            found[entry.number] = same
    return found


def _by_name(entry: Entry, by_way: Mapping[tuple[str, str], list[Customer]]) -> Customer | None:
    for how in ("phone", "email"):
        for person in by_way.get((how, entry.values.get(how, "")), ()):
            if import_rows.same_name(person, entry.values):
                return person
    return None


def _note_refusals(entries: Iterable[Entry], known: Mapping[int, Customer], at: datetime) -> None:
    ids = [person.pk for person in known.values()]
    stopped = set(
        restrictions.in_force()
        .filter(customer__among=ids, purpose=policy.SERVICE.key)
        .values_list("customer_id", flat=True)
    )
    owners = _owners_of_codes(entries)
    today = clock.local_date(at)
    for entry in entries:
        person = known.get(entry.number)
        if person is not None and person.pk in stopped:
            entry.problems.append(("", "restricted"))
        owner = owners.get(entry.values.get("personal_identity_code", ""))
        if owner is not None and (person is None or owner != person.pk):
            entry.problems.append(("personal_identity_code", "code_of_another"))
        last = entry.values.get("last_dealing")
        if (
            person is None
            and last
            and clock.kept_through(last_event=last, has_contract=False) < today
        ):
            entry.problems.append(("last_dealing", "too_old"))


def _owners_of_codes(entries: Iterable[Entry]) -> dict[str, UUID]:
    """Identity code → whose it is. Asked only where the file has codes."""
    given = [
        entry.values["personal_identity_code"]
        for entry in entries
        if "personal_identity_code" in entry.values
    ]
    found: dict[str, UUID] = {}
    for code in given:
        row = Identity.objects.filter(personal_identity_code=code).only("customer_id").first()
        if row is not None:
            found[code] = row.customer_id
    return found


def _differs(person: Customer | None, entry: Entry) -> bool:
    return person is not None and bool(_changes(person, entry) or _further(person, entry))


def _changes(person: Customer, entry: Entry) -> dict[str, Any]:
    """Contact details that the row gives otherwise."""
    found = {
        name: entry.values[name]
        for name in CONTACT
        if name in entry.values and _plain(person, name) != entry.values[name]
    }
    if entry.values.get("secrecy_order") and not person.secrecy_order:
        found["secrecy_order"] = True
    return found


def _plain(person: Customer, name: str) -> str:
    """The value as a row has it: phones in E.164."""
    value = getattr(person, name)
    return str(getattr(value, "as_e164", value) or "")


def _further(person: Customer, entry: Entry) -> bool:
    """Whether the row brings numbers, or the old system's number, that the person lacks."""
    if "key" in entry.values and not person.importkeys.filter(key=entry.values["key"]).exists():
        return True
    identity = Identity.objects.filter(customer=person).first()
    return any(
        name in entry.values and not (identity and getattr(identity, name)) for name in SEALED
    )


# -- Saving ---------------------------------------------------------------------------------------


def _save(
    new: list[Entry],
    changed: list[Entry],
    known: Mapping[int, Customer],
    *,
    run: ImportRun,
    at: datetime,
) -> None:
    people = _create(new, run=run, at=at)
    _update(changed, known, run=run, at=at)
    everybody = [*zip(new, people, strict=True), *((e, known[e.number]) for e in changed)]
    _save_keys(everybody, run=run, at=at)
    _save_identities(everybody, run=run, at=at)
    _save_companies(zip(new, people, strict=True), run=run, at=at)
    events.refresh([person.pk for _entry, person in everybody])


def _create(entries: list[Entry], *, run: ImportRun, at: datetime) -> list[Customer]:
    first = numbers.reserve("customer", count=len(entries)) if entries else 0
    people = []
    for number, entry in enumerate(entries, start=first):
        row = Customer(
            number=number, saved_at=at, saved_by=run.saved_by, source=run.source,
            kind="company_contact" if "company" in entry.values else "private",
            secrecy_order=entry.values.get("secrecy_order", False),
            **{name: entry.values[name] for name in CONTACT if name in entry.values},
        )  # fmt: skip
        row.normalise()
        people.append(row)
    Customer.objects.bulk_create(people)
    Message.objects.bulk_create(_last_dealings(entries, people, run=run, at=at))
    for entry, person in zip(entries, people, strict=True):
        audit.record(
            verb="create", by=run.saved_by, at=at, object=person, reason="import",
            fields=entry.values,
        )  # fmt: skip
    return people


def _last_dealings(
    entries: list[Entry], people: list[Customer], *, run: ImportRun, at: datetime
) -> list[Message]:
    """The day from which the retention clock runs: an import is no event between the person and
    the firm, and must not make the firm remember longer."""
    return [
        Message(
            customer=person, channel="desk", direction="in", saved_at=at, saved_by=run.saved_by,
            happened_at=datetime.combine(entry.values["last_dealing"], time(12), clock.HELSINKI),
            source=run.source,
        )
        for entry, person in zip(entries, people, strict=True)
        if "last_dealing" in entry.values
    ]  # fmt: skip


def _update(
    entries: list[Entry], known: Mapping[int, Customer], *, run: ImportRun, at: datetime
) -> None:
    for entry in entries:
        person = known[entry.number]
        changes = _changes(person, entry)
        if not changes:
            continue
        for name, value in changes.items():
            setattr(person, name, value)
        person.saved_at, person.saved_by = at, run.saved_by
        person.normalise()
        person.save()
        audit.record(
            verb="rectify", by=run.saved_by, at=at, object=person, reason="import", fields=changes
        )


Pairs = list[tuple[Entry, Customer]]


def _save_keys(pairs: Pairs, *, run: ImportRun, at: datetime) -> None:
    ImportKey.objects.bulk_create(
        [
            ImportKey(
                customer=person, key=entry.values["key"], saved_at=at, saved_by=run.saved_by,
                source=policy.FIRM.key,
            )
            for entry, person in pairs
            if "key" in entry.values
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _save_identities(pairs: Pairs, *, run: ImportRun, at: datetime) -> None:
    """Numbers that the person does not have yet, sealed; one that she has is not overwritten."""
    wanted = [(entry, person) for entry, person in pairs if set(SEALED) & entry.values.keys()]
    if not wanted:
        return
    keys.current(person.pk for _entry, person in wanted)  # the vault first
    ids = [person.pk for _entry, person in wanted]
    have = {row.customer_id: row for row in Identity.objects.filter(customer__among=ids)}
    fresh = []
    for entry, person in wanted:
        row = have.get(person.pk)
        given = {name: entry.values[name] for name in SEALED if name in entry.values}
        if row is None:
            fresh.append(Identity(customer=person, saved_at=at, saved_by=run.saved_by,
                                  source=run.source, **given))  # fmt: skip
            continue
        for name, value in given.items():
            if not getattr(row, name):
                setattr(row, name, value)
        row.save()
    Identity.objects.bulk_create(fresh)


def _save_companies(
    pairs: Iterable[tuple[Entry, Customer]], *, run: ImportRun, at: datetime
) -> None:
    for entry, person in pairs:
        if "company" not in entry.values:
            continue
        company = _company(entry, run=run, at=at)
        CompanyContact.objects.get_or_create(
            company=company, customer=person,
            defaults={"role_title": entry.values.get("role_title", ""), "saved_at": at,
                      "saved_by": run.saved_by, "source": run.source},
        )  # fmt: skip


def _company(entry: Entry, *, run: ImportRun, at: datetime) -> Company:
    """By its business ID, else by its name."""
    name, business_id = entry.values["company"], entry.values.get("business_id", "")
    same = {"business_id": business_id} if business_id else {"name__iexact": name}
    found = Company.objects.filter(**same).first()
    if found is not None:
        return found
    made = Company.objects.create(
        number=numbers.reserve("company"), name=name, business_id=business_id, saved_at=at,
        saved_by=run.saved_by, source=run.source,
    )  # fmt: skip
    audit.record(verb="create", by=run.saved_by, at=at, object=made, reason="import")
    return made
