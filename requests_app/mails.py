"""The mails of a request: text and HTML, in the person's language. Subjects hold nothing personal,
not even the kind of the request: they are read on lock screens."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from register import controller, permissions, policy
from register.models import Channel, Customer, Message, User
from requests_app import tokens
from requests_app.models import AccessPackage, DataSubjectRequest, RequestMail

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mail:
    """`link`: the address that the mail's button opens. A mail that `says` something is written
    from those paragraphs; the others have templates of their own. `must_reach`: who has no e-mail
    address is told by phone or on paper."""

    subject: Callable[[], str]
    link: Callable[[DataSubjectRequest], str]
    says: Callable[[DataSubjectRequest], tuple[str, ...]] | None = None
    must_reach: bool = False


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


def _answer_by(request: DataSubjectRequest) -> str:
    day = request.due_on
    return _("You get an answer at the latest on %(due)s.") % {
        "due": f"{day.day}.{day.month}.{day.year}"
    }


MAILS = {
    "confirm": Mail(lambda: _("Confirm your request"), confirm_url),
    "received": Mail(lambda: _("We have received your request"), status_url),
    "identify": Mail(lambda: _("Please visit us with a photo ID"), status_url, must_reach=True),
    "identified": Mail(
        lambda: _("Your request goes on"),
        status_url,
        lambda request: (
            _("We now know that the request is yours. Next we decide it and tell you."),
            _answer_by(request),
        ),
    ),
    "extended": Mail(lambda: _("We need more time for your request"), status_url, must_reach=True),
    "decided": Mail(lambda: _("Your request has been decided"), status_url, must_reach=True),
    "package": Mail(lambda: _("Your package is ready"), package_url, must_reach=True),
    "delivered": Mail(
        lambda: _("Your package was fetched"),
        status_url,
        lambda request: (
            _("The data you asked for has been handed over, and our copy is destroyed."),
            _("If it was not you who fetched it, tell us at once."),
        ),
    ),
    "withdrawn": Mail(
        lambda: _("Your request was taken back"),
        status_url,
        lambda request: (
            _("The request is taken back, and we do nothing more about it."),
            _("You can make a new one at any time. If you did not take it back, tell us."),
        ),
    ),
    "closed": Mail(lambda: _("Your request is closed"), status_url, must_reach=True),
}


def attempt(*, mail_id: UUID, most_tries: int, at: datetime) -> int:
    """Try to send a mail that waits. 0 when there is nothing more to do; otherwise how many tries
    failed so far, and the next one is the caller's to arrange. After `most_tries` it is given up
    and stands as failed. Two workers at once send it once: whoever comes first claims it."""
    row = RequestMail.objects.filter(pk=mail_id)
    claim = {"state": RequestMail.State.SENDING, "tries": F("tries") + 1, "tried_at": at}
    if not row.filter(state=RequestMail.State.QUEUED).update(**claim):
        return 0
    mail = row.select_related("request__customer").get()
    try:
        message = compose(mail.request, mail.mail)
        message.send()
    except Exception as error:  # the mail server, the network, a package that is gone
        return _did_not_leave(mail, error, most_tries)
    row.update(state=RequestMail.State.SENT, sent_at=at, error="")
    if mail.request.customer is not None:
        _log(mail.request.customer, str(message.subject), at)
    return 0


def _did_not_leave(mail: RequestMail, error: Exception, most_tries: int) -> int:
    given_up = mail.tries >= most_tries
    mail.state = RequestMail.State.FAILED if given_up else RequestMail.State.QUEUED
    mail.error = type(error).__name__[:80]
    mail.save(update_fields=["state", "error"])
    log.warning("A mail of a request did not leave: %s, try %d", mail.error, mail.tries)
    return 0 if given_up else mail.tries


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


def people_in_charge() -> list[str]:
    """Addresses of those who decide requests; the firm's own where nobody has an address."""
    users = User.objects.filter(is_active=True).exclude(email="").order_by("pk")
    found = [user.email for user in users if permissions.may(user, "package")]
    return found or [str(settings.CONTROLLER["email"])]


def tell_of_locked(*, request: DataSubjectRequest) -> None:
    """Somebody tried wrong codes on a package: the staff look into it and make it anew."""
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("A package was destroyed after wrong codes")
        link = _absolute("admin:requests-request", str(request.pk))
        EmailMessage(
            subject=f"{subject} – {settings.CONTROLLER['trade_name']}",
            body=render_to_string("mail/locked.txt", {"request": request, "link": link}),
            to=people_in_charge(),
            headers={"Auto-Submitted": "auto-generated"},
        ).send()


def _earlier(request: DataSubjectRequest) -> DataSubjectRequest | None:
    """An older request of the same kind from this very address. Only the address is told of it."""
    older = request.alike().filter(email=request.email, received_at__lt=request.received_at)
    return older.first()


def compose(request: DataSubjectRequest, name: str) -> EmailMultiAlternatives:
    """One of MAILS to the address on the request, in the request's language."""
    with translation.override(request.language):
        return _compose(request, name)


def _compose(request: DataSubjectRequest, name: str) -> EmailMultiAlternatives:
    mail = MAILS[name]
    paragraphs = mail.says(request) if mail.says else ()
    template = "words" if paragraphs else name
    context = {
        "paragraphs": paragraphs,
        "request": request,
        "controller": controller.details(),
        "link": mail.link(request),
        "subject": mail.subject(),
        "language": request.language,
        "confirm_hours": settings.REQUEST_CONFIRM_HOURS,
        "package_days": settings.PACKAGE_LINK_DAYS,
        "earlier": _earlier(request) if name in ("confirm", "received") else None,
    }
    message = EmailMultiAlternatives(
        subject=f"{mail.subject()} – {settings.CONTROLLER['trade_name']}",
        body=render_to_string(f"mail/{template}.txt", context),
        to=[request.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string(f"mail/{template}.html", context), "text/html")
    return message
