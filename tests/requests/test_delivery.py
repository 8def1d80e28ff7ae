"""A package needs its link and the code that was said aloud, or a hand to be put into."""

import re
import zipfile
from io import BytesIO

import pytest
from django.core import mail
from django.test import Client

from register.models import AuditEvent
from requests_app import throttle
from requests_app.models import AccessPackage, DataSubjectRequest
from requests_app.packages import making
from requests_app.services import delivery, errors, steps
from tests import cast
from tests.requests.conftest import last_link

FAR = cast.moment(cast.date(2999, 1, 1))


@pytest.fixture
def waits(identified, monkeypatch, django_capture_on_commit_callbacks):
    """Aino's request with a package that waits, its link and a small content."""
    papers = {"tiedot.pdf": b"%PDF-1.7 Aino", "tiedot.json": b"{}"}
    monkeypatch.setattr(making, "parts", lambda *given, **more: making.Parts(papers))

    def make(**fields: object) -> tuple[DataSubjectRequest, str]:
        request, _aino = identified(**fields)
        with django_capture_on_commit_callbacks(execute=True):
            steps.decide(request=request, decision="granted", by=cast.petra(), at=cast.NOW)
        AccessPackage.objects.update(expires_at=FAR)
        request.refresh_from_db()
        return request, last_link()

    return make


def page_of(request: DataSubjectRequest) -> str:
    return f"/hallinta/requests_app/datasubjectrequest/{request.pk}/"


def give(request: DataSubjectRequest, by=None) -> str:
    return delivery.give_code(request=request, way="desk", by=by or cast.kaisa(), at=cast.NOW)


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


def test_the_link_alone_opens_nothing_and_asks_for_nothing_before_a_code_is_given(
    client: Client, waits
) -> None:
    request, link = waits()
    page = client.get(link).content.decode()
    assert 'name="code"' not in page
    assert "toimipisteestämme" in page
    assert client.post(link, {"code": "12345678"}).status_code == 302
    package = AccessPackage.objects.get()
    assert (package.wrong_codes, package.content is None) == (0, False)
    give(request)
    assert 'name="code"' in client.get(link).content.decode()


def test_five_wrong_codes_destroy_the_package_and_the_staff_are_told(
    client: Client, waits, django_capture_on_commit_callbacks
) -> None:
    request, link = waits()
    code = give(request)
    sent = len(mail.outbox)
    for left in (4, 3, 2, 1):
        page = client.post(link, {"code": other_than(code)}).content.decode()
        assert 'id="id_code-error"' in page
        assert (f"{left} kertaa" in page) == (left > 1)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(link, {"code": other_than(code)})
    assert "Paketti tuhottiin" in answer.content.decode()
    assert client.post(link, {"code": code}).status_code == 404
    package = AccessPackage.objects.get()
    assert package.content is None
    assert package.locked_at
    [told] = mail.outbox[sent:]
    assert cast.petra().email in told.to or told.to == ["info@kesajetti.fi"]
    assert request.reference in told.body
    assert "Aino" not in told.body + told.subject
    client.force_login(cast.petra())
    assert "väärät koodit, paketti tuhottu" in client.get("/hallinta/").content.decode()
    page = client.get(page_of(request)).content.decode()
    assert "Paketti tuhottiin" in page
    assert "/vaihe/uusi-paketti/" in page


def test_a_new_code_counts_anew_and_ends_the_old_one(client: Client, waits) -> None:
    request, link = waits()
    old = give(request)
    client.post(link, {"code": other_than(old)})
    new = give(request)
    assert AccessPackage.objects.get().wrong_codes == 0
    if new != old:
        assert client.post(link, {"code": old}).status_code == 200
    assert client.post(link, {"code": new}).content[:2] == b"PK"
    request.refresh_from_db()
    assert request.code_hash == ""  # it opened one package, once
    assert (request.code_way, request.code_given_by) == ("desk", cast.kaisa())


