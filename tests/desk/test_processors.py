"""The list of processors: who acts for the firm, where, and under which agreement."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from register.models import AuditEvent, Processor
from register.services import processors
from tests import cast

pytestmark = pytest.mark.django_db
SAID: dict[str, Any] = {
    "name": "Kuvitteellinen Pilvi Oy", "business_id": "", "recipient": "it_provider",
    "acts_as": "processor", "processes": "Palvelimet", "country": "FI", "place": "Helsinki",
    "safeguard": "", "subprocessors": "", "signed_on": cast.TODAY, "valid_through": None,
    "review_on": None, "ended_on": None,
}  # fmt: skip


def keep(**said: Any) -> Processor:
    return processors.keep(said=SAID | said, by=cast.petra(), at=cast.NOW)


@pytest.mark.parametrize(
    "said",
    [
        {"country": "US"},
        {"safeguard": "clauses"},
        {"signed_on": None, "valid_through": cast.TODAY},
        {"valid_through": cast.date(2020, 1, 1)},
        {"business_id": "1234567-8"},
    ],
)
def test_what_does_not_hold_together_is_not_kept(said: dict[str, Any]) -> None:
    with pytest.raises(processors.Impossible) as refused:
        keep(**said)
    assert refused.value.field in SAID


def test_the_audit_says_what_changed_of_an_agreement() -> None:
    row = keep()
    processors.keep(
        row=row, said=SAID | {"valid_through": cast.TODAY}, by=cast.leena(), at=cast.NOW
    )
    assert AuditEvent.objects.get(verb="processor.changed").fields == ["valid_through"]


def test_kaisa_does_not_keep_the_list() -> None:
    with pytest.raises(PermissionDenied):
        processors.keep(said=SAID, by=cast.kaisa(), at=cast.NOW)


def test_petra_keeps_the_list_on_its_pages_and_nothing_typed_is_lost(client: Client) -> None:
    client.force_login(cast.petra())
    typed = {name: text or "" for name, text in SAID.items()} | {"country": "us"}
    refused = client.post(reverse("admin:processor-new"), typed)
    assert refused.status_code == 200
    assert "Kuvitteellinen Pilvi Oy" in refused.content.decode()
    assert refused.context["form"].errors["safeguard"]
    assert client.post(reverse("admin:processor-new"), typed | {"country": "fi"}).status_code == 302
    row = Processor.objects.get()
    assert row.country == "FI"
    page = reverse("admin:processor", args=[row.pk])
    assert client.post(page, typed | {"country": "FI", "signed_on": ""}).status_code == 302
    assert "badge--bad" in client.get(reverse("admin:processors")).content.decode()
