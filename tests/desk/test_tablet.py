"""The tablet in a customer's hand: one agreement, and nothing else of the system."""

from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from register.models import Agreement, Attachment, AuditEvent, IdentityCheck
from register.services import contracts
from tests import cast

pytestmark = pytest.mark.django_db
STROKES = "120,200 160,120 220,240 300,90 380,260 460,140;500,200 620,180"
SIGNED = {"strokes": STROKES, "firm_strokes": STROKES}
PASSWORD = "kolme-meritahtea-laiturilla"


def draft(language: str = "fi") -> Agreement:
    booking = cast.booking(cast.aino())
    cast.driver(booking.customer, booking)
    cast.line(booking)
    return contracts.make(booking=booking, language=language, by=cast.kaisa(), at=cast.NOW)


@pytest.fixture
def in_hands(signed_in: Any) -> tuple[Client, Agreement]:
    """Kaisa has seen Aino's licence and handed the tablet over."""
    kaisa = cast.kaisa()
    kaisa.set_password(PASSWORD)
    kaisa.save()
    client, agreement = signed_in(kaisa), draft()
    answer = client.post(
        reverse("admin:desk-tablet-give", args=[agreement.pk]), {"document_type": "driving_licence"}
    )
    assert answer["Location"] == reverse("admin:desk-tablet")
    return client, agreement


def names(patterns: Any, space: str = "") -> list[str]:
    """Names of every address that needs no argument."""
    found = []
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            found += names(one.url_patterns, inner)
        elif isinstance(one, URLPattern) and one.name and not one.pattern.regex.groups:
            found.append(f"{space}{one.name}")
    return found


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def test_aino_sees_her_agreement_in_her_language_and_no_way_to_anything_else(
    signed_in: Any,
) -> None:
    client, agreement = signed_in(cast.kaisa()), draft("sv")
    client.post(
        reverse("admin:desk-tablet-give", args=[agreement.pk]), {"document_type": "passport"}
    )
    html = client.get(reverse("admin:desk-tablet")).content.decode()
    assert '<html lang="sv">' in html
    assert agreement.number in html
    assert "131052-****" in html
    assert cast.AINOS_CODE not in html
    assert "<a " not in html
    forms = {reverse("admin:desk-tablet-back"), reverse("admin:desk-tablet-out")}
    assert all(f'action="{at}"' in html for at in forms)
    assert html.count("<form") == 3


def test_every_other_address_leads_back_to_the_agreement(
    in_hands: tuple[Client, Agreement],
) -> None:
    client, agreement = in_hands
    tablet = reverse("admin:desk-tablet")
    own = {"admin:desk-tablet", "admin:desk-tablet-back", "admin:desk-tablet-out"}
    addresses = [
        address
        for name in names(get_resolver().url_patterns)
        if name not in own and (address := _address(name))
    ]
    addresses += [
        reverse("admin:desk-person", args=[agreement.customer_id]),
        reverse("admin:desk-agreement-pdf", args=[agreement.pk]),
        "/hallinta/ei-ole/", "/hallinta/tabletti/../",
    ]  # fmt: skip
    assert len(addresses) > 30
    for address in addresses:
        for ask in (client.get, client.post):
            answer = ask(address)
            assert (answer.status_code, answer["Location"]) == (302, tablet), address
    assert client.get("/sv/hallinta/")["Location"] == f"/sv{tablet}"


def test_before_the_tablet_is_handed_over_the_same_addresses_do_open(kaisas_desk: Client) -> None:
    assert kaisas_desk.get(reverse("admin:index")).status_code == 200
    assert kaisas_desk.get(reverse("admin:desk-tablet"))["Location"] == reverse("admin:index")


