"""The page on which the second person says yes or no."""

import pytest
from django.urls import reverse
from django.utils import timezone

from register.models import Approval
from register.services import approvals
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting() -> Approval:
    return approvals.ask(
        kind="mass_export", what={"table": "x"}, about="Varaukset", by=cast.birgit(),
        at=timezone.now(),
    )  # fmt: skip


def test_leena_finds_it_on_her_front_page_and_approves(signed_in, waiting) -> None:
    leena = signed_in(cast.leena())
    assert "Varaukset" in leena.get(reverse("admin:index")).content.decode()
    assert "Varaukset" in leena.get(reverse("admin:desk-approvals")).content.decode()
    leena.post(reverse("admin:desk-approve", args=[waiting.pk]))
    waiting.refresh_from_db()
    assert (waiting.outcome, waiting.decided_by) == ("approved", cast.leena())
    birgit = signed_in(cast.birgit())
    assert "Hyväksytty" in birgit.get(reverse("admin:desk-approvals")).content.decode()


def test_birgit_sees_what_she_asked_and_cannot_approve_it(signed_in, waiting) -> None:
    birgit = signed_in(cast.birgit())
    page = birgit.get(reverse("admin:desk-approvals")).content.decode()
    assert "Varaukset" in page
    assert "hyvaksy/" not in page
    assert birgit.post(reverse("admin:desk-approve", args=[waiting.pk])).status_code == 403


def test_approving_takes_a_post(signed_in, waiting) -> None:
    leena = signed_in(cast.leena())
    assert leena.get(reverse("admin:desk-approve", args=[waiting.pk])).status_code == 405
    leena.post(reverse("admin:desk-disapprove", args=[waiting.pk]))
    waiting.refresh_from_db()
    assert waiting.outcome == "refused"
    again = leena.post(reverse("admin:desk-approve", args=[waiting.pk]), follow=True)
    assert "ratkaistu jo" in again.content.decode()
