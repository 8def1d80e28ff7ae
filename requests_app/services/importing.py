"""A portability package of another register, taken in here (GDPR 20(1)): one person, whole or not
at all, nothing of anybody else.

What is taken follows from the policy, as what is given does (`packages.portability`). A package of
this firm's own other register is taken whole, but for damage cases, which need the firm's own
assessment. Of another firm's package only the person herself is taken: what happened between her
and that firm (policy.EVENTS), and the consents she gave it, are not ours.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator, FormatChecker

from register import clock, controller, policy, validators
from register.models import (
    Agreement,
    Booking,
    Company,
    Consent,
    Craft,
    CraftClass,
    Customer,
    Driver,
    Identity,
)
from register.services import audit, customers, events, numbers, rectifying
from register.vault.errors import DuplicateSealedValue
from requests_app.packages import portability

MOST_BYTES = 20 * 1024 * 1024
READS = (policy.VERSION,)
"""Versions of the schema that can be read."""
NEVER = ("register.Case",)
PERSON = "register.Customer"
DEALINGS = {event.table for event in policy.EVENTS} | {"register.LoyaltyMembership"}
"""What is between the person and the firm that made the package."""


class ImportRefused(Exception):
    """Why the package is not taken in, in one line that quotes nothing of it."""


@dataclass(slots=True)
class Report:
    """What was taken and what was left out: table → rows."""

    customer: Customer | None = None
    taken: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


# -- Read -----------------------------------------------------------------------------------------


def read(content: bytes) -> dict[str, Any]:
    """The package, checked against the schema. Raises ImportRefused."""
    if len(content) > MOST_BYTES:
        raise ImportRefused("The file is larger than 20 MB: it is no portability package.")
    data = _parsed(content)
    version = data.get("version") if isinstance(data, dict) else None
    if not isinstance(version, str):
        raise ImportRefused("The file is JSON, but no portability package: it has no version.")
    if version not in READS:
        raise ImportRefused(
            (
                "The package is of a version that this register does not read. It reads: {known}."
            ).format(known=", ".join(READS))
        )
    _check(data)
    assert isinstance(data, dict)
    return data


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):  # its message may quote the file
        raise ImportRefused("The file is not JSON in UTF-8.") from None


def _refuse_constant(_name: str) -> None:
    raise ValueError


def _check(data: Any) -> None:
    """By the published schema, but for where the sender publishes it."""
    wanted = portability.schema()
    wanted["properties"]["$schema"] = {"type": "string", "maxLength": 500}
    broken = next(
        Draft202012Validator(wanted, format_checker=FormatChecker()).iter_errors(data), None
    )
    if broken is not None:
        where = "/".join(str(part) for part in broken.absolute_path) or "/"
        known = all(isinstance(p, int) or str(p).isidentifier() for p in broken.absolute_path)
        raise ImportRefused(
            ("The package does not follow the schema: {where} ({rule}).").format(
                where=where if known else "?", rule=broken.validator
            )
        )
    if len(data["records"].get(portability.record_name(PERSON), [])) != 1:
        raise ImportRefused("The package is not about exactly one person.")


# -- Take in --------------------------------------------------------------------------------------


def take_in(
    data: Mapping[str, Any], *, at: datetime, anyway: bool = False, rehearsal: bool = False
) -> Report:
    """Make the person and her records; all or nothing. A rehearsal is the real run rolled back.

    Raises ImportRefused: also where somebody alike is here already, unless `anyway`.
    """
    try:
        # The vault is inside, so that it commits first: a key without a row is harmless.
        with transaction.atomic(), transaction.atomic(using="vault"):
            report = _Import(data, at).run(anyway=anyway)
            if rehearsal:
                transaction.set_rollback(True)
                transaction.set_rollback(True, using="vault")
    except DuplicateSealedValue:
        raise ImportRefused("The identity code of the package is another customer's.") from None
    except (IntegrityError, DataError):
        raise ImportRefused(
            "The register refuses a record of the package: it contradicts another one."
        ) from None
    return report


def alike(record: Mapping[str, Any], codes: list[str]) -> list[int]:
    """Customer numbers of people who may be the same."""
    found = customers.likely_same(
        first_name=record.get("first_name", ""), last_name=record.get("last_name", ""),
        email=record.get("email", ""), phone=record.get("phone", ""),
    )  # fmt: skip
    same = Identity.objects.filter(personal_identity_code__in=codes) if codes else ()
    return sorted({one.number for one in found} | {row.customer.number for row in same})


class _Import:
    """One package on its way in. `rows`: table → id in the package → the row made of it."""

    def __init__(self, data: Mapping[str, Any], at: datetime) -> None:
        self.records = data["records"]
        self.own = data["controller"] == controller.details()["name"]
        self.made_by = data["controller"]
        self.at = at
        self.rows: dict[str, dict[str, Any]] = {}
        self.report = Report()

    def run(self, *, anyway: bool) -> Report:
        person = self.records[portability.record_name(PERSON)][0]
        self._refuse_alike(person, anyway)
        self.report.customer = self._person(person)
        self.report.taken[portability.record_name(PERSON)] = 1
        for table, names in portability.in_scope().items():
            if table != PERSON:
                self._table(table, names)
        self._settle_agreements()
        events.refresh([self.report.customer.pk])
        self.report.customer.refresh_from_db()
        audit.record(
            verb="package.imported", at=self.at, object=self.report.customer,
            count=self.report.taken.total(),
        )  # fmt: skip
        return self.report

    def _refuse_alike(self, person: Mapping[str, Any], anyway: bool) -> None:
        name = portability.record_name("register.Identity")
        codes = [
            self._value("register.Identity", "personal_identity_code", row, name)
            for row in self.records.get(name, [])
            if row.get("personal_identity_code")
        ]
        found = alike(person, codes)
        if found and not anyway:
            raise ImportRefused(
                (
                    "Somebody alike is in the register: customer {numbers}. Compare, and run "
                    "again with --anyway if it is another person."
                ).format(numbers=", ".join(map(str, found)))
            )

    def _person(self, record: Mapping[str, Any]) -> Customer:
        where = portability.record_name(PERSON)
        columns = [name for name in portability.in_scope()[PERSON] if name in record]
        details = {name: self._value(PERSON, name, record, where) for name in columns}
        made = customers.create(by=None, at=self.at, source=policy.PERSON.key, **details)
        made.contact_checked_at = None  # the desk has not asked her yet (P21)
        made.save(update_fields=["contact_checked_at"])
        return made

    def _table(self, table: str, names: tuple[str, ...]) -> None:
        records = self.records.get(portability.record_name(table), [])
        foreign = not self.own and table in DEALINGS
        for record in records:
            made = None if foreign or table in NEVER else self._row(table, names, record)
            into = self.report.left_out if made is None else self.report.taken
            into[portability.record_name(table)] += 1

    def _row(
        self, table: str, names: tuple[str, ...], record: Mapping[str, Any]
    ) -> models.Model | None:
        """The row; None where it hangs on a booking that is not in the package: it was made for
        somebody else."""
        model = apps.get_model(table)
        values: dict[str, Any] = {}
        for name in (name for name in names if name in record):
            value = self._value(table, name, record, portability.record_name(table))
            if value is None and isinstance(model._meta.get_field(name), models.ForeignKey):
                return None
            values[name] = value
        fill = FILL.get(table)
        if fill:
            values = {**fill(self, values), **values}
        row: models.Model = model(
            customer=self.report.customer, saved_at=self.at, source=policy.PERSON.key, **values
        )
        row.save(force_insert=True)
        self.rows.setdefault(table, {})[record["id"]] = row
        return row

    def _value(self, table: str, name: str, record: Mapping[str, Any], where: str) -> Any:
        """A value in its column's own form. Raises ImportRefused with the place, not the value."""
        column: Any = apps.get_model(table)._meta.get_field(name)
        text = record[name]
        try:
            if isinstance(column, models.ForeignKey):
                return self._pointed_at(column, text)
            _refuse_broken(text)
            value = rectifying.of_text(f"{table}.{name}", str(text) if text is not None else "")
            return rectifying.checked(f"{table}.{name}", value, typed=False)
        except (ValidationError, ValueError, TypeError):
            raise ImportRefused(
                ("The value at {where} is not right.").format(where=f"{where}/{name}")
            ) from None

    def _pointed_at(self, column: Any, text: str) -> Any:
        if column.related_model is Craft:
            return craft(text)
        if column.related_model is CraftClass:
            return craft_class(text)
        if column.related_model is Company:
            return company(text, self.at)
        return self.rows.get(column.related_model._meta.label, {}).get(text)

    def _settle_agreements(self) -> None:
        """Of several editions of a booking's agreement the last one is in force."""
        newest: dict[Any, Agreement] = {}
        for row in self.rows.get("register.Agreement", {}).values():
            newest[row.booking_id] = row
        signed = [row.pk for row in newest.values() if row.signed_at]
        Agreement.objects.filter(pk__in=signed).update(state=Agreement.State.SIGNED)


