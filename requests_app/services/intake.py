"""How a request comes in: by the public form, or entered by staff."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from register import permissions
from register.clock import local_date
from register.services import audit, notices, numbers
from requests_app import deadlines, tokens
from requests_app.models import DataSubjectRequest
from requests_app.services import errors
from requests_app.tasks import queue_mail

State = DataSubjectRequest.State
UNCONFIRMED_PER_ADDRESS = 5


@transaction.atomic
def submit(
    *,
    kind: str,
    name: str,
    email: str,
    phone: str = "",
    details: str = "",
    language: str,
    at: datetime,
    notice_version: str = "",
    made_by: str = DataSubjectRequest.MadeBy.SELF,
    subject_name: str = "",
    wanted: Mapping[str, Any] | None = None,
) -> DataSubjectRequest:
    """Take in a request from the public form and send its confirmation link.

    `notice_version`: the label of the notice that the form was shown with. `wanted`: what was
    ticked, as keys (DataSubjectRequest.wanted).
    Asks nothing of the register: the answer is the same whether the person is in it or not.
    Raises TooManyUnconfirmed when the address already has several that nobody confirmed.
    """
    _refuse_flood(email, at)
    request = _create(
        kind=kind, name=name, email=email, phone=phone, details=details, language=language,
        channel=DataSubjectRequest.Channel.WEB, state=State.RECEIVED, received_at=at, at=at,
        by=None, notice_version=notice_version, made_by=made_by, subject_name=subject_name,
        wanted=dict(wanted or {}),
    )  # fmt: skip
    queue_mail(request=request, mail="confirm", at=at)
    return request


@transaction.atomic
def enter(
    *,
    by: Any,
    channel: str,
    received_at: datetime,
    kind: str,
    name: str,
    email: str = "",
    phone: str = "",
    details: str = "",
    language: str,
    at: datetime,
    made_by: str = DataSubjectRequest.MadeBy.SELF,
    subject_name: str = "",
) -> DataSubjectRequest:
    """Write in a request that came by e-mail, phone, paper or at the desk, with its real time of
    receipt. It needs no confirmation. Raises NotPermitted or ReceivedInFuture."""
    if not permissions.may(by, "identify"):
        raise errors.NotPermitted
    if received_at > at:
        raise errors.ReceivedInFuture
    request = _create(
        kind=kind, name=name, email=email, phone=phone, details=details, language=language,
        channel=channel, state=State.CONFIRMED, received_at=received_at, at=at, by=by,
        made_by=made_by, subject_name=subject_name,
    )  # fmt: skip
    queue_mail(request=request, mail="received", at=at)
    return request


@transaction.atomic
def confirm(*, token: str, at: datetime) -> DataSubjectRequest:
    """The person opened the link of the mail and pressed the button.

    The request counts from the day it was sent, not from this moment. Raises NoSuchToken for a
    link that is wrong, used or expired.
    """
    request = (
        DataSubjectRequest.objects.select_for_update()
        .filter(confirm_token_hash=tokens.digest(token), state=State.RECEIVED)
        .first()
    )
    if request is None or request.received_at < at - confirm_within():
        raise errors.NoSuchToken
    request.state = State.CONFIRMED
    request.confirmed_at = at
    request.confirm_token_hash = ""
    request.save(update_fields=["state", "confirmed_at", "confirm_token_hash"])
    audit.record(verb="request.confirmed", at=at, object=request)
    queue_mail(request=request, mail="received", at=at)
    return request


def confirm_within() -> timedelta:
    """How long the link of the mail works; the nightly job then deletes the request."""
    return timedelta(hours=settings.REQUEST_CONFIRM_HOURS)


def _refuse_flood(email: str, at: datetime) -> None:
    """A stranger must not fill somebody's mailbox with our confirmation mails."""
    waiting = DataSubjectRequest.objects.filter(
        email=email, state=State.RECEIVED, received_at__gte=at - timedelta(days=1)
    )
    if waiting.count() >= UNCONFIRMED_PER_ADDRESS:
        raise errors.TooManyUnconfirmed


def _create(
    *, received_at: datetime, at: datetime, by: Any, notice_version: str = "", **fields: Any
) -> DataSubjectRequest:
    received_on: date = local_date(received_at)
    pk = uuid4()
    web = fields["channel"] == DataSubjectRequest.Channel.WEB
    request = DataSubjectRequest.objects.create(
        id=pk,
        reference=numbers.request_reference(on=local_date(at)),
        notice_version=notices.shown(notice_version),
        received_at=received_at,
        target_on=deadlines.target(received_on),
        due_on=deadlines.due(received_on),
        status_token_hash=tokens.digest(tokens.derive(tokens.STATUS, pk)),
        confirm_token_hash=tokens.digest(tokens.derive(tokens.CONFIRM, pk)) if web else "",
        saved_at=at,
        saved_by=by,
        **fields,
    )
    audit.record(verb="request.received", by=by, at=at, object=request)
    return request
