"""A sealed photo, recording or paper on the screen: for a stated reason, written down, in pieces.

A POST with the reason writes the audit line and opens the file to this session for ten minutes;
GET then serves it, a part of it where a player asks for one. The session keeps opaque ids only.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from register import permissions
from register.desk.access import needs_sight, require_proof, staff
from register.desk.forms import RevealForm
from register.models import Attachment
from register.services import attachments, audit
from register.services.restrictions import Restricted
from register.vault import papers
from register.vault.files import SealedContent

COLUMN = "register.Attachment.content"
OPEN_FOR = timedelta(minutes=10)
SHOWN = frozenset({"image/jpeg", "image/png", "audio/wav", "audio/mpeg", "audio/ogg"})
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")


@require_http_methods(["GET", "HEAD", "POST"])
@needs_sight(Attachment)
def attachment(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    ensure_may_open(request)
    row = get_object_or_404(Attachment, pk=pk)
    content = row.content
    if not isinstance(content, SealedContent):
        return _page(request, site, row, erased=True)
    if request.method == "POST":
        return _opened(request, site, row)
    if not is_open(request, pk, timezone.now()):
        return _page(request, site, row)
    return _served(request, row, content)


def _page(request: HttpRequest, site: Any, row: Attachment, **more: Any) -> HttpResponse:
    form = RevealForm(request.POST or None, fields=[(COLUMN, COLUMN)])
    context = {**site.each_context(request), "attachment": row, "form": form, **more}
    return TemplateResponse(request, "desk/attachment.html", context)


def _opened(request: HttpRequest, site: Any, row: Attachment) -> HttpResponse:
    form = RevealForm(
        {"field": COLUMN, "reason": request.POST.get("reason", "")}, fields=[(COLUMN, COLUMN)]
    )
    if not form.is_valid():
        return _page(request, site, row)
    require_proof(request)
    try:
        open_to(request, [row], form.cleaned_data["reason"], timezone.now())
    except Restricted as refused:
        messages.error(request, str(refused))
    return redirect("admin:desk-attachment", row.pk)


def ensure_may_open(request: HttpRequest) -> None:
    """Raises PermissionDenied, written down, for roles that open no files."""
    if not permissions.may_reveal(staff(request), COLUMN):
        audit.record(
            verb="reveal", by=request.user, at=timezone.now(), reason="attachment", outcome="denied"
        )
        raise PermissionDenied


def open_to(
    request: HttpRequest, rows: Iterable[Attachment], reason: str, now: datetime
) -> list[Attachment]:
    """Open these files to this session for ten minutes; each leaves a line with the reason."""
    opened = attachments.open_to(rows=rows, reason=reason, by=staff(request), at=now)
    until = (now + OPEN_FOR).timestamp()
    still = {k: v for k, v in request.session.get("files", {}).items() if v > now.timestamp()}
    request.session["files"] = {**still, **{str(row.pk): until for row in opened}}
    return opened


def is_open(request: HttpRequest, pk: UUID, now: datetime) -> bool:
    until = cast("dict[str, float]", request.session.get("files", {})).get(str(pk), 0.0)
    return now.timestamp() < until


def _served(request: HttpRequest, row: Attachment, content: SealedContent) -> HttpResponse:
    start, stop, partial = part_asked(request.headers.get("Range", ""), content.size)
    headers = {
        **HEADERS,
        "Accept-Ranges": "bytes",
        "Content-Disposition": _disposition(row),
    }
    if start >= stop and content.size:
        headers["Content-Range"] = f"bytes */{content.size}"
        return HttpResponse(status=416, headers=headers)
    headers["Content-Length"] = str(stop - start)
    if partial:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{content.size}"
    shown = row.media_type if row.media_type in SHOWN else "application/octet-stream"
    pieces = content.read(start, stop) if request.method == "GET" else iter(())
    answer = StreamingHttpResponse(
        pieces, status=206 if partial else 200, content_type=shown, headers=headers
    )
    return cast(HttpResponse, answer)  # a sibling of it, treated alike by everybody here


def _disposition(row: Attachment) -> str:
    """What no page shows is downloaded, under a name that says nothing."""
    if row.media_type in SHOWN:
        return "inline"
    ending = ".pdf" if row.media_type == papers.PDF else ""
    return f'attachment; filename="{row.pk}{ending}"'


def part_asked(header: str, size: int) -> tuple[int, int, bool]:
    """(start, stop, whether it is a part) of a Range header; RFC 9110, 14.2.

    Several ranges at once, or another unit, are answered with the whole. A part beyond the end
    comes back empty, start at or after stop.
    """
    asked = RANGE.match(header)
    if asked is None or asked.groups() == ("", ""):
        return 0, size, False
    first, last = asked.groups()
    if not first:
        return max(0, size - int(last)), size if int(last) else 0, True
    stop = min(size, int(last) + 1) if last else size
    if last and int(last) < int(first):
        return 0, size, False
    return int(first), stop, True
