"""A second, naive computation of how long a person is kept: written from the notice alone, in
plain Python, sharing no code with the clock."""

from datetime import UTC, date, datetime, timedelta


def helsinki_day(at: datetime) -> date:
    """Finland has been two hours ahead of UTC, three from the last Sunday of March at 01:00 UTC
    to the last Sunday of October at 01:00 UTC."""
    utc = at.astimezone(UTC)
    summer = last_sunday(utc.year, 3) <= utc.replace(tzinfo=None) < last_sunday(utc.year, 10)
    return (utc + timedelta(hours=3 if summer else 2)).date()


def last_sunday(year: int, month: int) -> datetime:
    day = datetime(year, month, 31, 1)  # noqa: DTZ001 -- compared with naive UTC
    while day.weekday() != 6:
        day -= timedelta(days=1)
    return day


def naive_kept_through(events: list[tuple[datetime, str]], year_end: tuple[int, int]) -> date:
    """`events`: (instant, kind); a "cancelled" booking makes a contract, a "payment" is a
    transaction."""
    last = max(helsinki_day(at) for at, _kind in events)
    if not any(kind == "cancelled" for _at, kind in events):
        leap = last.month == 2 and last.day == 29
        return date(last.year + 3, last.month, 28 if leap else last.day)
    paid = [helsinki_day(at) for at, kind in events if kind == "payment"]
    accounted = max(paid) if paid else last
    after_the_end = (accounted.month, accounted.day) > year_end
    return date(max(last.year, accounted.year + after_the_end) + 6, 12, 31)
