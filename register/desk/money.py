"""The price list, and the desk's panel of what money waits for."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from register import permissions
from register.desk import panels
from register.desk.access import needs_any_role
from register.models import (
    Booking,
    CashUp,
    CraftClass,
    Customer,
    Deposit,
    Invoice,
    Payment,
    PostWords,
    QuoteRequest,
)
from register.services import bookkeeping, invoices, price_list

SOON = timedelta(hours=36)
MOST = 8


@require_safe
@needs_any_role
def prices(request: HttpRequest, site: Any) -> HttpResponse:
    """What a rental costs, by class, season and length; the extras."""
    today = timezone.localdate()
    context = {
        **site.each_context(request), "title": _("Price list"),
        "lengths": [name for name, _length in price_list.LENGTHS],
        "classes": price_list.read(on=today), "extras": price_list.extras(), "today": today,
        "may_edit": permissions.may_write(request.user, CraftClass),
    }  # fmt: skip
    return TemplateResponse(request, "desk/prices.html", context)


def holds_to_mind(at: datetime) -> QuerySet[Deposit]:
    """Holds on cards that will not last: they run out soon, or before the craft is due back, or
    have run out while it is on the water."""
    on_the_way = Q(booking__state__in=Booking.LIVE)
    too_short = on_the_way & (Q(expires_at__lt=at + SOON) | Q(expires_at__lt=F("booking__ends_at")))
    back = ~on_the_way & Q(expires_at__gte=at, expires_at__lt=at + SOON)
    rows = Deposit.objects.filter(too_short | back, released_at__isnull=True)
    return rows.select_related("booking").order_by("expires_at")


def waiting(request: HttpRequest, customer: Customer | None) -> Mapping[str, Any] | None:
    """Links to the desk's money, and what runs out or is late. None for roles without it."""
    user, at = request.user, timezone.now()
    if not permissions.may_see(user, Payment):
        return None
    today = timezone.localdate(at)
    late = [
        row for row in invoices.standing().filter(due_on__lt=today).order_by("due_on")[:50]
        if invoices.due_cents(row) > 0
    ]  # fmt: skip
    last = CashUp.objects.order_by("-day").first()
    return {
        "holds": list(holds_to_mind(at)[:MOST]), "late": late[:MOST], "now": at,
        "not_closed": _not_closed(last, at), "sees_invoices": permissions.may_see(user, Invoice),
        "sees_quotes": permissions.may_see(user, QuoteRequest),
        "quotes_open": QuoteRequest.objects.filter(state=QuoteRequest.State.OPEN).count(),
        "may_word": permissions.may_write(user, PostWords),
        "may_export": permissions.may(user, bookkeeping.VERB),
    }  # fmt: skip


def _not_closed(last: CashUp | None, at: datetime) -> bool:
    """Whether money of an earlier day waits to be counted."""
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    money = Payment.objects.filter(paid_at__lt=midnight)
    if last is not None:
        return money.filter(paid_at__gte=last.until_at).exists()
    return False  # cash-ups are not in use yet


panels.add(
    panels.Panel(place=panels.FRONT, template="desk/money_panel.html", context=waiting, order=60)
)
