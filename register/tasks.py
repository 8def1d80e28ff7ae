"""Background work of the register. The task table holds opaque ids and names of jobs."""

from django.utils import timezone
from django_tasks import task

from register.services import look_ups


@task()
def tell_of_look_ups(notice_id: int) -> None:
    """Mail the owner and the privacy role about many look-ups."""
    look_ups.send_mail(notice_id=notice_id, at=timezone.now())
