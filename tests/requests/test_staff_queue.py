"""Staff's queue: by last day, each step a button, and only for those who may."""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from register.models import Booking, Consent, Customer, ErasureReceipt
from register.services import approvals, consents, restrictions
from requests_app.models import DataSubjectRequest
from requests_app.services import erasing, errors, steps
from tests import cast

QUEUE = "admin:requests_app_datasubjectrequest_changelist"


@pytest.fixture
def as_petra(db, client):
    client.force_login(cast.petra())
    return client


def take(client, request, key: str, **fields: str):
    data = {f"{key}-{name}": value for name, value in fields.items()}
    return client.post(reverse("admin:requests-step", args=[request.pk, key]), data, follow=True)


def test_a_clerk_takes_ainos_request_from_confirmation_to_its_package(
    as_petra, ask, django_capture_on_commit_callbacks
) -> None:
    aino, request = cast.aino(), ask("confirmed")
    page = as_petra.get(reverse("admin:requests-request", args=[request.pk])).content.decode()
    assert str(aino.number) in page  # offered as somebody alike, not chosen
    request.refresh_from_db()
    assert request.customer is None
    take(as_petra, request, "yhdista", customer=str(aino.number))
    take(as_petra, request, "tunnista", document_type="passport")
    with django_capture_on_commit_callbacks(execute=True):
        take(as_petra, request, "ratkaise", decision="granted")
    request.refresh_from_db()
    assert (request.state, request.customer) == ("decided", aino)
    assert "/paketti/" in mail.outbox[-1].body
    take(as_petra, request, "sulje")
    request.refresh_from_db()
    assert request.state == "closed"


def test_a_refused_step_says_why_and_keeps_what_was_typed(as_petra, ask) -> None:
    request = ask("confirmed")
    page = take(as_petra, request, "yhdista", customer="99999999").content.decode()
    assert "error-summary" in page
    assert 'value="99999999"' in page
    page = take(as_petra, request, "lisaaika", reason="").content.decode()
    assert "error-summary" in page


def test_a_step_out_of_order_is_answered_with_a_message(as_petra, identified) -> None:
    request, aino = identified()
    page = take(as_petra, request, "yhdista", customer=str(aino.number)).content.decode()
    assert str(errors.WrongState()) in page


@pytest.mark.parametrize("who", ["olli", "birgit", "mauri"])
def test_roles_without_the_task_do_not_see_requests(client, ask, who: str) -> None:
    request = ask("confirmed")
    client.force_login(getattr(cast, who)())
    assert client.get(reverse(QUEUE)).status_code == 403
    assert client.get(reverse("admin:requests-request", args=[request.pk])).status_code == 403
    assert take(client, request, "peruttu").status_code == 403
    assert client.get(reverse("admin:requests-enter")).status_code == 403


def test_customer_service_sees_no_button_to_decide(client, identified) -> None:
    request, _aino = identified()
    client.force_login(cast.kaisa())
    page = client.get(reverse("admin:requests-request", args=[request.pk])).content.decode()
    assert "vaihe/ratkaise" not in page
    take(client, request, "ratkaise", decision="granted")  # and posting it does nothing
    request.refresh_from_db()
    assert request.state == "identified"


def test_the_queue_is_ordered_by_last_day(as_petra, ask) -> None:
    later = ask("confirmed", at=cast.moment(cast.date(2026, 7, 10)), email="b@posti.example")
    sooner = ask("confirmed", at=cast.moment(cast.date(2026, 7, 1)), email="a@posti.example")
    page = as_petra.get(reverse(QUEUE)).content.decode()
    assert page.index(sooner.reference) < page.index(later.reference)


def test_an_ended_request_stands_below_the_open_ones_however_old(as_petra, ask) -> None:
    ended = ask("confirmed", at=cast.moment(cast.date(2026, 6, 1)))
    waiting = ask("confirmed", at=cast.moment(cast.date(2026, 7, 1)))
    steps.withdraw(request=ended, at=cast.NOW)
    html = as_petra.get(reverse(QUEUE)).content.decode()
    assert 0 < html.index(waiting.reference) < html.index(ended.reference)


def test_open_requests_stand_on_the_desks_front_page(client, ask) -> None:
    request = ask("confirmed")
    client.force_login(cast.petra())
    assert request.reference in client.get(reverse("admin:index")).content.decode()
    client.force_login(cast.olli())
    assert request.reference not in client.get(reverse("admin:index")).content.decode()


def test_a_paper_request_is_entered_with_its_real_day(as_petra) -> None:
    fields = {
        "channel": "paper", "received_at": "2026-07-01T10:00", "kind": "access",
        "name": "Eero Eteläranta", "language": "sv",
    }  # fmt: skip
    as_petra.post(reverse("admin:requests-enter"), fields)
    request = DataSubjectRequest.objects.get()
    assert (request.state, request.target_on) == ("confirmed", cast.date(2026, 8, 1))
    assert request.saved_by == cast.petra()


def test_an_objection_granted_stops_marketing_at_once(identified) -> None:
    request, aino = identified(kind="objection")
    assert restrictions.allowed(customer=aino, purpose="marketing")
    steps.decide(request=request, decision="granted", by=cast.petra(), at=cast.NOW)
    assert not restrictions.allowed(customer=aino, purpose="marketing")


