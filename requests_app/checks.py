"""Checks for `manage.py check --deploy`.

requests_app.W001  the published notice does not say what the register does, or none is published
requests_app.W002  a published notice is not what it was when it was published
"""

from typing import Any

from django.core import checks
from django.core.checks import CheckMessage
from django.db import DatabaseError

from register.models import NoticeVersion
from requests_app.services import versions


@checks.register(deploy=True)
def the_notice_is_published(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        return [*_outdated(), *_altered()]
    except DatabaseError:
        return []  # no database yet: preflight says so


def _outdated() -> list[CheckMessage]:
    if not versions.outdated():
        return []
    return [
        checks.Warning(
            "The privacy notice needs publishing: the register does something that the published "
            "notice does not say.",
            hint="Sign in as the owner, open /hallinta/seloste/, look at it and publish.",
            id="requests_app.W001",
        )
    ]


def _altered() -> list[CheckMessage]:
    return [
        checks.Warning(
            f"Version {row.number} of the notice is not what was published.",
            hint="Find out who changed the database, and restore the version from a backup.",
            id="requests_app.W002",
        )
        for row in NoticeVersion.objects.all()
        if not versions.whole(row)
    ]
