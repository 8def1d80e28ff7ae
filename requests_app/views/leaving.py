"""The way out of marketing, from a link in a message. Opening it changes nothing: scanners of mail
open every link. A POST, by the person or by her mail program (RFC 8058), ends it at once, without
sign-in, cookie or form token: the address itself proves whose it is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from register.services import leaving, own_links
from requests_app import throttle
from requests_app.views.gone import gone

TOO_MANY = 429


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    found = own_links.leaver(token)
    if found is None:
        return gone(request)
    customer_id, channel = found
    if request.method == "POST":
        changed = leaving.leave(customer_id=customer_id, channel=channel, at=now())
        # Saying no is never refused; only saying it over and over is.
        if not changed and not throttle.allowed(request, form="leave", proven=True):
            return render(request, "429.html", status=TOO_MANY)
    context = {
        "channel": channel,
        "left": request.method == "POST",
        "choices_token": own_links.choices_token(customer_id),
        "known": customer_id != own_links.NOBODY,
    }
    return render(request, "public/leave.html", context)
