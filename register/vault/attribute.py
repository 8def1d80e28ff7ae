"""The attribute of a sealed column on a row: opened each time it is asked for, kept sealed."""

from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from . import keys, sealing
from .errors import TamperedError
from .values import Sealed, Secret

if TYPE_CHECKING:
    from .fields import SealedField

_DEFERRED = object()
_new = object.__new__
_memory = keys.memory


class SealedAttribute(DeferredAttribute):
    """Its ``__dict__`` slot on the instance holds None, Sealed or a new Secret."""

    field: "SealedField"

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        if instance is None:
            return self
        stored = instance.__dict__.get(self.field.attname, _DEFERRED)
        if type(stored) is Sealed:
            return self.field.open(stored, instance)
        if stored is not _DEFERRED:
            return stored
        super().__get__(instance, cls)  # fetches the column
        return self.__get__(instance, cls)

    def __set__(self, instance: models.Model, value: Any) -> None:
        if type(value) is Sealed:  # from the database, thousands at a time
            instance.__dict__[self.field.attname] = value
            return
        if value is not None:
            value = self.field.taken_in(value, instance)
        slots, name = instance.__dict__, self.field.attname
        if value is None and slots.get(name) is not None:
            instance._state.__dict__.setdefault("vault_emptied", {})[name] = True
        slots[name] = value


class QuickAttribute(SealedAttribute):
    """The same for values that are opened by their key and nothing more."""

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        """Where anything is not as it should be, the longer way is gone, which looks closer.

        Written out, not called: this opens every value of every list.
        """
        if instance is None:
            return self
        field, slots = self.field, instance.__dict__
        try:
            stored, owner, row = slots[field.attname], slots[field.customer_attr], slots["id"]
            if type(stored) is not Sealed:
                return super().__get__(instance, cls)
            raw, known = stored.raw, owner.int.to_bytes(16)
            head, person = raw[:3], _memory.get(known)
            cipher = person.cipher if person is not None else None  # first it, then whose it is
            if (
                cipher is None
                or person.head != head  # type: ignore[union-attr]
                or keys.monotonic() - person.asked.at >= keys.TRUST_SECONDS  # type: ignore[union-attr]
            ):
                cipher = keys.cipher_of(known, head, slots["_state"])
            place = head + field.measured_label + known + row.int.to_bytes(16)
            plain = cipher.decrypt(raw[3:15], raw[15:], place)  # type: ignore[union-attr]
            if field.pad_to:
                plain = sealing.unpad(plain)
        except (KeyError, AttributeError, InvalidTag, ValueError, TamperedError):
            return super().__get__(instance, cls)
        secret = _new(Secret)
        secret._value = plain if field.binary else plain.decode()
        secret._mask, secret._sealed = field.mask, stored
        secret._place = (field.label, owner, row)
        return secret
