from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def stand_guard(*, using: str, **kwargs: Any) -> None:
    """After every migration of the register's database its guards stand again, and there are
    terms of rental to agree to."""
    from register.models import AgreementTerms, guards
    from register.services import terms

    if using == "default":
        guards.install(connections[using])
        tables = connections[using].introspection.table_names()
        if AgreementTerms._meta.db_table in tables:  # not when migrated back to an older state
            terms.install()


class RegisterConfig(AppConfig):
    name = "register"
    verbose_name = _("Register")

    def ready(self) -> None:
        from register import checks, tasks  # noqa: F401 - importing checks registers them
        from register.desk import approvals, audit_log, roles
        from register.services import (
            imports,
            invitations,
            lifting,
            look_ups,
            post,
            revealing,
            signing_in,
        )
        from register.vault.audit import set_sink

        set_sink(revealing.write_down)
        signing_in.listen(tell_with=tasks.tell_of_changed_sign_in.enqueue)
        approvals.put_on_the_desk()
        audit_log.put_on_the_desk()
        roles.put_on_the_desk()
        invitations.tell_with(tasks.send_invitation.enqueue)
        lifting.tell_with(tasks.tell_of_lifting.enqueue)
        imports.work_with(tasks.work_on_import.enqueue)
        post.send_with(tasks.try_service_mail.enqueue)
        look_ups.tell_with(tasks.tell_of_look_ups.enqueue)
        post_migrate.connect(stand_guard, dispatch_uid="register.guards")
