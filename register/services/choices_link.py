"""The link to a person's own choices, by e-mail: a message of service, asked for by her."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from register import controller, policy
from register.models import Channel, Customer, Message
from register.services import audit, own_links, restrictions
from register.services.refusals import Refused


class NoWay(Refused):
    """There is no address, or her data may not be used for messages."""


def ensure_reachable(customer: Customer) -> None:
    """Raises NoWay."""
    if not customer.email or customer.erased_on is not None:
        raise NoWay(_("There is no e-mail address to send the link to."))
    if not restrictions.allowed(customer=customer, purpose=policy.COMMUNICATION.key):
        raise NoWay(_("The use of this person's data for messages is restricted."))


def send(*, customer_id: UUID, at: datetime) -> bool:
    """Mail the link in her language, and note it on her log without the link. False where nobody
    is to be reached any more."""
    customer = Customer.objects.filter(pk=customer_id).first()
    try:
        if customer is None:
            return False
        ensure_reachable(customer)
    except NoWay:
        return False
    message = compose(customer)
    with transaction.atomic():
        Message.objects.create(
            customer=customer, channel=Channel.EMAIL, direction=Message.Direction.OUT,
            subject=str(message.subject), happened_at=at, saved_at=at, source=policy.FIRM.key,
        )  # fmt: skip
        audit.record(verb="choices.link", at=at, object=customer)
        message.send()
    return True


def compose(customer: Customer) -> EmailMultiAlternatives:
    with translation.override(customer.language):
        context = {
            "link": own_links.choices_url(customer.pk, customer.language),
            "controller": controller.details(),
            "language": customer.language,
            "subject": _("Your choices"),
        }
        message = EmailMultiAlternatives(
            subject=f"{context['subject']} – {settings.CONTROLLER['trade_name']}",
            body=render_to_string("mail/choices.txt", context),
            to=[customer.email],
            headers={"Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(render_to_string("mail/choices.html", context), "text/html")
    return message
