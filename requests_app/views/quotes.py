"""A quote by its link: looked at and accepted, without signing in. The link opens nothing else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from register.models import QuoteRequest
from register.services import post_links, quotes
from register.services.refusals import Refused
from requests_app import throttle
from requests_app.views.gone import gone

TOO_MANY = 429


@require_http_methods(["GET", "HEAD", "POST"])
def quote(request: HttpRequest, token: str) -> HttpResponse:
    row = post_links.quote_of(token)
    if row is None:
        return gone(request)
    if request.method == "POST":
        return _accept(request, row, token)
    return _page(request, row)


def _accept(request: HttpRequest, row: QuoteRequest, token: str) -> HttpResponse:
    if not throttle.allowed(request, form="quote", proven=False):
        wait = _("Too many tries from here. Try again in an hour, or call us.")
        return _page(request, row, problem=wait, code=TOO_MANY)
    if "adult" not in request.POST or "terms" not in request.POST:
        return _page(request, row, problem=_("Tick both boxes first."), code=400)
    try:
        quotes.accept(quote=row, at=now())
    except Refused as refused:
        return _page(request, row, problem=_words(refused), code=409)
    return redirect("quote", token=token)


def _words(refused: Refused) -> str:
    """A ban or a restriction is not talked about on a page that a link opens."""
    if isinstance(refused, quotes.NoQuote | quotes.NothingFree):
        return str(refused)
    return _("We could not make the booking. Please call us.")


def _page(
    request: HttpRequest, row: QuoteRequest, *, problem: str = "", code: int = 200
) -> HttpResponse:
    lines = [
        (line.description, line.quantity, int(line.quantity * line.unit_price_cents))
        for line in quotes.lines_of(row)
    ]
    context = {
        "quote": row, "lines": lines, "problem": problem,
        "is_open": row.state == QuoteRequest.State.ANSWERED
        and not quotes.is_over(row, on=localdate()),
        "booking": getattr(row, "booking", None),
    }  # fmt: skip
    return render(request, "public/quote.html", context, status=code)
