"""The staff's sign-in, slowed where somebody is guessing.

Wrong passwords are counted per account and address together, so that a guesser shuts out herself
and never the clerk at the desk. The count is forgotten after a quarter of an hour.
"""

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from requests_app import throttle

WRONG_TRIES = 10
QUARTER_OF_AN_HOUR = 900


class SignInForm(AdminAuthenticationForm):
    """Refuses, without looking at the password, after ten wrong ones in a quarter of an hour."""

    def clean(self) -> dict[str, Any]:
        key = self._key()
        if cache.get(key, 0) >= WRONG_TRIES:
            raise ValidationError(
                _("Too many wrong passwords from here. Wait a quarter of an hour and try again."),
                code="slowed",
            )
        try:
            return super().clean()
        except ValidationError:
            cache.set(key, cache.get(key, 0) + 1, timeout=QUARTER_OF_AN_HOUR)
            raise

    def _key(self) -> str:
        address = throttle.address_of(self.request) if self.request else ""
        name = str(self.cleaned_data.get("username", "")).lower()
        return f"throttle:sign-in:{throttle.tag(f'{address}/{name}')}"
