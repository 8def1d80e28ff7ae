"""What every template may know of the installation."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from register import controller

LANGUAGES = (("fi", "Suomi"), ("sv", "Svenska"), ("en", "English"))
"""Each in its own words."""


def installation(request: HttpRequest) -> dict[str, object]:
    return {
        "controller": SimpleLazyObject(controller.details),
        "demo": settings.DEMO,
        "languages": LANGUAGES,
    }
