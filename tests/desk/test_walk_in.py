"""A walk-in on one page: somebody known or new, booked, priced and with the agreement written; or a
sentence that says what to do, and nothing lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from register.models import Agreement, AuditEvent, Booking, Craft, Customer
from register.services import bills, preparing
from tests import cast

pytestmark = pytest.mark.django_db
NOBODY = {
    "drivers-TOTAL_FORMS": "0", "drivers-INITIAL_FORMS": "0", "drivers-MIN_NUM_FORMS": "0",
    "drivers-MAX_NUM_FORMS": "6",
}  # fmt: skip


def filled(craft: Craft, **changed: Any) -> dict[str, Any]:
    start = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    return {
        **NOBODY, "craft": craft.pk, "length": "2", "starts_at": start, "age_group": "adult",
        "drives": "on", "document_type": "passport", "language": "fi", "go": "tablet", **changed,
    }  # fmt: skip


def sent(client: Client, form: dict[str, Any]) -> str:
    return client.post(reverse("admin:desk-walk-in"), form).content.decode()


def test_somebody_known_has_the_tablet_in_her_hands_with_one_form(kaisas_desk: Client) -> None:
    aino, craft, suit = cast.aino(), cast.craft(), cast.extra(price_cents=1_500)
    before = cast.booking(cast.eero(), craft=craft, starts_at=cast.NOW, state="returned")
    cast.rental(before, returned_at=before.ends_at)
    cast.mark(before, zone="seat", moment="return")
    form = filled(craft, person=aino.pk, extras=[suit.pk], contact_right="on")
    answer = kaisas_desk.post(reverse("admin:desk-walk-in"), form)
    assert answer["Location"] == reverse("admin:desk-tablet")
    booking = Booking.objects.get(customer=aino)
    agreement = booking.agreements.get()
    assert (agreement.state, agreement.price_cents) == ("draft", bills.total_cents(booking))
    assert booking.lines.filter(kind="extra").get().unit_price_cents == 1_500
    assert booking.marks.get().zone == "seat"
    aino.refresh_from_db()
    assert aino.contact_checked_by == cast.kaisa()
    assert AuditEvent.objects.filter(verb="tablet.given").exists()


def test_somebody_new_is_made_and_on_paper_the_booking_opens(kaisas_desk: Client) -> None:
    names = {"first_name": "Oona", "last_name": "Kari", "phone": "040 765 4321"}
    answer = kaisas_desk.post(
        reverse("admin:desk-walk-in"), filled(cast.craft(), **names, go="paper")
    )
    booking = Booking.objects.get()
    assert answer["Location"] == reverse("admin:desk-booking", args=[booking.pk])
    assert booking.customer.full_name == "Oona Kari"


def test_somebody_alike_is_asked_about_before_a_second_one_is_made(kaisas_desk: Client) -> None:
    cast.customer(first_name="Oona", last_name="Kari")
    names = {"first_name": "Oona", "last_name": "Kari", "phone": "040 765 4321"}
    form = filled(cast.craft(), **names, go="paper")
    html = sent(kaisas_desk, form)
    assert "Onko hän joku näistä?" in html
    assert not Booking.objects.exists()
    sent(kaisas_desk, {**form, "sure": "on"})
    assert Customer.objects.filter(last_name="Kari").count() == 2
    assert Booking.objects.exists()


def refusals() -> list[Any]:
    """What is filled in, made before by a function of the craft, and what is said."""
    yesterday = (timezone.localtime() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    now = timezone.now()
    span = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=1)}
    return [
        ({"starts_at": yesterday}, None, "menneessä ajassa"),
        ({"age_group": "youth"}, None, "Vuokraaja on vähintään 18-vuotias"),
        ({"age_group": "child"}, None, "vähintään 15"),
        ({"age_group": ""}, None, "vaaditaan"),
        ({"document_type": ""}, None, "vaaditaan"),
        ({"wishes": "Ottakaa kortilta 4111 1111 1111 1111"}, None, "kort"),
        ({}, lambda craft: cast.booking(cast.eero(), craft=craft, **span), "on jo varattu"),
        ({}, lambda craft: cast.maintenance(craft, **span), "huollossa"),
    ]


@pytest.mark.parametrize(("fields", "before", "words"), refusals())
def test_what_cannot_be_is_said_and_everything_typed_is_still_there(
    fields: dict[str, str], before: Any, words: str, kaisas_desk: Client
) -> None:
    craft = cast.craft()
    if before:
        before(craft)
    names = {"first_name": "Oona", "last_name": "Karikko", "phone": "040 765 4321"}
    html = sent(kaisas_desk, filled(craft, **names, **fields))
    assert words in html
    assert 'value="Karikko"' in html
    assert not Customer.objects.filter(last_name="Karikko").exists()
    assert not Agreement.objects.exists()


@pytest.mark.parametrize("trouble", ["banned", "restricted", "erased", "gone"])
def test_a_person_whom_the_firm_may_not_rent_to_is_refused_with_what_to_do(
    trouble: str, kaisas_desk: Client
) -> None:
    aino = cast.aino(**({"erased_on": cast.TODAY} if trouble == "erased" else {}))
    person = aino.pk
    if trouble == "banned":
        cast.ban(aino, reason="Ajoi uimarannalla.")
    elif trouble == "restricted":
        cast.restriction(aino, purpose="service")
    elif trouble == "gone":
        person = cast.craft().pk  # no person's id
    html = sent(kaisas_desk, filled(cast.craft(), person=person))
    told = {
        "banned": "Ajoi uimarannalla.", "restricted": "rajoittanut tietojensa käyttöä",
        "erased": "poistettu", "gone": "hae uudelleen",
    }  # fmt: skip
    assert told[trouble] in html
    assert not Booking.objects.exists()


def test_without_scripts_find_lists_the_people_and_keeps_the_rest(kaisas_desk: Client) -> None:
    aino, craft = cast.aino(), cast.craft()
    html = sent(kaisas_desk, filled(craft, q="aallokko", wishes="Punainen liivi", go="find"))
    assert f'name="person" value="{aino.pk}"' in html
    assert "Punainen liivi" in html
    assert "vaaditaan" not in html
    assert not Booking.objects.exists()


def test_the_price_stands_beside_and_a_taken_craft_names_the_free_ones(
    kaisas_desk: Client,
) -> None:
    kind = cast.craft_class(hour_price_cents=9_900)
    taken, free = cast.craft(craft_class=kind), cast.craft(craft_class=kind)
    now = timezone.now()
    cast.booking(cast.eero(), craft=taken, starts_at=now, ends_at=now + timedelta(hours=1))
    html = kaisas_desk.post(reverse("admin:desk-walk-in-price"), filled(taken)).content.decode()
    assert "198,00" in html
    assert f"{taken} ei ole silloin vapaana" in html
    assert str(free) in html
    assert Booking.objects.count() == 1


def test_the_next_hours_say_what_each_booking_needs() -> None:
    craft = cast.craft()
    cast.booking(
        cast.eero(), craft=craft, state="out", starts_at=cast.NOW - timedelta(hours=2),
        ends_at=cast.NOW + timedelta(minutes=50),
    )  # fmt: skip
    soon = cast.booking(cast.aino(), craft=craft, starts_at=cast.NOW + timedelta(hours=1))
    cast.driver(soon.customer, soon)
    cast.maintenance(craft, starts_at=soon.ends_at - timedelta(hours=1), ends_at=soon.ends_at)
    cast.booking(cast.customer(), starts_at=cast.NOW + timedelta(hours=9))
    (found,) = preparing.coming(at=cast.NOW, sees_agreements=True)
    assert [str(task.words) for task in found.tasks] == [
        "vesijetti huollossa: valitse toinen", "vielä ulkona: tankkaa heti kun tulee",
        "sopimus tekemättä", "pelastusliivejä: 1",
    ]  # fmt: skip
