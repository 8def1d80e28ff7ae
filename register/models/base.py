"""What every record of the register bears (P16): an opaque id, when and by whom saved, the source."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from register import policy
from register.models import choices


def one_of(field: str, values: type[models.TextChoices]) -> models.CheckConstraint:
    """A constraint that keeps `field` to the declared choices, in the database itself."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": list(values.values)}),
        name=f"%(app_label)s_%(class)s_{field}_declared",
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
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=policy.SOURCE_KEYS),
                name="%(app_label)s_%(class)s_source_declared",
            )
        ]


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
