"""How a package gets from the staff to the person: its code is said aloud, or it is printed."""

import zipfile
from io import BytesIO
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from register.desk.access import needs_sight, needs_verb, require_proof, staff
from register.services import customers
from requests_app.forms.staff import CodeForm
from requests_app.models import AccessPackage, DataSubjectRequest
from requests_app.services import delivery, errors, steps


@require_POST
@needs_sight(DataSubjectRequest)
@needs_verb("identify")
def request_code(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Make a new code and show it this once, on the answer itself: it is kept nowhere."""
    asked = get_object_or_404(DataSubjectRequest.objects.select_related("customer"), pk=pk)
    form = CodeForm(request.POST, number=number_to_call(asked, staff(request)))
    if not form.is_valid():
        messages.error(request, _("Choose how you give the code."))
        return redirect("admin:requests-request", pk=pk)
    try:
        code = _given(request, asked, form.cleaned_data["way"])
    except errors.StepRefused as refused:
        messages.error(request, str(refused))
        return redirect("admin:requests-request", pk=pk)
    context = {
        **site.each_context(request),
        "title": _("Code of the package"),
        "asked": asked,
        "code": delivery.written(code),
        "by_phone": form.cleaned_data["way"] == DataSubjectRequest.CodeWay.PHONE,
        "number": form.number,
    }
    return TemplateResponse(request, "requests/code.html", context)


@transaction.atomic
def _given(request: HttpRequest, asked: DataSubjectRequest, way: str) -> str:
    if seen := request.POST.get("seen_as"):  # sent again by the browser, it makes no second code
        steps.require_unchanged(request=asked, seen=seen)
    return delivery.give_code(request=asked, way=way, by=request.user, at=now())


@require_POST
@needs_verb("package")
def request_print(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The package on its way to the printer: its PDF, or the whole where it holds none."""
    asked = get_object_or_404(DataSubjectRequest, pk=pk)
    require_proof(request)
    try:
        package = delivery.to_print(request=asked, by=request.user, at=now())
    except errors.StepRefused as refused:
        messages.error(request, str(refused))
        return redirect("admin:requests-request", pk=pk)
    content, kind = _on_paper(package.content)
    way = "inline" if kind == "pdf" else "attachment"
    return HttpResponse(
        content,
        content_type=f"application/{kind}",
        headers={
            "Content-Disposition": f'{way}; filename="{package.reference}.{kind}"',
            "Cache-Control": "no-store",
        },
    )


def _on_paper(package: bytes) -> tuple[bytes, str]:
    with zipfile.ZipFile(BytesIO(package)) as archive:
        for name in archive.namelist():
            if name.endswith(".pdf") and "/" not in name:
                return archive.read(name), "pdf"
    return package, "zip"


def number_to_call(asked: DataSubjectRequest, user: Any) -> str:
    """The number on file, for whoever may see the person's contact details."""
    number = delivery.number_on_file(asked)
    shown = number and asked.customer and customers.shows_contact(user, asked.customer)
    return number if shown else ""


def context_of(asked: DataSubjectRequest, user: Any, *, may_print: bool) -> dict[str, Any]:
    """What the request's page shows of code and package."""
    at = now()
    number = number_to_call(asked, user)
    at_hand = delivery.at_hand(asked, at=at)
    newest: AccessPackage | None = asked.packages.first()
    return {
        "code_form": CodeForm(number=number) if delivery.may_have_code(asked) else None,
        "number": number,
        "may_print": may_print and at_hand is not None,
        "locked": bool(newest and newest.locked_at and asked.state == "decided"),
    }
