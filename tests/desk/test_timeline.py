"""The timeline: what stands where, what is short, and a booking moved where it stands."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from register.clock import HELSINKI
from register.models import Booking, Craft
from register.services import planner
from tests import cast
from tests.desk.test_bookings import signed

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def at(hour: int, minute: int = 0) -> datetime:
    return cast.moment(cast.TODAY, hour, minute)


def day_plan(view: str = planner.DAY) -> planner.Plan:
    return planner.plan(view=view, day=cast.TODAY, at=cast.NOW)


def bars(plan: planner.Plan, craft: Craft) -> list[tuple[int, int]]:
    rows = (row for group in plan.groups for row in group.rows if row.craft == craft)
    return [(bar.start, bar.width) for row in rows for bar in row.bars]


def test_a_booking_stands_at_its_quarters_and_the_next_one_beside_it() -> None:
    craft = cast.craft()
    cast.booking(cast.aino(), craft=craft, starts_at=at(8), ends_at=at(10, 10))
    cast.booking(cast.eero(), craft=craft, starts_at=at(10, 10), ends_at=at(12))
    assert bars(day_plan(), craft) == [(9, 9), (18, 7)]
    assert all(width >= 1 for _start, width in bars(day_plan(planner.WEEK), craft))


def test_what_is_out_over_night_is_cut_at_the_edge_and_a_late_craft_grows_to_now() -> None:
    craft = cast.craft()
    cast.booking(cast.aino(), craft=craft, state="out", starts_at=at(12) - 24 * HOUR, ends_at=at(9))
    assert bars(day_plan(), craft) == [(1, 24)]  # six till noon


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_on_the_days_of_23_and_25_hours_the_columns_follow_the_wall_clock(day: date) -> None:
    spans = planner.columns(planner.DAY, day)
    assert [span[0].astimezone(HELSINKI).hour for span in spans[::4]] == list(range(6, 24))
    assert len(planner.columns(planner.WEEK, day)) == 63
    assert len(planner.columns(planner.SEASON, day)) == 153


def test_a_class_counts_what_is_free_and_says_when_it_is_sold_out() -> None:
    one, other = cast.craft(), cast.craft()
    cast.booking(cast.aino(), craft=one, starts_at=at(10), ends_at=at(12))
    cast.maintenance(other, starts_at=at(11), ends_at=at(13))
    cells = {cell.begins: (cell.free, cell.of) for cell in day_plan().groups[0].cells}
    assert [cells[at(hour)] for hour in (9, 10, 11, 12, 13)] == [
        (2, 2), (1, 2), (0, 2), (1, 2), (2, 2),
    ]  # fmt: skip
    assert [cell.begins for cell in day_plan().groups[0].short] == [at(11)]


def test_a_booking_whose_craft_will_not_be_there_is_named_with_what_is_free_instead() -> None:
    craft, late, spare = cast.craft(), cast.craft(), cast.craft()
    in_workshop = cast.booking(cast.aino(), craft=craft, starts_at=at(15), ends_at=at(17))
    cast.maintenance(craft, starts_at=at(14), ends_at=at(20))
    cast.booking(cast.eero(), craft=late, state="out", starts_at=at(8), ends_at=at(11))
    waiting = cast.booking(cast.customer(), craft=late, starts_at=at(13), ends_at=at(16))
    found = {clash.booking: (clash.because, clash.others) for clash in day_plan().clashes}
    assert found == {in_workshop: ("maintenance", 1), waiting: ("late", 1)}
    assert spare in Craft.objects.all()


def moved(client: Client, booking: Booking, **changed: Any) -> str:
    form = {
        "booking": booking.pk, "seen": booking.saved_at.isoformat(), "craft": booking.craft_id,
        "starts_at": booking.starts_at.astimezone(HELSINKI).strftime("%Y-%m-%dT%H:%M"),
        "view": "day", "day": cast.TODAY.isoformat(), **changed,
    }  # fmt: skip
    answer = client.post(reverse("admin:desk-timeline-move"), form, follow=True)
    assert answer.redirect_chain
    return answer.content.decode()


def test_a_moved_booking_keeps_its_length_and_its_agreement_is_void(kaisas_desk: Client) -> None:
    booking = cast.booking(cast.aino(), starts_at=timezone.now() + 30 * HOUR)
    cast.driver(booking.customer, booking)
    signed(booking)
    there = (timezone.now() + 60 * HOUR).replace(minute=0, second=0, microsecond=0)
    to = cast.craft()
    when = there.astimezone(HELSINKI).strftime("%Y-%m-%dT%H:%M")
    html = moved(kaisas_desk, booking, craft=to.pk, starts_at=when)
    booking.refresh_from_db()
    assert (booking.craft, booking.starts_at) == (to, there)
    assert booking.ends_at - booking.starts_at == 4 * HOUR
    assert "Sopimus on mitätön" in html


def test_what_the_service_refuses_is_not_moved_and_said_in_its_words(kaisas_desk: Client) -> None:
    soon = timezone.now() + 30 * HOUR
    booking, other = (
        cast.booking(cast.aino(), starts_at=soon),
        cast.booking(cast.eero(), starts_at=soon),
    )
    assert str(other.number) in moved(kaisas_desk, booking, craft=other.craft_id)
    assert "menneessä ajassa" in moved(kaisas_desk, booking, starts_at="2020-07-15T12:00")
    booking.refresh_from_db()
    assert booking.starts_at == soon


def test_the_second_of_two_clerks_is_told_where_the_booking_is_now(kaisas_desk: Client) -> None:
    booking = cast.booking(cast.aino(), starts_at=timezone.now() + 30 * HOUR)
    stale, to = booking.saved_at, cast.craft()
    Booking.objects.filter(pk=booking.pk).update(saved_at=timezone.now(), craft=to)
    html = moved(kaisas_desk, booking, seen=stale.isoformat(), starts_at="2099-07-15T12:00")
    assert "Joku muu on sillä välin muuttanut" in html
    assert str(to) in html


def test_the_page_shows_all_three_views_and_nonsense_shows_today(
    kaisas_desk: Client, signed_in: Any
) -> None:
    booking = cast.booking(cast.aino(), starts_at=at(10))
    page = reverse("admin:desk-timeline")
    for view in ("day", "week"):
        html = kaisas_desk.get(page, {"view": view, "day": "2026-07-15"}).content.decode()
        assert html.count(f'data-booking="{booking.pk}"') == 1
        assert "Sama taulukkona" in html
        assert "style=" not in html
    season = kaisas_desk.get(page, {"view": "season", "day": "2026-07-15"}).content.decode()
    assert season.count("tl__free--") == 153
    assert kaisas_desk.get(page, {"view": "x", "day": "2026-99-99"}).status_code == 200
    birgits = signed_in(cast.birgit()).get(page, {"day": "2026-07-15"}).content.decode()
    assert "data-booking" not in birgits
    assert "Aino Aallokko" in birgits
