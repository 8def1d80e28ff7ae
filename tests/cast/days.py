"""The day on which the tests are played, and running numbers."""

from datetime import date, datetime
from itertools import count

from register.clock import HELSINKI

TODAY = date(2026, 7, 15)
serial = count(1)


def moment(day: date = TODAY, hour: int = 12, minute: int = 0) -> datetime:
    """An instant by the wall clock of Helsinki."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=HELSINKI)


NOW = moment()