def test_what_she_signs_counts_and_the_kind_of_photo_id_kaisa_saw_is_stamped(
    in_hands: tuple[Client, Agreement],
) -> None:
    client, agreement = in_hands
    answer = client.post(reverse("admin:desk-tablet"), SIGNED)
    assert answer["Location"] == reverse("admin:desk-tablet")
    agreement.refresh_from_db()
    assert (agreement.state, agreement.signing) == ("signed", "tablet")
    assert IdentityCheck.objects.get().document_type == "driving_licence"
    html = client.get(reverse("admin:desk-tablet")).content.decode()
    assert "allekirjoitettu" in html
    assert "Aallokko" not in html


def test_a_signature_sent_again_after_the_connection_broke_counts_once(
    in_hands: tuple[Client, Agreement],
) -> None:
    client, agreement = in_hands
    for _time in range(2):
        answer = client.post(reverse("admin:desk-tablet"), SIGNED)
        assert answer["Location"] == reverse("admin:desk-tablet")
    assert Attachment.objects.filter(agreement=agreement, kind="signature").count() == 1
    assert AuditEvent.objects.filter(verb="agreement.signed").count() == 1


@pytest.mark.parametrize("strokes", ["", "10,10", "<script>"])
def test_an_empty_box_is_asked_about_and_nothing_is_signed(
    strokes: str, in_hands: tuple[Client, Agreement]
) -> None:
    client, agreement = in_hands
    html = client.post(
        reverse("admin:desk-tablet"), {"strokes": strokes, "firm_strokes": STROKES}
    ).content.decode()
    assert "Allekirjoita ensin ruutuun." in html
    agreement.refresh_from_db()
    assert agreement.state == "draft"


def test_without_the_firms_signature_nothing_is_signed_and_the_page_says_who_is_missing(
    in_hands: tuple[Client, Agreement],
) -> None:
    client, agreement = in_hands
    html = client.post(reverse("admin:desk-tablet"), {"strokes": STROKES}).content.decode()
    assert "Myös yritys allekirjoittaa" in html
    agreement.refresh_from_db()
    assert agreement.state == "draft"


def test_kaisas_password_gives_the_desk_back_and_leads_to_the_handover(
    in_hands: tuple[Client, Agreement],
) -> None:
    client, agreement = in_hands
    client.post(reverse("admin:desk-tablet"), SIGNED)
    wrong = client.post(reverse("admin:desk-tablet-back"), {"password": "arvaus"})
    assert 'role="alert"' in wrong.content.decode()
    assert client.get(reverse("admin:index")).status_code == 302
    answer = client.post(reverse("admin:desk-tablet-back"), {"password": PASSWORD})
    assert answer["Location"] == reverse("admin:desk-handover", args=[agreement.booking_id])
    assert client.get(reverse("admin:index")).status_code == 200
    denied = AuditEvent.objects.filter(verb="tablet.back", outcome="denied")
    assert denied.count() == 1


def test_who_guesses_five_times_is_signed_out(in_hands: tuple[Client, Agreement]) -> None:
    client, _agreement = in_hands
    for number in range(5):
        client.post(reverse("admin:desk-tablet-back"), {"password": f"arvaus {number}"})
    assert reverse("admin:login") in client.get(reverse("admin:index"))["Location"]


def test_an_agreement_that_the_desk_has_voided_meanwhile_is_not_signed(
    in_hands: tuple[Client, Agreement],
) -> None:
    client, agreement = in_hands
    contracts.void(agreement=agreement, by=cast.kaisa(), at=cast.NOW)
    client.post(reverse("admin:desk-tablet"), SIGNED)
    agreement.refresh_from_db()
    assert agreement.state == "void"
    assert "ei ole enää voimassa" in client.get(reverse("admin:desk-tablet")).content.decode()


def test_olli_at_the_dock_hands_no_agreement_over(signed_in: Any) -> None:
    answer = signed_in(cast.olli()).post(
        reverse("admin:desk-tablet-give", args=[draft().pk]), {"document_type": "passport"}
    )
    assert answer.status_code == 403
