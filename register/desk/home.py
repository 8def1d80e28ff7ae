"""The front page: one search box, problems first, who goes out and who comes back today."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from register import clock, permissions
from register.desk import panels
from register.desk.access import needs_verb, staff
from register.desk.forms import SearchForm
from register.models import Agreement, Booking, Customer, Deposit, Driver, Rental, User
from register.services import audit, preparing, search

SOON = timedelta(hours=24)
TYPING_MINIMUM = 3
LONGEST_LIST = 60


@dataclass(frozen=True, slots=True)
class Today:
    """Bookings of the day. A late one stands only among the late."""

    late: list[Booking]
    waiting: list[Booking]
    going_out: list[Booking]
    coming_back: list[Booking]
    deposits: list[Deposit]

    @property
    def rows(self) -> int:
        return len(self.late) + len(self.waiting) + len(self.going_out) + len(self.coming_back)


def today(*, user: User, at: datetime) -> Today | None:
    """What the day holds, or None for roles that see no bookings."""
    if not permissions.may_see(user, Booking):
        return None
    start = datetime.combine(clock.local_date(at), time(), clock.HELSINKI)
    bookings = _with_signatures(Q(starts_at__lt=start + timedelta(days=1)))
    reserved, out = Booking.State.RESERVED, Booking.State.OUT
    going = bookings.filter(state=reserved, starts_at__gte=start).order_by("starts_at")
    return Today(
        late=list(bookings.filter(state=out, ends_at__lt=at).order_by("ends_at")[:LONGEST_LIST]),
        waiting=[row for row in going if row.starts_at < at],
        going_out=[row for row in going if row.starts_at >= at],
        coming_back=list(
            bookings.filter(state=out, ends_at__gte=at).order_by("ends_at")[:LONGEST_LIST]
        ),
        deposits=_running_out(user, at),
    )


def _with_signatures(when: Q) -> Any:
    rows = Booking.objects.filter(when).select_related("customer", "craft__craft_class")
    in_force = Agreement.objects.exclude(state=Agreement.State.VOID)
    return rows.prefetch_related(Prefetch("agreements", queryset=in_force))


def _running_out(user: User, at: datetime) -> list[Deposit]:
    """Holds on cards that end by themselves within a day."""
    if not permissions.may_see(user, Deposit):
        return []
    open_ones = Deposit.objects.filter(
        released_at__isnull=True, expires_at__gte=at, expires_at__lt=at + SOON
    )
    return list(open_ones.select_related("booking__customer").order_by("expires_at")[:LONGEST_LIST])


def home(request: HttpRequest, site: Any, extra: Any = None) -> TemplateResponse:
    """The front page of `/hallinta/`."""
    return _page(request, site, {**(extra or {}), "form": SearchForm()})


def _page(request: HttpRequest, site: Any, context: dict[str, Any]) -> TemplateResponse:
    user, at = staff(request), timezone.now()
    shown = today(user=user, at=at)
    if shown is not None:
        audit.record(verb="list", by=user, at=at, reason="desk.today", count=shown.rows)
    return TemplateResponse(
        request,
        "desk/home.html",
        {
            **site.each_context(request),
            "today": shown,
            "now": at,
            "may_search": permissions.may(user, "search"),
            "may_add": permissions.may_write(user, Customer),
            **_to_prepare(user, at),
            "may_book": permissions.may_write(user, Booking),
            "may_hand": permissions.may_write(user, Rental),
            "sees_agreements": permissions.may_see(user, Agreement),
            "panels": panels.shown(panels.FRONT, request),
            **context,
        },
    )


def _to_prepare(user: User, at: datetime) -> dict[str, Any]:
    """What the next hours need, for those who hand over or book."""
    if not permissions.may_write(user, Rental):
        return {}
    sees = permissions.may_see(user, Agreement)
    return {
        "prepare": preparing.coming(at=at, sees_agreements=sees),
        "workshop": preparing.to_workshop(at=at),
        "sees_wishes": permissions.may_see(user, Driver),
    }


@require_POST
@needs_verb("search")
def search_view(request: HttpRequest, site: Any) -> HttpResponse:
    """The answer to a question: a part of the page while typing, else the page or the person."""
    form = SearchForm(request.POST)
    query = form.cleaned_data["q"] if form.is_valid() else ""
    typing = bool(getattr(request, "htmx", False))
    if typing and len(query) < TYPING_MINIMUM:
        return HttpResponse("")
    found = search.find(query=query, by=staff(request), at=timezone.now())
    answer = _answer(request, query, found)
    if typing:
        return TemplateResponse(request, "desk/results.html", answer)
    if answer["pages"] and not found:
        return redirect(answer["pages"][0].address)
    if len(found.hits) == 1 and not found.booking and not found.companies:
        return redirect("admin:desk-person", found.hits[0].customer.pk)
    if found.booking and len(found.hits) <= 1:
        return redirect("admin:desk-booking", found.booking.pk)
    return _page(request, site, {"form": form, **answer})


def _answer(request: HttpRequest, query: str, found: search.Found) -> dict[str, Any]:
    return {
        "found": found,
        "asked": bool(query),
        "pages": panels.found(request, query),
        "may_add": permissions.may_write(request.user, Customer),
        "hits": [(hit, search.how(hit.by)) for hit in found.hits],
    }
