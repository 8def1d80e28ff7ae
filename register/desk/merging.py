"""Two records of one person: chosen, looked at side by side, made one, and two again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from register.desk.access import needs_verb, person_or_404, staff
from register.models import Customer, Merge
from register.services import audit, customers, duplicates, merging
from register.services.refusals import Refused

VERB = "merge"


@needs_verb(VERB)
def choose(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """With which record: one of those that are alike, or the one whose number is typed."""
    customer, user = person_or_404(request, pk), staff(request)
    typed, error = request.POST.get("number", "").strip(), ""
    if request.method == "POST":
        other = _by_number(request, typed)
        if other is not None and other.pk != pk:
            return redirect("admin:desk-merge-preview", pk, other.pk)
        error = _("There is no other person with this number: check it on her page.")
    alike = duplicates.of(customer, user=user)
    if alike:
        audit.record(
            verb="list", by=user, at=timezone.now(), reason="desk.likely_same", count=len(alike)
        )
    context = {
        **site.each_context(request), "title": _("Merge with another record"),
        "customer": customer, "alike": alike, "typed": typed, "error": error,
    }  # fmt: skip
    return TemplateResponse(request, "desk/merge_choose.html", context)


def _by_number(request: HttpRequest, typed: str) -> Customer | None:
    if not typed.isdigit() or len(typed) > 12:
        return None
    return customers.visible_to(staff(request)).filter(number=int(typed)).first()


@needs_verb(VERB)
def preview(request: HttpRequest, site: Any, pk: UUID, other: UUID) -> HttpResponse:
    """Both records side by side; what is chosen and sent makes them one."""
    if request.method == "POST":
        return _merge(request, site, pk, other)
    return _show(request, site, person_or_404(request, pk), person_or_404(request, other))


def _show(
    request: HttpRequest, site: Any, kept: Customer, other: Customer, refused: str = ""
) -> HttpResponse:
    shown = merging.preview(kept=kept, other=other, user=staff(request))
    takes = [(line, request.POST.get(line.name) or line.takes) for line in shown.lines]
    context = {
        **site.each_context(request), "title": _("Merge two records"), "kept": kept,
        "other": other, "preview": shown, "takes": takes, "refused": refused or shown.refusal,
    }  # fmt: skip
    return TemplateResponse(request, "desk/merge_preview.html", context)


def _merge(request: HttpRequest, site: Any, pk: UUID, other_pk: UUID) -> HttpResponse:
    people = customers.visible_to(staff(request))
    kept, other = (people.filter(pk=one).first() for one in (pk, other_pk))
    if kept is None or other is None:
        return _gone(request, kept or other or merging.survivor_of(other_pk))
    at = timezone.now()
    seen = {one: parse_datetime(request.POST.get(f"seen_{one}", "")) for one in (pk, other_pk)}
    take = {name: request.POST.get(name, "kept") for name in merging.CHOSEN}
    try:
        made = merging.merge(
            kept=kept, other=other, take=take, by=staff(request), at=at,
            seen={one: moment for one, moment in seen.items() if moment},
        )  # fmt: skip
    except merging.AlreadyMerged:
        return _gone(request, merging.survivor_of(other_pk) or kept)
    except Refused as refused:
        kept.refresh_from_db()
        other.refresh_from_db()
        return _show(request, site, kept, other, str(refused))
    words = _("The records are one now. It can be undone until %(date)s.")
    messages.success(request, words % {"date": f"{made.undo_through:%-d.%-m.%Y}"})
    return redirect("admin:desk-person", pk)


def _gone(request: HttpRequest, where: Customer | None) -> HttpResponse:
    """Somebody else was faster: show what came of it."""
    messages.warning(
        request, _("One of the records is gone: somebody has merged them already. Look here.")
    )
    return redirect("admin:desk-person", where.pk) if where else redirect("admin:index")


@require_POST
@needs_verb(VERB)
def undo(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Two again. `pk`: of the merge."""
    row = get_object_or_404(Merge.objects.defer("journal").select_related("customer"), pk=pk)
    try:
        former = merging.undo(merge=row, by=staff(request), at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("admin:desk-person", row.customer_id)
    messages.success(request, _("They are two records again: here is the one that came back."))
    return redirect("admin:desk-person", former.pk)
