"""The person sees and changes her consents and other choices. No sign-in: the link is signed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from register.models import Customer
from register.services import notices, preferences
from requests_app.services import choices as services
from requests_app.views.gone import gone


@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest, token: str) -> HttpResponse:
    customer = services.customer_of(token)
    if customer is None:
        return gone(request)
    if request.method == "POST":
        changed = services.choose(
            customer=customer,
            wanted=_wanted(request, customer),
            was=_was(request),
            at=now(),
            notice_version=request.POST.get("notice_version", ""),
            served=_served(request),
        )
        messages.success(request, services.saved(changed))
        return redirect("choices", token=token)
    lines = services.lines(customer)
    context = {
        "marketing": services.marketing(lines),
        "others": services.others(lines),
        "served": services.served(customer),
        "history": list(services.history(customer)),
        "notice_label": notices.label(),
    }
    return render(request, "public/choices.html", context)


def _wanted(request: HttpRequest, customer: Customer) -> list[str]:
    if "none" in request.POST or "nothing" in request.POST:
        lines = services.lines(customer)
        return services.none_of(lines, all_of_it="nothing" in request.POST)
    return request.POST.getlist("agree")


def _was(request: HttpRequest) -> list[str] | None:
    """What the page showed as agreed to; the two buttons that end it all go by what stands."""
    ends_all = "none" in request.POST or "nothing" in request.POST
    return None if ends_all else request.POST.getlist("was")


def _served(request: HttpRequest) -> dict[str, str]:
    """What can be chosen and was; whatever else was posted is no choice."""
    said = {key: request.POST.get(key.value, "") for key in preferences.OPTIONS}
    return {
        key.value: said[key]
        for key, options in preferences.OPTIONS.items()
        if said[key] in {value for value, _label in options}
    }
