"""The package leaves once, and our copy is destroyed: by its link and a code that was said aloud,
or printed and handed over at the desk. What nobody fetched in time, the nightly job destroys
(register.services.short_clocks)."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from register import permissions
from register.services import audit
from register.vault import Erased
from requests_app import status, tokens
from requests_app.models import AccessPackage, DataSubjectRequest
from requests_app.services import errors, steps
from requests_app.tasks import tell_of_locked

State = DataSubjectRequest.State
CodeWay = DataSubjectRequest.CodeWay
MOST_WRONG = 5
DIGITS = 8
"""One guess in twenty million opens a package, before its link is counted in."""
CODE_STATES = (*DataSubjectRequest.WORKED_ON, State.DECIDED)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A package on its way out. `content` is a ZIP."""

    reference: str
    content: bytes


# -- The code -----------------------------------------------------------------------------------


def may_have_code(request: DataSubjectRequest) -> bool:
    """Whether a code can be given now: the person is known, and data is to be handed over."""
    return request.state in CODE_STATES and status.hands_over(request)


def number_on_file(request: DataSubjectRequest) -> str:
    """The number to call with the code, as the register has it. Empty where a call proves nothing:
    no number, or somebody else asks for the person."""
    if request.customer is None or request.made_by != DataSubjectRequest.MadeBy.SELF:
        return ""
    return str(request.customer.phone or "")


@transaction.atomic
def give_code(*, request: DataSubjectRequest, way: str, by: Any, at: datetime) -> str:
    """A new code, to be said aloud and forgotten: only its hash is kept. An older one no longer
    opens anything, and wrong tries are counted anew. Raises NotPermitted, WrongState,
    NoNumberOnFile."""
    if not permissions.may(by, "identify"):
        raise errors.NotPermitted
    row = DataSubjectRequest.objects.select_for_update().get(pk=request.pk)
    if not may_have_code(row):
        raise errors.WrongState
    if way == CodeWay.PHONE and not number_on_file(row):
        raise errors.NoNumberOnFile
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    row.code_hash, row.code_way = make_password(code), way
    row.code_given_at, row.code_given_by = at, by
    row.save(update_fields=["code_hash", "code_way", "code_given_at", "code_given_by"])
    AccessPackage.objects.filter(request=row, content__isnull=False).update(wrong_codes=0)
    audit.record(verb="request.code_given", by=by, at=at, object=row, reason=way)
    return code


def written(code: str) -> str:
    """The code as it is read aloud: in two groups."""
    return f"{code[: DIGITS // 2]} {code[DIGITS // 2 :]}"


def _forget_code(row: DataSubjectRequest) -> None:
    """It opens one package once. That it was given, and how, stays written down."""
    DataSubjectRequest.objects.filter(pk=row.pk).update(code_hash="")


# -- By the link --------------------------------------------------------------------------------


def waiting(*, request: DataSubjectRequest, token: str, at: datetime) -> AccessPackage:
    """The package that the link opens. Raises PackageGone when it was fetched or has expired."""
    package = AccessPackage.objects.filter(
        request=request, link_hash=tokens.digest(token), expires_at__gt=at, content__isnull=False
    ).first()
    if package is None:
        raise errors.PackageGone
    return package


def fetch(*, request: DataSubjectRequest, token: str, code: str, at: datetime) -> Delivered:
    """Hand the package over and destroy our copy, in one transaction: two openings of the link at
    the same moment cannot both succeed. A wrong code is counted, and after MOST_WRONG the package
    is destroyed and those in charge are told. Raises PackageGone, CodeNotGiven, WrongCode."""
    opened = _try(request, token, code, at)
    if isinstance(opened, Delivered):
        return opened
    raise errors.WrongCode(opened)  # outside the transaction: the count stays


