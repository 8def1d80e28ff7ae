from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RequestsConfig(AppConfig):
    name = "requests_app"
    verbose_name = _("Data-subject requests")

    def ready(self) -> None:
        from register.desk import approvals
        from requests_app import panels

        approvals.PAGES["requests_app.DataSubjectRequest"] = "admin:requests-request"
        panels.put_on_the_desk()
