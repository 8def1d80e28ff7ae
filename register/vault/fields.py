"""SealedField: a model column whose values only their person's own data key can open.

    personal_identity_code = SealedField(
        label="identity.personal_identity_code", max_length=11, normalise=…, indexed=True, …
    )

Assign plain text or bytes; saving seals it. Reading gives a :class:`Secret`, ``None``, or
:class:`Erased` once the person's key is destroyed; bytes that do not belong to this row raise
TamperedError. Look-ups are ``exact`` and ``in`` (with ``indexed=True``) and ``isnull``.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.core import checks
from django.core.exceptions import ValidationError
from django.db import models, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from . import keys, sealing
from .attribute import QuickAttribute, SealedAttribute
from .blind_index import Entry
from .errors import (
    PlainValueError,
    SealedLookupError,
    TamperedError,
)
from .indexing import Indexed
from .sealing import Place
from .values import Erased, Mask, Sealed, Secret

if TYPE_CHECKING:
    _Base = models.Field["str | bytes | Secret | None", "Secret | None"]
else:
    _Base = models.Field

Normalise = Callable[[str], str]
_place: Callable[[tuple[str, UUID, UUID]], Place] = partial(tuple.__new__, Place)
"""A Place without the cost of naming its parts."""


class SealedField(Indexed, _Base):
    """A sealed column of bytes.

    :param label: names the column for good ("identity.passport_number"). It is bound into every
        value: renaming the column is free, changing the label makes its values unreadable.
    :param max_length: in characters of the normalised text, or in bytes if ``binary``.
    :param binary: the value is bytes (a photo, a recording), not text.
    :param pad_to: pad the plain bytes to a multiple of this before sealing. Changing it later
        needs every value sealed anew.
    :param normalise: text → its one normal form; may raise ValidationError for what is no value.
    :param mask: text → what may be shown of it to everybody who may see the column.
    :param indexed: rows can be found by exact value.
    :param unique: with ``indexed``, the value may stand in one row only. Save in a transaction:
        its lock is what keeps two writers at the same moment apart.
    :param customer_attr: the attribute that holds the id of the person whose key seals the value.
    """

    descriptor_class: type[SealedAttribute] = QuickAttribute
    description = _("Sealed value")
    empty_strings_allowed = False

    def __init__(
        self,
        verbose_name: Any = None,
        *,
        label: str,
        max_length: int,
        binary: bool = False,
        pad_to: int | None = None,
        normalise: Normalise | None = None,
        mask: Mask | None = None,
        indexed: bool = False,
        unique: bool = False,
        customer_attr: str = "customer_id",
        **kwargs: Any,
    ) -> None:
        super().__init__(verbose_name, max_length=max_length, **kwargs)
        self.label = label
        self.binary = binary
        self.pad_to = pad_to
        self.normalise = normalise
        self.mask = mask
        self.indexed = indexed
        self.exclusive = unique
        self.customer_attr = customer_attr
        self.measured_label = sealing.measured(label)

    # -- The attribute ------------------------------------------------------------------------

    def taken_in(self, value: object, instance: models.Model) -> Sealed | Secret | None:
        """What the instance keeps of an assigned value: never plain text."""
        if isinstance(value, Secret):
            return self._own_or_new(value, instance)
        if isinstance(value, (bytearray, memoryview)):
            value = bytes(value)
        if self.binary and isinstance(value, bytes):
            return Secret(value, place=self._place_if_known(instance))
        if not self.binary and isinstance(value, str):
            place = self._place_if_known(instance)
            return Secret(value, mask=self.mask, place=place) if value.strip() else None
        raise PlainValueError(
            f"{self.label} takes {'bytes' if self.binary else 'text'}, not {type(value).__name__}."
        )

    def _own_or_new(self, secret: Secret, instance: models.Model) -> Sealed | Secret:
        """A secret read from this very row stays sealed as it is; another's is sealed anew."""
        if secret._sealed is not None and secret._place == self._place_if_known(instance):
            return secret._sealed
        if isinstance(secret, Erased):
            raise PlainValueError(f"An erased value cannot be copied into {self.label}.")
        return Secret(secret._value, mask=self.mask, place=self._place_if_known(instance))

    def open(self, sealed: Sealed, instance: models.Model) -> Secret:
        """The row's value as a Secret, or Erased. Raises TamperedError."""
        place = self.place(instance)
        value = self.opened(sealed, place, instance._state)
        if value is None:
            return Erased(place=place, sealed=sealed)
        return Secret.opened(value, self.mask, place, sealed)

    def opened(self, sealed: Sealed, place: Place, read: object = None) -> str | bytes | None:
        """The value itself, or None where its key is gone. Raises TamperedError."""
        raw = sealed.raw
        if len(raw) < sealing.OVERHEAD or raw[0] != sealing.VERSION:
            sealing.read_header(raw)  # raises
        cipher = keys.cipher(place[1], (raw[1] << 8) | raw[2], read)
        if cipher is None:
            self._must_be_erased(place)
            return None
        try:
            plain = sealing.unseal(cipher, raw, place)
        except TamperedError:
            # A roll-back may have left a key in memory that never came to be: ask the vault.
            fresh = keys.cipher_anew(place.owner, sealing.read_header(raw))
            if fresh is None:
                self._must_be_erased(place)
                return None
            plain = sealing.unseal(fresh, raw, place)
        if self.pad_to:
            plain = sealing.unpad(plain)
        return plain if self.binary else plain.decode()

    def _must_be_erased(self, place: Place) -> None:
        """Raises TamperedError where the person still has keys: then it is the number of its key
        in the value that is wrong."""
        if keys.newest_known(place.owner):
            raise TamperedError(
                f"A sealed value of {self.label} names a key that its person does not have."
            )

    def place(self, instance: models.Model) -> Place:
        """Where the value belongs. Raises ValueError while the row has no owner or no id."""
        slots = instance.__dict__
        owner, row = slots.get(self.customer_attr), slots.get("id")
        if type(owner) is UUID and type(row) is UUID:
            return _place((self.label, owner, row))
        owner, row = getattr(instance, self.customer_attr), instance.pk
        if isinstance(owner, UUID) and isinstance(row, UUID):
            return Place(self.label, owner, row)
        raise ValueError(
            f"{self.label} is sealed to a person and a row: set {self.customer_attr} and the "
            "primary key, both UUIDs, first."
        )

    def _place_if_known(self, instance: models.Model) -> Place | None:
        slots = instance.__dict__  # while it is being built, columns come in their own order
        owner, row = slots.get(self.customer_attr), slots.get(instance._meta.pk.attname)
        known = isinstance(owner, UUID) and isinstance(row, UUID)
        return Place(self.label, owner, row) if known else None  # type: ignore[arg-type]

    # -- Saving -------------------------------------------------------------------------------

    def normal(self, value: str | bytes) -> str | bytes:
        """The value in its normal form. Raises ValidationError if it is none or is too long."""
        normal = self._normalised(value) if isinstance(value, str) else value
        if len(normal) > cast(int, self.max_length):
            raise ValidationError(
                _("This is longer than the %(most)s characters that fit."),
                code="max_length",
                params={"most": self.max_length},
            )
        return normal

    def _normalised(self, text: str) -> str:
        try:
            return self.normalise(text) if self.normalise else text
        except ValidationError:
            raise
        except ValueError:
            # The error of the library could quote the value.
            raise ValidationError(_("This value is not right: check it."), "invalid") from None

    def normal_text(self, value: object) -> str:
        """The normal form of a value to look for. Raises SealedLookupError for what is no text."""
        text = value._value if isinstance(value, Secret) else value
        if not isinstance(text, str):
            raise SealedLookupError(f"{self.label} is looked up by text.")
        return cast(str, self.normal(text))

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        stored = model_instance.__dict__.get(self.attname)
        if isinstance(stored, Secret):
            return self._seal(stored, model_instance, add=add)
        if stored is None:
            if self.indexed and not add:
                self._forget_value(model_instance)
            return None
        return self._kept(stored, model_instance)

    def _kept(self, stored: Sealed, instance: models.Model) -> Sealed:
        """A value that nobody changed: as it is, or sealed with the person's newer data key.

        The key that sealed it may be about to go (see ``rotation``), so the old bytes must not
        be written again once there is a newer one.
        """
        secret = self._must_belong(stored, instance)
        place, generation = self.place(instance), sealing.read_header(stored.raw)
        if isinstance(secret, Erased) or keys.newest_known(place.owner) == generation:
            return stored
        newest = keys.newest([place.owner]).get(place.owner)
        return self.sealed(secret._value, place, *newest) if newest else stored

    def _seal(self, secret: Secret, instance: models.Model, *, add: bool) -> Sealed | None:
        ready = instance._state.__dict__.get("vault_ready", {}).pop(self.attname, None)
        if ready is not None:
            return cast(Sealed, ready)
        value = self.normal(secret._value)
        if not value and not self.binary:
            return None
        place = self.place(instance)
        generation, cipher = keys.current([place.owner])[place.owner]
        if self.indexed:
            self._index(Entry(place.row, place.owner, cast(str, value)), instance, add=add)
        return self.sealed(value, place, generation, cipher)

    def ready(self, secret: Secret, place: Place) -> str | bytes:
        """A new value on its way into a bulk of rows, in its normal form."""
        return self.normal(secret._value)

    def sealed(self, value: str | bytes, place: Place, generation: int, cipher: Any) -> Sealed:
        return Sealed(sealing.seal(cipher, generation, self.padded(value), place))

    def padded(self, value: str | bytes) -> bytes:
        """The bytes that are sealed."""
        plain = value if isinstance(value, bytes) else value.encode()
        return sealing.pad(plain, self.pad_to) if self.pad_to else plain

    def _must_belong(self, sealed: Sealed, instance: models.Model) -> Secret:
        """A copied row, or one given to another person, would be unreadable from now on."""
        try:
            opened = self.open(sealed, instance)
            if not isinstance(opened, Erased) or self._stands_there(sealed, instance):
                return opened
        except TamperedError:
            pass
        raise TamperedError(
            f"The sealed value of {self.label} belongs to another row or person: assign the "
            "value itself (new.field = old.field) before saving."
        )

    def _stands_there(self, sealed: Sealed, instance: models.Model) -> bool:
        """Whether the row in the database holds these very bytes: an erased row saved again."""
        using = router.db_for_write(type(instance), instance=instance)
        owner = {self.customer_attr: getattr(instance, self.customer_attr)}
        rows = self.model._base_manager.using(using).filter(pk=instance.pk, **owner)
        stored = rows.values_list(self.attname, flat=True).first()
        return stored is not None and stored.raw == sealed.raw

    # -- Django's side ------------------------------------------------------------------------

    def get_internal_type(self) -> str:
        return "BinaryField"

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["label"] = self.label
        declared: dict[str, tuple[object, object]] = {
            "binary": (self.binary, False),
            "pad_to": (self.pad_to, None),
            "normalise": (self.normalise, None),
            "indexed": (self.indexed, False),
            "unique": (self.exclusive, False),
            "customer_attr": (self.customer_attr, "customer_id"),
        }
        kwargs |= {key: value for key, (value, usual) in declared.items() if value != usual}
        return name, path, args, kwargs

    def get_lookup(self, lookup_name: str) -> Any:
        from .lookups import lookup_for

        return lookup_for(self, lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        raise SealedLookupError(
            f"{self.label} is sealed: it answers exact, in and isnull, not {lookup_name}."
        )

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        if value is None:
            return None
        return Sealed(value if type(value) is bytes else bytes(value))

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if value is None:
            return None
        sealed = value._sealed if isinstance(value, Secret) else value
        if not isinstance(sealed, Sealed):
            raise PlainValueError(
                f"{self.label} is sealed row by row: set it on the instance and save that. "
                "update(), bulk_update() and SQL cannot seal a plain value."
            )
        return connection.Database.Binary(sealed.raw)  # type: ignore[attr-defined]

    def to_python(self, value: Any) -> Any:
        if isinstance(value, dict) and set(value) == {"sealed"}:  # from value_to_string
            return Sealed(bytes.fromhex(value["sealed"]))
        return value

    def value_to_string(self, obj: models.Model) -> Any:
        """For dumpdata: the sealed bytes, so that a dump holds no plain text either."""
        stored = obj.__dict__.get(self.attname)
        if isinstance(stored, Secret):
            raise PlainValueError(f"{self.label} has not been saved yet: save it, then dump it.")
        return None if stored is None else {"sealed": stored.raw.hex()}

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Normal form, length, validators and uniqueness of a newly assigned value."""
        if isinstance(value, Erased) or (isinstance(value, Secret) and value._sealed is not None):
            return value
        plain = value._value if isinstance(value, Secret) else self.to_python(value)
        if isinstance(plain, (str, bytes)) and plain:
            plain = self.normal(plain)
            self._must_be_free(plain, model_instance)
        self.validate(plain or None, model_instance)
        self.run_validators(plain)
        return Secret(plain, mask=self.mask) if plain else None

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        """An empty form field leaves the stored value alone: forms never show it again. False
        is the ticked box that empties it."""
        if data is False:
            setattr(instance, self.attname, None)
        elif data not in self.empty_values:
            setattr(instance, self.attname, data)

    def formfield(self, **kwargs: Any) -> Any:
        if self.binary:
            return None
        from .forms import SealedFormField

        return super().formfield(**{"form_class": SealedFormField, "sealed_field": self, **kwargs})

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        from .checks import of_field

        return [*super().check(**kwargs), *of_field(self)]
