"""Consents on a signed paper: the paper is sealed, and each act points at it as its proof."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from register.models import Attachment, Consent, Customer, User
from register.services import asking, attachments, events
from register.vault.images import Picture


@transaction.atomic
def take(
    *,
    customer: Customer,
    agreed: Collection[str],
    paper: Picture,
    language: str,
    taken_through: str,
    at: datetime,
    by: User,
) -> tuple[Attachment, list[Consent]]:
    """Write down what she has ticked and signed. `agreed`: keys of asking.lines. What stands
    already is given anew: the paper is a newer proof of it."""
    kept = attachments.keep_paper(customer=customer, paper=paper, by=by, at=at)
    acts = [
        asking.answer(
            customer=customer, line=line, agrees=True, language=language, at=at, by=by,
            taken_through=taken_through, paper=kept,
        )
        for line in asking.lines(customer, language=language)
        if line.key in agreed
    ]  # fmt: skip
    events.refresh([customer.pk])
    return kept, acts