def _refuse_broken(text: Any) -> None:
    """Half a character (a lone surrogate) passes JSON and no database."""
    if isinstance(text, str):
        text.encode()


def craft(registration: str) -> Craft:
    """The craft with that registration; one that the firm does not have is written as retired."""
    known = Craft.objects.filter(registration=validators.registration(registration)).first()
    return known or Craft.objects.create(
        registration=validators.registration(registration), state=Craft.State.RETIRED,
        craft_class=craft_class(_("From elsewhere")),
    )  # fmt: skip


def craft_class(name: str) -> CraftClass:
    straight = validators.one_line(name)
    if not straight:
        raise ValidationError("")
    known = CraftClass.objects.filter(name=straight).first()
    nothing = dict.fromkeys(
        ("hour_price_cents", "day_price_cents", "deposit_cents", "deductible_cents"), 0
    )
    return known or CraftClass.objects.create(name=straight, **nothing)


def company(name: str, at: datetime) -> Company:
    straight = validators.one_line(name)
    if not straight:
        raise ValidationError("")
    known = Company.objects.filter(name=straight).first()
    return known or Company.objects.create(
        number=numbers.reserve("company"), name=straight, saved_at=at, source=policy.PERSON.key
    )


def _booking(one: _Import, values: Mapping[str, Any]) -> dict[str, Any]:
    cancelled = values.get("state") == Booking.State.CANCELLED
    return {
        "number": numbers.reserve("booking"),
        "cancelled_at": values.get("booked_at") if cancelled else None,
    }


def _agreement(one: _Import, values: Mapping[str, Any]) -> dict[str, Any]:
    made_at = values.get("signed_at") or one.at
    number = numbers.agreement_number(on=clock.local_date(made_at))
    return {"number": number, "made_at": made_at, "state": Agreement.State.VOID}


def _consent(one: _Import, values: Mapping[str, Any]) -> dict[str, Any]:
    """The words that were shown stand in the register that took the consent: the proof says so."""
    assert one.report.customer is not None
    given = values.get("action") == Consent.Action.GIVEN
    return {
        "taken_through": "automatic",
        "language": one.report.customer.language,
        "notice_version": "import",
        "words_shown": _("Given to %(firm)s; brought along in a package.") % {"firm": one.made_by}
        if given
        else "",
    }


def _driver(one: _Import, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"age_group": Driver.AgeGroup.ADULT}


FILL: dict[str, Callable[[_Import, Mapping[str, Any]], dict[str, Any]]] = {
    "register.Booking": _booking,
    "register.Agreement": _agreement,
    "register.Consent": _consent,
    "register.Driver": _driver,
}
"""What a table asks beyond what a package holds."""
