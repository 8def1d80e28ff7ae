"""`manage.py send_messages`: reminders, thanks, and quotes that lapse. Every hour."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from register.services import post_rounds


class Command(BaseCommand):
    help = (
        "Asks the worker to send reminders of bookings that begin within a day and thanks for "
        "rentals that came back, and lets quotes lapse whose last day is past. Run it every hour; "
        "running it again sends nothing twice."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = post_rounds.go(at=timezone.now())
        self.stdout.write(
            f"Reminders {done.reminders}, thanks {done.thanks}, quotes lapsed {done.lapsed}, "
            f"asked again {done.again}."
        )
