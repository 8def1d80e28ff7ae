"""Many look-ups in a day stand out: whoever does more than the role's usual (policy) is pointed
out to the owner and the privacy role, once a day. Nothing is refused: a summer Saturday is busy.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from register import clock, controller, permissions, policy
from register.models import AuditEvent, LookUpNotice, User

WATCHED = frozenset(verb for usual in policy.USUAL_LOOK_UPS.values() for verb in usual)
SHOWN_FOR = timedelta(days=30)

Teller = Callable[[int], object]
_tellers: list[Teller] = []


def tell_with(teller: Teller) -> None:
    """Name what is called with a new notice's id once it is in the database: the mail's task."""
    if teller not in _tellers:
        _tellers.append(teller)


def watch(event: AuditEvent) -> None:
    """Look whether this look-up is one more than usual. In the transaction of the event."""
    if event.actor_id is None or event.verb not in WATCHED:
        return
    usual = usual_of(event.actor_roles.split(","), event.verb)
    day = clock.local_date(event.at)
    start = datetime.combine(day, time(), clock.HELSINKI)
    today = AuditEvent.objects.filter(actor_id=event.actor_id, at__gte=start, verb=event.verb)
    if today.filter(outcome=AuditEvent.Outcome.DONE).count() <= usual:
        return
    notice, is_new = LookUpNotice.objects.get_or_create(
        actor_id=event.actor_id, verb=event.verb, day=day,
        defaults={"actor_roles": event.actor_roles, "usual": usual, "noticed_at": event.at},
    )  # fmt: skip
    if is_new:
        transaction.on_commit(partial(_tell_all, notice.pk))


def usual_of(roles: list[str], verb: str) -> int:
    """How often the roles do it on a busy day; of several roles the greatest number."""
    return max((policy.USUAL_LOOK_UPS[role][verb] for role in roles if role), default=0)


def _tell_all(notice_id: int) -> None:
    for teller in _tellers:
        teller(notice_id)


def send_mail(*, notice_id: int, at: datetime) -> bool:
    """Mail the notice to those who read the audit. It says neither who nor whom: the register
    does. False if it has been sent before."""
    notice = LookUpNotice.objects.filter(pk=notice_id, told_at__isnull=True).first()
    if notice is None:
        return False
    with translation.override(settings.LANGUAGE_CODE):
        _mail().send()
    notice.told_at = at
    notice.save(update_fields=["told_at"])
    return True


def _mail() -> EmailMessage:
    log = f"{settings.PUBLIC_URL.rstrip('/')}{reverse('admin:desk-audit')}"
    body = _(
        "Somebody on the staff has looked up more personal data today than their role usually "
        "does. It may be a busy day. See in the register who and what it was:\n\n%(log)s"
    )
    return EmailMessage(
        subject=_("More look-ups than usual in the register"),
        body=body % {"log": log},
        to=readers() or [controller.details()["email"]],
        headers={"Auto-Submitted": "auto-generated"},
    )


def readers() -> list[str]:
    """Addresses of those who read the audit: the privacy role and the owner."""
    staff = User.objects.filter(is_active=True).exclude(email="").order_by("pk")
    return [user.email for user in staff if permissions.may(user, "audit")]


def unseen(*, at: datetime) -> QuerySet[LookUpNotice]:
    """Notices that nobody has ticked off yet."""
    return LookUpNotice.objects.filter(seen_at__isnull=True, noticed_at__gte=at - SHOWN_FOR)


def mark_seen(*, notice: LookUpNotice, by: Any, at: datetime) -> None:
    notice.seen_at, notice.seen_by = at, by.pk
    notice.save(update_fields=["seen_at", "seen_by"])
