"""Consents with their proof, other choices, bans and restrictions (P15)."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from register.models import choices
from register.models.base import PersonalRecord, choices_are_kept
from register.models.bookings import Booking
from register.models.communication import Attachment, Channel
from register.models.customers import Customer


@choices_are_kept
class Consent(PersonalRecord):
    """One act: a consent given or withdrawn for a purpose and channel. Rows are never changed
    (a trigger refuses it); the newest row for a purpose and channel is what stands."""

    class Action(models.TextChoices):
        GIVEN = "given", _("Given")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    purpose = models.CharField(_("purpose"), max_length=24, choices=choices.purposes)
    channel = models.CharField(_("concerns the channel"), max_length=9, choices=Channel, blank=True)
    action = models.CharField(_("action"), max_length=9, choices=Action)
    acted_at = models.DateTimeField(_("when"))
    taken_through = models.CharField(_("taken through"), max_length=9, choices=Channel)
    language = models.CharField(_("language"), max_length=2, choices=Customer.Language)
    notice_version = models.CharField(_("notice version"), max_length=16)
    words_shown = models.TextField(_("words shown"), max_length=2000)
    paper = models.ForeignKey(
        Attachment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="consents",
        verbose_name=_("signed paper"),
    )

    class Meta(PersonalRecord.Meta):
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-acted_at"]
        indexes = [
            models.Index(
                fields=["customer", "purpose", "channel", "-acted_at"],
                name="register_consent_latest",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(action="given") | (~Q(words_shown="") & ~Q(notice_version="")),
                name="register_consent_given_has_proof",
            ),
            # Marketing is agreed to channel by channel; the other purposes have no channel, so
            # that what was given in one cannot be withdrawn in another and stand.
            models.CheckConstraint(
                condition=(Q(purpose="marketing") & ~Q(channel=""))
                | (~Q(purpose="marketing") & Q(channel="")),
                name="register_consent_channel_of_marketing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@choices_are_kept
class Choice(PersonalRecord):
    """Another choice the person has made, such as the language or channel of service."""

    class Key(models.TextChoices):
        SERVICE_CHANNEL = "service_channel", _("Preferred channel of service messages")
        REMINDERS = "reminders", _("Reminders of a booking")
        RECORDING = "recording", _("Recording of calls")

    key = models.CharField(_("choice"), max_length=16, choices=Key)
    value = models.CharField(_("value"), max_length=50)
    chosen_at = models.DateTimeField(_("chosen at"))

    class Meta(PersonalRecord.Meta):
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ["-chosen_at"]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class BanQuerySet(models.QuerySet["Ban"]):
    def in_force(self, *, on: date) -> "BanQuerySet":
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=on),
            starts_on__lte=on,
            lifted_at__isnull=True,
        )


@choices_are_kept
class Ban(PersonalRecord):
    """The firm does not rent to this person until the ban ends or is lifted."""

    reason = models.TextField(_("reason"), max_length=1000)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("through"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)

    objects = BanQuerySet.as_manager()

    class Meta(PersonalRecord.Meta):
        verbose_name = _("rental ban")
        verbose_name_plural = _("rental bans")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="register_ban_ends_after_start",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="register_ban_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@choices_are_kept
class BanOverride(PersonalRecord):
    """Somebody authorised let one booking through although a ban stands, and said why."""

    ban = models.ForeignKey(
        Ban, on_delete=models.PROTECT, related_name="overrides", verbose_name=_("rental ban")
    )
    booking = models.ForeignKey(
        Booking,
        on_delete=models.PROTECT,
        related_name="ban_overrides",
        verbose_name=_("booking"),
    )
    reason = models.TextField(_("reason"), max_length=1000)
    given_at = models.DateTimeField(_("given at"))

    class Meta(PersonalRecord.Meta):
        verbose_name = _("ban overridden")
        verbose_name_plural = _("bans overridden")
        ordering = ["-given_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="register_override_has_reason"),
            models.UniqueConstraint(
                fields=["ban", "booking"], name="register_override_once_a_booking"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@choices_are_kept
class ProcessingRestriction(PersonalRecord):
    """The person restricted (art. 18) or objected to (art. 21) processing for a purpose.
    While it stands, data is only stored for that purpose."""

    class Kind(models.TextChoices):
        RESTRICTION = "restriction", _("Restriction (art. 18)")
        OBJECTION = "objection", _("Objection (art. 21)")

    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    purpose = models.CharField(_("purpose"), max_length=24, choices=choices.purposes)
    ground = models.CharField(_("ground"), max_length=24, choices=choices.restriction_grounds)
    starts_at = models.DateTimeField(_("from"))
    told_before_lifting_at = models.DateTimeField(
        _("person told before lifting"), null=True, blank=True
    )
    lifts_on = models.DateField(
        _("to be lifted on"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The day that the person is told of beforehand."),
    )
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)

    class Meta(PersonalRecord.Meta):
        verbose_name = _("processing restriction")
        verbose_name_plural = _("processing restrictions")
        ordering = ["-starts_at"]
        constraints = [
            # GDPR 18(3): the person is told before a restriction is lifted.
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True)
                | ~Q(kind="restriction")
                | Q(
                    told_before_lifting_at__isnull=False,
                    told_before_lifting_at__lte=F("lifted_at"),
                ),
                name="register_restriction_told_before_lifting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
