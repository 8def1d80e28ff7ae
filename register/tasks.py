"""Background work of the register. The task table holds opaque ids and names of jobs."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django_tasks import default_task_backend, task

from register.services import case_letters, invitations, look_ups

PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""How long a letter that did not leave waits before the next try."""


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
