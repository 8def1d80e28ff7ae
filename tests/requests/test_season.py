"""The season report: the business for the owner, turnover for the bookkeeper, small groups for
nobody, and people only where they have agreed to it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from register import policy
from register.models import AuditEvent, Craft, Customer
from register.services import season
from register.services.small_groups import TOTAL
from requests_app import charts
from tests import cast

pytestmark = pytest.mark.django_db
ON = cast.date(2026, 8, 15)
HOUR = timedelta(hours=1)


def at(month: int, day: int, hour: int = 12) -> datetime:
    return cast.moment(cast.date(2026, month, day), hour)


def agreed(purpose: str = policy.ANALYSIS.key, **fields: Any) -> Customer:
    person = cast.customer(**fields)
    cast.consent(person, purpose=purpose, channel="", acted_at=at(5, 1))
    return person


def rented(of: Customer, craft: Craft, day: int, *, late: bool = False, month: int = 7) -> Any:
    ends = at(month, day, 14)
    booking = cast.booking(
        of, craft=craft, starts_at=at(month, day, 11), ends_at=ends, state="returned"
    )
    back = ends + (HOUR if late else timedelta(0))
    cast.rental(booking, handed_over_at=at(month, day, 11), returned_at=back)
    return booking


@pytest.fixture
def craft() -> Craft:
    return cast.craft()


def test_craft_and_money_count_whoever_rented(craft: Craft) -> None:
    booking = rented(cast.eero(), craft, 3)
    rented(cast.aino(), craft, 3)
    cast.line(booking, kind="rental", quantity=2, unit_price_cents=9_900, ordered_on=at(7, 3))
    cast.maintenance(craft, starts_at=at(7, 10, 0), ends_at=at(7, 12, 0))
    found = season.of(year=2026, on=ON)
    name = craft.craft_class.name
    july = found.at(7, name)
    assert (july.days, july.used, july.cents) == (29, 1, 19_800)
    assert found.at(8, name).days == 15
    assert found.at(TOTAL, TOTAL).cents == 19_800
    assert found.months == (7,)


def test_people_count_only_if_they_agreed_and_restrict_nothing(craft: Craft) -> None:
    for day in range(1, 6):
        rented(agreed(), craft, day, late=day == 1)
    assert season.of(year=2026, on=ON).late.at(7, TOTAL).n == 5
    rented(cast.customer(), craft, 10, late=True)
    restricted = agreed()
    cast.restriction(restricted, purpose=policy.ANALYSIS.key, kind="objection")
    rented(restricted, craft, 11, late=True)
    quit_it = agreed()
    withdrawn = {"action": "withdrawn", "acted_at": at(7, 1)}
    cast.consent(quit_it, purpose=policy.ANALYSIS.key, channel="", **withdrawn)
    rented(quit_it, craft, 12, late=True)
    found = season.of(year=2026, on=ON).late.at(7, TOTAL)
    assert (found.n, found.value) == (5, 20)


def test_four_people_are_not_shown_and_neither_is_what_gives_them_away(craft: Craft) -> None:
    other = cast.craft(craft_class=cast.craft_class(name="Toinen luokka"))
    people = [agreed() for _number in range(9)]
    for day, person in enumerate(people, start=1):
        rented(person, craft if day <= 4 else other, day)
    found = season.of(year=2026, on=ON).late
    assert found.at(7, craft.craft_class.name).hidden
    shown = [found.at(7, name).n for name in ("Toinen luokka", TOTAL)]
    assert None in shown, "the whole less the larger group is the smaller one"


def test_a_month_that_has_not_ended_tells_nothing_of_people(craft: Craft) -> None:
    for day in range(1, 8):
        rented(agreed(), craft, day, month=8)
    assert season.of(year=2026, on=ON).late.at(8, TOTAL).n is None
    assert season.of(year=2026, on=cast.date(2026, 9, 1)).late.at(8, TOTAL).n == 7


def test_scores_count_for_following_quality_alone(craft: Craft) -> None:
    for day, score in enumerate((3, 4, 5, 5, 5), start=1):
        person = agreed(policy.QUALITY.key)
        booking = rented(person, craft, day)
        cast.feedback(person, score=score, given_at=at(7, 20), booking=booking)
        cast.feedback(agreed(), score=1, given_at=at(7, 20))
    found = season.of(year=2026, on=ON).satisfaction.at(7, TOTAL)
    assert (found.n, found.value) == (5, 4.4)


def test_feedback_waits_until_somebody_writes_back() -> None:
    aino = cast.aino()
    cast.feedback(aino, text="Hyvä", kind="feedback", given_at=cast.NOW - timedelta(days=9))
    assert season.unanswered(at=cast.NOW) == season.Unanswered(1, 9)
    cast.message(aino, direction="out", topic="service", happened_at=cast.NOW)
    assert season.unanswered(at=cast.NOW).count == 0


def test_birgit_sees_the_turnover_and_leena_the_whole_season(client: Client, craft: Craft) -> None:
    aino = cast.aino()
    booking = rented(aino, craft, 3)
    cast.line(booking, kind="rental", quantity=1, unit_price_cents=9_900, ordered_on=at(7, 3))
    address = reverse("admin:season") + "?year=2026"
    client.force_login(cast.birgit())
    birgits = client.get(address)
    assert [part["plan"].key for part in birgits.context["parts"]] == ["turnover"]
    assert birgits.context["service"] is None
    client.force_login(cast.leena())
    page = client.get(address)
    assert len(page.context["parts"]) == 5
    html = page.content.decode()
    assert " style=" not in html
    assert '<title id="turnover-t">' in html
    sheet = client.get(reverse("admin:season-csv") + "?year=2026").content.decode("utf-8-sig")
    assert "99,00" in sheet
    assert aino.last_name not in sheet + html
    assert AuditEvent.objects.filter(verb="season.exported").count() == 1
    assert client.get(reverse("admin:season") + "?year=abc").status_code == 404


def test_a_bar_is_as_tall_as_its_figure_and_a_hidden_one_is_a_mark() -> None:
    figure = charts.Figure
    chart = charts.bars(
        key="k", title="t", desc="d", groups=["touko", "kesä"], series=["a"],
        figures=[[figure(50, "50")], [figure(None, "–", hidden=True)]], top=100,
    )  # fmt: skip
    [bar] = chart.bars
    full = charts.HEIGHT - charts.TOP - charts.BOTTOM
    assert bar.height == full / 2
    assert bar.y + bar.height == chart.base
    assert len(chart.gaps) == 1
