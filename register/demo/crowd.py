"""The crowd: renters, regulars, askers, company people and partners, within their clocks."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count

from register.demo import deals, life, people, troubles
from register.demo.diary import Slot, moment, season_day
from register.demo.names import CITIES, COMPANY_NAMES, ROLE_TITLES, STREETS
from register.demo.stage import Stage
from register.models import Booking, Case, Company, Craft, Customer, QuoteRequest

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
YEARS_AGO_WEIGHTS = (30, 22, 15, 12, 9, 7, 5)
"""How many years ago rentals took place: all of them still within six years and the current one."""
THREE_YEARS = 3 * 365
PEOPLE_PER_COMPANY = 40
PATIENCE = 5


def somebody(stage: Stage) -> None:
    """One more person, with whatever company they bring."""
    personas, weights = zip(*PERSONAS, strict=True)
    stage.rng.choices(personas, weights)[0](stage)


# == When =========================================================================================


def past_slot(stage: Stage, years_ago: int | None = None) -> Slot:
    """A free craft on a day of a past season: of that year, while it has room."""

    def day(tries: int) -> date:
        wanted = years_ago if years_ago is not None and tries < PATIENCE else _years_ago(stage)
        return season_day(stage.rng, stage.today.year - wanted, before=stage.today - 4 * DAY)

    return _free(stage, day)


def recent_slot(stage: Stage) -> Slot:
    """A free craft in the last three weeks or so, season or not, but not in the last days."""
    return _free(stage, lambda tries: stage.today - stage.rng.randint(5, 21 + tries) * DAY)


def coming_slot(stage: Stage) -> Slot:
    return _free(stage, lambda tries: stage.today + stage.rng.randint(3, 28 + tries) * DAY)


def _years_ago(stage: Stage) -> int:
    return stage.rng.choices(range(7), YEARS_AGO_WEIGHTS)[0]


def _free(stage: Stage, day: Callable[[int], date]) -> Slot:
    """The first free craft found; `day` hears how many days were full already."""
    for tries in count():
        if slot := stage.diary.find(stage.rng, day(tries)):
            return slot
    raise AssertionError("count() does not end")


def recently(stage: Stage, *, days: int = THREE_YEARS - 5) -> datetime:
    """An office hour within the last so many days."""
    on = stage.today - stage.rng.randint(1, days) * DAY
    return moment(on, stage.rng.randint(9, 19), stage.rng.randrange(60))


# == Who ==========================================================================================


def renter(stage: Stage) -> None:
    """Rented once."""
    slot = past_slot(stage)
    of = people.person(stage, slot.starts_at)
    people.identity(stage, of, slot.starts_at)
    rent(stage, of, slot)
    choices(stage, of, slot.starts_at)


def regular(stage: Stage) -> None:
    """Comes back year after year."""
    slots = [past_slot(stage, years_ago) for years_ago in range(stage.rng.randint(2, 6))]
    first = min(slot.starts_at for slot in slots)
    of = people.person(stage, first, group=Customer.Group.REGULAR)
    people.identity(stage, of, first)
    if stage.chance(0.6):
        people.loyal(stage, of, first)
    for slot in slots:
        rent(stage, of, slot)
    choices(stage, of, first)
    if stage.chance(0.5):
        life.question(stage, of, recently(stage))


def rent(stage: Stage, of: Customer, slot: Slot, *, company: Company | None = None) -> None:
    """A rental and what surrounds it."""
    if stage.chance(0.1):
        life.confirmation(stage, deals.not_rented(stage, of, slot))
        return
    row = deals.rented(stage, of, slot, others=co_drivers(stage, slot), company=company)
    life.confirmation(stage, row)
    after = slot.ends_at + stage.within(3 * HOUR, 3 * DAY)
    if stage.chance(0.35):
        life.feedback(stage, row, stage.before_now(after))
    if stage.chance(0.25):
        life.question(stage, of, row.booked_at + HOUR / 4)
    trouble(stage, row)


def co_drivers(stage: Stage, slot: Slot) -> list[Customer]:
    """People at the helm besides the renter. Of old rentals they are gone already: they had no
    contract, so their three years have ended."""
    oldest = stage.now - (THREE_YEARS - 5) * DAY
    if slot.starts_at < oldest or not stage.chance(0.4):
        return []
    return [people.person(stage, slot.starts_at) for _n in range(stage.rng.choice((1, 1, 2)))]


def choices(stage: Stage, of: Customer, at: datetime) -> None:
    if stage.people % 4:  # no chance is drawn: the season goes on as it did without
        life.grouping(stage, of, at)
    if stage.chance(0.3):
        life.marketing(stage, of, at)
    if stage.chance(0.15):
        life.choice(stage, of, at)


def trouble(stage: Stage, row: Booking) -> None:
    """Rarely: damage, a ban, a restriction, an objection, a hold."""
    of, at = row.customer, row.ends_at + HOUR
    settled = row.ends_at + 35 * DAY < stage.now
    if stage.chance(0.05):
        final = (Case.State.SETTLED, Case.State.SETTLED, Case.State.WRITTEN_OFF)
        state = final[stage.rng.randrange(3)] if settled else Case.State.OPEN
        troubles.case(stage, row, state)
    if stage.chance(0.012):
        troubles.ban(stage, of, at)
    if stage.chance(0.008):
        troubles.restriction(stage, of, stage.before_now(at + DAY))
    if stage.chance(0.01):
        troubles.objection(stage, of, stage.before_now(at + 20 * DAY))
    if stage.chance(0.008):
        standing = stage.chance(0.5)
        troubles.hold(stage, of, stage.before_now(at + 2 * DAY), standing=standing)


def asker(stage: Stage) -> None:
    """Asked for a price once or twice, and nothing came of it."""
    at = recently(stage)
    of = people.person(stage, at, kind=Customer.Kind.PROSPECT)
    recent = at > stage.now - 10 * DAY
    states = QuoteRequest.State
    state = stage.pick((states.OPEN, states.ANSWERED)) if recent else states.LAPSED
    deals.quote(stage, of, at, _any_craft(stage), state)
    if stage.chance(0.4):
        life.question(stage, of, at)
    choices(stage, of, at)


def canceller(stage: Stage) -> None:
    """Booked but never came: a contract all the same."""
    slot = past_slot(stage)
    of = people.person(stage, slot.starts_at)
    life.confirmation(stage, deals.not_rented(stage, of, slot))


def comer(stage: Stage) -> None:
    """Has booked for the coming weeks."""
    slot = coming_slot(stage)
    of = people.person(stage, stage.now - 2 * HOUR)
    people.identity(stage, of, stage.now - 2 * HOUR)
    row = deals.booking(stage, of, slot, Booking.State.RESERVED)
    lines = deals.price(stage, row)
    deals.drivers(stage, row, (), done=False)
    deals.pay(stage, row, lines, row.booked_at)
    life.confirmation(stage, row)
    choices(stage, of, row.booked_at)


def late_comer(stage: Stage) -> None:
    """Rented some weeks ago: fresh deposits, cards and open cases."""
    slot = recent_slot(stage)
    of = people.person(stage, slot.starts_at)
    people.identity(stage, of, slot.starts_at)
    row = deals.rented(stage, of, slot, others=co_drivers(stage, slot))
    life.confirmation(stage, row)
    if stage.chance(0.3):
        troubles.case(stage, row, stage.pick((Case.State.OPEN, Case.State.OBJECTED)))


def company_person(stage: Stage) -> None:
    """Rents for a company, or works with the firm as its partner."""
    of_company = company(stage)
    role_title = stage.pick(ROLE_TITLES)
    if of_company.kind == Company.Kind.PARTNER or stage.chance(0.3):
        at = recently(stage)
        of = people.company_contact(stage, at, of_company, role_title)
        life.question(stage, of, at)
        return
    slot = past_slot(stage)
    of = people.company_contact(stage, slot.starts_at, of_company, role_title)
    rent(stage, of, slot, company=of_company)


def proxy(stage: Stage) -> None:
    """A renter who is represented by somebody."""
    slot = past_slot(stage)
    of = people.person(stage, slot.starts_at)
    rent(stage, of, slot)
    at = recently(stage)
    life.question(stage, people.representative(stage, at, of), at)


PERSONAS: tuple[tuple[Callable[[Stage], None], int], ...] = (
    (renter, 40),
    (regular, 12),
    (asker, 22),
    (canceller, 5),
    (comer, 4),
    (late_comer, 4),
    (company_person, 11),
    (proxy, 2),
)
"""What becomes of a person, and how often in a hundred."""


def company(stage: Stage) -> Company:
    """A company: an earlier one, or one more for every forty people."""
    wanted = 5 + stage.people // PEOPLE_PER_COMPANY
    if len(stage.companies) >= wanted:
        return stage.pick(stage.companies)
    number = len(stage.companies)
    name = COMPANY_NAMES[number % len(COMPANY_NAMES)]
    partner = number % 5 == 4
    row = stage.add(
        Company, moment(stage.today - 7 * 365 * DAY, 12),
        kind=Company.Kind.PARTNER if partner else Company.Kind.CUSTOMER,
        name=f"{name} {'' if number < len(COMPANY_NAMES) else number} Oy".replace("  ", " "),
        business_id=next(stage.business_ids), street=f"{stage.pick(STREETS)} {number + 1}",
        postcode="00999", city=stage.pick(CITIES), billing_street="PL 1", billing_postcode="00999",
        billing_city=stage.pick(CITIES), einvoice_address=f"0037{90_000_000 + number}",
    )  # fmt: skip
    stage.companies.append(row)
    return row


def _any_craft(stage: Stage) -> Craft:
    return stage.pick(stage.diary.crafts)
