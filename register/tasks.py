"""Background work of the register. The task table holds opaque ids and names of jobs."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_tasks import default_task_backend, task

from register.services import (
    case_letters,
    choices_link,
    imports,
    invitations,
    lifting,
    look_ups,
    post,
    post_papers,
    sending,
)

PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""How long a letter that did not leave waits before the next try."""


@task()
def send_mailing(mailing_id: str) -> None:
    """One part of a mailing. The next one is set going first, in one transaction with this part's
    turn: a worker that is killed while it sends is followed by the next part."""
    with transaction.atomic():
        next_at = sending.take_turn(mailing_id=UUID(mailing_id), at=timezone.now())
        if next_at is not None and default_task_backend.supports_defer:
            send_mailing.using(run_after=next_at).enqueue(mailing_id)
    if next_at is not None:
        sending.send_part(mailing_id=UUID(mailing_id), now=timezone.now)


@task()
def send_choices_link(customer_id: str) -> None:
    """Mail somebody the link to her own choices."""
    choices_link.send(customer_id=UUID(customer_id), at=timezone.now())


@task()
def try_service_mail(mail_id: str) -> None:
    """Send a service message that waits; one that does not leave is tried again, a few times."""
    at = timezone.now()
    most = len(PAUSES) + 1 if default_task_backend.supports_defer else 1
    tries = post.attempt(mail_id=UUID(mail_id), send=post_papers.send, most_tries=most, at=at)
    if tries:
        try_service_mail.using(run_after=at + PAUSES[tries - 1]).enqueue(mail_id)


@task()
def tell_of_look_ups(notice_id: int) -> None:
    """Mail the owner and the privacy role about many look-ups."""
    look_ups.send_mail(notice_id=notice_id, at=timezone.now())


@task()
def send_password_link(user_id: int) -> None:
    """Mail somebody of the staff the link with which a password is set; nobody for 0, which is
    asked for addresses that no account has, so that the asking takes as long."""
    invitations.send_password_link(user_id=user_id, at=timezone.now())


@task()
def tell_of_changed_sign_in(user_id: int) -> None:
    """Mail somebody of the staff that her password or second step was changed."""
    invitations.tell_of_changed_sign_in(user_id=user_id)


@task()
def send_invitation(user_id: int) -> None:
    """Mail somebody new on the staff the link to set her first password."""
    invitations.send_invitation(user_id=user_id)


@task()
def send_case_letter(
    case_id: str, kind: str, message_id: str, user_id: int, tries: int = 0
) -> None:
    """Mail the letter of a case. One that does not leave is tried again, a few times; one that has
    left is not sent again."""
    at = timezone.now()
    try:
        case_letters.send(
            case_id=UUID(case_id), kind=kind, message_id=UUID(message_id), by_id=user_id, at=at
        )
    except case_letters.CannotWrite:
        return  # the case went on in the meantime
    except Exception:
        if not default_task_backend.supports_defer or tries >= len(PAUSES):
            raise
        later = send_case_letter.using(run_after=at + PAUSES[tries])
        later.enqueue(case_id, kind, message_id, user_id, tries + 1)


@task()
def tell_of_lifting(restriction_id: str, tries: int = 0) -> None:
    """Mail the person that her restriction will be lifted. One that does not leave is tried again,
    a few times; until it has left, nothing is lifted."""
    at = timezone.now()
    try:
        lifting.mail(restriction_id=UUID(restriction_id), at=at)
    except Exception:
        if not default_task_backend.supports_defer or tries >= len(PAUSES):
            raise
        tell_of_lifting.using(run_after=at + PAUSES[tries]).enqueue(restriction_id, tries + 1)


@task()
def work_on_import(run_id: str) -> None:
    """Try an import, or bring it in; goes on where it was interrupted."""
    imports.work(run_id=UUID(run_id), now=timezone.now)
