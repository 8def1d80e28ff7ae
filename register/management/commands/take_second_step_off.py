"""For an owner who has lost phone, passkey and recovery codes: at the machine itself."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from register.models import User
from register.services import staff


class Command(BaseCommand):
    help = (
        "Takes the second step off an account and ends its sign-ins; at the next one a new second "
        "step is set up. Another owner does the same on the page of staff and roles: this is for "
        "when there is none. Leaves a line in the audit."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError("No open account has this user name.")
        staff.rescue(user=user, at=timezone.now())
        self.stdout.write("The second step is off. Sign in and set up a new one now.")