def test_the_code_is_shown_to_the_clerk_once_and_stands_nowhere_in_the_clear(
    client: Client, waits, caplog
) -> None:
    request, _link = waits(customer=cast.aino(phone="+358401234567"))
    client.force_login(cast.kaisa())
    page = client.get(page_of(request)).content.decode()
    assert "+358 40 1234567" in page
    seen = {"way": "phone", "seen_as": steps.mark(request)}
    answer = client.post(f"{page_of(request)}koodi/", seen)
    code = re.search(r'class="code"[^>]*>(\d{4} \d{4})<', answer.content.decode())[1]
    assert "no-store" in answer["Cache-Control"]
    request.refresh_from_db()
    digits = code.replace(" ", "")
    for row in (*DataSubjectRequest.objects.values(), *AuditEvent.objects.values()):
        assert digits not in str(row)
        assert code not in str(row)
    assert not [one for one in mail.outbox if digits in one.body or code in one.body]
    assert digits not in caplog.text
    assert AuditEvent.objects.get(verb="request.code_given").reason == "phone"
    again = client.post(f"{page_of(request)}koodi/", seen)  # the browser's "send again"
    assert again.status_code == 302
    assert code not in client.get(page_of(request)).content.decode()


def test_by_phone_only_to_a_number_on_file_and_never_to_who_asks_for_another(
    identified, client: Client
) -> None:
    request, aino = identified()
    type(aino).objects.filter(pk=aino.pk).update(phone="")
    with pytest.raises(errors.NoNumberOnFile):
        delivery.give_code(request=request, way="phone", by=cast.kaisa(), at=cast.NOW)
    type(aino).objects.filter(pk=aino.pk).update(phone="+358401234567")
    DataSubjectRequest.objects.filter(pk=request.pk).update(
        made_by="guardian", subject_name="Aino", mandate="Huoltajuustodistus"
    )
    with pytest.raises(errors.NoNumberOnFile):
        delivery.give_code(request=request, way="phone", by=cast.kaisa(), at=cast.NOW)
    assert give(request)  # at the desk, before the package is made: she stands there now


def test_no_code_is_given_where_nothing_is_handed_over_or_nobody_is_known(ask, identified) -> None:
    unknown = ask("confirmed")
    erased, _aino = identified(kind="erasure", email="toinen@posti.example")
    for request in (unknown, erased):
        with pytest.raises(errors.WrongState):
            give(request)
    with pytest.raises(errors.NotPermitted):
        give(erased, by=cast.olli())


def test_the_papers_are_printed_by_those_who_make_packages_and_handed_over_by_the_clerk(
    client: Client, waits, django_capture_on_commit_callbacks
) -> None:
    request, link = waits()
    kaisa = cast.kaisa()
    client.force_login(kaisa)
    assert client.post(f"{page_of(request)}tulosta/").status_code == 403
    client.force_login(cast.petra())
    printed = client.post(f"{page_of(request)}tulosta/")
    assert printed.content.startswith(b"%PDF")
    assert AccessPackage.objects.get().content is not None
    client.force_login(kaisa)
    step = f"{page_of(request)}vaihe/luovuta/"
    client.post(step, {})  # without a photo ID nothing is handed over
    request.refresh_from_db()
    assert request.state == "decided"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(step, {"luovuta-document_type": "passport"})
    request.refresh_from_db()
    package = AccessPackage.objects.get()
    assert request.state == "delivered"
    assert (package.handed_over_by, package.document_type) == (kaisa, "passport")
    assert package.handed_over_at
    assert package.content is None
    assert client.get(link).status_code == 404
    assert {"package.printed", "package.handed_over"} <= set(
        AuditEvent.objects.values_list("verb", flat=True)
    )
    assert mail.outbox[-1].to == [request.email]
    with pytest.raises(errors.PackageGone):
        delivery.hand_over(request=request, document_type="passport", by=kaisa, at=cast.NOW)


def test_a_package_without_a_paper_goes_out_whole(client: Client, waits, monkeypatch) -> None:
    files = making.Parts({"siirto.json": b"{}"})
    monkeypatch.setattr(making, "parts", lambda *given, **more: files)
    request, _link = waits(kind="portability")
    client.force_login(cast.petra())
    answer = client.post(f"{page_of(request)}tulosta/")
    assert answer["Content-Type"] == "application/zip"
    assert zipfile.ZipFile(BytesIO(answer.content)).namelist() == ["siirto.json"]


def test_whoever_walks_through_links_is_stopped_for_the_hour(client: Client, ask) -> None:
    ask("confirmed")
    good = last_link()
    assert client.get(good).status_code == 200
    for number in range(throttle.WRONG_LINKS):
        assert client.get(f"/tietosuoja/pyynto/{number:043d}/").status_code == 404
    assert client.get(f"/tietosuoja/pyynto/{1:043d}/").status_code == 429
    assert client.get(good).status_code == 429
