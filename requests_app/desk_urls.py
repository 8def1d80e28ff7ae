"""Addresses on the staff's site of what surrounds the notice and the letters. They hold opaque ids
only."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern

from register.desk.urls import on_site
from requests_app.views import letter_wording, promises, season, wording

PAGES: tuple[tuple[str, Callable[..., HttpResponse], str], ...] = (
    ("seloste/", wording.overview, "notice-overview"),
    ("seloste/yhteystiedot/", wording.contact, "notice-contact"),
    ("seloste/sanat/<slug:language>/", wording.words, "notice-words"),
    ("seloste/esikatselu/<slug:language>/", wording.preview, "notice-preview"),
    ("seloste/julkaise/", wording.publish, "notice-publish"),
    ("seloste/lupaukset.pdf", promises.evidence_pdf, "evidence-pdf"),
    ("kirjeet/", letter_wording.overview, "letters"),
    ("kirjeet/<slug:kind>/", letter_wording.words, "letter-words"),
    ("kausi/", season.season_page, "season"),
    ("kausi/kausi.csv", season.season_csv, "season-csv"),
    ("seloste/unohda/", wording.forget, "notice-forget"),
)


def urls(site: Any) -> list[URLPattern]:
    return [on_site(site, route, view, name) for route, view, name in PAGES]
