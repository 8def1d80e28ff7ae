"""What keeps the register itself safe, for the owner's page: keys and their age, the audit's chain,
backups, how far the roles see, mails that did not go. Counts and dates only, never a person."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from register import policy
from register.declare import Role, Sight
from register.models import AuditEvent, RoleGrant, User
from register.models.breaches import HOURS
from register.services import breaches
from register.vault import rotation
from register.vault.checks import all_sealed
from register.vault.models import DataKey, KeyCheck
from requests_app.models import RequestMail

KEY_YEARS = timedelta(days=400)
"""Master keys are changed once a year (docs/keys.md); so long is a little patience."""
CHAIN_AGE = timedelta(days=35)
BACKUP_AGE = timedelta(days=2)
DRILL_AGE = timedelta(days=190)
"""A backup is opened and read through, or restored elsewhere, twice a year (docs/recovery.md)."""
LATE_MAIL = timedelta(hours=4)
VERIFIED = "audit.verified"
MADE, OPENED, RESTORED = "backup.made", "backup.opened", "backup.restored"


@dataclass(frozen=True, slots=True)
class Fact:
    """`alarm`: broken now; `risk`: will be. `page`: where it is put right, unless that is the
    promise's own page."""

    what: str
    value: str
    alarm: bool = False
    risk: bool = False
    page: str = ""


Gather = Callable[[datetime], Iterator[Fact]]


def _told(at: datetime | None) -> str:
    day = localtime(at) if at else None
    return f"{day.day}.{day.month}.{day.year}" if day else _("never")


def _last(*verbs: str) -> AuditEvent | None:
    return AuditEvent.objects.filter(verb__in=verbs).order_by("-at").first()


def _keys(now: datetime) -> Iterator[Fact]:
    yield Fact(_("Encrypted columns"), str(len(list(all_sealed()))))
    masters = KeyCheck.objects.filter(kind=KeyCheck.Kind.MASTER, retired_at__isnull=True)
    newest = masters.order_by("-number").first()
    if newest is None:
        return
    old = now - newest.announced_at > KEY_YEARS
    yield Fact(_("Master key in use since"), _told(newest.announced_at), risk=old)
    behind = DataKey.objects.exclude(rotation.wrapped_by(newest.number))
    waits = behind.count() if masters.count() > 1 else 0
    yield Fact(_("People's keys under an older master key"), str(waits), risk=waits > 0)


def _access(now: datetime) -> Iterator[Fact]:
    yield from (_role(role, now) for role in policy.ROLES)
    late = breaches.waiting(at=now).filter(known_at__lt=now - HOURS).count()
    told = _("Breaches past their 72 hours, the authority not told")
    yield Fact(told, str(late), alarm=late > 0, page="admin:breaches")
    last = _last(VERIFIED)
    bad = last is not None and bool(last.count)
    old = last is None or now - last.at > CHAIN_AGE
    told = _("tampered with") if bad else _told(last.at if last else None)
    yield Fact(
        _("Chain of the audit last checked"), told, alarm=bad, risk=old, page="admin:desk-audit"
    )


def _role(role: Role, now: datetime) -> Fact:
    """How many hold the role, and its widest rights: columns seen whole, masked, opened."""
    held = RoleGrant.objects.in_force(on=localtime(now).date()).filter(role=role.key)
    people = User.objects.filter(is_active=True, pk__in=held.values("user")).count()
    sights = [policy.access(label).sight((role.key,)) for label in policy.FIELDS]
    opens = sum(role.key in policy.access(label).reveal for label in policy.FIELDS)
    told = _("%(people)d · sees %(whole)d columns, %(masked)d masked, opens %(opens)d") % {
        "people": people, "whole": sights.count(Sight.WHOLE),
        "masked": sights.count(Sight.MASKED), "opens": opens,
    }  # fmt: skip
    return Fact(role.name.to(get_language()), told)


def _mails(now: datetime) -> Iterator[Fact]:
    """Notices to those who asked that did not go, and those that somebody has to tell herself."""
    state = RequestMail.State
    failed = RequestMail.objects.filter(state=state.FAILED).count()
    late = RequestMail.objects.filter(
        state__in=(state.QUEUED, state.SENDING), asked_at__lt=now - LATE_MAIL
    ).count()
    paper = RequestMail.objects.filter(state=state.PAPER).count()
    yield Fact(_("Notices not sent"), str(failed + late), alarm=failed + late > 0)
    yield Fact(_("Notices to tell by phone or on paper"), str(paper), risk=paper > 0)


def _backups(now: datetime) -> Iterator[Fact]:
    """An erasure outlives a restore only if restoring is known to work."""
    made, tried = _last(MADE), _last(OPENED, RESTORED)
    stale = made is None or now - made.at > BACKUP_AGE
    yield Fact(_("Last backup"), _told(made.at if made else None), risk=stale)
    unsure = tried is None or now - tried.at > DRILL_AGE
    yield Fact(
        _("A backup last opened or restored"), _told(tried.at if tried else None), risk=unsure
    )


FACTS: dict[str, Gather] = {"p7": _keys, "p18": _access, "p20": _mails, "p24": _backups}
