from django.contrib.admin.apps import AdminConfig


class KesajettiAdminConfig(AdminConfig):
    """Django's admin with our site in place of the default one."""

    default_site = "kesajetti.admin_site.KesajettiAdminSite"
