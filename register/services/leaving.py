"""The way out of marketing by one click (RFC 8058; Act 917/2014 s. 200)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from register import policy
from register.models import Channel, Customer
from register.services import consents, merging

ADDRESS = {Channel.EMAIL.value: "email", Channel.SMS.value: "phone"}


@transaction.atomic
def leave(*, customer_id: UUID, channel: str, at: datetime) -> int:
    """End marketing in the channel, for her and for whoever shares that very address: the one who
    reads the mailbox has said no, and cannot know under whose name the next message would come.

    Each withdrawal is the person's own act, and she may agree anew. Gives how many withdrew; 0
    when nothing stood, so that a second click does nothing.
    """
    people = [one for one in _readers(customer_id, channel) if _agrees(one, channel)]
    for one in people:
        consents.withdraw(
            customer=one, purpose=policy.MARKETING.key, channel=channel, language=one.language,
            taken_through=channel, at=at,
        )  # fmt: skip
    return len(people)


def _readers(customer_id: UUID, channel: str) -> list[Customer]:
    her = Customer.objects.filter(pk=customer_id).first() or merging.survivor_of(customer_id)
    if her is None:
        return []
    address = getattr(her, ADDRESS[channel])
    same = Q(pk=her.pk) | Q(**{ADDRESS[channel]: address}) if address else Q(pk=her.pk)
    return list(Customer.objects.filter(same, erased_on__isnull=True).order_by("number"))


def _agrees(one: Customer, channel: str) -> bool:
    return consents.stands(customer=one, purpose=policy.MARKETING.key, channel=channel)
