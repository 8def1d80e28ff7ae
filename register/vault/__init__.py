"""The vault: values sealed per person, in columns that only the person's own key can open.

Sealed columns stand in the register's tables (:class:`register.vault.fields.SealedField`); the
keys and the blind index stand in a second database. Destroy a person's key and every copy of
the columns, old backups too, is noise. ``docs/keys.md`` says what is promised and what is not.
"""

from .errors import (
    DuplicateSealedValue,
    ErasedError,
    KeyringError,
    PlainValueError,
    SealedLookupError,
    TamperedError,
    UnauditedRevealError,
    VaultError,
)
from .values import Erased, Sealed, Secret

__all__ = [
    "DuplicateSealedValue",
    "Erased",
    "ErasedError",
    "KeyringError",
    "PlainValueError",
    "Sealed",
    "SealedLookupError",
    "Secret",
    "TamperedError",
    "UnauditedRevealError",
    "VaultError",
]
