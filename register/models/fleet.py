"""The craft and when they are out of use. Nothing here is about a person."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from register.models.base import FirmRecord, choices_are_kept


@choices_are_kept
class CraftClass(FirmRecord):
    """A kind of craft at one price. Money is in euro cents, VAT included."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    seats = models.PositiveSmallIntegerField(_("seats"), default=2)
    hour_price_cents = models.PositiveIntegerField(_("price per hour, cents"))
    day_price_cents = models.PositiveIntegerField(_("price per day, cents"))
    deposit_cents = models.PositiveIntegerField(_("deposit, cents"))
    deductible_cents = models.PositiveIntegerField(_("deductible for damage, cents"))

    class Meta(FirmRecord.Meta):
        verbose_name = _("craft class")
        verbose_name_plural = _("craft classes")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@choices_are_kept
class Craft(FirmRecord):
    """A jet ski in the firm's fleet."""

    class State(models.TextChoices):
        IN_USE = "in_use", _("In use")
        RETIRED = "retired", _("Retired")

    registration = models.CharField(
        _("registration number"),
        max_length=8,
        unique=True,
        help_text=_("Such as T12345."),
    )
    name = models.CharField(_("name"), max_length=60, blank=True)
    model = models.CharField(_("make and model"), max_length=100, blank=True)
    craft_class = models.ForeignKey(
        CraftClass,
        on_delete=models.PROTECT,
        related_name="crafts",
        verbose_name=_("craft class"),
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.IN_USE)

    class Meta(FirmRecord.Meta):
        verbose_name = _("craft")
        verbose_name_plural = _("crafts")
        ordering = ["registration"]
        constraints = [
            models.CheckConstraint(
                condition=Q(registration__regex=r"^[A-ZÅÄÖ][0-9]{1,6}$"),
                name="register_craft_registration_form",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration} {self.name}".strip()


@choices_are_kept
class MaintenanceBlock(FirmRecord):
    """A time when a craft cannot be rented."""

    craft = models.ForeignKey(
        Craft,
        on_delete=models.PROTECT,
        related_name="maintenance_blocks",
        verbose_name=_("craft"),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta(FirmRecord.Meta):
        verbose_name = _("maintenance block")
        verbose_name_plural = _("maintenance blocks")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="register_maintenance_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
