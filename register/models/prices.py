"""Prices that hold for a part of the year. Nothing here is about a person."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from register.models.base import FirmRecord, choices_are_kept
from register.models.fleet import CraftClass


@choices_are_kept
class SeasonPrice(FirmRecord):
    """What a class costs from one day to another, both included, in the year of the dates.
    Outside every season the class's own price holds. Cents, VAT included."""

    craft_class = models.ForeignKey(
        CraftClass,
        on_delete=models.CASCADE,
        related_name="season_prices",
        verbose_name=_("craft class"),
    )
    name = models.CharField(
        _("name"), max_length=60, help_text=_("Such as “High season”. Only the staff sees it.")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    hour_price_cents = models.PositiveIntegerField(_("price per hour, cents"))
    day_price_cents = models.PositiveIntegerField(_("price per day, cents"))

    class Meta(FirmRecord.Meta):
        verbose_name = _("season price")
        verbose_name_plural = _("season prices")
        ordering = ["craft_class__name", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="register_season_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["craft_class", "starts_on"], name="register_season_starts_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Two seasons of one class do not share a day: which price would hold?"""
        super().clean()
        given: list[object] = [self.craft_class_id, self.starts_on, self.ends_on]
        if None in given:
            return  # said beside the field that is empty
        others = SeasonPrice.objects.filter(
            craft_class=self.craft_class_id,
            starts_on__lte=self.ends_on,
            ends_on__gte=self.starts_on,
        ).exclude(pk=self.pk)
        if (other := others.first()) is not None:
            raise ValidationError(
                _("%(season)s shares days with this one: end it earlier or begin this one later."),
                params={"season": other.name},
                code="overlap",
            )
