"""A request for rectification, field by field (GDPR 16): what is to be corrected is written down,
then each is accepted, which writes it into the register at once, or refused for a declared ground.
The decision of the whole follows from the parts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from register import permissions, policy
from register.models import Customer
from register.services import audit, rectifying
from register.vault import Erased, Secret
from register.vault.fields import SealedField
from requests_app.models import Correction, DataSubjectRequest
from requests_app.packages.corrections import title_of
from requests_app.packages.rows import rows_of
from requests_app.packages.values import name_of, value_of
from requests_app.services import errors

Decision = DataSubjectRequest.Decision
Outcome = Correction.Outcome


@dataclass(frozen=True, slots=True)
class Spot:
    """One field of one record of the person that can be put right. `shown`: its value as the user
    sees it, masked where it is sealed."""

    row: models.Model
    name: str
    title: str
    shown: str

    @property
    def label(self) -> str:
        return f"{self.row._meta.label}.{self.name}"

    @property
    def key(self) -> str:
        """An opaque name of the spot, for an address."""
        return f"{self.label}.{self.row.pk}"


@dataclass(frozen=True, slots=True)
class Place:
    """The spots of one record."""

    title: str
    spots: tuple[Spot, ...]


def is_worked_here(request: DataSubjectRequest) -> bool:
    """Whether the request is corrected field by field now."""
    kind = request.kind == DataSubjectRequest.Kind.RECTIFICATION
    in_hand = request.state in DataSubjectRequest.WORKED_ON
    return kind and in_hand and request.customer is not None


def is_worked(request: DataSubjectRequest) -> bool:
    """Whether fields are written down, from which the decision follows."""
    return Correction.objects.filter(request=request).exists()


def places(*, request: DataSubjectRequest, by: Any) -> list[Place]:
    """Everything of the person that can be put right, record by record."""
    if request.customer is None:
        return []
    found = (
        Place(_row_title(row), tuple(_spots(row, names, request.customer, by)))
        for table, names in rectifying.columns().items()
        for row in rows_of(table, request.customer)
    )
    return [place for place in found if place.spots]


def _row_title(row: models.Model) -> str:
    title = capfirst(str(row._meta.verbose_name))
    number = getattr(row, "number", None)
    return title if number is None or isinstance(row, Customer) else f"{title} {number}"


def _spots(
    row: models.Model, names: tuple[str, ...], customer: Customer, by: Any
) -> Iterator[Spot]:
    for name in names:
        if rectifying.may_correct(by, f"{row._meta.label}.{name}"):
            value = value_of(row, name, of=customer)
            column = rectifying.column_of(f"{row._meta.label}.{name}")
            yield Spot(row, name, capfirst(name_of(column)), value.text if value else "")


def spot(*, request: DataSubjectRequest, key: str, by: Any) -> Spot | None:
    """The spot with that key; None for what is not of this person or not to be corrected."""
    for place in places(request=request, by=by):
        for one in place.spots:
            if one.key == key:
                return one
    return None


@transaction.atomic
def propose(
    *, request: DataSubjectRequest, spot: Spot, value: Any, by: Any, at: datetime
) -> Correction:
    """Write down what a field should be; an earlier proposal for it gives way while it is open.

    Raises NotPermitted, WrongState, AsItIs, AlreadyDecided, or ValidationError for a value that
    the field does not take.
    """
    row = _in_hand(request, by)
    assert row.customer is not None
    old = rectifying.as_text(spot.label, held(spot.row, spot.name))
    new = rectifying.as_text(spot.label, rectifying.checked(spot.label, value))
    if old == new:
        raise errors.AsItIs
    earlier = Correction.objects.filter(
        request=row, table=spot.row._meta.label, column=spot.name, row_id=spot.row.pk
    )
    if earlier.exclude(outcome=Outcome.OPEN).exists():
        raise errors.AlreadyDecided
    earlier.delete()
    made = Correction.objects.create(
        request=row, customer=row.customer, table=spot.row._meta.label, column=spot.name,
        row_id=spot.row.pk, old=old or None, proposed=new or None, proposed_at=at,
    )  # fmt: skip
    audit.record(verb="correction.proposed", by=by, at=at, object=made, fields=[spot.name])
    return made


def held(row: models.Model, name: str) -> Any:
    """The value of a field, opened for the machine."""
    value = getattr(row, name)
    if isinstance(value, Erased):
        return None
    return value.expose() if isinstance(value, Secret) else value


@transaction.atomic
def take_back(*, correction: Correction, by: Any, at: datetime) -> None:
    """Drop a proposal that nobody has decided: it was written down wrongly."""
    row = _open(correction, by)
    audit.record(verb="correction.dropped", by=by, at=at, object=row, fields=[row.column])
    row.delete()


@transaction.atomic
def accept(*, correction: Correction, by: Any, at: datetime) -> None:
    """Correct the field in the register, now. Raises ChangedMeanwhile where it is no more as it
    was written down, or Refused with the register's own reason."""
    row = _open(correction, by)
    target = _target(row)
    if rectifying.as_text(row.label, held(target, row.column)) != text_of(row.old):
        raise errors.ChangedMeanwhile
    value = rectifying.of_text(row.label, text_of(row.proposed))
    rectifying.correct(
        customer=row.customer, row=target, name=row.column, value=value, by=by, at=at
    )
    _decide(row, Outcome.ACCEPTED, by, at)


