"""The staff's site: Django's admin, with the desk as its front page."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class KesajettiAdminSite(admin.AdminSite):
    site_header = _("Kesäjetti register")
    site_title = _("Kesäjetti register")
    index_title = _("Desk")
