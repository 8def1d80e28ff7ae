"""Rental agreements: numbered without gaps, signed on paper or on the tablet, frozen when signed.

A booking keeps its number. What is corrected becomes the next edition of it ("V-2026-0001-2"), and
the edition before is void: what somebody signed is never changed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from register import clock, pdf
from register.models import (
    Agreement,
    Attachment,
    Booking,
    Identity,
    IdentityCheck,
    OrderLine,
    PostKind,
    User,
)
from register.money import euros
from register.services import (
    audit,
    bills,
    bookings,
    conditions,
    customers,
    events,
    numbers,
    post,
    pricing,
    signatures,
    terms,
)
from register.services.refusals import Refused

PRINTED = ("register.Customer.email", "register.Customer.phone")
"""Columns on the paper that not every role may see which sees agreements."""

AGREED = (
    OrderLine.Kind.RENTAL,
    OrderLine.Kind.EXTRA,
    OrderLine.Kind.GIFT_CARD,
    OrderLine.Kind.DISCOUNT,
)
"""What is agreed beforehand; late hours, fuel and damage come after."""


RENTER, FIRM, DRAWING = "signature.png", "firm.png", "drawing.svg"
"""Names of the pictures in the document."""


class AgreementInForce(Refused):
    """The booking has an agreement already."""


class NoRenterAmongDrivers(Refused):
    """An agreement names the renter's drivers; there is nobody to name."""


class CannotSign(Refused):
    """Only an unsigned agreement is signed."""


class NotWhatWasSigned(Exception):
    """The sealed document is not the one whose hash the agreement bears."""


@transaction.atomic
def make(
    *, booking: Booking, language: str, by: User, at: datetime, condition: str = ""
) -> Agreement:
    """Write the agreement of the booking: under the year's next number, or the next edition of
    the number that the booking has already. `condition`: of the craft at handover.

    Raises AgreementInForce, NoRenterAmongDrivers, NotNow, Erased, Restricted, Banned.
    """
    row = bookings.locked(booking, Booking.State.RESERVED)
    customers.ensure_may_rent(customer=row.customer, on=clock.local_date(at), booking=row)
    return _write(row, language=language, condition=condition, by=by, at=at)


@transaction.atomic
def correct(
    *, agreement: Agreement, condition: str, language: str, by: User, at: datetime
) -> Agreement:
    """A signed agreement was wrong: it becomes void, and the next edition waits for a signature.

    Raises CannotSign where it is not signed, NotNow once the craft is back.
    """
    row = bookings.locked(agreement.booking, Booking.State.RESERVED, Booking.State.OUT)
    old = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if old.state != Agreement.State.SIGNED:
        raise CannotSign(gettext_lazy("Only a signed agreement is corrected."))
    _set_void(old, by=by, at=at)
    return _write(row, language=language, condition=condition, by=by, at=at)


@transaction.atomic
def note_condition(
    *, booking: Booking, text: str, marks: Sequence[conditions.Mark], by: User, at: datetime
) -> Agreement:
    """The condition before the craft leaves: into the unsigned agreement, or, where one is signed
    already and something is different, into its next edition. Where there is none yet, it is
    written.

    Raises NotNow once the craft is back, and what `make` raises.
    """
    row = bookings.locked(booking, Booking.State.RESERVED, Booking.State.OUT)
    same = conditions.of(row, Attachment.Moment.HANDOVER) == list(marks)
    conditions.keep(booking=row, moment=Attachment.Moment.HANDOVER, marks=marks, by=by, at=at)
    agreement = row.agreements.exclude(state=Agreement.State.VOID).first()
    if agreement is None:
        return make(booking=row, language=row.customer.language, condition=text, by=by, at=at)
    same = same and agreement.condition == text
    if agreement.state == Agreement.State.SIGNED and not same:
        return correct(
            agreement=agreement, condition=text, language=agreement.language, by=by, at=at
        )
    if not same:
        agreement.condition, agreement.saved_at, agreement.saved_by = text, at, by
        agreement.save()
        audit.record(verb="change", by=by, at=at, object=agreement, fields=["condition"])
    return agreement


