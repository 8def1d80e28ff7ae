"""What can go wrong in the vault, by name. No message ever holds a value."""

from django.core.exceptions import FieldError, ValidationError
from django.utils.translation import gettext_lazy as _


class VaultError(Exception):
    """Anything the vault refuses or cannot do."""


class KeyringError(VaultError):
    """The master keys cannot be had: no file, wrong file, open to others, or not this vault's."""


class TamperedError(VaultError):
    """The bytes were changed, or moved here from another row, column, person or generation."""


class ErasedError(VaultError):
    """Somebody asked for a value whose key has been destroyed."""


class PlainValueError(VaultError, TypeError):
    """A plain value was about to reach the database by a way that cannot seal it."""


class UnauditedRevealError(VaultError):
    """A reveal without a reason, or before anybody stands ready to write it down."""


class SealedLookupError(FieldError):
    """A look-up that a sealed column cannot answer, or may not answer."""


class DuplicateSealedValue(VaultError, ValidationError):
    """Another row holds the value already. A form shows it as it shows any validation error."""

    def __init__(self, field_name: object) -> None:
        ValidationError.__init__(
            self,
            _("Another customer already has this: %(field)s."),
            code="unique",
            params={"field": field_name},
        )
