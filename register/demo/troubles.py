"""What went wrong: damage and fees, bans, restrictions, holds and what was told to others."""

from datetime import datetime, timedelta

from register import policy
from register.demo import marks
from register.demo.files import png
from register.demo.names import BANS, DAMAGE, VIOLATION
from register.demo.people import tongue_of
from register.demo.stage import Stage
from register.models import (
    Attachment,
    Ban,
    Booking,
    Case,
    Customer,
    Disclosure,
    Hold,
    OrderLine,
    Payment,
    ProcessingRestriction,
)

SCRATCH = png()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CASE_STATES = (Case.State.OPEN, Case.State.OBJECTED, Case.State.SETTLED, Case.State.WRITTEN_OFF)


def case(stage: Stage, booking: Booking, state: str) -> Case:
    """Damage or a violation fee found at the return, with a photo; in the given state."""
    damage = stage.chance(0.7)
    at = booking.ends_at
    row = stage.add(
        Case, at, by="dock", customer=booking.customer, booking=booking, occurred_at=at,
        kind=Case.Kind.DAMAGE if damage else Case.Kind.VIOLATION, state=state,
        description=stage.pick(DAMAGE if damage else VIOLATION),
        estimate_cents=stage.rng.randrange(8_000, 180_000, 500) if damage else None,
        fee_cents=None if damage else 15_000,
    )  # fmt: skip
    _photo(stage, row)
    if damage:
        marks.of_case(stage, row)
    if state != Case.State.OPEN and (state == Case.State.OBJECTED or stage.chance(0.3)):
        row.objection = tongue_of(booking.customer).objection
        row.objected_at = at + stage.within(HOUR, 4 * DAY)
    if state in (Case.State.SETTLED, Case.State.WRITTEN_OFF):
        row.settled_at = at + stage.within(5 * DAY, 30 * DAY)
        _answer(row)
    if state == Case.State.SETTLED:
        _charge(stage, row)
    if damage and stage.chance(0.4):
        disclosure(stage, booking.customer, at + DAY, row)
    return row


def _answer(of: Case) -> None:
    """What was objected to is answered before it ends."""
    if of.objected_at and of.settled_at:
        of.answered_at = of.objected_at + (of.settled_at - of.objected_at) / 2
        of.answer = tongue_of(of.customer).answer


def _photo(stage: Stage, of: Case) -> None:
    stage.add(
        Attachment, of.occurred_at, by="dock", customer=of.customer, case=of, content=SCRATCH,
        kind=Attachment.Kind.PHOTO, media_type="image/png", taken_at=of.occurred_at,
    )  # fmt: skip


def _charge(stage: Stage, of: Case) -> None:
    """What was settled is billed and paid."""
    at, cents = of.settled_at or stage.now, of.fee_cents or of.estimate_cents or 0
    of.fee_cents, of.charged_at = cents, at
    kind = OrderLine.Kind.DAMAGE if of.estimate_cents else OrderLine.Kind.VIOLATION
    stage.add(
        OrderLine, at, customer=of.customer, booking=of.booking, kind=kind, unit_price_cents=cents,
        description=of.get_kind_display(), quantity=1, ordered_on=at.date(),
    )  # fmt: skip
    stage.add(
        Payment, at, by="bookkeeper", customer=of.customer, booking=of.booking, amount_cents=cents,
        method="card", paid_at=at, reference=f"8{stage.rng.randrange(10**8):08d}",
    )  # fmt: skip


def ban(stage: Stage, of: Customer, at: datetime) -> Ban:
    """In force, ended by itself, or lifted: a third each."""
    fate = stage.rng.randrange(3)
    starts_on = at.date()
    ends_on = starts_on + timedelta(days=90) if fate == 1 else None
    return stage.add(
        Ban, at, customer=of, reason=stage.pick(BANS), starts_on=starts_on, ends_on=ends_on,
        lifted_at=stage.before_now(at + 30 * DAY) if fate == 2 else None,
    )  # fmt: skip


def restriction(stage: Stage, of: Customer, at: datetime) -> ProcessingRestriction:
    """Under art. 18, standing or lifted after telling the person."""
    lifted = at + 40 * DAY if stage.chance(0.5) and at + 40 * DAY < stage.now else None
    return stage.add(
        ProcessingRestriction, at, by="privacy", customer=of, starts_at=at, lifted_at=lifted,
        kind=ProcessingRestriction.Kind.RESTRICTION, purpose=policy.SERVICE.key,
        ground=stage.pick(("accuracy_contested", "needed_for_claim")),
        told_before_lifting_at=lifted - 3 * DAY if lifted else None, source=policy.PERSON.key,
    )  # fmt: skip


def objection(stage: Stage, of: Customer, at: datetime) -> ProcessingRestriction:
    """Under art. 21(2): no marketing any more, at once and for good."""
    return stage.add(
        ProcessingRestriction, at, by="privacy", customer=of, starts_at=at,
        kind=ProcessingRestriction.Kind.OBJECTION, purpose=policy.MARKETING.key,
        ground="marketing_objection", source=policy.PERSON.key,
    )  # fmt: skip


def hold(stage: Stage, of: Customer, at: datetime, *, standing: bool) -> Hold:
    """Placed by the privacy officer; reviewed within half a year."""
    return stage.add(
        Hold, at, by="privacy", customer=of, owner=stage.staff["privacy"], placed_at=at,
        reason=stage.pick(("police", "insurer", "unpaid_claim")),
        review_on=stage.today + timedelta(days=stage.rng.randint(-10, 170)),
        released_at=None if standing else stage.before_now(at + 60 * DAY),
        source=policy.FIRM.key,
    )  # fmt: skip


def disclosure(stage: Stage, of: Customer, at: datetime, about: Case) -> Disclosure:
    """The insurer got the case, or now and then the police the rental."""
    police, at = at.day % 7 == 0, stage.before_now(at)
    return stage.add(
        Disclosure, at, by="privacy", customer=of, disclosed_at=at, case=about,
        recipient=(policy.POLICE if police else policy.INSURER).key,
        office="Helsingin poliisilaitos" if police else "Vakuutusyhtiö Malli",
        categories=["basics", "history"] if police else ["cases"],
        what="Nimi ja vuokrausaika" if police else "Vauriokuvaus, kuva ja kustannusarvio",
        basis="police" if police else "claim", source=policy.FIRM.key,
        legal_ground="Poliisilaki 872/2011, 4:3" if police else "GDPR 6(1)(b)",
        reference=f"{'5500/R' if police else 'VM'}/{at:%j%H%M}",
    )  # fmt: skip