def _write(booking: Booking, *, language: str, condition: str, by: User, at: datetime) -> Agreement:
    if booking.agreements.exclude(state=Agreement.State.VOID).exists():
        raise AgreementInForce(gettext_lazy("The booking already has an agreement."))
    if not booking.drivers.exists():
        raise NoRenterAmongDrivers(gettext_lazy("Add at least one driver first."))
    number, edition = _number(booking, at)
    price_class = booking.craft.craft_class
    agreement = Agreement.objects.create(
        number=number, edition=edition, customer=booking.customer, booking=booking,
        language=language, terms_version=terms.version_on(clock.local_date(at)), made_at=at,
        condition=condition, price_cents=max(bills.total_cents(booking), 0),
        deposit_cents=price_class.deposit_cents, deductible_cents=price_class.deductible_cents,
        saved_at=at, saved_by=by,
    )  # fmt: skip
    audit.record(verb="agreement.made", by=by, at=at, object=agreement)
    events.refresh([booking.customer_id])
    return agreement


def _number(booking: Booking, at: datetime) -> tuple[str, int]:
    first = booking.agreements.order_by("edition").first()
    if first is None:
        return numbers.agreement_number(on=clock.local_date(at)), 1
    edition = booking.agreements.count() + 1
    return f"{first.number}-{edition}", edition


@transaction.atomic
def sign(
    *,
    agreement: Agreement,
    document_type: str,
    by: User,
    at: datetime,
    strokes: str = "",
    firm_strokes: str = "",
) -> Agreement:
    """Both have signed, on paper or with `strokes` (the renter's) and `firm_strokes` (the clerk's)
    on the tablet (signatures.strokes), and a photo ID was seen: which kind, never its number. The
    document is frozen: sealed, its hash in the agreement. The clerk's signature stands in the
    document only: it is not the renter's own.

    Raises CannotSign, NoSignature.
    """
    row = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if row.state != Agreement.State.DRAFT:
        raise CannotSign(gettext_lazy("This agreement is not waiting for a signature any more."))
    row.state, row.signed_at = Agreement.State.SIGNED, at
    row.signing = Agreement.Signing.TABLET if strokes else Agreement.Signing.PAPER
    row.saved_at, row.saved_by = at, by
    drawn = _drawn(strokes, firm_strokes) if strokes or firm_strokes else {}
    if drawn:
        signatures.keep(agreement=row, png=drawn[RENTER], by=by, at=at)
    row.sha256 = _freeze(row, drawn, by=by, at=at)
    row.save()
    check = IdentityCheck.objects.create(
        customer_id=row.customer_id, document_type=document_type,
        occasion=IdentityCheck.Occasion.RENTAL, checked_at=at, saved_at=at, saved_by=by,
    )  # fmt: skip
    audit.record(verb="identified", by=by, at=at, object=check)
    audit.record(verb="agreement.signed", by=by, at=at, object=row)
    post.queue(PostKind.AGREEMENT, customer=row.customer, about=row.pk, booking=row.booking, at=at)
    return row


def _drawn(strokes: str, firm_strokes: str) -> dict[str, bytes]:
    """Both signatures as pictures. Raises NoSignature, beside the box that is empty."""
    renter = signatures.picture(signatures.strokes(strokes))
    try:
        firm = signatures.picture(signatures.strokes(firm_strokes))
    except signatures.NoSignature:
        raise signatures.NoSignature(
            gettext_lazy("The firm signs as well: the clerk signs in the second box."),
            field="firm_strokes",
        ) from None
    return {RENTER: renter, FIRM: firm}


def _freeze(agreement: Agreement, drawn: Mapping[str, bytes], *, by: User, at: datetime) -> str:
    """Seal the document as it was signed. Returns its hash, 64 hexadecimal digits."""
    content = render(agreement, signed=drawn, clerk=by)
    paper = Attachment(
        customer_id=agreement.customer_id, kind=Attachment.Kind.PAPER,
        media_type="application/pdf", taken_at=at, agreement=agreement, saved_at=at, saved_by=by,
    )  # fmt: skip
    paper.content = content
    paper.save()
    return sha256(content).hexdigest()


