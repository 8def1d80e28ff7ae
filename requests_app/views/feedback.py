"""The customer says how the rental was. No sign-in: the link is signed, and shows nothing of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from register.services import feedback as services
from requests_app import throttle
from requests_app.forms.feedback import FeedbackForm
from requests_app.views.gone import TOO_MANY, gone


@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, token: str) -> HttpResponse:
    at = now()
    booking = services.booking_of(token, at=at)
    if booking is None:
        return gone(request)
    form = FeedbackForm(request.POST or None)
    code = 200
    if request.method == "POST" and form.is_valid():
        if throttle.allowed(request, form="feedback", proven=False):
            services.give(booking=booking, at=at, **form.said())
            return redirect("feedback", token=token)
        form.add_error(None, _("Too many from here. Try again in an hour."))
        code = TOO_MANY
    context = {"form": form, "given": services.is_given(booking)}
    return render(request, "public/feedback.html", context, status=code)
