"""The loyalty programme: declared rules, counted from rentals, never stored, stopped at a word."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from register import loyalty, policy
from register.declare import PolicyError, Text
from register.loyalty import Tier
from register.models import AuditEvent, Customer, OrderLine
from register.services import loyalty as programme
from requests_app.packages import portability
from tests import cast

DAY = timedelta(days=1)
AT = cast.NOW


@pytest.mark.parametrize(
    ("returned", "through"),
    [
        (date(2026, 7, 15), date(2028, 7, 14)),
        (date(2024, 2, 29), date(2026, 2, 27)),
        (date(2026, 1, 1), date(2027, 12, 31)),
    ],
)
def test_a_rental_counts_for_two_years(returned: date, through: date) -> None:
    assert loyalty.last_day(returned) == through
    joined = returned - 10 * DAY
    assert loyalty.counts(returned, joined_on=joined, on=through)
    assert not loyalty.counts(returned, joined_on=joined, on=through + DAY)
    assert not loyalty.counts(returned, joined_on=returned + DAY, on=through)


def test_the_tiers_rise_and_the_first_is_had_by_joining() -> None:
    steps = [(one.rentals, one.percent) for one in loyalty.TIERS]
    assert steps == sorted(steps)
    assert steps[0][0] == 0
    assert [loyalty.tier(n).key for n in (0, 2, 3, 5, 6, 60)] == [
        "ripple", "ripple", "wave", "wave", "surge", "surge",
    ]  # fmt: skip
    assert loyalty.next_tier(6) is None
    with pytest.raises(PolicyError):
        Tier(key="x", name=Text("x", "x", "x"), rentals=1, percent=51)


def test_a_tier_stands_until_its_oldest_needed_rental_counts_no_more() -> None:
    days = [date(2026, 7, 1), date(2026, 6, 1), date(2026, 5, 1), date(2025, 8, 1)]
    assert loyalty.holds_through(days, on=date(2026, 7, 2)) == loyalty.last_day(date(2026, 5, 1))
    assert loyalty.holds_through(days[:1], on=date(2026, 7, 2)) is None


def rented(of: Customer, *ago: int) -> None:
    for days in ago:
        starts = AT - timedelta(days=days, hours=3)
        booking = cast.booking(of, starts_at=starts, state="returned")
        cast.rental(booking, returned_at=AT - timedelta(days=days))


@pytest.fixture
def aino(db: Any) -> Customer:
    """A member for a year, with three rentals since; one before it, one that is still out."""
    aino = cast.aino()
    cast.loyalty(aino, joined_on=cast.TODAY - 365 * DAY)
    rented(aino, 10, 40, 70, 500)
    cast.rental(cast.booking(aino, state="out"), returned_at=None)
    return aino


def test_aino_sees_why_she_is_on_her_tier(aino: Customer, client: Client) -> None:
    stands = programme.standing(aino, on=cast.TODAY)
    assert stands is not None
    assert (stands.tier.key, len(stands.counted), stands.missing) == ("wave", 3, 3)
    client.force_login(cast.kaisa())
    page = client.get(reverse("admin:desk-person", args=[aino.pk])).content.decode()
    assert "Laine" in page
    assert str(stands.counted[0].booking) in page


@pytest.mark.parametrize("kind", ["restriction", "objection"])
def test_nothing_is_counted_of_whoever_restricts_or_objects(aino: Customer, kind: str) -> None:
    cast.restriction(aino, kind=kind, purpose=policy.LOYALTY.key)
    assert programme.standing(aino, on=cast.TODAY) is None
    programme.leave(customer=aino, by=cast.kaisa(), at=AT)
    with pytest.raises(programme.Stopped):
        programme.join(customer=aino, by=cast.kaisa(), at=AT)


def test_she_joins_and_leaves_at_the_desk_and_may_join_again(client: Client, db: Any) -> None:
    eero = cast.eero()
    client.force_login(cast.kaisa())
    for name in ("join", "leave", "join"):
        client.post(reverse(f"admin:desk-loyalty-{name}", args=[eero.pk]))
    assert programme.membership(eero, on=timezone.localdate()) is not None
    with pytest.raises(programme.AlreadyIn):
        programme.join(customer=eero, by=cast.kaisa(), at=timezone.now())
    told = AuditEvent.objects.filter(verb__startswith="loyalty.").order_by("pk")
    assert [line.verb for line in told] == ["loyalty.joined", "loyalty.left", "loyalty.joined"]


def test_the_benefit_is_offered_at_booking_once_and_taken_off_the_rental_alone(
    aino: Customer, client: Client
) -> None:
    booking = cast.booking(aino, starts_at=AT + DAY)
    cast.line(booking, kind="rental", quantity=2, unit_price_cents=9_990)
    cast.line(booking, kind="extra", quantity=1, unit_price_cents=10_000)
    line = programme.benefit(booking, on=cast.TODAY)
    assert line is not None
    assert (line.kind, line.unit_price_cents) == (OrderLine.Kind.DISCOUNT, -999)
    cast.line(booking, kind="discount", quantity=1, unit_price_cents=-999)
    assert programme.benefit(booking, on=cast.TODAY) is None


def test_a_tier_is_stored_nowhere_and_never_portable(aino: Customer) -> None:
    columns = [label for label in policy.FIELDS if label.startswith("register.LoyaltyMembership.")]
    assert {label.rpartition(".")[2] for label in columns} == {"joined_on", "left_on"}
    assert "wave" not in str(portability.portable(aino, at=AT))
