"""Background work. The task table holds opaque ids and the name of a mail, nothing else."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_tasks import task
from django_tasks.base import Task

from requests_app import mails, packages
from requests_app.models import DataSubjectRequest


@task()
def send_mail_of(request_id: str, mail: str) -> None:
    """Send one of the mails of a request ("confirm", "received" …)."""
    request = DataSubjectRequest.objects.get(pk=UUID(request_id))
    mails.send(request=request, mail=mail, at=timezone.now())


@task()
def make_package_of(request_id: str, user_id: int | None) -> None:
    """Make the package of a request, seal it under the person's key and mail its link."""
    made = packages.make(request_id=UUID(request_id), by_id=user_id, at=timezone.now())
    if made is not None:
        mails.send(request=made.request, mail="package", at=timezone.now())


def after_commit(what: Task[Any, None], request: DataSubjectRequest, *more: Any) -> None:
    """Enqueue when the step is in the database: a mail is not sent about what did not happen."""
    arguments = [getattr(item, "pk", item) for item in more]
    transaction.on_commit(partial(what.enqueue, str(request.pk), *arguments))
