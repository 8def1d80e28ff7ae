from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def stand_guard(*, using: str, **kwargs: Any) -> None:
    """After every migration of the register's database, the guards of requests stand again."""
    from requests_app import guards

    if using == "default":
        guards.install(connections[using])


class RequestsConfig(AppConfig):
    name = "requests_app"
    verbose_name = _("Data-subject requests")

    def ready(self) -> None:
        from register.desk import approvals
        from requests_app import checks, panels  # noqa: F401 - importing checks registers them

        approvals.PAGES["requests_app.DataSubjectRequest"] = "admin:requests-request"
        panels.put_on_the_desk()
        post_migrate.connect(stand_guard, dispatch_uid="requests.guards")
