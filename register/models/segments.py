"""Whom a mailing is meant for, as criteria that are saved and used again. No list of people."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from register.models.base import FirmRecord, choices_are_kept
from register.models.customers import Customer

PLAIN = ("language", "kind")
OF_HISTORY = ("group", "loyal", "rented", "rented_since", "not_rented_since")
"""Criteria that look at what a person has done: grouping, which rests on a consent of its own."""


@choices_are_kept
class Segment(FirmRecord):
    """Criteria; whatever is empty lets everybody through. `services.segments` makes them into the
    one question that decides who may be written to."""

    class Rented(models.TextChoices):
        EVER = "ever", _("Has rented")
        NEVER = "never", _("Has never rented")

    name = models.CharField(_("name"), max_length=80, unique=True)
    language = models.CharField(_("language"), max_length=2, choices=Customer.Language, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Customer.Kind, blank=True)
    group = models.CharField(_("customer group"), max_length=10, choices=Customer.Group, blank=True)
    loyal = models.BooleanField(_("only members of the loyalty programme"), default=False)
    rented = models.CharField(_("has rented"), max_length=5, choices=Rented, blank=True)
    rented_since = models.DateField(_("has rented on or after"), null=True, blank=True)
    not_rented_since = models.DateField(_("has not rented on or after"), null=True, blank=True)

    class Meta(FirmRecord.Meta):
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="register_segment_has_name"),
            models.CheckConstraint(
                condition=Q(rented_since__isnull=True)
                | Q(not_rented_since__isnull=True)
                | Q(rented_since__lt=F("not_rented_since")),
                name="register_segment_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def looks_at_history(self) -> bool:
        return any(getattr(self, name) for name in OF_HISTORY)
