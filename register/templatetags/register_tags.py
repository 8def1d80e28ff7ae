"""How numbers are written in templates, and the ban that stops a booking."""

from decimal import Decimal
from typing import Any

from django import template
from django.urls import translate_url
from django.utils import timezone
from django.utils.formats import number_format

from register import money, permissions
from register.models import Ban, Booking
from register.services import bans

register = template.Library()
register.filter("euros", money.euros)


@register.filter
def in_language(address: str, language: str) -> str:
    """The same page of the site in another language ("fi", "sv", "en")."""
    return translate_url(address, language)


@register.filter
def plain_number(value: Decimal | None) -> str:
    """A quantity without needless zeros: 2.00 → "2", 1.50 → "1,5"."""
    if value is None:
        return ""
    exponent = value.normalize().as_tuple().exponent
    decimals = max(-exponent, 0) if isinstance(exponent, int) else 0
    return str(number_format(value, decimal_pos=decimals))


@register.inclusion_tag("desk/ban_notice.html", takes_context=True)
def ban_notice(context: Any, booking: Booking) -> dict[str, Any]:
    """The ban that stops this booking now, for whoever may know of it."""
    if not permissions.may_see(context["request"].user, Ban):
        return {"ban": None}
    on = timezone.localdate()
    return {"ban": bans.standing(customer=booking.customer, on=on, booking=booking)}
