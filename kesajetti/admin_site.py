"""The staff's site: Django's admin, with the desk as its front page."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, reverse
from django.utils.crypto import salted_hmac
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from kesajetti.accounts.views import sign_out
from register import permissions
from register.desk import home
from register.desk.urls import urls as desk_urls
from register.models import Booking
from requests_app.desk_urls import urls as requests_urls


def draft_owner(request: HttpRequest) -> str:
    """Whose the half-filled forms of a browser's tab are: this sign-in's, and nobody else's. Says
    nothing about the session."""
    return salted_hmac("desk.draft", request.session.session_key or "").hexdigest()[:16]


class KesajettiAdminSite(admin.AdminSite):
    site_header = _("Kesäjetti register")
    site_title = _("Kesäjetti register")
    index_title = _("Desk")
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only lists that follow the policy. Those that a package brings (groups, jobs, sign-ins)
        would show columns by Django's permissions alone."""
        if getattr(admin_class, "follows_policy", False):
            super().register(model_or_iterable, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Every way in is the one with two steps."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        asked = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse('account_login')}?{urlencode({'next': asked})}")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return sign_out(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        return home.home(request, self, extra_context)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The desk's pages, then Django's; less its redirect to a row's public page: there is none,
        and its address takes any kind of row."""
        kept = (url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site")
        return [*desk_urls(self), *requests_urls(self), *kept]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        roles = permissions.roles_held(request.user)
        return {
            **super().each_context(request),
            "roles_held": roles,
            "may_give_roles": permissions.may(request.user, "roles"),
            "may_see_season": permissions.may(request.user, "turnover"),
            "draft_owner": draft_owner(request),
            "sees_timeline": permissions.may_see(request.user, Booking),
        }
