"""Data of a person given to others: never without a basis, and always written down."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from register import policy
from register.models import AuditEvent, Customer, Disclosure
from register.services import disclosures
from requests_app.packages import collecting
from tests import cast

pytestmark = pytest.mark.django_db
POLICE: dict[str, Any] = {
    "recipient": "police", "office": "Helsingin poliisilaitos", "categories": ["basics", "history"],
    "what": "Nimi ja vuokrausaika", "basis": "police", "reference": "5500/R/1/26",
    "disclosed_at": cast.NOW,
}  # fmt: skip


def give(of: Customer, by: Any = None, **said: Any) -> Disclosure:
    return disclosures.give(customer=of, by=by or cast.petra(), at=cast.NOW, **(POLICE | said))


def test_the_police_get_what_the_law_lets_them_and_the_audit_says_on_which_basis() -> None:
    row = give(cast.aino())
    assert row.legal_ground == "Poliisilaki 872/2011, 4:3"
    line = AuditEvent.objects.get(verb="disclosed")
    assert (line.reason, line.customer_id) == ("police", row.customer_id)


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"basis": ""}, disclosures.NoBasis),
        ({"basis": "curiosity"}, disclosures.NoBasis),
        ({"basis": "tax"}, disclosures.WrongBasis),
        ({"basis": "other_law"}, disclosures.NoStatute),
        ({"disclosed_at": cast.NOW + (cast.NOW - cast.moment(cast.TODAY, 1))}, disclosures.NotYet),
    ],
)
def test_nothing_is_given_without_a_basis_that_fits(said: dict[str, Any], refusal: Any) -> None:
    with pytest.raises(refusal):
        give(cast.aino(), **said)
    assert not Disclosure.objects.exists()


def test_another_statute_is_named_by_its_section() -> None:
    row = give(cast.aino(), basis="other_law", statute="Kuluttajansuojalaki 38/1978, 9:1")
    assert row.legal_ground == "Kuluttajansuojalaki 38/1978, 9:1"


def test_what_is_restricted_is_not_given_to_an_insurer_unless_aino_asks() -> None:
    aino = cast.aino()
    cast.restriction(aino, purpose=policy.SERVICE.key)
    insurer = {"recipient": "insurer", "office": "Kuvitteellinen Vakuutus"}
    with pytest.raises(disclosures.Stopped):
        give(aino, basis="claim", **insurer)
    assert give(aino, basis="asked", **insurer).legal_ground == "GDPR 6(1)(a)"


def test_kaisa_gives_nothing_out() -> None:
    with pytest.raises(PermissionDenied):
        give(cast.aino(), by=cast.kaisa())


def test_petra_fills_the_form_in_and_aino_sees_it_in_her_copy(client: Client) -> None:
    aino = cast.aino()
    client.force_login(cast.petra())
    page = reverse("admin:desk-disclose", args=[aino.pk])
    said = {**POLICE, "disclosed_at": timezone.localtime(cast.NOW).strftime("%Y-%m-%dT%H:%M")}
    refused = client.post(page, {name: text for name, text in said.items() if name != "basis"})
    assert str(disclosures.NoBasis()) in refused.content.decode()
    assert "Helsingin poliisilaitos" in refused.content.decode()
    assert client.post(page, said).status_code == 302
    [told] = collecting.collect(aino, language="fi").given
    assert (told.recipient, told.ground) == (
        "poliisi: Helsingin poliisilaitos", "Poliisilaki 872/2011, 4:3",
    )  # fmt: skip
    assert (
        "Helsingin poliisilaitos"
        in client.get(reverse("admin:desk-person", args=[aino.pk])).content.decode()
    )


def test_from_a_case_the_form_is_half_filled_in_for_the_insurer(client: Client) -> None:
    case = cast.case(cast.aino())
    client.force_login(cast.petra())
    page = f"{reverse('admin:desk-disclose', args=[case.customer_id])}?case={case.number}"
    form = client.get(page).context["form"]
    assert (form.initial["case"], form.initial["basis"]) == (case.pk, "claim")


def test_every_recipient_on_offer_has_a_basis_and_every_basis_a_declared_recipient() -> None:
    for basis in policy.DISCLOSURE_BASES:
        assert set(basis.recipients) <= set(policy.RECIPIENT_KEYS)
        assert basis.purpose in ("", *policy.PURPOSE_KEYS)
    assert policy.IT_PROVIDER.key not in disclosures.recipients()
