"""Whether the firm may write to a person: what goes out uses her data (GDPR 6, 18, 21; Act 917/2014
s. 200). Messages that carry out a right or a duty are not asked about here."""

from django.utils.translation import gettext_lazy as _

from register import policy
from register.models import Customer, Message
from register.services import consents, restrictions
from register.services.refusals import Refused


class NoConsent(Refused):
    """Marketing needs a consent that stands, in that very channel."""

    field = "topic"

    def __init__(self) -> None:
        super().__init__(
            _("The person has not agreed to marketing in this channel: it may not be sent.")
        )


def ensure_may_write_to(customer: Customer, *, topic: str, channel: str) -> None:
    """Raises NoConsent, or restrictions.Restricted."""
    if topic != Message.Topic.MARKETING:
        restrictions.ensure_allowed(customer=customer, purpose=policy.COMMUNICATION.key)
        return
    restrictions.ensure_allowed(customer=customer, purpose=policy.MARKETING.key)
    if not consents.stands(customer=customer, purpose=policy.MARKETING.key, channel=channel):
        raise NoConsent
