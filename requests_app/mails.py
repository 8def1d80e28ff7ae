"""The mails of a request: text and HTML, in the person's language. Subjects hold nothing personal,
not even the kind of the request: they are read on lock screens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from register import policy
from register.models import Channel, Customer, Message
from requests_app import tokens
from requests_app.models import AccessPackage, DataSubjectRequest


@dataclass(frozen=True, slots=True)
class Mail:
    """`link`: the address that the mail's button opens; empty where there is none."""

    subject: Callable[[], str]
    link: Callable[[DataSubjectRequest], str]


def status_url(request: DataSubjectRequest) -> str:
    """The address of the status page. Call it with the person's language active."""
    return _absolute("request-status", _status_token(request))


def confirm_url(request: DataSubjectRequest) -> str:
    token = tokens.current(tokens.CONFIRM, request.pk, stored=request.confirm_token_hash)
    return _absolute("request-confirm", token)


def package_url(request: DataSubjectRequest) -> str:
    """The address of the newest package that still waits. LookupError when none does."""
    package = AccessPackage.objects.filter(request=request, content__isnull=False).first()
    if package is None:
        raise LookupError("no package waits")
    token = tokens.current(tokens.PACKAGE, package.pk, stored=package.link_hash)
    return _absolute("package-fetch", _status_token(request), token)


def _status_token(request: DataSubjectRequest) -> str:
    return tokens.current(tokens.STATUS, request.pk, stored=request.status_token_hash)


def _absolute(name: str, *arguments: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse(name, args=arguments)}"


MAILS = {
    "confirm": Mail(lambda: _("Confirm your request"), confirm_url),
    "received": Mail(lambda: _("We have received your request"), status_url),
    "identify": Mail(lambda: _("Please visit us with a photo ID"), status_url),
    "extended": Mail(lambda: _("We need more time for your request"), status_url),
    "decided": Mail(lambda: _("Your request has been decided"), status_url),
    "package": Mail(lambda: _("Your package is ready"), package_url),
    "closed": Mail(lambda: _("Your request is closed"), status_url),
}


def send(*, request: DataSubjectRequest, mail: str, at: datetime) -> bool:
    """Send one of MAILS to the address on the request. False when it has none: the answer then
    goes on paper."""
    if not request.email:
        return False
    with translation.override(request.language):
        message = _compose(request, mail)
        sent = message.send() == 1
    if sent and request.customer is not None:
        _log(request.customer, str(message.subject), at)
    return sent


def _log(customer: Customer, subject: str, at: datetime) -> None:
    """The automatic message is part of the communication log (P12). Its text is not: it holds a
    link that opens the request."""
    Message.objects.create(
        customer=customer,
        channel=Channel.EMAIL,
        direction=Message.Direction.OUT,
        subject=subject,
        happened_at=at,
        saved_at=at,
        source=policy.FIRM.key,
    )


def _compose(request: DataSubjectRequest, name: str) -> EmailMultiAlternatives:
    mail = MAILS[name]
    context = {
        "request": request,
        "controller": settings.CONTROLLER,
        "link": mail.link(request),
        "subject": mail.subject(),
        "language": request.language,
        "confirm_hours": settings.REQUEST_CONFIRM_HOURS,
        "package_days": settings.PACKAGE_LINK_DAYS,
    }
    message = EmailMultiAlternatives(
        subject=f"{mail.subject()} – {settings.CONTROLLER['trade_name']}",
        body=render_to_string(f"mail/{name}.txt", context),
        to=[request.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string(f"mail/{name}.html", context), "text/html")
    return message
