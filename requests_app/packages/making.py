"""Puts the package together, seals it under the person's key, and gives it a link."""

import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from register import controller, pdf, policy
from register.clock import local_date
from register.models import Customer, User
from register.services import audit
from requests_app import tokens
from requests_app.models import AccessPackage, DataSubjectRequest
from requests_app.packages import collecting, passages, portability, spreadsheets
from requests_app.packages.collecting import Everything, Look, Row, Section

Kind = DataSubjectRequest.Kind
State = DataSubjectRequest.State


@dataclass(frozen=True, slots=True)
class Names:
    """What the files are called, in the language of the request."""

    pdf: str
    data: str
    moved: str
    tables: str
    files: str
    readme: str


def names() -> Names:
    """In the active language. Plain letters only: a ZIP travels through many programs."""
    return Names(
        pdf=_("your-data.pdf"),
        data=_("your-data.json"),
        moved=_("to-move.json"),
        tables=_("tables"),
        files=_("files"),
        readme=_("READ-ME.txt"),
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """What goes into the ZIP: name → content."""

    files: dict[str, bytes]

    def zipped(self, *, at: datetime) -> bytes:
        """A ZIP with the same bytes for the same parts and time."""
        target = BytesIO()
        stamp = (at.year, at.month, at.day, at.hour, at.minute, 0)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.files.items():
                entry = zipfile.ZipInfo(name, date_time=stamp)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, content)
        return target.getvalue()


def make(*, request_id: UUID, by_id: int | None, at: datetime) -> AccessPackage | None:
    """Make the package of a decided request; any older one of the same request is destroyed.

    None when the request is no longer waiting for one.
    """
    request = DataSubjectRequest.objects.select_related("customer").get(pk=request_id)
    if request.state != State.DECIDED or request.customer is None:
        return None
    customer = request.customer
    content = parts(request, customer, at=at).zipped(at=at)
    by = User.objects.filter(pk=by_id).first() if by_id else None
    return _seal(request, customer, content, by=by, at=at)


@transaction.atomic
def _seal(
    request: DataSubjectRequest,
    customer: Customer,
    content: bytes,
    *,
    by: User | None,
    at: datetime,
) -> AccessPackage:
    for older in AccessPackage.objects.filter(request=request, content__isnull=False):
        older.content = None
        older.save(update_fields=["content"])
    pk = uuid4()
    package = AccessPackage.objects.create(
        id=pk,
        request=request,
        customer=customer,
        made_at=at,
        expires_at=at + timedelta(days=settings.PACKAGE_LINK_DAYS),
        link_hash=tokens.digest(tokens.derive(tokens.PACKAGE, pk)),
        content=content,
    )
    audit.record(verb="package.made", by=by, at=at, object=package, reason="request")
    return package


def parts(request: DataSubjectRequest, customer: Customer, *, at: datetime) -> Parts:
    """The files of the package, in the language of the request."""
    with translation.override(request.language):
        called = names()
        moved = portability.portable(customer, at=at)
        if request.kind == Kind.PORTABILITY:
            return Parts({called.readme: _readme(request, at), called.moved: _json(moved)})
        everything = _everything(request, customer)
        sheets = spreadsheets.files(everything)
        return Parts(
            {
                called.readme: _readme(request, at, everything),
                called.pdf: paper(request, everything, at),
                called.data: _json(as_data(everything, request, at)),
                called.moved: _json(moved),
                **{f"{called.tables}/{name}": content for name, content in sheets.items()},
                **{f"{called.files}/{file.name}": file.content for file in everything.files},
            }
        )


def _everything(request: DataSubjectRequest, customer: Customer) -> Everything:
    sieve = passages.sieve(request)
    return collecting.collect(customer, language=request.language, sieve=sieve)


def _json(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=2).encode() + b"\n"


def _readme(
    request: DataSubjectRequest, at: datetime, everything: Everything | None = None
) -> bytes:
    context = {
        "request": request,
        "controller": controller.details(),
        "made_on": local_date(at),
        "schema": portability.schema_id(),
        "called": names(),
        "everything": everything,
    }
    return render_to_string("public/package/readme.txt", context).strip().encode() + b"\n"


def paper(request: DataSubjectRequest, everything: Everything, at: datetime) -> bytes:
    """Everything to read: a tagged PDF. Call with the language of the request active."""
    return pdf.render(
        "pdf/package.html",
        {
            "request": request,
            "everything": everything,
            "looks": list(_by_day(everything.looks)),
            "called": names(),
            "made_on": local_date(at),
            "kept_through": datetime.fromisoformat(everything.kept_through).date(),
            "version": policy.VERSION,
        },
        language=request.language,
        title=_("Your data in our register"),
        styles=("pdf/package.css",),
    )


@dataclass(frozen=True, slots=True)
class LooksOfADay:
    """The same thing done by the same role on one day."""

    day: str
    role: str
    verb: str
    purpose: str
    times: int


def _by_day(looks: Iterable[Look]) -> Iterator[LooksOfADay]:
    counted = Counter(
        (look.day.partition(" ")[0], look.role, look.verb, look.purpose) for look in looks
    )
    for (day, role, verb, purpose), times in counted.items():
        yield LooksOfADay(day, role, verb, purpose, times)


def as_data(everything: Everything, request: DataSubjectRequest, at: datetime) -> dict[str, Any]:
    """The same as the PDF, for machines: every value whole."""
    return {
        "controller": controller.details(),
        "request": request.reference,
        "made_at": at.isoformat(),
        "policy_version": policy.VERSION,
        "kept_through": everything.kept_through,
        "rights": "GDPR 15–22, 77",
        "supervisory_authority": "Tietosuojavaltuutetun toimisto, tietosuoja@om.fi",
        "transfers_outside_eea": [r.key for r in policy.TRANSFERS_OUTSIDE_EEA],
        "automated_decisions": False,
        "categories": [_section(section) for section in everything.sections],
        "records_with_something_left_out": everything.held_back,
        "given_to_others": [
            {"at": one.at, "to": one.recipient, "what": one.what, "ground": one.ground}
            for one in everything.given
        ],
        "use_of_your_data": [
            {"at": look.at, "role": look.role, "what": look.verb, "purpose": look.purpose}
            for look in everything.looks
        ],
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "category": section.key,
        "name": section.name,
        "purposes": [{"purpose": name, "basis": basis} for name, basis in section.purposes],
        "sources": section.sources,
        "recipients": section.recipients,
        "retention": section.periods,
        "tables": {table.label: [_row(row) for row in table.rows] for table in section.tables},
    }


def _row(row: Row) -> dict[str, Any]:
    left_out = {value.name: value.left_out for value in row.values if value.left_out}
    return {
        "id": row.id,
        "saved_at": row.saved_at,
        "source": row.source_key,
        **{value.name: value.machine for value in row.values},
        **({"left_out": left_out} if left_out else {}),
    }
