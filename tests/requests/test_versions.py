"""Leena words the notice, sees it beside the old one, publishes it; what is published stays."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from django.core.checks import run_checks
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from register import controller, policy
from register.declare import Text
from register.models import AuditEvent, Consent, NoticeVersion, NoticeWords
from requests_app import notice_page
from requests_app.models import DataSubjectRequest
from requests_app.services import choices, versions
from requests_app.services.versions import LanguageMissing, NothingToPublish
from tests import cast
from tests.requests.conftest import CHECK, fill_in

LANGUAGES = ("fi", "sv", "en")
HELLO = {"fi": "Hei, vesillä ollaan.", "sv": "Hej, vi är på sjön.", "en": "Hello, we are afloat."}


@pytest.fixture(autouse=True)
def in_finnish():
    with translation.override("fi"):
        yield


@pytest.fixture
def leena(db):
    return cast.leena()


@pytest.fixture
def first(leena) -> NoticeVersion:
    return versions.publish(by=leena, at=cast.NOW)


def say(leena, key: str, texts: dict[str, str]) -> None:
    words = {(key, language): text for language, text in texts.items()}
    versions.say(words=words, by=leena, at=cast.NOW)


def another_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    """The declaration learns to say something else about its first purpose."""
    told = Text("Muuta kuin ennen.", "Annat än förr.", "Other than before.")
    purposes = (replace(policy.PURPOSES[0], describes=told), *policy.PURPOSES[1:])
    monkeypatch.setattr(policy, "PURPOSES", purposes)


# -- Wording and publishing -----------------------------------------------------------------------


def test_leenas_words_are_public_only_when_she_publishes(leena, first, client) -> None:
    say(leena, "lead", HELLO)
    assert HELLO["fi"] not in client.get("/tietosuoja/").content.decode()
    versions.publish(by=leena, at=cast.NOW)
    assert HELLO["fi"] in client.get("/tietosuoja/").content.decode()
    assert HELLO["sv"] in client.get("/sv/tietosuoja/").content.decode()
    assert not NoticeWords.objects.exists()


def test_words_in_one_language_only_are_not_published(leena, first) -> None:
    say(leena, "lead", {"fi": HELLO["fi"]})
    with pytest.raises(LanguageMissing) as refused:
        versions.publish(by=leena, at=cast.NOW)
    assert set(refused.value.lacking) == {("lead", "sv"), ("lead", "en")}


def test_nothing_new_is_not_published_again(leena, first) -> None:
    with pytest.raises(NothingToPublish):
        versions.publish(by=leena, at=cast.NOW)


@pytest.mark.parametrize("who", ["petra", "kaisa", "olli", "birgit", "mauri"])
def test_only_leena_words_and_publishes(db, who: str) -> None:
    somebody = getattr(cast, who)()
    for act in (
        lambda: versions.say(words={("lead", "fi"): "x"}, by=somebody, at=cast.NOW),
        lambda: versions.forget_words(by=somebody, at=cast.NOW),
        lambda: versions.publish(by=somebody, at=cast.NOW),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert not NoticeVersion.objects.exists()


def test_a_new_phone_number_reaches_letters_only_with_the_notice(leena, first) -> None:
    versions.say(words={("contact.phone", ""): "040 123 4567"}, by=leena, at=cast.NOW)
    assert controller.details()["phone"] != "040 123 4567"
    versions.publish(by=leena, at=cast.NOW)
    assert controller.details()["phone"] == "040 123 4567"


def test_coming_back_to_our_own_words_leaves_nothing_waiting(leena, first) -> None:
    say(leena, "lead", HELLO)
    say(leena, "lead", dict.fromkeys(LANGUAGES, ""))
    assert not NoticeWords.objects.exists()


def test_markup_among_leenas_words_is_shown_as_text(leena, first, client) -> None:
    say(leena, "why", dict.fromkeys(LANGUAGES, "<script>alert(1)</script> & muuta"))
    versions.publish(by=leena, at=cast.NOW)
    page = client.get("/tietosuoja/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; muuta" in page
    assert "<script>alert" not in page


def test_publishing_is_written_down(leena, first) -> None:
    line = AuditEvent.objects.get(verb="notice.published")
    assert line.actor_id == leena.pk
    assert str(line.object_id) == str(first.pk)


# -- Leena's pages --------------------------------------------------------------------------------


def test_leena_words_previews_and_publishes_on_her_pages(leena, first, client) -> None:
    client.force_login(leena)
    for language in LANGUAGES:
        page = reverse("admin:notice-words", args=[language])
        form = client.get(page).context["form"]
        typed = {name: field.initial for name, field in form.fields.items()}
        assert client.post(page, typed | {"lead": HELLO[language]}).status_code == 302
    assert NoticeWords.objects.count() == len(LANGUAGES)
    preview = client.get(reverse("admin:notice-preview", args=["sv"])).content.decode()
    assert f"<ins>{HELLO['sv']}</ins>" in preview
    client.post(reverse("admin:notice-publish"))
    assert versions.newest().number == 2
    assert HELLO["en"] in client.get("/en/tietosuoja/").content.decode()


def test_a_secret_among_the_words_is_refused_and_nothing_typed_is_lost(
    leena, first, client
) -> None:
    client.force_login(leena)
    answer = client.post(
        reverse("admin:notice-words", args=["fi"]), {"lead": f"Soita {cast.AINOS_CODE}"}
    )
    assert answer.status_code == 200
    assert answer.context["form"].errors["lead"]
    assert not NoticeWords.objects.exists()


def test_the_overview_says_that_the_notice_needs_publishing(
    leena, first, client, monkeypatch
) -> None:
    client.force_login(leena)
    overview = reverse("admin:notice-overview")
    assert "Julkaistava." not in client.get(overview).content.decode()
    another_purpose(monkeypatch)
    assert "Julkaistava." in client.get(overview).content.decode()


# -- What is published stays ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "act",
    [
        lambda rows: rows.update(bodies={}),
        lambda rows: rows.update(number=7),
        lambda rows: rows.delete(),
    ],
    ids=["reworded", "renumbered", "removed"],
)
def test_the_database_keeps_a_published_notice_as_it_is(first, act) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        act(NoticeVersion.objects.filter(pk=first.pk))
    assert versions.whole(NoticeVersion.objects.get(pk=first.pk))


def test_an_old_version_stays_public_as_it_stood(leena, first, client) -> None:
    before = first.bodies["fi"]["lead"]
    say(leena, "lead", HELLO)
    versions.publish(by=leena, at=cast.NOW)
    old = client.get(reverse("version", args=[1])).content.decode()
    assert before in old
    assert HELLO["fi"] not in old
    assert "aiempi versio" in old
    assert client.get(reverse("version", args=[3])).status_code == 404


def test_the_list_of_versions_tells_what_each_changed(leena, first, client) -> None:
    say(leena, "lead", HELLO)
    versions.publish(by=leena, at=cast.NOW)
    page = client.get(reverse("versions")).content.decode()
    assert f"<ins>{HELLO['fi']}</ins>" in page
    assert f"<del>{first.bodies['fi']['lead']}</del>" in page
    assert re.findall(r"Versio (\d)", page)[:2] == ["2", "1"]


def test_a_version_can_be_had_on_paper(leena, first, client) -> None:
    answer = client.get(reverse("version-pdf", args=[1]))
    made = PdfReader(BytesIO(answer.content))
    assert "/StructTreeRoot" in made.trailer["/Root"]
    assert "Versio 1" in "".join(page.extract_text() for page in made.pages)


# -- Policy and notice ----------------------------------------------------------------------------


def test_the_published_notice_says_what_the_policy_says(first) -> None:
    """The golden test: what is shown, and what the declaration makes, are one."""
    assert not versions.outdated()
    for language in LANGUAGES:
        shown = notice_page.passages(versions.shown(language).body)
        assert shown == notice_page.passages(notice_page.body(language, {}, {}))


def test_a_change_of_the_policy_needs_publishing(leena, first, client, monkeypatch) -> None:
    another_purpose(monkeypatch)
    assert versions.outdated()
    assert "Muuta kuin ennen." not in client.get("/tietosuoja/").content.decode()
    versions.publish(by=leena, at=cast.NOW)
    assert not versions.outdated()
    assert "Muuta kuin ennen." in client.get("/tietosuoja/").content.decode()


def deploy_check() -> set[str]:
    """The ids of what `manage.py check --deploy` finds."""
    return {found.id for found in run_checks(include_deployment_checks=True)}


def test_the_deploy_check_warns_until_the_notice_says_what_the_register_does(
    leena, monkeypatch
) -> None:
    assert "requests_app.W001" in deploy_check()
    versions.publish(by=leena, at=cast.NOW)
    assert "requests_app.W001" not in deploy_check()
    another_purpose(monkeypatch)
    assert "requests_app.W001" in deploy_check()


def test_the_deploy_check_sees_a_notice_that_somebody_altered(leena, first) -> None:
    assert "requests_app.W002" not in deploy_check()
    NoticeVersion.objects.create(
        number=2, published_at=cast.NOW, bodies=first.bodies, digest="0" * 64
    )
    assert "requests_app.W002" in deploy_check()


# -- What was shown to whom -----------------------------------------------------------------------


def test_a_request_points_at_the_version_that_its_form_was_shown_with(leena, first, ask) -> None:
    say(leena, "lead", HELLO)
    versions.publish(by=leena, at=cast.NOW)
    assert ask(notice_version="1").notice_version == "1"
    assert ask(email="eero@posti.example").notice_version == "2"
    assert ask(email="muu@posti.example", notice_version="99").notice_version == "2"


def test_ainos_consent_points_at_the_version_on_the_page(leena, first, client) -> None:
    aino = cast.aino()
    page = reverse("choices", args=[choices.token_for(aino)])
    assert 'name="notice_version" value="1"' in client.get(page).content.decode()
    client.post(page, {"agree": "marketing:email", "notice_version": "1"})
    given = Consent.objects.filter(customer=aino).latest("acted_at")
    assert (given.action, given.notice_version) == ("given", "1")


def test_the_form_tells_which_version_it_shows(first, client) -> None:
    fill_in(client, kind="access")
    assert 'name="notice_version" value="1"' in client.get(CHECK).content.decode()
    assert not DataSubjectRequest.objects.exists()
