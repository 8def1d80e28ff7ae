from django.contrib.admin.apps import AdminConfig


class KesajettiAdminConfig(AdminConfig):
    """Django's admin with our site in place of the default one."""

    default_site = "kesajetti.admin_site.KesajettiAdminSite"

    def ready(self) -> None:
        super().ready()
        from allauth.account.signals import authentication_step_completed

        from kesajetti.accounts import sessions

        authentication_step_completed.connect(sessions.renew, dispatch_uid="kesajetti.renew")
