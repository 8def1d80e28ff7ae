"""Sealed files on disk: photos, recordings, signatures, scanned papers, packages.

    content = SealedFileField(label="attachment.content", max_length=10 * 1024 * 1024)

Assign bytes, or anything that yields bytes; saving writes a sealed stream under
``SEALED_FILES_DIR`` and seals a *ticket* into the row: the file's name, its own random key and its
size. So the file is bound to its row and person by the ticket, goes with the person's data key,
and need not be written again when data keys change. Reading gives a :class:`SealedContent`.

The vault lists every file. It is listed before it is written and taken off after it is gone, so
nothing lies about unknown: see :func:`sweep`.
"""

import os
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from struct import Struct
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, router, transaction
from django.utils.translation import gettext_lazy as _

from . import keys, streams
from .attribute import SealedAttribute
from .errors import PlainValueError, TamperedError
from .fields import SealedField
from .models import SealedFile
from .sealing import Place
from .values import Erased, Sealed, Secret

_TICKET = Struct(">B16s32sQ")


class Ticket(NamedTuple):
    """What opens one file. ``size`` is in plain bytes."""

    name: UUID
    key: bytes
    size: int

    def packed(self) -> bytes:
        return _TICKET.pack(1, self.name.bytes, self.key, self.size)

    @classmethod
    def unpacked(cls, plain: bytes) -> "Ticket":
        if len(plain) != _TICKET.size or plain[0] != 1:
            raise TamperedError("A sealed file's ticket is none.")
        _version, name, key, size = _TICKET.unpack(plain)
        return cls(UUID(bytes=name), key, size)


def path_of(name: UUID) -> Path:
    """Where the file lies: a name that says nothing, in one of 256 folders."""
    return Path(settings.SEALED_FILES_DIR) / name.hex[:2] / name.hex


