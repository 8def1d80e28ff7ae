"""The package leaves: once, by its link, and is destroyed. What nobody fetched in time, the nightly
job destroys (register.services.short_clocks)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from register.services import audit
from register.vault import Erased
from requests_app import tokens
from requests_app.models import AccessPackage, DataSubjectRequest
from requests_app.services import errors, steps


@dataclass(frozen=True, slots=True)
class Delivered:
    """A package on its way out. `content` is a ZIP."""

    reference: str
    content: bytes


def waiting(*, request: DataSubjectRequest, token: str, at: datetime) -> AccessPackage:
    """The package that the link opens. Raises PackageGone when it was fetched or has expired."""
    package = AccessPackage.objects.filter(
        request=request,
        link_hash=tokens.digest(token),
        fetched_at__isnull=True,
        expires_at__gt=at,
        content__isnull=False,
    ).first()
    if package is None:
        raise errors.PackageGone
    return package


@transaction.atomic
def fetch(*, request: DataSubjectRequest, token: str, at: datetime) -> Delivered:
    """Hand the package over and destroy our copy, in one transaction: two openings of the link at
    the same moment cannot both succeed. Raises PackageGone."""
    lock(token)
    package = waiting(request=request, token=token, at=at)
    sealed = package.content
    if sealed is None or isinstance(sealed, Erased):
        raise errors.PackageGone
    content = sealed.expose_bytes()
    package.content = None
    package.fetched_at = at
    package.save(update_fields=["content", "fetched_at"])
    audit.record(verb="package.fetched", at=at, object=package)
    if request.state == DataSubjectRequest.State.DECIDED:
        steps.delivered(request=request, at=at)
    return Delivered(request.reference, content)


def lock(token: str) -> None:
    """Hold the link's package until the transaction ends: a second opening waits here."""
    AccessPackage.objects.select_for_update().filter(link_hash=tokens.digest(token)).first()
