"""Background work. The task table holds opaque ids, nothing else."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_tasks import default_task_backend, task
from django_tasks.base import Task

from requests_app import mails, packages
from requests_app.models import DataSubjectRequest, RequestMail

PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""How long a mail that did not leave waits before the next try; one try more than pauses."""


@task()
def try_mail(mail_id: str) -> None:
    """Send a mail that waits. One that does not leave is tried again later, a few times."""
    at = timezone.now()
    tries = mails.attempt(mail_id=UUID(mail_id), most_tries=_most_tries(), at=at)
    if tries:
        try_mail.using(run_after=at + PAUSES[tries - 1]).enqueue(mail_id)


def _most_tries() -> int:
    """Only a backend that can wait tries again."""
    return len(PAUSES) + 1 if default_task_backend.supports_defer else 1


@task()
def make_package_of(request_id: str, user_id: int | None) -> None:
    """Make the package of a request, seal it under the person's key and mail its link."""
    made = packages.make(request_id=UUID(request_id), by_id=user_id, at=timezone.now())
    if made is not None:
        queue_mail(request=made.request, mail="package", at=timezone.now())


@task()
def tell_of_locked(request_id: str) -> None:
    """Tell those in charge that a package was destroyed because of wrong codes."""
    mails.tell_of_locked(request=DataSubjectRequest.objects.get(pk=request_id))


def queue_mail(*, request: DataSubjectRequest, mail: str, at: datetime) -> None:
    """One of mails.MAILS, sent when the step is in the database: a mail is not sent about what did
    not happen. Without an e-mail address, what has to reach the person waits to be told."""
    if request.email:
        send_soon(RequestMail.objects.create(request=request, mail=mail, asked_at=at))
    elif mails.MAILS[mail].must_reach:
        state = RequestMail.State.PAPER
        RequestMail.objects.create(request=request, mail=mail, asked_at=at, state=state)


def send_soon(mail: RequestMail) -> None:
    transaction.on_commit(partial(try_mail.enqueue, str(mail.pk)))


def after_commit(what: Task[Any, None], request: DataSubjectRequest, *more: Any) -> None:
    """Enqueue when the step is in the database."""
    arguments = [getattr(item, "pk", item) for item in more]
    transaction.on_commit(partial(what.enqueue, str(request.pk), *arguments))