@transaction.atomic
def void(*, agreement: Agreement, by: User, at: datetime) -> None:
    """Take back an agreement that was not signed: its number stays used."""
    row = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if row.state != Agreement.State.DRAFT:
        raise CannotSign(gettext_lazy("Only an unsigned agreement can be taken back."))
    _set_void(row, by=by, at=at)


def _set_void(row: Agreement, *, by: User, at: datetime) -> None:
    row.state, row.saved_at, row.saved_by = Agreement.State.VOID, at, by
    row.save()
    audit.record(verb="agreement.void", by=by, at=at, object=row)


@transaction.atomic
def printed(*, agreement: Agreement, by: User | None, at: datetime) -> bytes:
    """The agreement as a tagged PDF in its own language: once signed, the very bytes that were
    frozen. The identity code stands masked in it, and only where there is one (Data Protection
    Act 1050/2018 s. 29). Raises NotWhatWasSigned."""
    audit.record(verb="agreement.printed", by=by, at=at, object=agreement)
    return frozen(agreement) or render(agreement)


def frozen(agreement: Agreement) -> bytes | None:
    """The signed document. None where nothing was signed, or the person's key is gone.

    Raises NotWhatWasSigned where the hash does not agree.
    """
    if not agreement.sha256:
        return None
    paper = Attachment.objects.filter(
        agreement=agreement, kind=Attachment.Kind.PAPER, media_type="application/pdf"
    ).order_by("taken_at").first()  # fmt: skip
    content = paper.content.expose_bytes() if paper is not None and paper.content else None
    if content is not None and sha256(content).hexdigest() != agreement.sha256:
        raise NotWhatWasSigned(f"agreement {agreement.pk}")
    return content


def render(
    agreement: Agreement,
    *,
    signed: Mapping[str, bytes] | None = None,
    clerk: User | None = None,
) -> bytes:
    """The document from the rows. `signed`: both signatures, by RENTER and FIRM; `clerk`: who
    signed for the firm."""
    with override(agreement.language):
        title = _("Rental agreement %(number)s") % {"number": agreement.number}
    shown = document(agreement)
    return pdf.render(
        "agreement/agreement.html",
        {**shown, "signed_on_tablet": bool(signed), "clerk": clerk},
        language=agreement.language,
        title=title,
        styles=("agreement/agreement.css",),
        images={**(signed or {}), DRAWING: conditions.picture(shown["marks"])},
    )


def document(agreement: Agreement) -> dict[str, Any]:
    """What the paper and the tablet show."""
    booking = agreement.booking
    identity = Identity.objects.filter(customer_id=agreement.customer_id).first()
    code = identity.personal_identity_code if identity else None
    lines = list(
        booking.lines.filter(
            kind__in=AGREED, ordered_on__lte=clock.local_date(agreement.made_at)
        ).order_by("ordered_on", "saved_at", "-kind")
    )
    return {
        "agreement": agreement,
        "booking": booking,
        "craft": booking.craft,
        "renter": agreement.customer,
        "company": booking.company,
        "masked_code": code.masked if code else "",
        "drivers": list(booking.drivers.select_related("customer").order_by("-is_renter")),
        "lines": lines,
        "vats": bills.vat(lines),
        "total_cents": sum(line.total_cents for line in lines),
        "clauses": _clauses(agreement),
        "marks": conditions.drawn(booking.marks.filter(moment=Attachment.Moment.HANDOVER)),
    }


def _clauses(agreement: Agreement) -> list[str]:
    path = "" if agreement.language == "fi" else f"/{agreement.language}"
    with override(agreement.language):
        values = _figures(agreement, f"{settings.PUBLIC_URL.rstrip('/')}{path}/tietosuoja/")
    return terms.clauses(
        version=agreement.terms_version, language=agreement.language, values=values
    )


def _figures(agreement: Agreement, privacy_address: str) -> dict[str, object]:
    booking = agreement.booking
    return {
        "renter_age": settings.RENTER_MINIMUM_AGE,
        "helm_age": settings.HELM_MINIMUM_AGE,
        "hour_price": euros(pricing.late_hour_cents(booking.craft.craft_class, booking.starts_at)),
        "fuel_price": euros(pricing.FUEL_CENTS_PER_LITRE),
        "late_minutes": int(pricing.LATE_GRACE.total_seconds() // 60),
        "privacy_address": privacy_address,
    }
