"""Retention arithmetic: pure functions of dates, without Django and without a clock of its own.

Sources: the privacy notice (three years from the last event; with a contract six years and the
current year) and the Accounting Act 1336/1997 ch. 2 s. 10 (vouchers six years from the end of
the calendar year in which the financial year ended). Dates are local dates of Europe/Helsinki;
instants are timezone-aware datetimes.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

HELSINKI = ZoneInfo("Europe/Helsinki")
CALENDAR_YEAR = (12, 31)
YEARS_WITHOUT_CONTRACT = 3
YEARS_WITH_CONTRACT = 6
YEARS_OF_ACCOUNTS = 6
YEARS_OF_REQUEST_FILE = 3


def local_date(instant: datetime) -> date:
    """The date on the wall in Helsinki at this instant; a naive datetime raises ValueError."""
    if instant.utcoffset() is None:
        raise ValueError("local_date needs an instant with a time zone, not a naive datetime")
    return instant.astimezone(HELSINKI).date()


def years_after(on: date, years: int) -> date:
    """The same day so many years later; 29 February becomes 28 February in a common year."""
    return on + relativedelta(years=years)


def financial_year_end_of(on: date, financial_year_end: tuple[int, int] = CALENDAR_YEAR) -> date:
    """Last day of the financial year to which `on` belongs.

    `financial_year_end` is (month, day). (2, 29) means the last day of February, whichever it
    is that year. A pair that no year has raises ValueError.
    """
    this_year = _year_end(on.year, financial_year_end)
    return this_year if on <= this_year else _year_end(on.year + 1, financial_year_end)


def kept_through(
    *,
    last_event: date,
    has_contract: bool,
    last_transaction: date | None = None,
    financial_year_end: tuple[int, int] = CALENDAR_YEAR,
) -> date:
    """Last day on which a person's data may be kept.

    `last_event` is the local date of the last thing between the person and the firm,
    `last_transaction` of the last one that the accounts rest on. Where it is not known, the
    last event stands for it, so that accounts are never cut short.
    """
    last = max(last_event, last_transaction or last_event)
    if not has_contract:
        return years_after(last, YEARS_WITHOUT_CONTRACT)
    notice = date(last.year + YEARS_WITH_CONTRACT, 12, 31)
    return max(notice, accounts_kept_through(last_transaction or last, financial_year_end))


def accounts_kept_through(
    transaction: date, financial_year_end: tuple[int, int] = CALENDAR_YEAR
) -> date:
    """Last day on which the Accounting Act (ch. 2 s. 10) asks for the voucher of a transaction."""
    ended = financial_year_end_of(transaction, financial_year_end)
    return date(ended.year + YEARS_OF_ACCOUNTS, 12, 31)


def request_file_kept_through(closed_on: date) -> date:
    """Last day on which the file of a closed data-subject request is kept: three years."""
    return years_after(closed_on, YEARS_OF_REQUEST_FILE)


def purge_on(kept_through_day: date) -> date:
    """First day on which what was kept through a day may, and must, go: the day after."""
    return kept_through_day + timedelta(days=1)


def card_destroy_on(*, settled_on: date, days: int) -> date:
    """Day on which a card number goes: so many whole days after the rental was settled."""
    if days < 0:
        raise ValueError("days cannot be negative")
    return settled_on + timedelta(days=days)


def _year_end(year: int, financial_year_end: tuple[int, int]) -> date:
    month, day = financial_year_end
    leap_february = month == 2 and day == 29
    return date(year, month, min(day, monthrange(year, month)[1]) if leap_february else day)
