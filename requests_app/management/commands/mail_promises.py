"""`manage.py mail_promises`: the weekly mail of which promises are broken or at risk."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from requests_app.services import weekly


class Command(BaseCommand):
    help = (
        "Mails the owner and the privacy role which promises of the notice are broken or at risk. "
        "Once an ISO week, however often it is run. Exit code 1: the mail did not go; run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sent = weekly.tell(at=timezone.now())
        except OSError as error:  # a mail server's words may hold addresses
            raise CommandError(
                f"The mail did not go ({type(error).__name__}): see the mail settings, run again."
            ) from None
        self.stdout.write("Mailed." if sent else "This week's mail has gone already.")
