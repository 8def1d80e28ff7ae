"""The vault's own tables, in a database of their own: keys, look-up tags, key checks.

Nothing here has a foreign key into the register: people and rows are opaque UUIDs.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone


class DataKey(models.Model):
    """One person's data key, wrapped by a master key. Delete the row and her values are noise."""

    customer_id = models.UUIDField()
    generation = models.PositiveSmallIntegerField(default=1)
    wrapped = models.BinaryField(max_length=512)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["customer_id", "generation"],
                name="vault_datakey_one_per_generation",
            ),
        ]

    def __str__(self) -> str:
        return f"data key {self.pk}"


class IndexTag(models.Model):
    """A row can be found by this tag: a keyed hash of one column's value.

    ``settled`` is False while a change of the value is under way or was cut short: such a tag
    is believed only after the row has been opened. ``exclusive`` marks columns whose values may
    stand in one row only. ``saved_at`` (or put in doubt at) tells a tag whose row is
    just being written from one whose row never came.
    """

    label = models.CharField(max_length=80)
    key_version = models.PositiveSmallIntegerField()
    tag = models.BinaryField(max_length=16)
    customer_id = models.UUIDField(db_index=True)
    row_id = models.UUIDField()
    exclusive = models.BooleanField(default=False)
    settled = models.BooleanField(default=True)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["row_id", "label", "key_version", "tag"],
                name="vault_tag_once_per_row",
            ),
            models.UniqueConstraint(
                fields=["tag", "label", "key_version"],
                condition=Q(exclusive=True),
                name="vault_tag_exclusive",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tag", "label", "key_version"],
                condition=Q(exclusive=False),
                name="vault_tag_shared",
            ),
        ]

    def __str__(self) -> str:
        return f"index tag {self.pk}"


class KeyCheck(models.Model):
    """Proof that a key of the key file belongs to this vault. Says nothing about the key.

    ``announced_at`` is when the vault first met the key: every process knows of it
    ``keyring.TRUST_SECONDS`` later. A retired key is used no more, wherever a copy of it turns up.
    """

    class Kind(models.TextChoices):
        MASTER = "master"
        INDEX = "index"

    kind = models.CharField(max_length=6, choices=Kind)
    number = models.PositiveSmallIntegerField()
    proof = models.BinaryField(max_length=512)
    announced_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="vault_keycheck_one_per_key"),
        ]

    def __str__(self) -> str:
        return f"key check {self.pk}"


class Resealing(models.Model):
    """New data keys for everybody: begun and, once every value is sealed with them, finished."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"resealing {self.pk}"


class SealedFile(models.Model):
    """A sealed file on disk, named by this id. Its key is sealed in the row that it belongs to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    label = models.CharField(max_length=80)
    customer_id = models.UUIDField(db_index=True)
    row_id = models.UUIDField(db_index=True)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"sealed file {self.pk}"
