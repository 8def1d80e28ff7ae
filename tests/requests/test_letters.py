"""Decisions and their letters: declared grounds, uses really stopped, and where to turn."""

from io import BytesIO

import pytest
from django.conf import settings as project
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from register import policy
from register.models import ProcessingRestriction
from register.services import restrictions
from requests_app import letters, tokens
from requests_app.forms.staff import CASES
from requests_app.models import DataSubjectRequest
from requests_app.services import errors, steps
from requests_app.services.effects import OPEN_TO_OBJECTION, Uses
from tests import cast

Kind, Decision = DataSubjectRequest.Kind, DataSubjectRequest.Decision
OUTCOMES = [(kind, decision) for kind in Kind for decision in Decision]


def text_of(content: bytes) -> str:
    pages = PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def decided(kind: str, decision: str, **fields: object) -> DataSubjectRequest:
    """Never saved: a letter is written from the row alone."""
    return DataSubjectRequest(
        kind=kind, decision=decision, name="Aino Aallokko", reference="TP-2026-0001",
        received_at=cast.NOW, decided_at=cast.NOW, **({"language": "fi"} | fields),
    )  # fmt: skip


def take(client, request, key: str, **fields: object):
    data = {f"{key}-{name}": value for name, value in fields.items()}
    return client.post(reverse("admin:requests-step", args=[request.pk, key]), data, follow=True)


@pytest.mark.parametrize("kind", Kind)
def test_every_outcome_says_what_is_decided_and_what_follows(kind: str) -> None:
    for decision in Decision:
        asked = decided(kind, decision)
        assert letters._opening(asked)
        assert bool(letters._follows(asked)) == (decision != Decision.REFUSED)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_refusal_tells_its_ground_the_authority_and_the_court(db, language: str) -> None:
    content = letters.render(
        decided("erasure", "refused", language=language, grounds="Kirjanpitolaki 1336/1997"),
        named=True,
    )
    found = text_of(content)
    with translation.override(language):
        told = translation.gettext("We cannot do what you asked. Why not, is told below.")
    assert told in found
    for words in ("Aino Aallokko", "TP-2026-0001", "1336/1997", "tietosuoja@om.fi", "79"):
        assert words in found, words
    assert project.CONTROLLER["name"] in found
    root = PdfReader(BytesIO(content)).trailer["/Root"]
    assert (root["/Lang"], "/StructTreeRoot" in root) == (language, True)


def test_the_letter_behind_a_link_bears_no_name_and_comes_only_when_decided(
    client, identified
) -> None:
    request, _aino = identified(kind="objection")
    address = reverse("request-letter", args=[tokens.derive(tokens.STATUS, request.pk)])
    assert client.get(address).status_code == 404
    steps.decide(request=request, decision="granted", by=cast.petra(), at=cast.NOW)
    answer = client.get(address)
    assert answer["Content-Type"] == "application/pdf"
    assert "Aallokko" not in text_of(answer.content)
    assert client.get(reverse("request-letter", args=["x" * 43])).status_code == 404
    client.force_login(cast.petra())
    paper = client.get(reverse("admin:requests-letter", args=[request.pk]))
    assert "Aino Aallokko" in text_of(paper.content)
    client.force_login(cast.olli())
    assert client.get(reverse("admin:requests-letter", args=[request.pk])).status_code == 403


def test_every_kind_has_grounds_and_each_names_its_law() -> None:
    for kind in Kind:
        fitting = [ground for ground in policy.DECISION_GROUNDS if kind in ground.kinds]
        assert len(fitting) >= 5
    assert {kind for ground in policy.DECISION_GROUNDS for kind in ground.kinds} == set(Kind)
    assert all("GDPR" in ground.law or "/" in ground.law for ground in policy.DECISION_GROUNDS)
    assert set(CASES) < set(policy.RESTRICTION_GROUND_KEYS)


def test_a_declared_ground_is_told_in_the_language_of_the_request(client, identified) -> None:
    request, _aino = identified(kind="erasure", language="sv")
    client.force_login(cast.petra())
    take(client, request, "ratkaise", decision="refused", ground="bookkeeping", grounds="Kvitto 7")
    request.refresh_from_db()
    assert request.decision == "refused"
    assert "Bokföringslagen" in request.grounds
    assert "1336/1997" in request.grounds
    assert request.grounds.endswith("Kvitto 7")


def test_a_ground_of_another_kind_is_neither_offered_nor_taken(client, identified) -> None:
    request, _aino = identified(kind="access")
    client.force_login(cast.petra())
    page = client.get(reverse("admin:requests-request", args=[request.pk])).content.decode()
    assert 'value="rights_of_others"' in page
    assert 'value="no_consent"' not in page
    take(client, request, "ratkaise", decision="refused", ground="no_consent")
    request.refresh_from_db()
    assert request.state == "identified"
    with pytest.raises(errors.GroundDoesNotFit):
        steps.decide(
            request=request, decision="refused", ground="no_consent", by=cast.petra(), at=cast.NOW
        )


def test_a_granted_restriction_stops_exactly_the_uses_that_were_named(client, identified) -> None:
    request, aino = identified(kind="restriction")
    client.force_login(cast.petra())
    take(client, request, "ratkaise", decision="granted")  # names nothing: not taken
    request.refresh_from_db()
    assert request.state == "identified"
    take(
        client, request, "ratkaise", decision="granted", purposes=["service", "quality"],
        case="accuracy_contested",
    )  # fmt: skip
    request.refresh_from_db()
    assert request.state == "decided"
    stopped = {
        key for key in OPEN_TO_OBJECTION if not restrictions.allowed(customer=aino, purpose=key)
    }
    assert stopped == {"service", "quality"}
    kinds = set(ProcessingRestriction.objects.values_list("kind", "ground"))
    assert kinds == {("restriction", "accuracy_contested")}


def test_a_restriction_without_a_use_or_a_case_is_refused_and_changes_nothing(identified) -> None:
    request, aino = identified(kind="restriction")
    for uses in (None, Uses(("service",)), Uses((), "accuracy_contested")):
        with pytest.raises(errors.PurposesMissing):
            steps.decide(
                request=request, decision="granted", uses=uses, by=cast.petra(), at=cast.NOW
            )
    assert restrictions.allowed(customer=aino, purpose="service")
    request.refresh_from_db()
    assert request.state == "identified"


def test_what_the_law_imposes_cannot_be_objected_to(identified) -> None:
    request, aino = identified(kind="objection")
    with pytest.raises(errors.PurposesMissing):
        steps.decide(
            request=request, decision="granted", uses=Uses(("bookkeeping",)), by=cast.petra(),
            at=cast.NOW,
        )  # fmt: skip
    assert restrictions.allowed(customer=aino, purpose="marketing")


def test_an_objection_to_several_uses_stops_each(identified) -> None:
    request, aino = identified(kind="objection")
    steps.decide(
        request=request, decision="partly", grounds="Osa", uses=Uses(("marketing", "analysis")),
        by=cast.petra(), at=cast.NOW,
    )  # fmt: skip
    assert not restrictions.allowed(customer=aino, purpose="marketing")
    assert not restrictions.allowed(customer=aino, purpose="analysis")
    assert restrictions.allowed(customer=aino, purpose="service")


def test_a_refused_restriction_restricts_nothing(identified) -> None:
    request, aino = identified(kind="restriction")
    steps.decide(
        request=request, decision="refused", ground="no_such_case",
        uses=Uses(("service",), "accuracy_contested"), by=cast.petra(), at=cast.NOW,
    )  # fmt: skip
    assert restrictions.allowed(customer=aino, purpose="service")
