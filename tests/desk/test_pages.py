"""The pages of the desk, role by role, and what is done on them."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone, translation

from register.desk import panels
from register.desk.urls import PAGES
from register.models import AuditEvent, Booking, Case, Customer, Deposit, Payment, Rental
from register.services import rentals
from tests import cast
from tests.desk.conftest import SignedIn


def test_the_dock_sees_neither_mask_nor_messages_nor_consents_of_aino(signed_in: SignedIn) -> None:
    story = cast.story()
    html = (
        signed_in(cast.olli())
        .get(reverse("admin:desk-person", args=[story.aino.pk]))
        .content.decode()
    )
    assert "131052" not in html
    assert story.message.body not in html
    assert "Suostumukset" not in html
    assert str(story.aino.phone) in html
    full = (
        signed_in(cast.kaisa())
        .get(reverse("admin:desk-person", args=[story.aino.pk]))
        .content.decode()
    )
    assert "131052-****" in full
    assert story.message.body in full


SAMPLES = {"uuid": uuid4(), "int": 7, "slug": "sana"}


def test_no_page_stands_in_front_of_another() -> None:
    """Of two routes that fit an address the first is taken: the other page is never seen."""
    for route, _view, name, _more in PAGES:
        found = re.findall(r"<(\w+):(\w+)>", route)
        given = {argument: SAMPLES[converter] for converter, argument in found}
        assert resolve(reverse(f"admin:{name}", kwargs=given)).url_name == name


# -- Reveal ---------------------------------------------------------------------------------------


def reveal(
    client: Client, aino: Customer, reason: str, column: str = "personal_identity_code"
) -> Any:
    key = f"Identity.{column}.{aino.identity.pk}"
    return client.post(reverse("admin:desk-reveal", args=[aino.pk]), {"key": key, "reason": reason})


def test_a_revealed_number_is_shown_once_written_down_and_not_kept_by_the_browser(
    kaisas_desk: Client,
) -> None:
    aino = cast.aino()
    shown = reveal(kaisas_desk, aino, "agreement")
    assert cast.AINOS_CODE in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    line = AuditEvent.objects.get(verb="reveal")
    assert (line.customer_id, line.reason) == (aino.pk, "agreement")
    assert cast.AINOS_CODE not in str(AuditEvent.objects.values())


@pytest.mark.parametrize("reason", ["", "curiosity"])
def test_nothing_is_revealed_without_a_declared_reason(reason: str, kaisas_desk: Client) -> None:
    answer = reveal(kaisas_desk, cast.aino(), reason)
    assert answer.status_code == 302
    assert not AuditEvent.objects.filter(verb="reveal").exists()


def test_a_reveal_does_not_reach_into_another_persons_row(kaisas_desk: Client) -> None:
    aino, eero = cast.aino(), cast.eero()
    key = f"Identity.personal_identity_code.{aino.identity.pk}"
    html = kaisas_desk.post(
        reverse("admin:desk-reveal", args=[eero.pk]), {"key": key, "reason": "identify"}
    ).content.decode()
    assert cast.AINOS_CODE not in html


# -- People ---------------------------------------------------------------------------------------


def person_form(**changed: str) -> dict[str, str]:
    return {
        "kind": "private", "first_name": "Oona", "last_name": "Kari", "phone": "040 765 4321",
        "email": "", "language": "fi", "wishes": "", **changed,
    }  # fmt: skip


def test_a_new_person_gets_the_next_number_and_a_phone_in_its_normal_form(
    kaisas_desk: Client,
) -> None:
    answer = kaisas_desk.post(reverse("admin:desk-person-new"), person_form())
    oona = Customer.objects.get(last_name="Kari")
    assert answer["Location"] == reverse("admin:desk-person", args=[oona.pk])
    assert (str(oona.phone.as_e164), oona.saved_by) == ("+358407654321", cast.kaisa())
    assert oona.contact_checked_at


def test_somebody_alike_is_shown_before_a_second_one_is_made(kaisas_desk: Client) -> None:
    oona = cast.customer(first_name="Oona", last_name="Kari")
    asked = kaisas_desk.post(reverse("admin:desk-person-new"), person_form())
    html = asked.content.decode()
    assert reverse("admin:desk-person", args=[oona.pk]) in html
    assert 'name="phone" value="040 7654321"' in html
    assert Customer.objects.count() == 1
    kaisas_desk.post(reverse("admin:desk-person-new"), person_form(sure="on"))
    assert Customer.objects.count() == 2


def test_a_person_nobody_can_reach_is_asked_for_a_number_and_nothing_typed_is_lost(
    kaisas_desk: Client,
) -> None:
    form = person_form(phone="", wishes="Ei aamuisin")
    html = kaisas_desk.post(reverse("admin:desk-person-new"), form).content.decode()
    assert "Anna puhelinnumero tai sähköpostiosoite" in html
    assert 'href="#id_phone"' in html
    assert "Ei aamuisin" in html


@pytest.mark.parametrize(("language", "words"), [
    ("fi", "Puhelinnumero ei ole kokonainen."), ("sv", "Telefonnumret är inte helt."),
])  # fmt: skip
def test_half_a_phone_number_is_refused_in_the_clerks_language(
    language: str, words: str, kaisas_desk: Client
) -> None:
    with translation.override(language):
        answer = kaisas_desk.post(reverse("admin:desk-person-new"), person_form(phone="12"))
    assert words in answer.content.decode()


def test_contact_details_are_corrected_on_the_spot_and_stamped(kaisas_desk: Client) -> None:
    aino = cast.aino()
    form = person_form(first_name="Aino", last_name="Aallokko", seen=aino.saved_at.isoformat())
    page = reverse("admin:desk-contact", args=[aino.pk])
    assert kaisas_desk.post(page, form).status_code == 302
    aino.refresh_from_db()
    assert str(aino.phone.as_e164) == "+358407654321"
    assert aino.contact_checked_by == cast.kaisa()
    line = AuditEvent.objects.get(verb="rectify")
    assert set(line.fields) == {"phone", "email"}
    stale = kaisas_desk.post(page, {**form, "first_name": "Aina"})
    assert "Joku muu on tallentanut" in stale.content.decode()


def test_still_right_stamps_the_check_and_is_no_event_of_the_clock(kaisas_desk: Client) -> None:
    aino = cast.aino()
    before = aino.last_event_on
    kaisas_desk.post(reverse("admin:desk-contact-checked", args=[aino.pk]))
    aino.refresh_from_db()
    assert aino.contact_checked_at
    assert aino.last_event_on == before


# -- Today ----------------------------------------------------------------------------------------


def test_the_front_page_shows_problems_first_then_the_day(kaisas_desk: Client) -> None:
    now = timezone.now()
    aino, eero = cast.aino(), cast.eero()
    late = cast.booking(aino, starts_at=now - timedelta(hours=6), state=Booking.State.OUT)
    html = kaisas_desk.get(reverse("admin:index")).content.decode()
    assert "Kaipaa huomiota nyt" in html
    assert reverse("admin:desk-booking", args=[late.pk]) in html
    Booking.objects.filter(pk=late.pk).update(ends_at=now + timedelta(minutes=5))
    cast.booking(eero, starts_at=now + timedelta(seconds=5))
    html = kaisas_desk.get(reverse("admin:index")).content.decode()
    assert "Kaipaa huomiota nyt" not in html
    assert "Aino Aallokko" in html


def test_marketing_and_the_owner_find_something_of_theirs_on_the_front_page(
    signed_in: SignedIn,
) -> None:
    cast.booking(cast.aino(), starts_at=timezone.now() + timedelta(seconds=30))
    assert "Aino" not in signed_in(cast.mauri()).get(reverse("admin:index")).content.decode()
    assert signed_in(cast.leena()).get(reverse("admin:index")).status_code == 200


def test_another_app_puts_its_panel_on_the_desk_and_decides_who_sees_it(
    rf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panels, "_panels", [])
    request = rf.get("/")
    panel = panels.Panel(
        place=panels.FRONT, template="x.html",
        context=lambda request, customer: {"open": 3} if request.open else None,
    )  # fmt: skip
    panels.add(panel)
    panels.add(panel)
    request.open = True
    assert panels.shown(panels.FRONT, request) == [("x.html", {"open": 3})]
    request.open = False
    assert panels.shown(panels.FRONT, request) == []


# -- The walk -------------------------------------------------------------------------------------


def local(at: Any) -> str:
    return str(timezone.localtime(at).strftime("%Y-%m-%dT%H:%M"))


def booking_form(craft: Any, **changed: str) -> dict[str, str]:
    start = timezone.now() + timedelta(hours=1)
    empty = {f"drivers-{i}-{name}": "" for i in (0, 1) for name in ("first_name", "last_name")}
    return {
        "craft": str(craft.pk), "starts_at": local(start),
        "ends_at": local(start + timedelta(hours=2)), "age_group": "adult", "drives": "on",
        "wishes": "", "drivers-TOTAL_FORMS": "2", "drivers-INITIAL_FORMS": "0", **empty, **changed,
    }  # fmt: skip


def test_a_clerk_walks_from_booking_to_return(signed_in: SignedIn) -> None:
    kaisa, olli = signed_in(cast.kaisa()), signed_in(cast.olli())
    aino, craft = cast.aino(), cast.craft()
    kaisa.post(
        reverse("admin:desk-book", args=[aino.pk]),
        booking_form(craft, **{
            "drivers-0-first_name": "Eero", "drivers-0-last_name": "Aalto",
            "drivers-0-age_group": "youth",
        }),
    )  # fmt: skip
    booking = Booking.objects.get()
    assert booking.drivers.count() == 2
    at = {name: reverse(f"admin:desk-{name}", args=[booking.pk]) for name in (
        "booking", "agreement-make", "handover", "return", "pay", "deposit", "line-add",
    )}  # fmt: skip
    kaisa.post(at["agreement-make"], {"language": "sv"})
    agreement = booking.agreements.get()
    assert agreement.language == "sv"
    kaisa.post(
        reverse("admin:desk-agreement-sign", args=[agreement.pk]), {"document_type": "passport"}
    )
    kaisa.post(at["deposit"], {"deposit-amount": "500", "deposit-method": "card"})
    kaisa.post(at["pay"], {"amount": "198,00", "method": "card"})
    boxes = {f"{driver.pk}-{box}": "on" for driver in booking.drivers.all()
             for box in rentals.CHECKLIST}  # fmt: skip
    gauges = {"fuel_l": "60,0", "hours_in": "100,0", "condition": "Ehjä"}
    assert olli.post(at["handover"], {**gauges, **boxes}).status_code == 302
    back = {
        "fuel": "less",
        "fuel_l": "55",
        "hours_in": "102",
        "harm": "new",
        "damage": "Kolhu",
        "estimate": "120",
        "charge_fuel": "on",
        "marks-TOTAL_FORMS": "0",
        "marks-INITIAL_FORMS": "0",
    }
    shown = olli.post(at["return"], back)
    assert Case.objects.count() == 0
    back["agreed"] = shown.context["fees"].key
    assert olli.post(at["return"], back).status_code == 302
    booking.refresh_from_db()
    assert booking.state == "returned"
    assert Payment.objects.get().amount_cents == 19_800
    assert Case.objects.get().estimate_cents == 12_000
    assert Deposit.objects.get().expires_at
    page = kaisa.get(at["booking"]).content.decode()
    assert "Kolhu" in page


def test_too_much_paid_is_said_so_that_it_goes_back(kaisas_desk: Client) -> None:
    booking = cast.booking(cast.aino(), state="returned")
    cast.line(booking, unit_price_cents=10_000, quantity=1)
    kaisas_desk.post(
        reverse("admin:desk-pay", args=[booking.pk]),
        {"amount": "150,00", "method": "cash", "confirmed": "on"},
    )
    page = kaisas_desk.get(reverse("admin:desk-booking", args=[booking.pk])).content.decode()
    assert "Maksettu 50,00\u00a0€ liikaa" in page
    assert "Mitään ei ole tekemättä" not in page


def test_a_refused_booking_names_the_reason_offers_what_is_free_and_keeps_what_was_typed(
    kaisas_desk: Client,
) -> None:
    taken, free = cast.craft(), cast.craft()
    page = reverse("admin:desk-book", args=[cast.aino().pk])
    kaisas_desk.post(page, booking_form(taken))
    form = booking_form(
        taken, wishes="Kaksi liiviä", **{"drivers-0-first_name": "Ilma", "drivers-0-last_name": ""}
    )
    first = kaisas_desk.post(page, form).content.decode()
    assert 'href="#id_drivers-0-last_name"' in first
    form = booking_form(taken, wishes="Kaksi liiviä")
    html = kaisas_desk.post(page, form).content.decode()
    assert "on jo varattu" in html
    assert f"{free.registration} {free.name}".strip() in html
    assert "Kaksi liiviä" in html
    assert Booking.objects.count() == 1


def test_a_child_at_the_helm_and_a_missing_age_are_refused_beside_the_field(
    kaisas_desk: Client,
) -> None:
    page, craft = reverse("admin:desk-book", args=[cast.aino().pk]), cast.craft()
    for age in ("", "child", "youth"):
        html = kaisas_desk.post(page, booking_form(craft, age_group=age)).content.decode()
        assert 'id="id_age_group_error"' in html
    assert not Booking.objects.exists()
    assert Customer.objects.count() == 1


def test_a_banned_persons_form_says_so_before_anything_is_typed(kaisas_desk: Client) -> None:
    aino = cast.aino()
    cast.ban(aino, starts_on=timezone.localdate(), ends_on=None, reason="Ajoi uimarannalla.")
    html = kaisas_desk.get(reverse("admin:desk-book", args=[aino.pk])).content.decode()
    assert "Ajoi uimarannalla." in html


def test_the_second_clerk_moving_a_booking_is_told_what_stands_now(kaisas_desk: Client) -> None:
    booking = cast.booking(cast.aino(), starts_at=timezone.now() + timedelta(days=1))
    page = reverse("admin:desk-booking-change", args=[booking.pk])
    form = {
        "craft": str(booking.craft_id), "starts_at": local(booking.starts_at),
        "ends_at": local(booking.ends_at), "seen": booking.saved_at.isoformat(),
    }  # fmt: skip
    assert kaisas_desk.post(page, {**form, "wishes": "Liivit XS"}).status_code == 302
    html = kaisas_desk.post(page, {**form, "wishes": "Koira mukaan"}).content.decode()
    assert "Joku muu on tallentanut" in html
    assert "Liivit XS" in html
    assert "Koira mukaan" in html


def test_an_unticked_box_stops_the_handover_and_the_ticked_ones_stay(kaisas_desk: Client) -> None:
    booking = cast.booking(cast.aino(), starts_at=timezone.now() + timedelta(minutes=5))
    cast.agreement(booking)
    driver = cast.driver(booking.customer, booking)
    form = {f"{driver.pk}-briefed": "on", "fuel_l": "60"}
    html = kaisas_desk.post(
        reverse("admin:desk-handover", args=[booking.pk]), form
    ).content.decode()
    assert "Kaikki kohdat rastitetaan" in html
    assert html.count(" checked") == 1
    assert not Rental.objects.exists()


def test_a_quote_becomes_a_booking_with_its_wishes(kaisas_desk: Client) -> None:
    aino, craft = cast.aino(), cast.craft()
    quote = cast.quote(aino, state="open", craft_class=craft.craft_class)
    page = f"{reverse('admin:desk-book', args=[aino.pk])}?quote={quote.pk}"
    assert page in kaisas_desk.get(reverse("admin:desk-person", args=[aino.pk])).content.decode()
    assert quote.wishes in kaisas_desk.get(page).content.decode()
    kaisas_desk.post(page, booking_form(craft))
    quote.refresh_from_db()
    assert (quote.state, quote.booking) == ("booked", Booking.objects.get())


def test_wishes_refuse_a_card_number(kaisas_desk: Client) -> None:
    form = booking_form(cast.craft(), wishes="Kortti 4242-4242-4242-4242")
    page = reverse("admin:desk-book", args=[cast.aino().pk])
    assert "kortin numero" in kaisas_desk.post(page, form).content.decode()
    assert not Booking.objects.exists()


# -- When it does not work ------------------------------------------------------------------------


def test_a_closed_page_says_so_in_words(signed_in: SignedIn) -> None:
    answer = signed_in(cast.mauri()).get(reverse("admin:desk-person-new"))
    assert "Ei kuulu rooliisi" in answer.content.decode()


def test_an_unknown_person_is_nothing_here(kaisas_desk: Client) -> None:
    answer = kaisas_desk.get(reverse("admin:desk-person", args=[cast.craft().pk]))
    assert answer.status_code == 404
    assert "Täällä ei ole mitään" in answer.content.decode()


def test_a_form_without_its_token_is_refused_in_words(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.kaisa())
    answer = client.post(reverse("admin:desk-search"), {"q": "aino"})
    assert answer.status_code == 403
    assert "Lomake oli vanhentunut" in answer.content.decode()


def test_whoever_signs_in_again_in_the_middle_of_a_form_is_told_that_it_was_not_done(
    kaisas_desk: Client,
) -> None:
    answer = kaisas_desk.get(reverse("admin:desk-pay", args=[cast.booking(cast.aino()).pk]))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Tätä ei tehty" in answer.content.decode()


def test_no_address_leads_from_the_desk_to_a_rows_page_elsewhere(kaisas_desk: Client) -> None:
    assert kaisas_desk.get(f"{reverse('admin:index')}r/1/1/").status_code == 404


def test_an_extra_is_one_press_away(kaisas_desk: Client) -> None:
    booking = cast.booking(cast.aino())
    cast.extra(price_cents=1_500)
    cast.extra(price_cents=99, in_use=False)
    page = kaisas_desk.get(reverse("admin:desk-booking", args=[booking.pk])).content.decode()
    assert 'name="unit_price" value="15.00"' in page
    assert 'value="0.99"' not in page
    wish = {"kind": "extra", "description": "Märkäpuku", "quantity": "1", "unit_price": "15.00"}
    kaisas_desk.post(reverse("admin:desk-line-add", args=[booking.pk]), wish)
    assert booking.lines.get().unit_price_cents == 1_500


def test_from_todays_row_a_craft_is_taken_back_or_handed_over_in_one_press(
    kaisas_desk: Client, signed_in: SignedIn
) -> None:
    now = timezone.now()
    out = cast.booking(
        cast.aino(),
        state="out",
        starts_at=now - timedelta(hours=3),
        ends_at=now - timedelta(hours=1),
    )
    signed = cast.booking(cast.eero(), starts_at=now - timedelta(minutes=5))
    cast.agreement(signed, state="void")
    cast.agreement(signed)
    unsigned = cast.booking(cast.customer(), starts_at=now - timedelta(minutes=4))
    html = kaisas_desk.get(reverse("admin:index")).content.decode()
    assert reverse("admin:desk-return", args=[out.pk]) in html
    assert reverse("admin:desk-handover", args=[signed.pk]) in html
    assert reverse("admin:desk-handover", args=[unsigned.pk]) not in html
    birgits = signed_in(cast.birgit()).get(reverse("admin:index")).content.decode()
    assert reverse("admin:desk-booking", args=[out.pk]) in birgits
    assert reverse("admin:desk-return", args=[out.pk]) not in birgits
