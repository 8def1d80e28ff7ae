"""Deadlines of a data-subject request and of a breach notice: pure date arithmetic.

Sources: GDPR art. 12(3) (one month from receipt, extended to three months from receipt) and
art. 33(1) (72 hours); Regulation (EEC, Euratom) No 1182/71 art. 3 (the day of receipt is not
counted, a month ends on the same day number or on its last day, and a last day that is a
Saturday, Sunday or public holiday moves to the next working day). Dates are local dates of
Europe/Helsinki.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache

from dateutil.relativedelta import relativedelta
from holidays.countries.finland import Finland

MONTHS = 1
MONTHS_EXTENDED = 3
BREACH_HOURS = 72
SATURDAY = 5


class _Calendar(Finland):
    # The package lists nothing after 2100 and says nothing about it; the rules go on.
    end_year = date.max.year


def target(received: date) -> date:
    """One month from receipt, not moved: the day that staff aim at."""
    return _months_after(received, MONTHS)


def due(received: date) -> date:
    """Last day to answer: the target, moved to the next working day where it is not one."""
    return working_day(target(received))


def extended_target(received: date) -> date:
    """Three months from receipt, not moved; never two months added to the first last day."""
    return _months_after(received, MONTHS_EXTENDED)


def extended_due(received: date) -> date:
    """Last day to answer after an extension, moved to a working day."""
    return working_day(extended_target(received))


def must_notify_extension_by(received: date) -> date:
    """Last day to tell the person of an extension and its reasons: within the first month."""
    return due(received)


def breach_notice_due(aware_at: datetime) -> datetime:
    """Instant (UTC) by which the supervisory authority is told of a breach.

    72 hours from awareness, run through nights, weekends and clock changes. A naive datetime
    raises ValueError.
    """
    if aware_at.utcoffset() is None:
        raise ValueError("breach_notice_due needs an instant with a time zone")
    return aware_at.astimezone(UTC) + timedelta(hours=BREACH_HOURS)


def is_working_day(day: date) -> bool:
    """Neither a Saturday, a Sunday nor a public holiday of Finland."""
    return day.weekday() < SATURDAY and day not in public_holidays(day.year)


def working_day(day: date) -> date:
    """The day itself, or the first working day after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


@cache
def public_holidays(year: int) -> frozenset[date]:
    """Public holidays of a year, without the eves of Midsummer and Christmas.

    The eves are days off by custom and agreement only; counting them would give a later last
    day than the strictest reading of the Regulation allows.
    """
    listed = _Calendar(years=year, observed=False, expand=False)  # type: ignore[no-untyped-call]
    return frozenset(day for day in listed if not _is_eve(day, set(listed)))


def _is_eve(day: date, listed: set[date]) -> bool:
    """By date, not by name: the names follow the package's language and wording."""
    if (day.month, day.day) == (12, 24):
        return True
    return day.month == 6 and day.day >= 19 and day + timedelta(days=1) in listed


def _months_after(received: date, months: int) -> date:
    return received + relativedelta(months=months)
