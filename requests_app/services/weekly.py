"""Once a week: which promises of the notice are broken or at risk, by mail to those who answer."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from register import clock, controller, permissions
from register.models import AuditEvent, User
from register.services import audit
from requests_app import evidence
from requests_app.evidence import Evidence, State

VERB = "promises.mailed"


def tell(*, at: datetime) -> bool:
    """Mail this week's state of the promises; False if this ISO week's mail has gone already.

    Counts and promises only: nobody is named. A mail that does not go leaves no line behind, so
    that the next run tries again.
    """
    week = week_of(at)
    with transaction.atomic():
        if AuditEvent.objects.filter(verb=VERB, reason=week).exists():
            return False
        with translation.override(settings.LANGUAGE_CODE):
            mail, bad = _mail(at)
        audit.record(verb=VERB, at=at, reason=week, count=bad)
        mail.send()
    return True


def week_of(at: datetime) -> str:
    """Such as "2026-W31", by the calendar of Helsinki."""
    year, week, _day = clock.local_date(at).isocalendar()
    return f"{year}-W{week:02d}"


def readers() -> list[str]:
    """Addresses of those who see whether the promises are kept."""
    staff = User.objects.filter(is_active=True).exclude(email="").order_by("pk")
    return [user.email for user in staff if permissions.may(user, "promises")]


def _mail(at: datetime) -> tuple[EmailMessage, int]:
    found = evidence.gather(at=at)
    bad = [(name.upper(), one) for name, one in found.items() if one.state != State.KEPT]
    mail = EmailMessage(
        subject=_subject([one for _name, one in bad]),
        body=render_to_string(
            "requests/weekly.txt",
            {
                "bad": bad,
                "kept": len(found) - len(bad),
                "page": f"{settings.PUBLIC_URL.rstrip('/')}{reverse('notice')}",
            },
        ),
        to=readers() or [controller.details()["email"]],
        headers={"Auto-Submitted": "auto-generated"},
    )
    return mail, len(bad)


def _subject(bad: list[Evidence]) -> str:
    if not bad:
        return _("Every promise of the privacy notice is kept")
    broken = sum(one.alarm for one in bad)
    return _("The privacy notice: %(broken)d broken, %(risk)d at risk") % {
        "broken": broken,
        "risk": len(bad) - broken,
    }
