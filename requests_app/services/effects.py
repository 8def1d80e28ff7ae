"""What granting a request does to the register, where it needs no more thought."""

from datetime import datetime
from typing import Any

from register import policy
from register.models import Channel, Consent, Customer, ProcessingRestriction
from register.services import consents, restrictions
from requests_app.models import DataSubjectRequest

Kind = DataSubjectRequest.Kind


def carry_out(request: DataSubjectRequest, *, by: Any, at: datetime) -> None:
    """Withdraw every consent that stands (art. 7), or stop marketing (art. 21(3)). Other uses
    that the person objects to, and restrictions, are chosen by the clerk on the person's page."""
    if request.customer is None:
        return
    if request.kind == Kind.WITHDRAWAL:
        withdraw_all(request.customer, language=request.language, by=by, at=at)
    if request.kind == Kind.OBJECTION:
        stop_marketing(request.customer, by=by, at=at)


def withdraw_all(customer: Customer, *, language: str, by: Any, at: datetime) -> None:
    asked = Consent.objects.filter(customer=customer).order_by()
    for purpose, channel in set(asked.values_list("purpose", "channel")):
        if consents.stands(customer=customer, purpose=purpose, channel=channel):
            consents.withdraw(
                customer=customer,
                purpose=purpose,
                channel=channel,
                language=language,
                taken_through=Channel.WEB.value,
                at=at,
                by=by,
            )


def stop_marketing(customer: Customer, *, by: Any, at: datetime) -> None:
    """An objection to direct marketing is absolute: no reasons are asked (GDPR 21(2)–(3))."""
    if restrictions.allowed(customer=customer, purpose=policy.MARKETING.key):
        restrictions.restrict(
            customer=customer,
            purpose=policy.MARKETING.key,
            kind=ProcessingRestriction.Kind.OBJECTION,
            ground="marketing_objection",
            at=at,
            by=by,
        )
