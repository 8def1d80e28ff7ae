"""Quote requests, bookings, rentals, drivers and order lines (P9–P11)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from register import money
from register.models.base import PersonalRecord, choices_are_kept
from register.models.companies import Company
from register.models.fleet import Craft, CraftClass


@choices_are_kept
class QuoteRequest(PersonalRecord):
    """Somebody asked what a rental would cost. `offer`: the lines as they were offered, which a
    booking takes over (services.quotes); it holds through `valid_through`."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        BOOKED = "booked", _("Led to a booking")
        LAPSED = "lapsed", _("Came to nothing")

    requested_at = models.DateTimeField(_("asked at"))
    craft_class = models.ForeignKey(
        CraftClass,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("craft class"),
    )
    wanted_from = models.DateTimeField(_("wanted from"), null=True, blank=True)
    wanted_to = models.DateTimeField(_("wanted to"), null=True, blank=True)
    wishes = models.TextField(_("wishes"), blank=True, max_length=2000)
    quoted_cents = models.PositiveIntegerField(_("price quoted, cents"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    number = models.CharField(
        _("quote number"), max_length=16, unique=True, null=True, blank=True, editable=False
    )
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("company"),
    )  # fmt: skip
    offer = models.JSONField(_("lines offered"), default=list, editable=False)
    offered_at = models.DateTimeField(_("offered at"), null=True, blank=True, editable=False)
    valid_through = models.DateField(_("holds through"), null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True, editable=False)

    class Meta(PersonalRecord.Meta):
        verbose_name = _("quote request")
        verbose_name_plural = _("quote requests")
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(wanted_to__isnull=True) | Q(wanted_to__gt=F("wanted_from")),
                name="register_quote_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(offered_at__isnull=True)
                | Q(number__isnull=False, valid_through__isnull=False, quoted_cents__isnull=False),
                name="register_quote_offered_is_priced",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@choices_are_kept
class Booking(PersonalRecord):
    """A craft is promised to a renter for a time. The contract arises here (P4).

    Two live bookings of a craft never overlap: an exclusion constraint on PostgreSQL, triggers
    on SQLite (models.guards). Times are half-open, [starts_at, ends_at).
    """

    class State(models.TextChoices):
        RESERVED = "reserved", _("Reserved")
        OUT = "out", _("Out")
        RETURNED = "returned", _("Returned")
        CANCELLED = "cancelled", _("Cancelled")
        NO_SHOW = "no_show", _("Not fetched")

    LIVE = (State.RESERVED, State.OUT)

    number = models.PositiveBigIntegerField(_("booking number"), unique=True, editable=False)
    craft = models.ForeignKey(
        Craft,
        on_delete=models.PROTECT,
        related_name="bookings",
        verbose_name=_("craft"),
    )
    company = models.ForeignKey(
        Company,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="bookings",
        verbose_name=_("company"),
    )
    quote = models.OneToOneField(
        QuoteRequest,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="booking",
        verbose_name=_("quote request"),
    )
    booked_at = models.DateTimeField(_("booked at"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RESERVED)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True, editable=False)
    wishes = models.TextField(_("wishes"), blank=True, max_length=2000)

    class Meta(PersonalRecord.Meta):
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["-starts_at"]
        indexes = [
            models.Index(fields=["starts_at"], name="register_booking_starts"),
            models.Index(fields=["ends_at"], name="register_booking_ends"),
            models.Index(  # the neighbours that the overlap trigger of SQLite looks at
                fields=["craft", "starts_at"],
                condition=Q(state__in=["reserved", "out"]),
                name="register_booking_live",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="register_booking_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_at__isnull=True)),
                name="register_booking_cancelled_has_time",
            ),
            models.UniqueConstraint(  # a late craft's own time has ended: no overlap says it
                fields=["craft"], condition=Q(state="out"), name="register_booking_one_out"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number}"


@choices_are_kept
class Driver(PersonalRecord):
    """A person at the helm in one rental. Ages are confirmed from a photo ID, not stored:
    15 at the helm of a registered craft, 18 as the renter."""

    class AgeGroup(models.TextChoices):
        YOUTH = "youth", _("15–17 years")
        ADULT = "adult", _("18 years or over")

    booking = models.ForeignKey(
        Booking,
        on_delete=models.SET_NULL,  # the renter's years may end before the driver's own
        null=True,
        related_name="drivers",
        verbose_name=_("booking"),
    )
    drove_on = models.DateField(_("drove on"))
    is_renter = models.BooleanField(_("is the renter"), default=False)
    age_group = models.CharField(_("age group"), max_length=5, choices=AgeGroup)
    age_checked_at = models.DateTimeField(_("age checked at"), null=True, blank=True)
    briefed_at = models.DateTimeField(_("briefing given at"), null=True, blank=True)
    area_shown = models.BooleanField(_("area and distances shown"), default=False)
    rules_told = models.BooleanField(_("rules and alcohol limit told"), default=False)
    life_jacket = models.BooleanField(_("life jacket on"), default=False)
    kill_switch = models.BooleanField(_("kill-switch lanyard on"), default=False)

    class Meta(PersonalRecord.Meta):
        verbose_name = _("driver")
        verbose_name_plural = _("drivers")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_renter=False) | Q(age_group="adult"),
                name="register_driver_renter_is_adult",
            ),
            models.UniqueConstraint(
                fields=["booking", "customer"], name="register_driver_once_in_booking"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@choices_are_kept
class Rental(PersonalRecord):
    """What happened at the dock: handover and return. Fuel in litres, engine time in hours."""

    booking = models.OneToOneField(
        Booking,
        on_delete=models.PROTECT,
        related_name="rental",
        verbose_name=_("booking"),
    )
    handed_over_at = models.DateTimeField(_("handed over at"))
    returned_at = models.DateTimeField(_("returned at"), null=True, blank=True)
    fuel_out_l = models.DecimalField(
        _("fuel at handover, l"), max_digits=5, decimal_places=1, null=True, blank=True
    )
    fuel_in_l = models.DecimalField(
        _("fuel at return, l"), max_digits=5, decimal_places=1, null=True, blank=True
    )
    hours_out = models.DecimalField(
        _("engine hours at handover"),
        max_digits=7,
        decimal_places=1,
        null=True,
        blank=True,
    )
    hours_in = models.DecimalField(
        _("engine hours at return"),
        max_digits=7,
        decimal_places=1,
        null=True,
        blank=True,
    )
    condition_out = models.TextField(_("condition at handover"), blank=True, max_length=2000)
    condition_in = models.TextField(_("condition at return"), blank=True, max_length=2000)

    class Meta(PersonalRecord.Meta):
        verbose_name = _("rental")
        verbose_name_plural = _("rentals")
        ordering = ["-handed_over_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True) | Q(returned_at__gte=F("handed_over_at")),
                name="register_rental_returned_after_handover",
            ),
            models.CheckConstraint(
                condition=(Q(fuel_out_l__isnull=True) | Q(fuel_out_l__gte=0))
                & (Q(fuel_in_l__isnull=True) | Q(fuel_in_l__gte=0)),
                name="register_rental_fuel_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(hours_in__isnull=True)
                | Q(hours_out__isnull=True)
                | Q(hours_in__gte=F("hours_out")),
                name="register_rental_hours_run_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@choices_are_kept
class OrderLine(PersonalRecord):
    """One line of what was bought (P10). Cents, VAT included; a discount is negative."""

    class Kind(models.TextChoices):
        RENTAL = "rental", _("Rental")
        EXTRA = "extra", _("Extra")
        FUEL = "fuel", _("Fuel")
        LATE = "late", _("Late return")
        GIFT_CARD = "gift_card", _("Gift card")
        DAMAGE = "damage", _("Damage")
        VIOLATION = "violation", _("Violation fee")
        DISCOUNT = "discount", _("Discount")

    booking = models.ForeignKey(
        Booking,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lines",
        verbose_name=_("booking"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    description = models.CharField(_("description"), max_length=200)
    quantity = models.DecimalField(_("quantity"), max_digits=7, decimal_places=2, default=1)
    unit_price_cents = models.IntegerField(_("unit price, cents"))
    vat_percent = models.DecimalField(_("VAT %"), max_digits=4, decimal_places=1, default="25.5")
    ordered_on = models.DateField(_("date"))

    class Meta(PersonalRecord.Meta):
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="register_line_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(kind="discount", unit_price_cents__lt=0)
                | (~Q(kind="discount") & Q(unit_price_cents__gte=0)),
                name="register_line_only_discount_negative",
            ),
            models.CheckConstraint(
                condition=Q(vat_percent__gte=0, vat_percent__lte=100),
                name="register_line_vat_percent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def total_cents(self) -> int:
        """Quantity × unit price, half a cent away from zero."""
        return money.line_cents(self.quantity, self.unit_price_cents)
