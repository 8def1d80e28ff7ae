"""The person confirms a request, follows it and fetches the package."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from requests_app import mails, status, throttle, tokens
from requests_app.forms.public import CodeForm
from requests_app.models import DataSubjectRequest
from requests_app.services import delivery, errors, intake, steps
from requests_app.views.gone import NOT_FOUND, gone


@throttle.slows_guessing
@require_http_methods(["GET", "HEAD", "POST"])
def request_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A mail scanner opens links; only a person presses the button."""
    if request.method != "POST":
        known = DataSubjectRequest.objects.filter(confirm_token_hash=tokens.digest(token))
        return render(request, "public/request/confirm.html") if known.exists() else gone(request)
    try:
        confirmed = intake.confirm(token=token, at=now())
    except errors.NoSuchToken:
        return gone(request)
    return redirect(_status_path(confirmed))


@throttle.slows_guessing
@require_safe
def request_status(request: HttpRequest, token: str) -> HttpResponse:
    asked = _by_status_token(token)
    if asked is None:
        return gone(request)
    context = {
        "asked": asked,
        "status": status.of(asked),
        "package_note": status.package_note(asked, asked.packages.first(), now()),
        "letter_url": reverse("request-letter", args=[token]),
        "withdraw_url": reverse("request-withdraw", args=[token]),
    }
    return render(request, "public/request/status.html", context)


@throttle.slows_guessing
@require_POST
def request_withdraw(request: HttpRequest, token: str) -> HttpResponse:
    asked = _by_status_token(token)
    if asked is None:
        return gone(request)
    try:
        steps.withdraw(request=asked, at=now())
    except errors.WrongState:
        pass  # it moved on meanwhile: the status page says where it is
    return redirect("request-status", token=token)


@throttle.slows_guessing
@require_http_methods(["GET", "HEAD", "POST"])
def package_fetch(request: HttpRequest, token: str, key: str) -> HttpResponse:
    """GET asks for the code, so that a scanner does not use the link up; POST hands it over once,
    to whoever knows the code."""
    asked = _by_status_token(token)
    if asked is None:
        return gone(request)
    form = CodeForm(request.POST or None)
    try:
        waiting = delivery.waiting(request=asked, token=key, at=now())
        if request.method == "POST" and form.is_valid():
            code = form.cleaned_data["code"]
            return _handed_over(delivery.fetch(request=asked, token=key, code=code, at=now()))
    except errors.WrongCode as wrong:
        if not wrong.left:
            return render(request, "public/request/locked.html", {"asked": asked}, status=NOT_FOUND)
        form.add_error("code", _tries_left(wrong.left))
    except errors.CodeNotGiven:
        return redirect("package-fetch", token=token, key=key)
    except errors.PackageGone:
        return gone(request)
    context = {
        "package": waiting,
        "form": form,
        "code_given": bool(asked.code_hash),
        "status_url": reverse("request-status", args=[token]),
    }
    return render(request, "public/request/package.html", context)


def _tries_left(left: int) -> str:
    return ngettext(
        "This is not the code. You can try once more; after that the package is destroyed.",
        "This is not the code. You can try %(left)d more times; after that the package is "
        "destroyed.",
        left,
    ) % {"left": left}


def _handed_over(package: delivery.Delivered) -> HttpResponse:
    return HttpResponse(
        package.content,
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{package.reference}.zip"',
            "Cache-Control": "no-store",
        },
    )


def _by_status_token(token: str) -> DataSubjectRequest | None:
    found = DataSubjectRequest.objects.filter(status_token_hash=tokens.digest(token))
    return found.first()


def _status_path(asked: DataSubjectRequest) -> str:
    return mails.status_url(asked).removeprefix(settings.PUBLIC_URL.rstrip("/"))
