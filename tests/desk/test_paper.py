"""Paper folders: found, labelled, destroyed by somebody on a day, and never said twice."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from register import clock
from register.models import AuditEvent, PaperFolder
from register.services import paper
from tests import cast

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def destroy(folder: PaperFolder, **said: Any) -> PaperFolder:
    named = {"on": cast.TODAY, "today": cast.TODAY, "by": cast.kaisa(), "at": cast.NOW}
    return paper.destroy(folder=folder, **(named | said))


def test_kaisa_says_that_the_papers_are_destroyed_and_it_stays_written() -> None:
    folder = cast.folder(destroy_by=cast.TODAY - DAY)
    destroy(folder)
    folder.refresh_from_db()
    assert (folder.destroyed_on, folder.destroyed_by) == (cast.TODAY, cast.kaisa())
    line = AuditEvent.objects.get(verb="paper.destroyed")
    assert (line.actor_id, line.object_id) == (cast.kaisa().pk, str(folder.pk))


def test_a_folder_is_destroyed_once() -> None:
    folder = cast.folder(destroy_by=cast.TODAY)
    destroy(folder)
    with pytest.raises(paper.AlreadyDestroyed):
        destroy(folder, by=cast.petra())
    folder.refresh_from_db()
    assert folder.destroyed_by == cast.kaisa()


def test_papers_that_a_statute_still_wants_are_not_destroyed() -> None:
    folder = cast.folder(destroy_by=cast.TODAY + DAY)
    with pytest.raises(paper.TooEarly):
        destroy(folder)


def test_nobody_destroys_tomorrow() -> None:
    folder = cast.folder(destroy_by=cast.TODAY - DAY)
    with pytest.raises(paper.NotYet):
        destroy(folder, on=cast.TODAY + DAY)


@pytest.fixture
def at_desk(client: Client) -> Client:
    client.force_login(cast.kaisa())
    return client


def test_what_is_due_stands_on_the_desk_until_it_is_destroyed(at_desk: Client) -> None:
    today = clock.local_date(timezone.now())
    folder = cast.folder(label="Sopimukset 1999", destroy_by=today)
    cast.folder(label="Sopimukset 2999", destroy_by=today + DAY)
    front = at_desk.get(reverse("admin:index")).content.decode()
    assert "Sopimukset 1999" in front
    assert "Sopimukset 2999" not in front
    at_desk.post(reverse("admin:paper-destroyed", args=[folder.pk]), {"on": today.isoformat()})
    assert "Sopimukset 1999" not in at_desk.get(reverse("admin:index")).content.decode()


def test_a_refusal_stands_beside_the_form_and_nothing_is_lost(at_desk: Client) -> None:
    today = clock.local_date(timezone.now())
    folder = cast.folder(destroy_by=today - DAY)
    said = {"on": (today + DAY).isoformat()}
    page = at_desk.post(reverse("admin:paper-destroyed", args=[folder.pk]), said)
    assert "tulevaisuudessa" in page.content.decode()
    assert said["on"] in page.content.decode()
    folder.refresh_from_db()
    assert folder.destroyed_on is None


def test_the_folders_page_names_who_may_enter_and_the_label_does_not(at_desk: Client) -> None:
    folder = cast.folder(place="Kaappi 2")
    folder.entry_list.set([cast.petra()])
    page = at_desk.get(reverse("admin:paper-folder", args=[folder.pk])).content.decode()
    assert "Petra Poukama" in page
    sheet = at_desk.get(reverse("admin:paper-label", args=[folder.pk])).content
    text = "".join(one.extract_text() for one in PdfReader(BytesIO(sheet)).pages)
    assert "Kaappi 2" in text
    assert "Poukama" not in text


def test_the_sheet_holds_a_label_and_a_code_for_each_folder_that_stands(at_desk: Client) -> None:
    for label in ("Sopimukset A", "Sopimukset B"):
        cast.folder(label=label)
    gone = cast.folder(label="Sopimukset C", destroy_by=cast.TODAY)
    destroy(gone)
    sheet = PdfReader(BytesIO(at_desk.get(reverse("admin:paper-labels")).content))
    text = "".join(one.extract_text() for one in sheet.pages)
    assert "Sopimukset A" in text
    assert "Sopimukset C" not in text
    assert sum(len(one.images) for one in sheet.pages) == 2
    assert "/StructTreeRoot" in sheet.trailer["/Root"]


def test_the_codes_address_is_the_folders_page_and_holds_nothing_but_an_id(settings) -> None:
    settings.PUBLIC_URL = "https://rekisteri.example"
    folder = cast.folder(label="Sopimukset Aallokko")
    assert paper.address(folder) == f"https://rekisteri.example/hallinta/kansiot/{folder.pk}/"


def test_a_folder_is_not_marked_as_destroyed_by_the_form_of_its_record(client: Client) -> None:
    client.force_login(cast.leena())
    folder = cast.folder()
    address = reverse("admin:register_paperfolder_change", args=[folder.pk])
    assert 'name="destroy_by"' in client.get(address).content.decode()
    assert 'name="destroyed_on"' not in client.get(address).content.decode()
