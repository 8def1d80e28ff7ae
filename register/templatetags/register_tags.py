"""How numbers are written in templates."""

from decimal import Decimal

from django import template
from django.urls import translate_url
from django.utils.formats import number_format

from register import money

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
