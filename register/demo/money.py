"""Money of the invented season: companies' invoices as they went out, last days' cash-ups, and the
old system's numbers of those who were brought in from it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db.models import F

from register import policy
from register.demo import crowd, deals, life, people
from register.demo.diary import CLOSES, moment
from register.demo.stage import Stage
from register.models import (
    Booking,
    CashUp,
    CashUpLine,
    Customer,
    ImportKey,
    ImportRun,
    Invoice,
    Method,
    ServiceMail,
)
from register.models.cash import COUNTED
from register.services import cash, invoices

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DAYS_CLOSED = 21
MISSING_CENTS = 500
"""On one evening the drawer held so much too little."""
HEADINGS = ["Asiakasnro", "Etunimi", "Sukunimi", "Puhelin", "Sähköposti"]
BROUGHT_IN = 40


def billed(stage: Stage) -> list[Booking]:
    """Rentals of the last weeks by companies, returned and not paid: they get invoices. Comes last
    before the rows are saved, so that nobody else's chances change."""
    return [_billed(stage, title) for title in ("Toimitusjohtaja", "Assistentti", "HR-vastaava")]


def _billed(stage: Stage, role_title: str) -> Booking:
    company = crowd.company(stage)
    slot = crowd.recent_slot(stage)
    of = people.company_contact(stage, slot.starts_at - 3 * DAY, company, role_title)
    row = deals.rented(stage, of, slot, company=company, pays=False)
    life.confirmation(stage, row)
    return row


def play(stage: Stage, bookings: Sequence[Booking]) -> None:
    """Everybody is saved already. Cash-ups come last: they close the time before them."""
    if settings.INVOICE_IBAN:
        _invoices(stage, bookings)
    _cash_ups(stage)
    _brought_in(stage)


def _invoices(stage: Stage, bookings: Sequence[Booking]) -> None:
    """One waits for its day, one was paid by the bank, one was wrong: credited and made anew."""
    clerk = stage.staff["bookkeeper"]
    made: list[Invoice] = []
    for row in sorted(bookings, key=lambda row: row.ends_at):
        at = stage.before_now(_office_hour(row.ends_at))
        reference = f"PO {4_400 + 17 * len(made)}" if made else ""
        made.append(invoices.issue(booking=row, by=clerk, at=at, your_reference=reference))
    wrong, paid, *_waiting = made
    at = stage.before_now(max(row.saved_at for row in made) + 2 * HOUR)
    invoices.credit(invoice=wrong, by=clerk, at=at)
    invoices.issue(
        booking=wrong.booking, by=clerk, at=at + 2 * MINUTE, your_reference="Kustannuspaikka 310"
    )
    cents = invoices.due_cents(paid)
    invoices.receive(invoice=paid, amount_cents=cents, by=clerk, at=at + 4 * MINUTE)
    waiting = ServiceMail.objects.filter(state=ServiceMail.State.QUEUED)
    waiting.update(state=ServiceMail.State.SENT, tries=1, sent_at=F("asked_at"))


def _office_hour(at: datetime) -> datetime:
    return moment(at.date() + DAY, 9, 40)


def _cash_ups(stage: Stage) -> None:
    """The evenings up to yesterday's. Today is not closed yet."""
    _first(stage)
    missing = MISSING_CENTS
    for ago in range(DAYS_CLOSED, 0, -1):
        at = moment(stage.today - ago * DAY, CLOSES, 20)
        clerk = stage.staff["owner" if ago % 4 == 0 else "desk"]
        expected = cash.till(at=at).expected
        counted: dict[str, int] = {method: expected[method] for method in COUNTED}
        note = ""
        if missing and counted[Method.CASH] > missing:
            counted[Method.CASH], missing = counted[Method.CASH] - missing, 0
            note = (
                "Viisi euroa puuttuu: vaihtorahaa annettiin ilmeisesti liikaa. Laskettu kahdesti."
            )
        cash.close(counted=counted, note=note, by=clerk, at=at)


def _first(stage: Stage) -> None:
    """The evening on which counting began: the years before it are the bookkeeper's."""
    at = moment(stage.today - (DAYS_CLOSED + 1) * DAY, CLOSES, 20)
    begun = CashUp.objects.create(
        id=stage.uuid(), day=at.date(), from_at=at - MINUTE, until_at=at, difference_cents=0,
        note="Kassanlaskenta alkoi: pohjakassa laskettu.", saved_at=at,
        saved_by=stage.staff["owner"],
    )  # fmt: skip
    CashUpLine.objects.bulk_create(
        CashUpLine(
            id=stage.uuid(), cash_up=begun, method=method, expected_cents=0, counted_cents=0,
            saved_at=at, saved_by=stage.staff["owner"],
        )
        for method in COUNTED
    )  # fmt: skip


def _brought_in(stage: Stage) -> None:
    """The longest known customers came from the firm's own list."""
    known = Customer.objects.filter(erased_on__isnull=True).order_by("number")[:BROUGHT_IN]
    owner, at = stage.staff["owner"], stage.now - 20 * DAY
    rows = [
        ImportKey(
            id=stage.uuid(), customer=of, key=f"A-{1_000 + 7 * place}", saved_at=of.saved_at,
            saved_by=owner, source=policy.FIRM.key,
        )
        for place, of in enumerate(known)
    ]  # fmt: skip
    ImportKey.objects.bulk_create(rows)
    ImportRun.objects.create(
        id=stage.uuid(), state=ImportRun.State.DONE, headings=HEADINGS, rows=len(rows),
        shape=sha256("\n".join(HEADINGS).encode()).hexdigest(), done=len(rows),
        counts={"new": len(rows)}, touched_at=at, ended_at=at, saved_at=at, saved_by=owner,
    )  # fmt: skip
