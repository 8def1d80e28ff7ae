"""Quotes: priced, sent, accepted by link or at the desk, or over by themselves."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from register.models import AuditEvent, Booking, QuoteRequest, SeasonPrice, ServiceMail
from register.services import bills, bookings, post_links, quotes
from tests import cast

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def asked(db: None) -> QuoteRequest:
    """Aino asks for four hours in three days, for her company."""
    craft = cast.craft()
    aino = cast.aino()
    at = timezone.now()
    return quotes.ask(
        customer=aino, craft_class=craft.craft_class, wanted_from=at + 3 * DAY,
        wanted_to=at + 3 * DAY + 2 * HOUR, by=cast.kaisa(), at=at, company=cast.company(),
    )  # fmt: skip


def offered(asked: QuoteRequest, **more) -> QuoteRequest:
    at = timezone.now()
    lines = quotes.price(asked, extras=[(cast.extra(), 2)], discount_cents=1_000)
    named = {"valid_through": timezone.localdate(at) + 7 * DAY, "by": cast.kaisa(), "at": at}
    return quotes.offer(quote=asked, lines=lines, **(named | more))


def test_an_offer_is_priced_by_the_list_numbered_and_sent_once(asked) -> None:
    made = offered(asked)
    assert made.quoted_cents == 2 * 9_900 + 2 * 1_500 - 1_000
    assert made.number.endswith("-0001")
    again = offered(asked)
    assert again.number == made.number
    assert ServiceMail.objects.filter(kind="quote", about=asked.pk).count() == 1


def test_the_booking_takes_the_offered_lines_over_whatever_the_list_says_by_then(asked) -> None:
    made = offered(asked)
    day = timezone.localdate()
    SeasonPrice.objects.create(
        craft_class=asked.craft_class, name="Kallis", starts_on=day, ends_on=day + 30 * DAY,
        hour_price_cents=99_900, day_price_cents=99_900,
    )  # fmt: skip
    booking = quotes.accept(quote=made, at=timezone.now(), by=cast.kaisa())
    assert bills.total_cents(booking) == made.quoted_cents
    assert (booking.company, booking.quote) == (asked.company, asked)
    asked.refresh_from_db()
    assert asked.state == QuoteRequest.State.BOOKED
    with pytest.raises(quotes.NoQuote):
        quotes.accept(quote=made, at=timezone.now())


def test_a_quote_lapses_by_itself_and_is_not_accepted_after_its_day(asked) -> None:
    made = offered(asked)
    after = timezone.now() + 8 * DAY
    with pytest.raises(quotes.NoQuote):
        quotes.accept(quote=made, at=after)
    assert quotes.lapse(on=timezone.localdate(after), at=after) == 1
    assert quotes.lapse(on=timezone.localdate(after), at=after) == 0
    asked.refresh_from_db()
    assert asked.state == QuoteRequest.State.LAPSED


def test_what_is_not_free_any_more_is_said_and_nothing_is_booked(asked) -> None:
    made = offered(asked)
    craft = asked.craft_class.crafts.get()
    cast.booking(cast.customer(), craft=craft, starts_at=asked.wanted_from, ends_at=asked.wanted_to)
    with pytest.raises(quotes.NothingFree):
        quotes.accept(quote=made, at=timezone.now())
    asked.refresh_from_db()
    assert (asked.state, asked.accepted_at) == (QuoteRequest.State.ANSWERED, None)


@pytest.mark.parametrize("days", [-1, 61])
def test_a_quote_does_not_hold_through_a_day_that_makes_no_sense(asked, days) -> None:
    with pytest.raises(quotes.WrongDay):
        offered(asked, valid_through=timezone.localdate() + days * DAY)


def test_the_link_accepts_with_both_boxes_and_shows_no_other_quote(asked) -> None:
    made, client = offered(asked), Client()
    page = reverse("quote", args=[post_links.quote_token(made)])
    shown = client.get(page).content.decode()
    assert "218,00" in shown.replace("\xa0", " ")
    assert asked.customer.last_name not in shown
    assert client.post(page, {"adult": "1"}).status_code == 400
    assert client.get(page[:-2] + "x/").status_code == 404
    assert client.post(page, {"adult": "1", "terms": "1"}).status_code == 302
    booking = Booking.objects.get()
    assert str(booking.number) in client.get(page).content.decode()
    assert AuditEvent.objects.filter(verb="book", actor_id=None).count() == 1
    assert client.post(page, {"adult": "1", "terms": "1"}).status_code == 409


def test_the_link_does_not_tell_of_a_ban(asked) -> None:
    made = offered(asked)
    cast.ban(asked.customer, starts_on=timezone.localdate() - DAY, reason="Ajoi laiturille")
    page = reverse("quote", args=[post_links.quote_token(made)])
    answer = Client().post(page, {"adult": "1", "terms": "1"})
    assert answer.status_code == 409
    assert "laiturille" not in answer.content.decode()
    assert not Booking.objects.exists()


def test_the_desk_asks_prices_and_accepts(db, signed_in) -> None:
    client, craft, aino = signed_in(cast.kaisa()), cast.craft(), cast.aino()
    extra = cast.extra()
    day = (timezone.localtime() + 2 * DAY).strftime("%Y-%m-%dT")
    times = {"wanted_from": f"{day}12:00", "wanted_to": f"{day}10:00", "wishes": ""}
    new = reverse("admin:desk-quote-new", args=[aino.pk])
    form = {"craft_class": craft.craft_class_id, **times}
    assert client.post(new, form).status_code == 200
    answer = client.post(new, form | {"wanted_to": f"{day}14:00"})
    quote = QuoteRequest.objects.get()
    assert answer.url == reverse("admin:desk-quote", args=[quote.pk])
    until = (timezone.localdate() + 5 * DAY).isoformat()
    price = reverse("admin:desk-quote-offer", args=[quote.pk])
    bad = client.post(price, {"discount": "9999", "valid_through": until})
    assert bad.status_code == 200
    client.post(price, {f"extra-{extra.pk}": "1", "discount": "", "valid_through": until})
    quote.refresh_from_db()
    assert quote.quoted_cents == 2 * 9_900 + 1_500
    for page in ("admin:desk-quotes", "admin:index"):
        assert client.get(reverse(page)).status_code == 200
    assert quote.number in client.get(answer.url).content.decode()
    client.post(reverse("admin:desk-quote-accepted", args=[quote.pk]))
    booking = Booking.objects.get()
    assert booking.lines.count() == 2
    assert booking.lines.get(kind="extra").quantity == Decimal(1)
    assert bookings.moment(booking.starts_at)
