"""Links in service messages. A quote's is signed and opens that quote alone."""

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import get_language

from register.models import Booking, QuoteRequest
from register.services import feedback as feedback_service


def feedback(booking: Booking) -> str:
    """The whole address of the booking's feedback page, in the active language."""
    return feedback_service.link(booking=booking, language=get_language() or "fi")


def quote(row: QuoteRequest) -> str:
    """The whole address, in the active language."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('quote', args=[quote_token(row)])}"


def quote_token(row: QuoteRequest) -> str:
    return signing.Signer(salt="register.quote").sign(row.pk.hex)


def quote_of(token: str) -> QuoteRequest | None:
    """The quote that the link opens; None for a link that was changed."""
    try:
        found = signing.Signer(salt="register.quote").unsign(token)
    except signing.BadSignature:
        return None
    rows = QuoteRequest.objects.select_related("customer", "craft_class", "company")
    return rows.filter(pk=UUID(hex=found), offered_at__isnull=False).first()
