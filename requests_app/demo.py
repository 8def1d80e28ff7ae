"""Invented data-subject requests at every stage: some near their last day, one late, some ended."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from register import policy
from register.clock import local_date
from register.demo import edges, invented
from register.demo.diary import moment
from register.demo.edges import Edge
from register.demo.stage import Stage
from register.models import Customer, Disclosure, IdentityCheck
from register.services import audit, numbers
from requests_app import deadlines, tokens
from requests_app.models import Correction, DataSubjectRequest, RecipientNotice
from requests_app.services import versions

Kind, State = DataSubjectRequest.Kind, DataSubjectRequest.State
Channel, Decision = DataSubjectRequest.Channel, DataSubjectRequest.Decision
DAY = timedelta(days=1)
VOUCHERS = "Sopimus ja maksut säilytetään kirjanpitolain 2:10 nojalla. Muut tiedot poistettiin."
UNKNOWN = "Pyytäjä ei saapunut tunnistautumaan eikä vastannut kahteen muistutukseen."


@dataclass(frozen=True, slots=True)
class Plan:
    """One request of the demo: `due_in` days to its last day, or `received` so many days ago."""

    kind: str
    state: str
    due_in: int | None = None
    received: int = 0
    channel: str = Channel.WEB
    details: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


OPEN_PLANS = (
    Plan(Kind.ACCESS, State.CONFIRMED, due_in=-1, details="Haluan nähdä kaikki tietoni."),
    Plan(Kind.RECTIFICATION, State.CONFIRMED, due_in=1, channel=Channel.PAPER,
         details="Sähköpostiosoitteeni on vaihtunut."),
    Plan(Kind.ERASURE, State.IDENTIFIED, due_in=2, details="En aio enää vuokrata."),
    Plan(Kind.PORTABILITY, State.IN_HAND, due_in=5),
    Plan(Kind.OBJECTION, State.CONFIRMED, due_in=8, channel=Channel.EMAIL,
         details="Ei enää tarjouksia."),
    Plan(Kind.RESTRICTION, State.IN_HAND, received=25, channel=Channel.DESK,
         extra={"extended": "Vaurioasia selvitetään ensin vakuutusyhtiön kanssa."}),
    Plan(Kind.ERASURE, State.DECIDED, received=21,
         extra={"decision": Decision.PARTLY, "grounds": VOUCHERS}),
    Plan(Kind.ACCESS, State.DELIVERED, received=17, extra={"decision": Decision.GRANTED}),
    Plan(Kind.ACCESS, State.CONFIRMED, received=3),
    Plan(Kind.ACCESS, State.RECEIVED, received=1),
)  # fmt: skip
ENDED_PLANS = (
    Plan(Kind.ACCESS, State.CLOSED, received=80, extra={"decision": Decision.GRANTED}),
    Plan(Kind.OBJECTION, State.CLOSED, received=130, extra={"decision": Decision.GRANTED}),
    Plan(Kind.ERASURE, State.CLOSED, received=200,
         extra={"decision": Decision.REFUSED, "grounds": UNKNOWN}),
    Plan(Kind.ACCESS, State.WITHDRAWN, received=60),
    Plan(Kind.ACCESS, State.LAPSED, received=40),
)  # fmt: skip

CORRECTED = Plan(
    Kind.RECTIFICATION, State.CLOSED, received=16, extra={"decision": Decision.GRANTED},
    details="Sähköpostiosoitteeni on vaihtunut.",
)  # fmt: skip
IN_CORRECTION = Plan(
    Kind.RECTIFICATION, State.IN_HAND, received=6, details="Uusi numero, ja liivi kokoa L."
)


def play(stage: Stage) -> list[Edge]:
    """Requests of people already saved, and of one who is due but has asked for a copy."""
    due = edges.asked(stage, stage.today - relativedelta(years=3) - 60 * DAY)
    stage.rows.save()
    versions.publish(by=stage.staff["owner"], at=moment(stage.today - 90 * DAY, 9))
    aino = Customer.objects.filter(last_name="Aallokko").first()
    if aino:
        request(stage, aino, Plan(Kind.ACCESS, State.CONFIRMED, due_in=3, details="Kopio, kiitos."))
    askers = _askers(stage, len(OPEN_PLANS) + len(ENDED_PLANS))
    for plan, person in zip((*OPEN_PLANS, *ENDED_PLANS), askers, strict=False):
        request(stage, person, plan)
    request(stage, due, Plan(Kind.ACCESS, State.CONFIRMED, received=2), matched=True)
    _old_files(stage, askers[0])
    _corrected(stage)
    return [Edge("is due but waits for a copy", due, goes=False)]


def _askers(stage: Stage, count: int) -> list[Customer]:
    """Renters with an e-mail address, none of them due."""
    people = Customer.objects.filter(
        has_contract=True, kept_through__gt=stage.today, erased_on__isnull=True
    ).exclude(email="")
    return list(people.order_by("number")[5 : 5 + count])


def _old_files(stage: Stage, of: Customer) -> None:
    """Files whose own three years end today, and ended yesterday."""
    for extra_days in (0, 1):
        closed_on = stage.today - relativedelta(years=3) - extra_days * DAY
        plan = Plan(Kind.ACCESS, State.CLOSED, extra={"decision": Decision.GRANTED})
        row = request(stage, of, plan, received_at=moment(closed_on - 20 * DAY, 13))
        row.closed_at = moment(closed_on, 15)
        row.save()


def _corrected(stage: Stage) -> None:
    """Corrections half way, and one that is done but of which a recipient is not told yet."""
    given = Disclosure.objects.filter(
        customer__erased_on__isnull=True, customer__kept_through__gt=stage.today,
        disclosed_at__lt=stage.now - 30 * DAY,
    ).exclude(customer__email="")  # fmt: skip
    last = given.select_related("customer").order_by("-disclosed_at").first()
    if last is None:
        return
    her, before = last.customer, invented.finnish_phone(109_999)
    done = request(stage, her, CORRECTED)
    _correction(stage, done, "email", "vanha.osoite@posti.example", her.email, done=True)
    RecipientNotice.objects.create(
        id=stage.uuid(), request=done, recipient=last.recipient,
        disclosed_on=local_date(last.disclosed_at), asked_at=done.closed_at or stage.now,
    )  # fmt: skip
    half = request(stage, her, IN_CORRECTION)
    _correction(stage, half, "phone", before, str(her.phone), done=True)
    _correction(stage, half, "wishes", her.wishes, "Liivi kokoa L.")


def _correction(
    stage: Stage, of: DataSubjectRequest, column: str, old: str, new: str, *, done: bool = False
) -> None:
    """One field; one that is done stands in the register as it was asked to."""
    her, at = of.customer, of.taken_at or of.received_at
    assert her is not None
    decided = {"outcome": Correction.Outcome.ACCEPTED, "decided_at": at, "decided_by": of.taken_by}
    Correction.objects.create(
        id=stage.uuid(), request=of, customer=her, table=Customer._meta.label,
        column=column, row_id=her.pk, old=old or None, proposed=new, proposed_at=at,
        **(decided if done else {}),
    )  # fmt: skip


def request(
    stage: Stage,
    of: Customer,
    plan: Plan,
    *,
    received_at: datetime | None = None,
    matched: bool = False,
) -> DataSubjectRequest:
    """One request with its times, and the audit lines that would have been written."""
    at = received_at or _received_at(stage, plan)
    extended = plan.extra.get("extended", "")
    pk = stage.uuid()
    row = DataSubjectRequest(
        id=pk, kind=plan.kind, state=plan.state, channel=plan.channel, details=plan.details,
        language=of.language, name=of.full_name, email=of.email, phone=of.phone,
        reference=numbers.request_reference(on=local_date(at)), notice_version=policy.VERSION,
        received_at=at, saved_at=at, customer=of if matched else None,
        **_deadlines(at, extended=bool(extended)),
        status_token_hash=tokens.digest(tokens.derive(tokens.STATUS, pk)),
    )  # fmt: skip
    if extended:
        row.extended_at, row.extension_reason = at + 10 * DAY, extended
    _reach(stage, row, of, plan)
    row.save(force_insert=True)
    audit.record(verb="request.received", at=at, object=row)
    return row


def _received_at(stage: Stage, plan: Plan) -> datetime:
    if plan.due_in is None:
        return moment(stage.today - plan.received * DAY, 13, 20)
    wanted = stage.today + plan.due_in * DAY
    if wanted >= stage.today:
        wanted = deadlines.working_day(wanted)
    return moment(_received_for(wanted), 13, 20)


def _received_for(wanted: date) -> date:
    """A day of receipt whose last day is the wanted one, or the last before it."""
    days = (wanted - DAY * back for back in range(27, 40))
    return next(day for day in days if deadlines.due(day) <= wanted)


def _deadlines(at: datetime, *, extended: bool) -> dict[str, date]:
    on = local_date(at)
    if extended:
        return {"target_on": deadlines.extended_target(on), "due_on": deadlines.extended_due(on)}
    return {"target_on": deadlines.target(on), "due_on": deadlines.due(on)}


def _reach(stage: Stage, row: DataSubjectRequest, of: Customer, plan: Plan) -> None:
    """Fill in what the request has gone through to stand where it stands."""
    at = row.received_at
    if plan.state == State.RECEIVED:
        row.confirm_token_hash = tokens.digest(tokens.derive(tokens.CONFIRM, row.pk))
        return
    if plan.state == State.LAPSED:
        row.name, row.email, row.phone, row.closed_at = "–", "", "", at + 4 * DAY
        return
    if plan.channel == Channel.WEB:
        row.confirmed_at = at + timedelta(minutes=9)
    if plan.state == State.WITHDRAWN:
        row.closed_at = at + 3 * DAY
    elif plan.state != State.CONFIRMED and plan.extra.get("decision") != Decision.REFUSED:
        _identify(stage, row, of, min(at + 4 * DAY, stage.now - timedelta(hours=1)))
    if row.identified_at and plan.state != State.IDENTIFIED:
        row.taken_by, row.taken_at = row.identified_by, row.identified_at + timedelta(minutes=20)
    if decision := plan.extra.get("decision"):
        _decide(stage, row, decision, plan.extra.get("grounds", ""))


def _identify(stage: Stage, row: DataSubjectRequest, of: Customer, at: datetime) -> None:
    row.customer, row.identified_at = of, at
    row.identified_by = stage.staff["privacy"]
    row.document_type = IdentityCheck.Document.IDENTITY_CARD
    IdentityCheck.objects.create(
        customer=of, document_type=row.document_type, occasion=IdentityCheck.Occasion.REQUEST,
        checked_at=at, saved_at=at, saved_by=stage.staff["privacy"],
    )  # fmt: skip


def _decide(stage: Stage, row: DataSubjectRequest, decision: str, grounds: str) -> None:
    decided_at = min(row.received_at + 12 * DAY, stage.now - timedelta(minutes=30))
    row.decision, row.grounds, row.decided_at = decision, grounds, decided_at
    if row.state in (State.DELIVERED, State.CLOSED) and decision != Decision.REFUSED:
        row.delivered_at = decided_at
    if row.state == State.CLOSED:
        row.closed_at = decided_at + timedelta(minutes=10)
