"""The system checks refuse a sealed column that could not work."""

import uuid

import pytest
from django.db import models
from django.test.utils import isolate_apps

from register.vault import checks
from register.vault.fields import SealedField


def problems(model: type[models.Model]) -> set[str]:
    return {str(error.id) for error in model.check() if str(error.id).startswith("vault.")}


@isolate_apps("register")
def test_a_sound_column_passes():
    class Locker(models.Model):
        id = models.UUIDField(primary_key=True, default=uuid.uuid4)
        customer_id = models.UUIDField()
        code = SealedField(label="locker.code", max_length=4, indexed=True, unique=True)

        class Meta:
            app_label = "register"

    assert problems(Locker) == set()


@isolate_apps("register")
def test_a_row_id_made_by_the_database_is_refused():
    class Locker(models.Model):
        id = models.BigAutoField(primary_key=True)
        customer_id = models.UUIDField()
        code = SealedField(label="locker.code", max_length=4)

        class Meta:
            app_label = "register"

    assert problems(Locker) == {"vault.E004"}


@isolate_apps("register")
def test_a_column_without_a_person_is_refused():
    class Locker(models.Model):
        id = models.UUIDField(primary_key=True, default=uuid.uuid4)
        code = SealedField(label="locker.code", max_length=4)

        class Meta:
            app_label = "register"

    assert problems(Locker) == {"vault.E005"}


@isolate_apps("register")
@pytest.mark.parametrize(
    "options",
    [
        {"ordering": ["-code"]},
        {"indexes": [models.Index(fields=["code"], name="locker_code")]},
        {"constraints": [models.UniqueConstraint(fields=["code"], name="locker_one_code")]},
    ],
    ids=["ordering", "index", "constraint"],
)
def test_order_and_plain_indexes_are_refused(options):
    class Locker(models.Model):
        id = models.UUIDField(primary_key=True, default=uuid.uuid4)
        customer_id = models.UUIDField()
        code = SealedField(label="locker.code", max_length=4)

        Meta = type("Meta", (), {"app_label": "register", **options})

    assert problems(Locker) == {"vault.E006"}


@isolate_apps("register")
@pytest.mark.parametrize("options", [{"unique": True}, {"binary": True, "indexed": True}])
def test_uniqueness_needs_an_index_and_an_index_needs_text(options):
    class Locker(models.Model):
        id = models.UUIDField(primary_key=True, default=uuid.uuid4)
        customer_id = models.UUIDField()
        code = SealedField(label="locker.code", max_length=4, **options)

        class Meta:
            app_label = "register"

    assert problems(Locker) == {"vault.E007"}


def test_two_columns_may_not_share_a_label(monkeypatch):
    shared = [SealedField(label="a.b", max_length=1), SealedField(label="a.b", max_length=1)]
    assert checks.labels_are_distinct(None) == []

    monkeypatch.setattr(checks, "all_sealed", lambda: iter(shared))
    assert [error.id for error in checks.labels_are_distinct(None)] == ["vault.E003"]
