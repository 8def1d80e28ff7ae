"""Corrections field by field (GDPR 16), and the recipients who are told (GDPR 19)."""

from io import BytesIO
from urllib.parse import quote

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from register import policy
from register.models import Approval, AuditEvent, Customer
from register.services import approvals, rectifying
from register.services.short_clocks import purge_requests
from register.vault import Secret
from requests_app import letters
from requests_app.models import Correction, DataSubjectRequest, RecipientNotice
from requests_app.packages import collecting
from requests_app.packages.corrections import title_of
from requests_app.services import correcting, erasing, errors, recipients, steps
from requests_app.services.effects import Uses
from tests import cast

NEW = "aino.uusi@posti.example"


@pytest.fixture
def rectified(identified):
    """Aino asks for corrections; she has a rental behind her and was once disclosed to two."""

    def make(**fields: object):
        told = cast.story()
        cast.disclosure(told.aino, recipient="police")
        request, aino = identified(told.aino, kind="rectification", **fields)
        return request, aino, told

    return make


def spot(request, label: str) -> correcting.Spot:
    return next(
        one
        for place in correcting.places(request=request, by=cast.petra())
        for one in place.spots
        if one.label == label
    )


def write_down(request, label: str, value: object) -> Correction:
    return correcting.propose(
        request=request, spot=spot(request, label), value=value, by=cast.petra(), at=cast.NOW
    )


def test_every_field_that_can_be_corrected_takes_its_own_value_back(rectified) -> None:
    """The text in the file of the request reads back as the value it was written from."""
    request, _aino, _told = rectified()
    seen = 0
    for place in correcting.places(request=request, by=cast.petra()):
        for one in place.spots:
            held = correcting.held(one.row, one.name)
            text = rectifying.as_text(one.label, held)
            assert rectifying.as_text(one.label, rectifying.of_text(one.label, text)) == text
            seen += bool(text)
    assert seen > 25


def test_of_every_table_about_people_it_is_said_whether_it_is_corrected() -> None:
    about_people = {
        label.rpartition(".")[0]
        for label, category in policy.CATEGORY_OF.items()
        if category.of_customers and label.startswith("register.")
    }
    left = {label for label in policy.NOT_CORRECTED if label.count(".") == 1}
    assert about_people == set(policy.CORRECTED) | left
    assert not set(policy.CORRECTED) & left
    assert set(rectifying.columns()) == set(policy.CORRECTED)


def test_an_accepted_field_is_written_with_its_name_in_the_audit_and_never_its_value(
    rectified,
) -> None:
    request, aino, _told = rectified()
    row = write_down(request, "register.Customer.email", f" {NEW.upper()} ")
    correcting.accept(correction=row, by=cast.petra(), at=cast.NOW)
    aino.refresh_from_db()
    assert aino.email == NEW
    assert aino.contact_checked_at == cast.NOW
    line = AuditEvent.objects.filter(verb="rectify").latest("id")
    assert (line.fields, line.customer_id, line.reason) == (["email"], aino.pk, "request")
    assert NEW not in str(list(AuditEvent.objects.values()))


def test_a_clerk_reads_the_two_values_as_the_register_tells_them(rectified) -> None:
    request, _aino, told = rectified()
    told.case.fee_cents = 45_050
    told.case.save()
    row = write_down(request, "register.Case.fee_cents", 12_000)
    both = [
        correcting.shown(row, name, by=cast.petra(), at=cast.NOW) for name in ("old", "proposed")
    ]
    assert both == ["450,50\u00a0€", "120,00\u00a0€"]
    assert "cents" not in title_of(row)


def test_sealed_numbers_are_corrected_masked_and_stay_sealed(rectified, client: Client) -> None:
    request, aino, _told = rectified()
    row = write_down(request, "register.Identity.passport_number", "pa 1234567")
    client.force_login(cast.petra())
    page = client.get(f"/hallinta/requests_app/datasubjectrequest/{request.pk}/korjaukset/")
    text = page.content.decode()
    assert "Passin numero" in text or "passin numero" in text
    assert "PA1234567" not in text
    assert cast.AINOS_PASSPORT not in text
    correcting.accept(correction=row, by=cast.petra(), at=cast.NOW)
    aino.identity.refresh_from_db()
    assert isinstance(aino.identity.passport_number, Secret)
    assert aino.identity.passport_number.expose() == "PA1234567"


