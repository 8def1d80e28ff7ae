"""Personal data breaches: every one is written down, told of or not (GDPR 33(5))."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from register.models.base import FirmRecord, choices_are_kept

HOURS = timedelta(hours=72)
"""GDPR 33(1): hours, counted through nights and weekends from becoming aware."""


@choices_are_kept
class Breach(FirmRecord):
    """One breach: the facts, the effects and what was done. Texts are about what happened; they
    take no names. A closed one is not changed any more (services.breaches)."""

    class Kind(models.TextChoices):
        CONFIDENTIALITY = "confidentiality", _("Somebody saw what was not theirs")
        INTEGRITY = "integrity", _("Data was changed wrongly")
        AVAILABILITY = "availability", _("Data was lost or out of reach")

    class Risk(models.TextChoices):
        UNKNOWN = "unknown", _("Not yet assessed")
        NONE = "none", _("No risk likely")
        RISK = "risk", _("A risk: the authority is told")
        HIGH = "high", _("A high risk: the people are told too")

    reference = models.CharField(_("reference"), max_length=16, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    known_at = models.DateTimeField(_("when the firm became aware"))
    happened_at = models.DateTimeField(_("when it happened"), null=True, blank=True)
    what = models.TextField(_("what happened"), max_length=4000)
    whom = models.CharField(_("whose data"), max_length=200)
    people = models.PositiveIntegerField(_("how many people, about"), null=True, blank=True)
    data = models.CharField(_("which data"), max_length=400)
    consequences = models.TextField(_("likely consequences"), blank=True, max_length=4000)
    measures = models.TextField(_("what was done about it"), blank=True, max_length=4000)
    risk = models.CharField(_("risk"), max_length=7, choices=Risk, default=Risk.UNKNOWN)
    authority_told_at = models.DateTimeField(_("authority told at"), null=True, blank=True)
    delay_reason = models.TextField(_("why later than 72 hours"), blank=True, max_length=2000)
    authority_why_not = models.TextField(_("why not the authority"), blank=True, max_length=2000)
    people_told_at = models.DateTimeField(_("people told at"), null=True, blank=True)
    people_why_not = models.TextField(_("why not the people"), blank=True, max_length=2000)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)

    class Meta(FirmRecord.Meta):
        verbose_name = _("data breach")
        verbose_name_plural = _("data breaches")
        ordering = ["-known_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | (~Q(risk="unknown") & ~Q(measures="")),
                name="register_breach_closed_is_assessed",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True)
                | Q(authority_told_at__isnull=False)
                | (Q(risk="none") & ~Q(authority_why_not="")),
                name="register_breach_closed_authority_answered",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True)
                | Q(people_told_at__isnull=False)
                | ~Q(people_why_not=""),
                name="register_breach_closed_people_answered",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def due_at(self) -> datetime:
        """The last instant at which the authority is told in time."""
        return self.known_at + HOURS

    @property
    def told_late(self) -> bool:
        return self.authority_told_at is not None and self.authority_told_at > self.due_at
