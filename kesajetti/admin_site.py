"""The staff's site: Django's admin, with the desk as its front page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _

from kesajetti.sign_in import SignInForm
from register import permissions
from register.desk import home
from register.desk.urls import urls as desk_urls

LANGUAGES = (("fi", "Suomi"), ("sv", "Svenska"), ("en", "English"))
"""Each in its own words."""


class KesajettiAdminSite(admin.AdminSite):
    site_header = _("Kesäjetti register")
    site_title = _("Kesäjetti register")
    index_title = _("Desk")
    enable_nav_sidebar = False
    login_form = SignInForm

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        return home.home(request, self, extra_context)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The desk's pages, then Django's; less its redirect to a row's public page: there is none,
        and its address takes any kind of row."""
        kept = (url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site")
        return [*desk_urls(self), *kept]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        roles = permissions.roles_held(request.user)
        return {**super().each_context(request), "roles_held": roles, "languages": LANGUAGES}
