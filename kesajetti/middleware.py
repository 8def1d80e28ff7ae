"""Middleware of the project: what every answer bears, and which questions are not even heard."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from register.services import audit

Handler = Callable[[HttpRequest], HttpResponse]

METHODS = ("GET", "HEAD", "POST")
STRANGERS_BODY = 256 * 1024
"""Bytes that somebody signed out may send: the longest public form is a tenth of it."""

FORBIDDEN_TO_PAGES = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media",
    "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection", "magnetometer",
    "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock", "serial", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
ALLOWED_TO_PAGES = (
    "clipboard-write", "publickey-credentials-create", "publickey-credentials-get",
)  # fmt: skip
POLICY = [
    *(f"{name}=()" for name in FORBIDDEN_TO_PAGES),
    *(f"{name}=(self)" for name in ALLOWED_TO_PAGES),
]
HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(POLICY),
    "X-Frame-Options": "DENY",  # also where Django's own middleware is not reached
    "X-Permitted-Cross-Domain-Policies": "none",
}


def headers(get_response: Handler) -> Handler:
    """On every answer, static files and errors included."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return handle


def no_store(get_response: Handler) -> Handler:
    """Pages are never kept by a browser or a proxy, unless the view itself says they may be."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    return handle


class OnlyWhatIsMeant:
    """Three methods, and bodies no larger than a form of ours. A view that forgets to say which
    methods it takes would otherwise answer OPTIONS or PUT like GET, past the line that a look
    leaves in the audit. Stands before the check of the form's token, which reads the body."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in METHODS:
            return self.get_response(request)
        response = render(request, "405.html", status=405)
        response["Allow"] = ", ".join(METHODS)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if _length(request) > _most(request, view):
            return render(request, "413.html", status=413)
        return None


def _length(request: HttpRequest) -> int:
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(text) if text.isdigit() else 0


def _most(request: HttpRequest, view: Any) -> int:
    """Bytes that the page takes; a view that takes more says so in `largest_body`."""
    if not request.user.is_authenticated:
        return STRANGERS_BODY
    ours = settings.FILE_UPLOAD_MAX_MEMORY_SIZE + STRANGERS_BODY
    return max(ours, getattr(view, "largest_body", 0))


class Written:
    """Where the audit cannot be written, nothing is shown and nothing is done: one clear page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        return unavailable(request) if isinstance(problem, audit.Unwritable) else None


def unavailable(request: HttpRequest) -> HttpResponse:
    response = render(request, "503.html", status=503)
    response["Retry-After"] = "60"
    return response
