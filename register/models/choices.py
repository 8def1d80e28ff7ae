"""Choices of columns that the policy declares, with their names in the reader's language.

Named functions, because a migration refers to them by name.
"""

from collections.abc import Iterable

from django.utils.functional import lazy
from django.utils.translation import get_language

from register import policy
from register.declare import Named, Text

Choices = list[tuple[str, str]]


def _in_active_language(text: Text) -> str:
    return text.to(get_language())


in_active_language = lazy(_in_active_language, str)


def _choices(declared: Iterable[Named]) -> Choices:
    return [(item.key, in_active_language(item.name)) for item in declared]


def sources() -> Choices:
    return _choices(policy.SOURCES)


def purposes() -> Choices:
    return _choices(policy.PURPOSES)


def recipients() -> Choices:
    return _choices(policy.RECIPIENTS)


def roles() -> Choices:
    return _choices(policy.ROLES)


def hold_reasons() -> Choices:
    return _choices(policy.HOLD_REASONS)


def restriction_grounds() -> Choices:
    return _choices(policy.RESTRICTION_GROUNDS)


def approvals() -> Choices:
    return _choices(policy.NEEDS_TWO.values())


def withholding_grounds() -> Choices:
    return _choices(policy.WITHHOLDING_GROUNDS)


def correction_grounds() -> Choices:
    return _choices(policy.CORRECTION_GROUNDS)


def disclosure_bases() -> Choices:
    return _choices(policy.DISCLOSURE_BASES)