@transaction.atomic
def refuse(
    *, correction: Correction, ground: str, reasons: str = "", by: Any, at: datetime
) -> None:
    """Leave the field as it is. `ground`: a key of policy.CORRECTION_GROUNDS. Raises
    GroundsMissing."""
    row = _open(correction, by)
    if ground not in {one.key for one in policy.CORRECTION_GROUNDS}:
        raise errors.GroundsMissing
    row.ground, row.reasons = ground, reasons.strip()
    _decide(row, Outcome.REFUSED, by, at)


def _decide(row: Correction, outcome: Outcome, by: Any, at: datetime) -> None:
    row.outcome, row.decided_by, row.decided_at = outcome, by, at
    row.save(update_fields=["outcome", "ground", "reasons", "decided_by", "decided_at"])
    audit.record(
        verb=f"correction.{outcome}", by=by, at=at, object=row, fields=[row.column],
        reason=row.ground,
    )  # fmt: skip


def _in_hand(request: DataSubjectRequest, by: Any) -> DataSubjectRequest:
    if not permissions.may(by, "package"):
        raise errors.NotPermitted
    row = DataSubjectRequest.objects.select_for_update().get(pk=request.pk)
    if not is_worked_here(row):
        raise errors.WrongState
    return row


def _open(correction: Correction, by: Any) -> Correction:
    _in_hand(correction.request, by)
    row = Correction.objects.select_for_update(of=("self",)).get(pk=correction.pk)
    if row.outcome != Outcome.OPEN:
        raise errors.AlreadyDecided
    return row


def _target(row: Correction) -> models.Model:
    """The record to be corrected: found among the person's own, never by its id alone."""
    for found in rows_of(row.table, row.customer):
        if found.pk == row.row_id:
            return found
    raise errors.ChangedMeanwhile


def shown(row: Correction, name: str, *, by: Any, at: datetime) -> str:
    """One of the two values for the eyes of a clerk: masked where the field is sealed in the
    register; otherwise opened, which writes its audit line."""
    value = getattr(row, name)
    if isinstance(value, Erased) or not isinstance(value, Secret):
        return ""
    column = rectifying.column_of(row.label)
    if isinstance(column, SealedField):
        return row.masked(name)
    text = value.reveal(reason="request", by=by, at=at)
    made = _holding(column, rectifying.of_text(row.label, text))
    told = value_of(made, column.name, of=row.customer)
    return told.text if told else ""


def _holding(column: Any, value: Any) -> models.Model:
    """A record that is never saved, so that a value is told as the record itself would tell it."""
    made: models.Model = column.model()
    setattr(made, column.name, value)
    return made


def text_of(held: Any) -> str:
    if isinstance(held, Erased) or not isinstance(held, Secret):
        return ""
    return held.expose()


# -- The whole ------------------------------------------------------------------------------------


def outcome(request: DataSubjectRequest) -> str:
    """The decision that follows from the parts: all, some or none corrected; "" where nothing was
    written down. Raises CorrectionsWait while a part is not decided."""
    outcomes = set(Correction.objects.filter(request=request).values_list("outcome", flat=True))
    if Outcome.OPEN in outcomes:
        raise errors.CorrectionsWait
    if not outcomes:
        return ""
    if outcomes == {Outcome.ACCEPTED}:
        return Decision.GRANTED
    return Decision.REFUSED if outcomes == {Outcome.REFUSED} else Decision.PARTLY


def left_as_they_are(request: DataSubjectRequest) -> str:
    """The fields that were not corrected, and why, in the active language; never a value."""
    refused = Correction.objects.filter(request=request, outcome=Outcome.REFUSED)
    return "\n".join(
        _("%(field)s: not corrected.") % {"field": title_of(row)} + f" {why(row)}"
        for row in refused
    )


def why(row: Correction) -> str:
    """Why a field was left as it is, with the law, in the active language."""
    language = row.request.language
    ground = {one.key: one for one in policy.CORRECTION_GROUNDS}[row.ground]
    return f"{ground.told.to(language)} ({ground.law}) {row.reasons}".strip()
