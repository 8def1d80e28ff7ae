"""Background work of the register. The task table holds opaque ids and names of jobs."""

from django.utils import timezone
from django_tasks import task

from register.services import invitations, look_ups


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
