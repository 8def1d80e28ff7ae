"""Around a person: who is here already, companies, bans let through, notes, feedback, wishes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from register.models import AuditEvent, BanOverride, Booking, Customer, Feedback, Message
from register.services import bans, bookings, customers, duplicates, feedback, rentals
from tests import cast
from tests.desk.conftest import SignedIn

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


# -- Here already? ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ({"phone": "{phone}"}, ("phone",)),
        ({"email": "AINO.aallokko@posti.example "}, ("email",)),
        ({"first_name": "Aallokko", "last_name": "Aino"}, ("name",)),
        ({"first_name": "Aino", "last_name": "Aalokko"}, ("almost",)),
        ({"first_name": "Aino", "last_name": "Aallokko", "phone": "{phone}"}, ("phone", "name")),
    ],
)
def test_somebody_alike_is_told_while_typing_with_what_is_the_same(
    kaisas_desk: Client, typed: dict[str, str], same: tuple[str, ...]
) -> None:
    aino = cast.aino()
    cast.customer()
    given = {name: text.format(phone=aino.phone) for name, text in typed.items()}
    [found] = duplicates.alike(user=cast.kaisa(), **given)
    assert (found.customer, found.same) == (aino, same)
    html = kaisas_desk.post(reverse("admin:desk-person-alike"), given).content.decode()
    assert reverse("admin:desk-person", args=[aino.pk]) in html
    assert AuditEvent.objects.filter(verb="list", reason="desk.likely_same").count() == 1


def test_contact_details_under_a_secrecy_order_tell_the_dock_nothing() -> None:
    aino = cast.aino(secrecy_order=True)
    assert duplicates.alike(user=cast.olli(), phone=str(aino.phone), email=aino.email) == []
    assert duplicates.alike(user=cast.kaisa(), phone=str(aino.phone))


def test_nobody_alike_leaves_no_line(kaisas_desk: Client) -> None:
    address = reverse("admin:desk-person-alike")
    assert not kaisas_desk.post(address, {"phone": "040"}).content.strip()
    assert not AuditEvent.objects.filter(reason="desk.likely_same").exists()


# -- Companies ----------------------------------------------------------------------------------


def test_a_companys_page_shows_its_people_and_bookings_and_hides_a_secret_phone(
    signed_in: SignedIn,
) -> None:
    company, aino = cast.company(billing_street="Laskukatu 2"), cast.aino(secrecy_order=True)
    cast.contact(aino, company)
    booking = cast.booking(aino, company=company)
    address = reverse("admin:desk-company", args=[company.pk])
    seen = {who.username: signed_in(who).get(address) for who in (cast.kaisa(), cast.birgit())}
    kaisa, birgit = (seen[name].content.decode() for name in ("kaisa", "birgit"))
    assert str(aino.phone) in kaisa
    assert "Laskukatu 2" in kaisa
    assert reverse("admin:desk-booking", args=[booking.pk]) in kaisa
    assert aino.full_name in birgit
    assert str(aino.phone) not in birgit
    assert aino.email not in birgit
    assert signed_in(cast.olli()).get(address).status_code == 403
    person = signed_in(cast.kaisa()).get(reverse("admin:desk-person", args=[aino.pk]))
    assert address in person.content.decode()


# -- Bans ---------------------------------------------------------------------------------------


def book(of: Customer, **more: object) -> Booking:
    renter = bookings.NewDriver(of, "adult", is_renter=True)
    named = {"by": cast.leena(), "at": cast.NOW, "drivers": [renter], "customer": of}
    when = {"starts_at": cast.NOW + HOUR, "ends_at": cast.NOW + 3 * HOUR}
    return bookings.book(**{**named, **when, "craft": cast.craft(), **more})


def test_the_owner_lets_one_booking_through_a_ban_and_says_why() -> None:
    aino = cast.aino()
    cast.ban(aino)
    with pytest.raises(customers.Banned):
        book(aino)
    with pytest.raises(bans.NotAuthorised):
        book(aino, by=cast.kaisa(), override="Sovittu.")
    made = book(aino, override="Sovittu puhelimessa.")
    assert made.ban_overrides.get().reason == "Sovittu puhelimessa."
    customers.ensure_may_rent(customer=aino, on=cast.TODAY, booking=made)
    with pytest.raises(customers.Banned):
        book(aino)
    assert AuditEvent.objects.get(verb="ban.overridden").actor_id == cast.leena().pk


def test_a_ban_made_after_the_booking_stops_the_handover_until_it_is_let_through(
    signed_in: SignedIn,
) -> None:
    aino = cast.aino()
    booking = cast.booking(aino)
    cast.driver(aino, booking, is_renter=True)
    cast.ban(aino)

    def hand_over() -> None:
        rentals.hand_over(
            booking=booking, checklist=[], condition=rentals.Condition(), by=cast.olli(),
            at=cast.NOW,
        )  # fmt: skip

    with pytest.raises(customers.Banned):
        hand_over()
    address = reverse("admin:desk-ban-override", args=[booking.pk])
    assert signed_in(cast.kaisa()).post(address, {"override": "x"}).status_code == 403
    owner = signed_in(cast.leena())
    owner.post(address, {"override": " "})
    assert not BanOverride.objects.exists()
    owner.post(address, {"override": "Sovittu."})
    assert BanOverride.objects.get().reason == "Sovittu."
    with pytest.raises(rentals.NotSigned):
        hand_over()
    page = owner.get(reverse("admin:desk-booking", args=[booking.pk])).content.decode()
    assert "Sovittu." in page


# -- Notes and the line of everything -----------------------------------------------------------


def test_a_note_of_her_call_is_an_event_and_ours_is_not(kaisas_desk: Client) -> None:
    aino = cast.aino(saved_at=cast.NOW - 900 * DAY)
    address = reverse("admin:desk-note", args=[aino.pk])
    ours = {"channel": "phone", "direction": "out", "body": "Soitettu, ei vastannut."}
    assert kaisas_desk.post(address, ours).status_code == 302
    aino.refresh_from_db()
    before = aino.last_event_on
    kaisas_desk.post(address, ours | {"direction": "in", "body": "Kysyi aikoja."})
    aino.refresh_from_db()
    assert aino.last_event_on != before
    card = f"Kortti on {cast.AINOS_CARD}"
    page = kaisas_desk.post(address, ours | {"body": card})
    assert page.status_code == 200
    assert card in page.content.decode()
    assert Message.objects.count() == 2


def test_the_line_of_everything_is_filtered_and_tells_of_requests(kaisas_desk: Client) -> None:
    from tests.retention.test_holds import request_of

    story = cast.story()
    request = request_of(story.aino, state="closed", closed_at=cast.NOW)
    address = reverse("admin:desk-person", args=[story.aino.pk])
    asked = reverse("admin:requests-request", args=[request.pk])
    assert asked in kaisas_desk.get(address).content.decode()
    rights = kaisas_desk.get(address, {"nayta": "rights"}).content.decode()
    money = kaisas_desk.get(address, {"nayta": "money"}).content.decode()
    assert asked in rights
    assert asked not in money


# -- Feedback by a link -------------------------------------------------------------------------


def test_feedback_comes_by_a_link_without_sign_in_and_counts_once(client: Client) -> None:
    aino = cast.aino()
    booking = cast.booking(aino, state="returned", starts_at=cast.NOW - DAY)
    address = reverse("feedback", args=[feedback.token(booking)])
    Booking.objects.filter(pk=booking.pk).update(ends_at=_soon_enough())
    assert "Aino" not in client.get(address).content.decode()
    assert client.post(address, {}).status_code == 200
    assert client.post(address, {"text": f"Kortti {cast.AINOS_CARD}"}).status_code == 200
    assert not Feedback.objects.exists()
    client.post(address, {"score": "4", "text": "Hyvä"})
    client.post(address, {"score": "5", "text": "Oikein hyvä"})
    row = Feedback.objects.get()
    assert (row.customer, row.booking, row.score, row.text) == (aino, booking, 5, "Oikein hyvä")
    assert "Oikein hyvä" not in client.get(address).content.decode()
    assert feedback.link(booking=booking, language="sv").partition("://")[2].count("/sv/") == 1


def test_a_link_that_is_changed_old_or_not_yet_due_opens_nothing(client: Client) -> None:
    booking = cast.booking(cast.aino())
    token = feedback.token(booking)
    assert feedback.booking_of(token, at=cast.NOW) is None
    over = cast.NOW - DAY
    Booking.objects.filter(pk=booking.pk).update(state="returned", starts_at=over, ends_at=cast.NOW)
    assert feedback.booking_of(token, at=cast.NOW) == booking
    assert feedback.booking_of(token, at=cast.NOW + 61 * DAY) is None
    assert feedback.booking_of(token[::-1], at=cast.NOW) is None
    assert client.get(reverse("feedback", args=["x:y"])).status_code == 404


def _soon_enough() -> object:
    from django.utils import timezone

    return max(timezone.now(), cast.NOW)


# -- Wishes -------------------------------------------------------------------------------------


def test_wishes_of_last_time_begin_the_next_booking(kaisas_desk: Client) -> None:
    aino = cast.aino(wishes="Toivoo punaista liiviä.")
    cast.booking(aino, state="returned", starts_at=cast.NOW - DAY, wishes="Etelälaiturilta.")
    page = kaisas_desk.get(reverse("admin:desk-book", args=[aino.pk]))
    assert page.context["form"]["wishes"].value() == "Etelälaiturilta."
    assert "Toivoo punaista liiviä." in page.content.decode()


def test_the_dock_sees_the_ban_before_it_hands_over(signed_in: SignedIn) -> None:
    aino = cast.aino()
    booking = cast.booking(aino)
    cast.ban(aino, reason="Ajoi liian lähellä uimarantaa.", starts_on=cast.date(2020, 1, 1))
    page = signed_in(cast.olli()).get(reverse("admin:desk-handover", args=[booking.pk]))
    assert "Ajoi liian lähellä uimarantaa." in page.content.decode()
