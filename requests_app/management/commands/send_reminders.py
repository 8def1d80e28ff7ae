"""`manage.py send_reminders`: the people in charge hear of requests whose last day is near."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from requests_app.services import reminding


class Command(BaseCommand):
    help = (
        "Mails the people in charge about requests whose last day is 14, 7, 3 or 1 days away or "
        "has passed, each once. Run it every morning; running it again sends nothing twice."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = reminding.send(at=timezone.now())
        except OSError as error:  # the mail server; its words may hold addresses
            raise CommandError(
                f"The mail did not leave ({type(error).__name__}). Nothing is noted as sent: run "
                "it again when EMAIL_URL works."
            ) from None
        self.stdout.write(f"Reminded of {told} request(s)." if told else "Nobody to remind.")
