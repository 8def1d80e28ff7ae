"""The person sees and changes her marketing consents. No sign-in: the link is signed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from register.services import notices
from requests_app.services import choices as services
from requests_app.views.requests import gone


@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest, token: str) -> HttpResponse:
    customer = services.customer_of(token)
    if customer is None:
        return gone(request)
    if request.method == "POST":
        services.choose(
            customer=customer,
            wanted=_wanted(request),
            at=now(),
            notice_version=request.POST.get("notice_version", ""),
        )
        messages.success(request, _("Your choices are saved."))
        return redirect("choices", token=token)
    context = {
        "lines": services.lines(customer),
        "history": list(services.history(customer)),
        "notice_label": notices.label(),
    }
    return render(request, "public/choices.html", context)


def _wanted(request: HttpRequest) -> list[str]:
    return [] if "none" in request.POST else request.POST.getlist("channel")