def test_the_decision_and_its_letter_follow_from_the_fields(rectified) -> None:
    request, _aino, _told = rectified(language="sv")
    good = write_down(request, "register.Customer.email", NEW)
    bad = write_down(request, "register.Case.description", "Ingen skada.")
    with pytest.raises(errors.CorrectionsWait):
        steps.decide(request=request, by=cast.petra(), at=cast.NOW)
    correcting.accept(correction=good, by=cast.petra(), at=cast.NOW)
    with pytest.raises(errors.GroundsMissing):
        correcting.refuse(correction=bad, ground="bookkeeping", by=cast.petra(), at=cast.NOW)
    correcting.refuse(
        correction=bad, ground="assessment", reasons="Bilderna visar den.", by=cast.petra(),
        at=cast.NOW,
    )  # fmt: skip
    steps.decide(request=request, decision="granted", by=cast.petra(), at=cast.NOW)
    request.refresh_from_db()
    assert request.decision == "partly"
    with translation.override("sv"):
        fields = [str(Customer._meta.get_field("email").verbose_name)]
    letter = letters.render(request, named=False)
    paper = " ".join(" ".join(p.extract_text() for p in PdfReader(BytesIO(letter)).pages).split())
    for told in (*fields, "inte rättat", "Bilderna visar den.", "GDPR 16", "polisen"):
        assert told in paper, told
    assert NEW not in paper
    assert "Ingen skada" not in paper


@pytest.mark.parametrize(
    ("outcomes", "decision"), [("yy", "granted"), ("nn", "refused"), ("yn", "partly")]
)
def test_all_some_or_none(rectified, outcomes: str, decision: str) -> None:
    request, _aino, _told = rectified()
    rows = [
        write_down(request, "register.Customer.email", NEW),
        write_down(request, "register.Customer.last_name", "Aalto"),
    ]
    for row, answer in zip(rows, outcomes, strict=True):
        if answer == "y":
            correcting.accept(correction=row, by=cast.petra(), at=cast.NOW)
        else:
            correcting.refuse(correction=row, ground="not_verified", by=cast.petra(), at=cast.NOW)
    assert correcting.outcome(request) == decision
    steps.decide(request=request, by=cast.petra(), at=cast.NOW)
    assert RecipientNotice.objects.exists() is (decision != "refused")


def test_a_field_that_changed_since_is_not_overwritten(rectified) -> None:
    request, aino, _told = rectified()
    row = write_down(request, "register.Customer.email", NEW)
    Customer.objects.filter(pk=aino.pk).update(email="kolmas@posti.example")
    with pytest.raises(errors.ChangedMeanwhile):
        correcting.accept(correction=row, by=cast.petra(), at=cast.NOW)
    assert Customer.objects.get(pk=aino.pk).email == "kolmas@posti.example"
    assert Correction.objects.get().outcome == "open"