def test_a_withdrawal_granted_withdraws_every_consent_that_stands(identified) -> None:
    aino = cast.aino()
    cast.consent(aino, purpose="marketing", channel="email")
    cast.consent(aino, purpose="development")
    request, _aino = identified(aino, kind="withdrawal")
    steps.close(request=request, decision="granted", by=cast.petra(), at=cast.NOW)
    assert not consents.stands(customer=aino, purpose="marketing", channel="email")
    assert not consents.stands(customer=aino, purpose="development", channel="sms")
    assert Consent.objects.filter(customer=aino, action="given").count() == 2


# -- Erasure ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_somebody_who_only_asked_is_erased_whole_and_told(as_petra, identified) -> None:
    eero = cast.eero()
    cast.quote(eero)
    request, _eero = identified(eero, kind="erasure")
    page = as_petra.get(reverse("admin:requests-request", args=[request.pk])).content.decode()
    seen = erasing.preview(request=request, on=cast.TODAY, language="fi")
    assert seen is not None
    assert "vaihe/poista" in page
    erasing.erase(request=request, seen=seen.seen, by=cast.petra(), at=cast.NOW)
    assert not Customer.objects.filter(pk=eero.pk).exists()
    request.refresh_from_db()
    assert (request.state, request.decision, request.customer) == ("closed", "granted", None)
    assert ErasureReceipt.objects.get(customer_id=eero.pk).ground == "request"
    assert as_petra.get(reverse("admin:requests-request", args=[request.pk])).status_code == 200


def erase_by_two(request: DataSubjectRequest, seen: str) -> None:
    """Petra asks, Leena approves, Petra does it."""
    with pytest.raises(errors.NeedsAnother):
        erasing.erase(request=request, seen=seen, by=cast.petra(), at=cast.NOW)
    (asked,) = approvals.waiting_for(cast.leena(), at=cast.NOW)
    approvals.decide(approval=asked, approve=True, by=cast.leena(), at=cast.NOW)
    erasing.erase(request=request, seen=seen, by=cast.petra(), at=cast.NOW)


@pytest.mark.django_db(transaction=True)
def test_nobody_alone_erases_somebody_with_a_contract(identified, as_petra) -> None:
    aino = cast.aino()
    cast.agreement(cast.booking(aino, state=Booking.State.RETURNED))
    request, _aino = identified(aino, kind="erasure")
    seen = erasing.preview(request=request, on=cast.TODAY, language="fi").seen
    page = reverse("admin:requests-request", args=[request.pk])
    step = reverse("admin:requests-step", args=[request.pk, "poista"])
    answer = as_petra.post(step, {"poista-seen": seen})
    assert "toisen ihmisen" in answer.content.decode()
    (asked,) = approvals.waiting_for(cast.leena(), at=timezone.now())
    with pytest.raises(approvals.CannotDecide):
        approvals.decide(approval=asked, approve=True, by=cast.petra(), at=timezone.now())
    as_petra.post(step, {"poista-seen": seen})
    aino.refresh_from_db()
    assert aino.erased_on is None
    assert approvals.waiting_for(cast.leena(), at=timezone.now()).count() == 1
    assert as_petra.get(page).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_an_approval_of_one_plan_does_not_erase_by_another(identified) -> None:
    aino = cast.aino()
    booked = cast.booking(aino, state=Booking.State.RETURNED)
    request, _aino = identified(aino, kind="erasure")
    seen = erasing.preview(request=request, on=cast.TODAY, language="fi").seen
    with pytest.raises(errors.NeedsAnother):
        erasing.erase(request=request, seen=seen, by=cast.petra(), at=cast.NOW)
    (asked,) = approvals.waiting_for(cast.leena(), at=cast.NOW)
    approvals.decide(approval=asked, approve=True, by=cast.leena(), at=cast.NOW)
    cast.agreement(booked)
    now = erasing.preview(request=request, on=cast.TODAY, language="fi").seen
    with pytest.raises(errors.NeedsAnother):
        erasing.erase(request=request, seen=now, by=cast.petra(), at=cast.NOW)


@pytest.mark.django_db(transaction=True)
def test_what_a_statute_keeps_is_in_ainos_letter_with_its_date(identified) -> None:
    aino = cast.aino()
    booked = cast.booking(aino, state=Booking.State.RETURNED)
    cast.agreement(booked)
    request, _aino = identified(aino, kind="erasure")
    seen = erasing.preview(request=request, on=cast.TODAY, language="fi")
    assert seen is not None
    assert seen.kept
    erase_by_two(request, seen.seen)
    request.refresh_from_db()
    assert request.decision == "partly"
    assert "31.12.2032" in request.grounds
    assert "1336/1997" in request.grounds
    aino.refresh_from_db()
    assert aino.erased_on
    assert not aino.email


def test_an_erasure_is_refused_when_something_happened_since_it_was_looked_at(identified) -> None:
    request, aino = identified(kind="erasure")
    seen = erasing.preview(request=request, on=cast.TODAY, language="fi")
    cast.feedback(aino)
    with pytest.raises(errors.PlanChanged):
        erasing.erase(request=request, seen=seen.seen, by=cast.petra(), at=cast.NOW)
    request.refresh_from_db()
    assert request.state == "identified"


def test_an_erasure_is_refused_while_a_hold_stands(identified) -> None:
    request, aino = identified(kind="erasure")
    cast.hold(aino)
    seen = erasing.preview(request=request, on=cast.TODAY, language="fi")
    assert seen.held
    with pytest.raises(errors.StandsHeld):
        erasing.erase(request=request, seen=seen.seen, by=cast.petra(), at=cast.NOW)
    with pytest.raises(errors.NotPermitted):
        erasing.erase(request=request, seen=seen.seen, by=cast.kaisa(), at=cast.NOW)
