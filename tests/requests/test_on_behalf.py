"""A guardian, a trustee or somebody authorised asks for the person, and shows the mandate."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from register.models import IdentityCheck
from requests_app.models import DataSubjectRequest
from requests_app.services import candidates, errors, steps
from tests import cast
from tests.requests.conftest import PAGES, fill_in, send

BEHALF = {"made_by": "guardian", "subject_name": "Aino Aallokko", "name": "Meri Ulappa"}


def test_meri_asks_for_her_child_on_the_form(client: Client, db) -> None:
    fill_in(client, **BEHALF, email="meri@posti.example")
    send(client)
    asked = DataSubjectRequest.objects.get()
    assert (asked.made_by, asked.subject_name) == ("guardian", "Aino Aallokko")


def test_who_asks_for_somebody_says_for_whom_and_others_leave_no_name(client: Client, db) -> None:
    page = fill_in(client, made_by="authorised").content.decode()
    assert 'id="id_subject_name-error"' in page
    client.post(PAGES["kenesta"], {"subject_name": "Eero"})
    client.post(PAGES["kenelle"], {"made_by": "self"})  # she changes her mind
    fill_in(client)
    send(client)
    assert DataSubjectRequest.objects.get().subject_name == ""


def test_the_clerk_is_shown_the_child_not_the_guardian(ask) -> None:
    aino = cast.aino()
    request = ask("confirmed", **BEHALF, email="meri@posti.example")
    [found] = candidates.find(request=request, by=cast.petra(), at=cast.NOW)
    assert (found.customer, len(found.alike)) == (aino, 1)


def test_a_representative_is_not_identified_without_the_mandate(client: Client, ask) -> None:
    request = ask("confirmed", **BEHALF)
    steps.match(request=request, customer=cast.aino(), by=cast.petra(), at=cast.NOW)
    with pytest.raises(errors.MandateMissing):
        steps.identify(request=request, document_type="passport", by=cast.petra(), at=cast.NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        DataSubjectRequest.objects.filter(pk=request.pk).update(
            state="identified", identified_at=cast.NOW, identified_by=cast.petra()
        )

    client.force_login(cast.petra())
    step = f"/hallinta/requests_app/datasubjectrequest/{request.pk}/vaihe/tunnista/"
    client.post(step, {"tunnista-document_type": "passport"})
    request.refresh_from_db()
    assert request.state == "confirmed"
    client.post(
        step, {"tunnista-document_type": "passport", "tunnista-mandate": "Huoltajuustodistus"}
    )
    request.refresh_from_db()
    assert (request.state, request.mandate) == ("identified", "Huoltajuustodistus")
    assert not IdentityCheck.objects.exists()  # it was not Aino who showed her ID
    assert "Huoltajuustodistus" in client.get(step.partition("vaihe")[0]).content.decode()


def test_a_mandate_is_not_asked_of_aino_herself(client: Client, ask) -> None:
    request = ask("confirmed")
    steps.match(request=request, customer=cast.aino(), by=cast.petra(), at=cast.NOW)
    client.force_login(cast.petra())
    page = client.get(f"/hallinta/requests_app/datasubjectrequest/{request.pk}/").content.decode()
    assert "tunnista-document_type" in page
    assert "tunnista-mandate" not in page


def test_a_slip_in_the_name_and_the_words_the_other_way_round_find_her(ask) -> None:
    aino = cast.aino()
    for name in ("Aino Alokko", "aallokko aino"):
        request = ask("confirmed", name=name, email="eri@posti.example")
        [found] = candidates.find(request=request, by=cast.petra(), at=cast.NOW)
        assert found.customer == aino


def test_the_guardian_in_the_register_is_not_taken_for_the_child(ask) -> None:
    aino = cast.aino()
    meri = cast.customer(email="meri@posti.example")
    cast.mandate(meri, aino)
    request = ask("confirmed", **(BEHALF | {"subject_name": "Joku Muu"}), email=meri.email)
    [found] = candidates.find(request=request, by=cast.petra(), at=cast.NOW)
    assert found.customer == aino  # Meri acts for her; nobody is chosen by the machine
    request.refresh_from_db()
    assert request.customer is None
