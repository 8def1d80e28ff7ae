"""What a link gets that opens nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

NOT_FOUND, TOO_MANY = 404, 429


def gone(request: HttpRequest) -> HttpResponse:
    """The same page for a link that never was, was used or has expired."""
    return render(request, "public/request/gone.html", status=NOT_FOUND)
