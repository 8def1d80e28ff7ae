"""What every record bears (P16): an opaque id, when and by whom it was saved, and the source."""

import uuid
from typing import Any, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from register import policy
from register.models import choices

AnyModel = TypeVar("AnyModel", bound=type[models.Model])


def choices_are_kept(model: AnyModel) -> AnyModel:
    """Class decorator: every column with choices gets a constraint, so that the database itself
    refuses a value that is not among them."""
    kept = [_one_of(model, field) for field in model._meta.fields if field.choices]
    model._meta.constraints = [*model._meta.constraints, *kept]
    model._meta.original_attrs["constraints"] = model._meta.constraints  # migrations read this
    return model


def _one_of(model: type[models.Model], field: Any) -> models.CheckConstraint:
    values = [value for value, _label in field.flatchoices] + ([""] if field.blank else [])
    return models.CheckConstraint(
        condition=Q(**{f"{field.name}__in": values}),
        name=f"{model._meta.app_label}_{model._meta.model_name}_{field.name}_declared",
    )


class Record(models.Model):
    """A row of the register. The id is made in Python, so that a value can be sealed to it
    before it is inserted; it is random, so that an id left in the audit says nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    saved_at = models.DateTimeField(_("saved at"), default=timezone.now, editable=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("saved by"),
    )
    source = models.CharField(
        _("source"), max_length=24, choices=choices.sources, default=policy.PERSON.key
    )

    class Meta:
        abstract = True


class FirmRecord(Record):
    """A row about the firm's own things: craft, prices, folders. The firm is its source."""

    source = models.CharField(
        _("source"), max_length=24, choices=choices.sources, default=policy.FIRM.key
    )

    class Meta(Record.Meta):
        abstract = True


class PersonalRecord(Record):
    """A row about one person. The database refuses to lose the person before the row."""

    customer = models.ForeignKey(
        "register.Customer",
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        verbose_name=_("customer"),
    )

    class Meta(Record.Meta):
        abstract = True