def test_only_the_persons_own_fields_and_only_those_that_can_be_corrected(
    rectified, client: Client
) -> None:
    request, _aino, told = rectified()
    client.force_login(cast.petra())
    page = f"/hallinta/requests_app/datasubjectrequest/{request.pk}/korjaukset/"
    hers = f"register.Customer.email.{_aino.pk}"
    others = f"register.Customer.email.{told.eero.pk}"
    signed = f"register.Agreement.price_cents.{told.agreement.pk}"
    answers = [client.get(f"{page}?kentta={quote(k)}").status_code for k in (hers, others, signed)]
    assert answers == [200, 404, 404]
    with pytest.raises(rectifying.NotCorrected):
        rectifying.correct(
            customer=_aino, row=told.agreement, name="price_cents", value=1, by=cast.petra(),
            at=cast.NOW,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("register.Customer.email", "ei osoite"),
        ("register.Customer.phone", "12"),
        ("register.Identity.personal_identity_code", "131052-3080"),
        ("register.Customer.wishes", f"Kortti {cast.AINOS_CARD}"),
        ("register.Customer.language", "ru"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_beside_the_field(
    rectified, client: Client, label: str, value: str
) -> None:
    request, _aino, _told = rectified()
    client.force_login(cast.petra())
    page = f"/hallinta/requests_app/datasubjectrequest/{request.pk}/korjaukset/"
    answer = client.post(f"{page}?kentta={spot(request, label).key}", {"value": value})
    assert answer.status_code == 200
    assert "field--bad" in answer.content.decode()
    assert not Correction.objects.exists()
    if label != "register.Customer.phone":
        with pytest.raises(ValidationError):
            rectifying.checked(label, value)


def test_a_clerk_works_a_request_from_the_page_to_the_letter(rectified, client: Client) -> None:
    request, aino, _told = rectified()
    client.force_login(cast.petra())
    base = "/hallinta/requests_app/datasubjectrequest"
    page = f"{base}/{request.pk}/korjaukset/"
    key = spot(request, "register.Customer.phone").key
    client.post(f"{page}?kentta={key}", {"value": "040 123 4567"})
    row = Correction.objects.get()
    answer = client.post(f"{base}/korjaus/{row.pk}/", {f"{row.pk}-answer": "no"})
    assert "Valitse" in answer.content.decode() or "syy" in answer.content.decode()
    client.post(f"{base}/korjaus/{row.pk}/", {f"{row.pk}-answer": "yes"})
    client.post(f"{base}/{request.pk}/vaihe/ratkaise/", {"ratkaise-grounds": ""})
    request.refresh_from_db()
    aino.refresh_from_db()
    assert (request.state, request.decision) == ("decided", "granted")
    assert aino.phone.as_e164 == "+358401234567"
    notice = RecipientNotice.objects.get(recipient="police")
    front = client.get("/hallinta/").content.decode()
    assert f"/{request.pk}/" in front
    told = client.post(f"{base}/saaja/{notice.pk}/", {f"{notice.pk}-on": "2030-01-01"}, follow=True)
    assert notice.outcome == "open"
    day = f"{notice.asked_at:%Y-%m-%d}"
    told = client.post(f"{base}/saaja/{notice.pk}/", {f"{notice.pk}-on": day}, follow=True)
    notice.refresh_from_db()
    assert (notice.outcome, notice.done_by) == ("told", cast.petra()), told.content.decode()[:0]


def test_those_who_got_the_data_are_told_of_an_erasure_though_the_disclosures_go(
    identified,
) -> None:
    told = cast.story()
    told.case.state, told.case.settled_at = "settled", cast.NOW
    told.case.save()
    request, _aino = identified(told.aino, kind="erasure")
    plan = erasing.preview(request=request, on=cast.TODAY, language="fi")
    with pytest.raises(errors.NeedsAnother):
        erasing.erase(request=request, seen=plan.seen, by=cast.petra(), at=cast.NOW)
    approvals.decide(approval=Approval.objects.get(), approve=True, by=cast.leena(), at=cast.NOW)
    erasing.erase(request=request, seen=plan.seen, by=cast.petra(), at=cast.NOW)
    [notice] = recipients.waiting()
    assert notice.recipient == "insurer"
    with pytest.raises(errors.NotPermitted):
        recipients.done(notice=notice, on=cast.TODAY, by=cast.kaisa(), at=cast.NOW)
    recipients.done(
        notice=notice, on=cast.TODAY, why="Yhtiötä ei enää ole", by=cast.petra(), at=cast.NOW
    )
    notice.refresh_from_db()
    assert notice.outcome == "impossible"
    paper = letters.render(DataSubjectRequest.objects.get(), named=False)
    assert "vakuutusyhtiö" in PdfReader(BytesIO(paper)).pages[0].extract_text()


def test_a_refused_restriction_tells_nobody_and_a_granted_one_tells_everybody(identified) -> None:
    aino = cast.aino()
    cast.disclosure(aino)
    first, _aino = identified(aino, kind="restriction")
    steps.decide(
        request=first, decision="refused", ground="no_such_case", by=cast.petra(), at=cast.NOW
    )
    assert not RecipientNotice.objects.exists()
    second, _aino = identified(aino, kind="restriction")
    uses = Uses(("service",), "accuracy_contested")
    steps.decide(request=second, decision="granted", uses=uses, by=cast.petra(), at=cast.NOW)
    assert RecipientNotice.objects.get().request == second


def test_proposed_values_are_in_her_copy_and_go_with_the_file(rectified) -> None:
    request, aino, _told = rectified()
    row = write_down(request, "register.Customer.email", NEW)
    correcting.refuse(correction=row, ground="not_verified", by=cast.petra(), at=cast.NOW)
    steps.close(request=request, by=cast.petra(), at=cast.NOW)
    values = {
        value.text for row in collecting.collect(aino, language="fi").rows for value in row.values
    }
    assert NEW in values
    later = cast.moment(cast.date(2029, 7, 17))
    purge_requests(on=later.date(), at=later)
    assert not Correction.objects.exists()
    assert Customer.objects.filter(pk=aino.pk).exists()
