"""Condition, return and its fees: marks on the drawing, and nothing charged that was not shown."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from register.models import Agreement, Booking, Case, ConditionMark, Customer
from register.services import bills, conditions, contracts, fees, rentals
from tests import cast
from tests.desk.test_bookings import FULL, book, signed, ticked
from tests.desk.test_photos import bomb, photo

pytestmark = pytest.mark.django_db
MARK = conditions.Mark("bow", "scratch", "Laiturista", 870, 210)


def marks_form(*marks: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    form: dict[str, Any] = {
        "marks-TOTAL_FORMS": len(marks), "marks-INITIAL_FORMS": initial,
        "marks-MIN_NUM_FORMS": 0, "marks-MAX_NUM_FORMS": 30,
    }  # fmt: skip
    for number, mark in enumerate(marks):
        form |= {f"marks-{number}-{name}": value for name, value in mark.items()}
    return form


def out_now(**fields: Any) -> Booking:
    """Out for three hours, due an hour ago, with 60 litres."""
    now = timezone.now()
    booking = cast.booking(
        cast.aino(), state="out", starts_at=now - timedelta(hours=3),
        ends_at=now - timedelta(minutes=60) + timedelta(seconds=90), **fields,
    )  # fmt: skip
    cast.driver(booking.customer, booking)
    cast.agreement(booking)
    cast.rental(booking)
    return booking


def returned(client: Client, booking: Booking, **fields: Any) -> str:
    form = {"harm": "none", "fuel": "same", "charge_late": "on", "charge_fuel": "on", **fields}
    answer = client.post(
        reverse("admin:desk-return", args=[booking.pk]), {**marks_form(), **form}, follow=True
    )
    return answer.content.decode()


# -- The condition before the craft leaves -------------------------------------------------------


def test_marks_go_into_the_unsigned_agreement_and_a_later_one_makes_its_next_version(
    signed_in: Any,
) -> None:
    booking = book(cast.aino())
    first = contracts.make(booking=booking, language="fi", by=cast.kaisa(), at=cast.NOW)
    page = reverse("admin:desk-condition", args=[booking.pk])
    olli = signed_in(cast.olli())
    mark = {"zone": "port", "kind": "dent", "note": "Kolhu", "x": "420", "y": "75"}
    olli.post(page, {**marks_form(mark), "condition": "Muuten ehjä."})
    first.refresh_from_db()
    assert (first.state, first.condition) == ("draft", "Muuten ehjä.")
    assert [(m.zone, m.x, m.y) for m in booking.marks.all()] == [("port", 420, 75)]
    contracts.sign(agreement=first, document_type="passport", by=cast.kaisa(), at=cast.NOW)

    olli.post(page, {**marks_form(mark, {"zone": "stern"}), "condition": "Muuten ehjä."})
    first.refresh_from_db()
    second = Agreement.objects.get(booking=booking, state="draft")
    assert (first.state, second.edition) == ("void", 2)
    assert booking.marks.count() == 2


def test_saving_the_condition_as_it_was_signed_keeps_the_signature() -> None:
    booking = book(cast.aino())
    made = contracts.note_condition(
        booking=booking, text="", marks=[MARK], by=cast.kaisa(), at=cast.NOW
    )
    contracts.sign(agreement=made, document_type="passport", by=cast.kaisa(), at=cast.NOW)
    same = contracts.note_condition(
        booking=booking, text="", marks=[MARK], by=cast.olli(), at=cast.NOW
    )
    assert (same.pk, same.state) == (made.pk, "signed")


def test_the_next_renter_begins_with_the_marks_that_the_last_one_left(kaisas_desk: Client) -> None:
    craft = cast.craft()
    before = cast.booking(cast.eero(), craft=craft, starts_at=cast.NOW, state="returned")
    cast.rental(before, returned_at=before.ends_at)
    cast.mark(before, zone="seat", moment="return", note="Eeron penkki")
    booking = book(cast.aino(), craft)
    html = kaisas_desk.get(reverse("admin:desk-condition", args=[booking.pk])).content.decode()
    assert '<option value="seat" selected>' in html
    assert "Eeron penkki" not in html  # words about another renter stay with her


def test_a_note_without_a_part_of_the_craft_is_asked_about_and_kept(kaisas_desk: Client) -> None:
    booking = book(cast.aino())
    form = {**marks_form({"zone": "", "note": "Syvä naarmu"}), "condition": "x"}
    page = reverse("admin:desk-condition", args=[booking.pk])
    html = kaisas_desk.post(page, form).content.decode()
    assert "Valitse vesijetin osa." in html
    assert "Syvä naarmu" in html
    assert not ConditionMark.objects.exists()


# -- Return: three taps, and fees shown first ------------------------------------------------------


def test_fees_are_shown_before_they_are_charged_and_charged_as_shown(kaisas_desk: Client) -> None:
    booking = out_now()
    html = returned(kaisas_desk, booking)
    assert "Maksut ovat muuttuneet" in html
    booking.refresh_from_db()
    assert (booking.state, bills.total_cents(booking)) == ("out", 0)
    agreed = html.split('name="agreed" value="')[1].split('"')[0]
    assert agreed.startswith("late:1x9900")
    returned(kaisas_desk, booking, agreed=agreed)
    booking.refresh_from_db()
    assert (booking.state, bills.total_cents(booking)) == ("returned", 9_900)


def test_in_time_with_fuel_and_without_damage_three_taps_are_enough(kaisas_desk: Client) -> None:
    booking = out_now()
    Booking.objects.filter(pk=booking.pk).update(ends_at=timezone.now() + timedelta(hours=1))
    page = kaisas_desk.get(reverse("admin:desk-return", args=[booking.pk])).content.decode()
    agreed = page.split('name="agreed" value="')[1].split('"')[0]
    html = returned(kaisas_desk, booking, agreed=agreed, contact_right="on")
    assert "Vesijetti on palautettu." in html
    booking.refresh_from_db()
    assert booking.state == "returned"
    aino = Customer.objects.get(pk=booking.customer_id)
    assert aino.contact_checked_by == cast.kaisa()


def test_the_fees_while_typing_change_nothing(kaisas_desk: Client) -> None:
    booking = out_now()
    form = {"fuel": "less", "fuel_l": "50", "harm": "new", "damage": "Lommo", "charge_fuel": "on"}
    html = kaisas_desk.post(reverse("admin:desk-return-fees", args=[booking.pk]), form)
    assert "27,50" in html.content.decode()
    booking.refresh_from_db()
    assert booking.state == "out"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"harm": ""}, "onko uusia vaurioita vai ei"),
        ({"fuel": ""}, "Katso polttoainemittaria"),
        ({"fuel_l": "51"}, "kumpi pitää paikkansa"),
        ({"damage": "Lommo"}, "Kirjoitit vauriosta"),
        ({"harm": "new"}, "Kerro, mikä vaurio on."),
        ({"harm": "new", "damage": "Lommo", "charge_damage": "on"}, "Kirjoita ensin arvio"),
    ],
)
def test_a_return_that_is_not_clear_asks_and_loses_nothing(
    fields: dict[str, str], words: str, kaisas_desk: Client
) -> None:
    booking = out_now()
    html = returned(kaisas_desk, booking, condition="Märkä penkki", **fields)
    assert words in html
    assert "Märkä penkki" in html
    booking.refresh_from_db()
    assert booking.state == "out"


def test_damage_costs_its_estimate_and_at_most_the_deductible_that_was_signed() -> None:
    booking = out_now()
    assert fees.damage_cents(booking, 30_000) == 30_000
    assert fees.damage_cents(booking, 900_000) == 200_000
    assert fees.damage_cents(booking, None) is None


def test_new_marks_belong_to_the_case_that_the_return_opens(kaisas_desk: Client) -> None:
    booking = out_now()
    new = {"zone": "bow", "kind": "crack", "x": "870", "y": "215"}
    form = {
        **marks_form(new), "harm": "new", "fuel": "same", "damage": "Keula halki",
        "estimate": "3000", "charge_damage": "on",
    }  # fmt: skip
    page = reverse("admin:desk-return", args=[booking.pk])
    shown = kaisas_desk.post(page, form).content.decode()
    assert "2 000,00" in shown.replace("\xa0", " ")
    agreed = shown.split('name="agreed" value="')[1].split('"')[0]
    kaisas_desk.post(page, {**form, "agreed": agreed})
    case = Case.objects.get(booking=booking)
    assert (case.fee_cents, case.charged_at is not None) == (200_000, True)
    assert case.marks.get().kind == "crack"
    assert bills.total_cents(booking) == 200_000


def test_what_is_not_out_is_not_taken_back(kaisas_desk: Client) -> None:
    booking = book(cast.aino())
    html = returned(kaisas_desk, booking, agreed="")
    assert "Vesijettiä ei ole luovutettu" in html
    booking.refresh_from_db()
    assert booking.state == "reserved"


def test_a_renter_banned_or_erased_after_signing_does_not_get_the_craft(
    kaisas_desk: Client,
) -> None:
    booking = book(
        cast.aino(),
        starts_at=timezone.now(),
        ends_at=timezone.now() + timedelta(hours=1),
        at=timezone.now(),
    )
    signed(booking)
    cast.ban(booking.customer, reason="Ajoi uimarannalla.")
    form: dict[str, Any] = {"fuel_l": "60"}
    for checked in ticked(booking):
        form |= {f"{checked.driver.pk}-{name}": "on" for name in rentals.CHECKLIST}
    page = reverse("admin:desk-handover", args=[booking.pk])
    html = kaisas_desk.post(page, form).content.decode()
    assert "Ajoi uimarannalla." in html
    assert 'value="60"' in html
    assert FULL.fuel_l == 60


def test_photos_sent_with_an_unclear_return_are_kept_and_a_false_one_is_told(
    kaisas_desk: Client,
) -> None:
    booking = out_now()
    false = SimpleUploadedFile("kuva.jpg", b"MZ" + bytes(200), "image/jpeg")
    form = {**marks_form(), "harm": "", "condition": "Märkä", "photos": [photo(), false, bomb()]}
    html = kaisas_desk.post(reverse("admin:desk-return", args=[booking.pk]), form).content.decode()
    assert "Kuvia tallennettu: 1." in html
    assert html.count("message--error") == 2
    assert "Märkä" in html
    assert booking.attachments.get().moment == "return"
