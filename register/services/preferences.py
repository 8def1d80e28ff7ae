"""Other choices than consents: how a person wants to be served (P15). The newest one stands; the
older ones stay as her history."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from register import policy
from register.models import Choice, Customer
from register.services import audit

Key = Choice.Key
OPTIONS: dict[Choice.Key, tuple[tuple[str, Any], ...]] = {
    Key.SERVICE_CHANNEL: (
        ("email", _("E-mail")), ("sms", _("Text message")), ("phone", _("Phone")),
    ),
    Key.REMINDERS: (("sms", _("By text message")), ("email", _("By e-mail")), ("none", _("None"))),
    Key.RECORDING: (("no", _("Do not record my calls")), ("yes", _("Calls may be recorded"))),
}  # fmt: skip
"""What can be chosen. The first stands where nothing was."""


class Unknown(ValueError):
    """A value that cannot be chosen."""


def standing(customer: Customer) -> dict[Choice.Key, str]:
    """What the person has chosen, or what goes for everybody."""
    now = {key: options[0][0] for key, options in OPTIONS.items()}
    rows = Choice.objects.filter(customer=customer).order_by("chosen_at", "saved_at")
    now.update({Key(row.key): row.value for row in rows if Key(row.key) in OPTIONS})
    return now


@transaction.atomic
def choose(*, customer: Customer, key: Choice.Key, value: str, at: datetime, by: Any = None) -> int:
    """Write the choice down, unless it stands already; 1 if it changed. Raises Unknown."""
    if value not in {option for option, _label in OPTIONS[key]}:
        raise Unknown(key)
    if standing(customer)[key] == value:
        return 0
    row = Choice.objects.create(
        customer=customer, key=key, value=value, chosen_at=at, saved_at=at,
        saved_by=by if by is not None and by.is_authenticated else None,
        source=policy.PERSON.key,
    )  # fmt: skip
    audit.record(verb="choice.made", by=by, at=at, object=row, fields=["value"])
    return 1