@transaction.atomic
def _try(request: DataSubjectRequest, token: str, code: str, at: datetime) -> Delivered | int:
    """The package, or how many tries are left."""
    lock(token)
    row = DataSubjectRequest.objects.get(pk=request.pk)
    package = waiting(request=row, token=token, at=at)
    if not row.code_hash:
        raise errors.CodeNotGiven
    if not check_password(re.sub(r"\D", "", code), row.code_hash):
        return _count_wrong(row, package, at)
    content = _opened(package)
    package.content, package.fetched_at = None, at
    package.save(update_fields=["content", "fetched_at"])
    _forget_code(row)
    audit.record(verb="package.fetched", at=at, object=package)
    if row.state == State.DECIDED:
        steps.delivered(request=row, at=at)
    return Delivered(row.reference, content)


def _count_wrong(row: DataSubjectRequest, package: AccessPackage, at: datetime) -> int:
    package.wrong_codes += 1
    left = max(MOST_WRONG - package.wrong_codes, 0)
    audit.record(verb="package.wrong_code", at=at, object=package, outcome="denied")
    if not left:
        _lock_for_good(row, package, at)
    package.save(update_fields=["wrong_codes", "content", "locked_at"])
    return left


def _lock_for_good(row: DataSubjectRequest, package: AccessPackage, at: datetime) -> None:
    """Somebody guesses: the package goes, and so does the code. Both can be made anew."""
    package.content, package.locked_at = None, at
    _forget_code(row)
    audit.record(verb="package.locked", at=at, object=package)
    transaction.on_commit(lambda: tell_of_locked.enqueue(str(row.pk)))


def lock(token: str) -> None:
    """Hold the link's package until the transaction ends: a second opening waits here."""
    AccessPackage.objects.select_for_update().filter(link_hash=tokens.digest(token)).first()


def _opened(package: AccessPackage) -> bytes:
    sealed = package.content
    if sealed is None or isinstance(sealed, Erased):
        raise errors.PackageGone
    return bytes(sealed.expose_bytes())


def destroyed_by_guesses() -> set[UUID]:
    """Requests whose package was destroyed after wrong codes and has not been made anew."""
    waiting = AccessPackage.objects.filter(content__isnull=False).values("request")
    locked = AccessPackage.objects.filter(locked_at__isnull=False, request__state=State.DECIDED)
    return set(locked.exclude(request__in=waiting).values_list("request_id", flat=True))


# -- In somebody's hand -------------------------------------------------------------------------


def at_hand(request: DataSubjectRequest, *, at: datetime) -> AccessPackage | None:
    """The package that can be handed over at the desk; None where nothing waits."""
    waits = AccessPackage.objects.filter(request=request, content__isnull=False, expires_at__gt=at)
    return waits.first() if request.state == State.DECIDED else None


@transaction.atomic
def to_print(*, request: DataSubjectRequest, by: Any, at: datetime) -> Delivered:
    """The whole package for those who make packages, to be printed and put in an envelope. Our
    copy stays until it is handed over. Raises NotPermitted, PackageGone."""
    if not permissions.may(by, "package"):
        raise errors.NotPermitted
    package = at_hand(request, at=at)
    if package is None:
        raise errors.PackageGone
    audit.record(verb="package.printed", by=by, at=at, object=package, reason="request")
    return Delivered(request.reference, _opened(package))


@transaction.atomic
def hand_over(*, request: DataSubjectRequest, document_type: str, by: Any, at: datetime) -> None:
    """The papers were handed to the person at the desk, against a photo ID. Kept: who handed them
    over, when, and which kind of document was shown; our copy is destroyed, and the link with it.
    Raises NotPermitted, PackageGone."""
    if not permissions.may(by, "identify"):
        raise errors.NotPermitted
    held = AccessPackage.objects.select_for_update().filter(request=request).first()
    if held is None or at_hand(request, at=at) is None:
        raise errors.PackageGone
    held.content = None
    held.handed_over_at, held.handed_over_by, held.document_type = at, by, document_type
    held.save(update_fields=["content", "handed_over_at", "handed_over_by", "document_type"])
    _forget_code(request)
    audit.record(verb="package.handed_over", by=by, at=at, object=held, fields=["document_type"])
    steps.delivered(request=request, by=by, at=at)