class SealedContent(Secret):
    """A file's content, not read yet. Prints as little as any Secret."""

    __slots__ = ("_ticket",)

    def __init__(self, ticket: Ticket, *, place: Place, sealed: Sealed) -> None:
        super().__init__(b"", place=place, sealed=sealed)
        self._ticket = ticket

    @property
    def size(self) -> int:
        """In bytes."""
        return self._ticket.size

    def note_reveal(self, *, reason: str, by: object | None, at: datetime | None) -> None:
        """Write the audit line of a reveal whose pieces are read afterwards."""
        self._write_down(reason, by, at)

    def remove_after_commit(self, *, using: str) -> None:
        """For a row that goes while its person stays: the file goes with it, once that is sure.

        `using`: the database of the row.
        """
        name = self._ticket.name
        transaction.on_commit(lambda: remove([name]) and None, using=using, robust=True)

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from start to stop, in pieces, for the machine. The caller writes its audit.

        Raises TamperedError, for a file that is missing too.
        """
        path = path_of(self._ticket.name)
        try:
            file = path.open("rb")
        except FileNotFoundError:
            raise TamperedError("A sealed file is missing.") from None
        with file:
            name, key, size = self._ticket
            yield from streams.read(file, key=key, name=name, size=size, start=start, stop=stop)

    def expose_bytes(self) -> bytes:
        return b"".join(self.read())

    def expose(self) -> str:
        raise TypeError("This column holds a file: use read() or expose_bytes().")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.expose_bytes() == other.expose_bytes()

    __hash__ = None


class _Incoming(Secret):
    """Content that has been assigned and not saved: bytes, or something that yields them."""

    __slots__ = ("_pieces",)

    def __init__(self, pieces: Iterable[bytes], *, place: Place | None) -> None:
        super().__init__(b"", place=place)
        self._pieces = pieces

    def pieces(self) -> Iterable[bytes]:
        return self._pieces

    def expose_bytes(self) -> bytes:
        if not isinstance(self._pieces, (list, tuple)):
            self._pieces = list(self._pieces)
        return b"".join(self._pieces)


class SealedFileField(SealedField):
    """A column whose values lie sealed in files.

    :param max_length: of the content, in bytes.
    """

    descriptor_class = SealedAttribute  # the ticket is opened first, and the file not at all

    def __init__(self, verbose_name: Any = None, **kwargs: Any) -> None:
        super().__init__(verbose_name, **{**kwargs, "binary": True})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("binary", None)
        return name, path, args, kwargs

    def taken_in(self, value: object, instance: models.Model) -> Sealed | Secret | None:
        place = self._place_if_known(instance)
        if isinstance(value, (Erased, str, dict, int)):
            raise PlainValueError(f"{self.label} takes bytes, not {type(value).__name__}.")
        if isinstance(value, SealedContent):
            if value._place == place:
                return cast(Sealed, value._sealed)
            return _Incoming(value.read(), place=place)
        if isinstance(value, Secret):
            return _Incoming([value.expose_bytes()], place=place)
        if isinstance(value, (bytes, bytearray, memoryview)):
            return _Incoming([bytes(value)], place=place)
        if isinstance(value, Iterable):
            return _Incoming(cast("Iterable[bytes]", value), place=place)
        raise PlainValueError(f"{self.label} takes bytes, not {type(value).__name__}.")

    def open(self, sealed: Sealed, instance: models.Model) -> Secret:
        place = self.place(instance)
        plain = self.opened(sealed, place, instance._state)
        if plain is None:
            return Erased(place=place, sealed=sealed)
        return SealedContent(Ticket.unpacked(cast(bytes, plain)), place=place, sealed=sealed)

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        before = None if add else self._ticket_in_the_database(model_instance)
        sealed = super().pre_save(model_instance, add)
        after = model_instance.__dict__.get(self.attname)
        model_instance.__dict__[self.attname] = sealed  # written once: pieces do not come twice
        if before is not None and (after is None or isinstance(after, Secret)):
            using = router.db_for_write(type(model_instance), instance=model_instance)
            transaction.on_commit(lambda: remove([before.name]), using=using, robust=True)
        return sealed

    def _ticket_in_the_database(self, instance: models.Model) -> Ticket | None:
        slots = instance.__dict__
        if isinstance(slots.get(self.attname), Sealed):
            return None  # it stays
        rows = self.model._base_manager.using(router.db_for_write(type(instance)))
        row = rows.filter(pk=instance.pk).only("pk", self.customer_attr, self.attname).first()
        held = getattr(row, self.attname) if row is not None else None
        return held._ticket if isinstance(held, SealedContent) else None

    def _kept(self, stored: Sealed, instance: models.Model) -> Sealed:
        secret = self._must_belong(stored, instance)
        place = self.place(instance)
        generation = int.from_bytes(stored.raw[1:3])
        if not isinstance(secret, SealedContent) or keys.newest_known(place.owner) == generation:
            return stored
        newest = keys.newest([place.owner]).get(place.owner)
        return self.sealed(secret._ticket.packed(), place, *newest) if newest else stored

    def _seal(self, secret: Secret, instance: models.Model, *, add: bool) -> Sealed | None:
        ready = instance._state.__dict__.get("vault_ready", {}).pop(self.attname, None)
        if ready is not None:
            return cast(Sealed, ready)
        place = self.place(instance)
        generation, cipher = keys.current([place.owner])[place.owner]
        ticket = self.store(secret, place)
        return self.sealed(ticket.packed(), place, generation, cipher)

    def normal(self, value: str | bytes) -> str | bytes:
        return value

    def ready(self, secret: Secret, place: Place) -> bytes:
        """For many new rows at once: the file is written, the ticket is what gets sealed."""
        return self.store(secret, place).packed()

    def store(self, secret: Secret, place: Place) -> Ticket:
        """Write the file: listed first, whole and flushed before its name appears."""
        pieces = secret.pieces() if isinstance(secret, _Incoming) else [secret.expose_bytes()]
        listed = SealedFile.objects.create(
            label=self.label, customer_id=place.owner, row_id=place.row
        )
        key = os.urandom(32)
        size = _write(listed.pk, self._measured(pieces), key)
        return Ticket(listed.pk, key, size)

    def _measured(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        size, most = 0, cast(int, self.max_length)
        for piece in pieces:
            size += len(piece)
            if size > most:
                raise ValidationError(
                    _("The file is larger than the %(most)s megabytes that fit."),
                    code="max_length",
                    params={"most": most // (1024 * 1024) or 1},
                )
            yield piece

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        return value


def _write(name: UUID, pieces: Iterable[bytes], key: bytes) -> int:
    path = path_of(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            size = streams.seal(pieces, file, key=key, name=name)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return size


# -- Going --------------------------------------------------------------------------------------


def remove(names: Iterable[UUID]) -> int:
    """Delete these files and take them off the list. Returns how many were on it."""
    ids = list(names)
    _unlink(ids)
    return sum(SealedFile.objects.filter(pk__in=some).delete()[0] for some in keys.in_parts(ids))


def _unlink(names: Iterable[UUID]) -> None:
    for name in names:
        path_of(name).unlink(missing_ok=True)
        path_of(name).with_suffix(".part").unlink(missing_ok=True)


def remove_of(customer_ids: Collection[UUID]) -> None:
    """The files of people whose key is being destroyed: off the list with it, off the disk once
    that is committed. What a crash leaves between is unlisted, and swept."""
    listed = SealedFile.objects.filter(customer_id__among=customer_ids).order_by()
    names = list(listed.values_list("pk", flat=True))
    if names:
        listed.delete()
        using = router.db_for_write(SealedFile)
        transaction.on_commit(lambda: _unlink(names), using=using, robust=True)


def sweep(*, before: datetime) -> int:
    """Delete files that no row holds and that were written before that instant.

    They come from saves that were rolled back, rows deleted by themselves, and crashes. Returns
    how many went.
    """
    listed = dict(SealedFile.objects.filter(saved_at__lt=before).values_list("pk", "label"))
    orphans = set(listed) - _held()
    return remove(orphans) + _unlisted(before)


def _held() -> set[UUID]:
    """Names in every ticket of every row."""
    from .checks import all_sealed

    found: set[UUID] = set()
    for field in all_sealed():
        if isinstance(field, SealedFileField):
            rows = field.model._base_manager.filter(**{f"{field.name}__isnull": False})
            lean = rows.only("pk", field.customer_attr, field.attname).order_by()
            for row in lean.iterator(chunk_size=500):
                content = getattr(row, field.attname)
                if isinstance(content, SealedContent):
                    found.add(content._ticket.name)
    return found


def _unlisted(before: datetime) -> int:
    """Files on disk that the vault does not list: their person's key is gone already."""
    root = Path(settings.SEALED_FILES_DIR)
    old = {
        path
        for path in root.glob("[0-9a-f][0-9a-f]/*")
        if path.stat().st_mtime < before.timestamp()
    }
    names = {path: path.stem for path in old}
    known = {row.hex for row in SealedFile.objects.values_list("pk", flat=True)}
    gone = [path for path, stem in names.items() if stem not in known]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
