"""Every address of the site. Finnish has no prefix; `/sv/…` and `/en/…` are the other languages."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    *i18n_patterns(
        path("hallinta/tunnus/", include("kesajetti.accounts.urls")),
        path("hallinta/", admin.site.urls),
        path("", include("requests_app.urls")),
        prefix_default_language=False,
    ),
]
