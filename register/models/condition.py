"""Marks on the drawing of a craft: what was seen at handover, and what is new at return (P14)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from register.models.base import PersonalRecord, choices_are_kept
from register.models.bookings import Booking
from register.models.communication import Attachment
from register.models.damage import Case


@choices_are_kept
class ConditionMark(PersonalRecord):
    """One scratch or dent. `customer` is the renter. `x`, `y`: its place on the drawing (static/
    desk/craft.svg), in a box of WIDTH × HEIGHT; empty where only the zone was chosen."""

    WIDTH, HEIGHT = 1000, 480

    class Zone(models.TextChoices):
        BOW = "bow", _("Bow")
        PORT = "port", _("Left side")
        STARBOARD = "starboard", _("Right side")
        STEERING = "steering", _("Handlebar and dashboard")
        SEAT = "seat", _("Seat")
        DECK = "deck", _("Footwells and stern deck")
        STERN = "stern", _("Stern and jet nozzle")
        BOTTOM = "bottom", _("Bottom")

    class Kind(models.TextChoices):
        SCRATCH = "scratch", _("Scratch")
        DENT = "dent", _("Dent")
        CRACK = "crack", _("Crack")
        MISSING = "missing", _("Missing or loose part")
        OTHER = "other", _("Something else")

    booking = models.ForeignKey(
        Booking, on_delete=models.PROTECT, related_name="marks", verbose_name=_("booking")
    )
    case = models.ForeignKey(
        Case,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="marks",
        verbose_name=_("case"),
    )
    moment = models.CharField(_("moment"), max_length=8, choices=Attachment.Moment)
    zone = models.CharField(_("part of the craft"), max_length=9, choices=Zone)
    kind = models.CharField(_("kind of mark"), max_length=7, choices=Kind)
    note = models.CharField(_("note"), max_length=200, blank=True)
    x = models.PositiveSmallIntegerField(_("across the drawing"), null=True, blank=True)
    y = models.PositiveSmallIntegerField(_("down the drawing"), null=True, blank=True)
    seen_at = models.DateTimeField(_("seen at"))

    class Meta(PersonalRecord.Meta):
        verbose_name = _("mark of condition")
        verbose_name_plural = _("marks of condition")
        ordering = ["seen_at", "zone"]
        constraints = [
            models.CheckConstraint(
                condition=Q(x__isnull=True, y__isnull=True) | Q(x__lte=1000, y__lte=480),
                name="register_mark_on_the_drawing",
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=True) | Q(moment="return"),
                name="register_mark_of_case_is_new",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
