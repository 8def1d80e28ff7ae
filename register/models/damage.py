"""Damage and violation-fee cases (P14). An open case holds the retention clock."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from register.models.base import PersonalRecord, choices_are_kept
from register.models.bookings import Booking


@choices_are_kept
class Case(PersonalRecord):
    """Damage to a craft, or a fee for breaking the rules. Cents."""

    class Kind(models.TextChoices):
        DAMAGE = "damage", _("Damage")
        VIOLATION = "violation", _("Violation fee")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        OBJECTED = "objected", _("The customer objects")
        SETTLED = "settled", _("Settled")
        WRITTEN_OFF = "written_off", _("Written off")

    OPEN_STATES = (State.OPEN, State.OBJECTED)
    NEXT = {
        State.OPEN: frozenset({State.OBJECTED, State.SETTLED, State.WRITTEN_OFF}),
        State.OBJECTED: frozenset({State.OPEN, State.WRITTEN_OFF}),  # answered first
        State.SETTLED: frozenset({State.OBJECTED}),
        State.WRITTEN_OFF: frozenset(),
    }
    """Where a case goes from each state. An objection is answered before the case is settled; who
    has paid may still object; what the firm has given up it does not take up again."""

    number = models.PositiveBigIntegerField(_("case number"), unique=True, editable=False)
    booking = models.ForeignKey(
        Booking,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("booking"),
    )
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.OPEN)
    occurred_at = models.DateTimeField(_("happened at"))
    description = models.TextField(_("what happened"), max_length=4000)
    estimate_cents = models.PositiveIntegerField(_("estimate, cents"), null=True, blank=True)
    fee_cents = models.PositiveIntegerField(_("fee, cents"), null=True, blank=True)
    charged_at = models.DateTimeField(_("fee put on the bill at"), null=True, blank=True)
    objection = models.TextField(_("the customer's objection"), blank=True, max_length=4000)
    objected_at = models.DateTimeField(_("objected at"), null=True, blank=True)
    answer = models.TextField(_("our answer to the objection"), blank=True, max_length=4000)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta(PersonalRecord.Meta):
        verbose_name = _("damage or fee case")
        verbose_name_plural = _("damage and fee cases")
        ordering = ["-occurred_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["settled", "written_off"], settled_at__isnull=False)
                | Q(state__in=["open", "objected"], settled_at__isnull=True),
                name="register_case_settled_has_time",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(settled_at__gte=F("occurred_at")),
                name="register_case_settled_after_event",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("objected_at")),
                name="register_case_answered_after_objection",
            ),
            models.CheckConstraint(
                condition=Q(charged_at__isnull=True) | Q(fee_cents__isnull=False),
                name="register_case_charged_has_fee",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number}"
