"""Staff's queue of data-subject requests: the list, by last day with the ended ones at the end, and
the request's page."""

from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin
from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from register.admin.base import ReadOnlyAdmin
from requests_app.models import DataSubjectRequest
from requests_app.views import (
    calendar,
    correcting,
    figures,
    handing,
    letters,
    reading,
    record,
    staff,
)


@admin.register(DataSubjectRequest)
class DataSubjectRequestAdmin(ReadOnlyAdmin):
    """Rows change by steps only, so the admin's own form is replaced by the request's page."""

    columns = ("kind", "state", "name", "target_on", "due_on", "taken_by", "channel")
    filters = ("state", "kind", "taken_by", "channel")
    list_display_links = None
    ordering = (
        Case(When(state__in=DataSubjectRequest.ENDED, then=1), default=0), "due_on", "received_at",
    )  # fmt: skip

    def get_list_display(self, request: HttpRequest) -> Any:
        return ["opens", *super().get_list_display(request)[1:]]

    @admin.display(description=_("reference"), ordering="reference")
    def opens(self, row: DataSubjectRequest) -> str:
        address = reverse("admin:requests-request", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, row.reference)

    def get_urls(self) -> list[URLPattern]:
        return [
            path("rekisteriseloste/", self._page(record.record_page), name="requests-record"),
            path("rekisteriseloste.pdf", self._page(record.record_pdf), name="requests-record-pdf"),
            path("rekisteriseloste.csv", self._page(record.record_csv), name="requests-record-csv"),
            path(
                "rekisteriseloste.json", self._page(record.record_json), name="requests-record-json"
            ),
            path("luvut/", self._page(figures.figures_page), name="requests-figures"),
            path("luvut.csv", self._page(figures.figures_csv), name="requests-figures-csv"),
            path("maarapaivat.ics", self._page(calendar.last_days), name="requests-calendar"),
            path("uusi/", self._page(staff.request_enter), name="requests-enter"),
            path("viesti/<uuid:pk>/", self._page(staff.request_mail), name="requests-mail"),
            path(
                "<uuid:pk>/korjaukset/",
                self._page(correcting.corrections_page),
                name="requests-corrections",
            ),
            path(
                "korjaus/<uuid:pk>/",
                self._page(correcting.correction_answer),
                name="requests-correction",
            ),
            path(
                "korjaus/<uuid:pk>/pois/",
                self._page(correcting.correction_drop),
                name="requests-correction-drop",
            ),
            path(
                "saaja/<uuid:pk>/",
                self._page(correcting.recipient_told),
                name="requests-recipient",
            ),
            path("<uuid:pk>/paatos.pdf", self._page(letters.staff_letter), name="requests-letter"),
            path("<uuid:pk>/koodi/", self._page(handing.request_code), name="requests-code"),
            path("<uuid:pk>/tulosta/", self._page(handing.request_print), name="requests-print"),
            path("<uuid:pk>/", self._page(staff.request_page), name="requests-request"),
            path(
                "<uuid:pk>/luettavat/",
                self._page(reading.passages_page),
                name="requests-passages",
            ),
            path(
                "<uuid:pk>/vaihe/<slug:key>/", self._page(staff.request_step), name="requests-step"
            ),
            *super().get_urls(),
        ]

    def _page(self, view: Any) -> Any:
        on_site = update_wrapper(partial(view, site=self.admin_site), view)
        return self.admin_site.admin_view(on_site)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return redirect("admin:requests-request", pk=object_id)
