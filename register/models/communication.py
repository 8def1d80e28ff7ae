"""What was said, in each channel and direction, and what the customer thought (P12, P13)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from register import policy
from register.models import choices
from register.models.base import PersonalRecord, choices_are_kept
from register.models.bookings import Booking
from register.models.contracts import Agreement
from register.models.damage import Case
from register.vault.files import SealedFileField
from register.vault.querysets import SealedQuerySet


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    PHONE = "phone", _("Phone")
    DESK = "desk", _("At the desk")
    WEB = "web", _("Web form")
    LETTER = "letter", _("Letter")
    AUTOMATIC = "automatic", _("Automatic service")


@choices_are_kept
class Message(PersonalRecord):
    """One contact in one direction, automatic ones included."""

    class Direction(models.TextChoices):
        IN = "in", _("From the customer")
        OUT = "out", _("To the customer")

    class Topic(models.TextChoices):
        SERVICE = "service", _("Service")
        MARKETING = "marketing", _("Marketing")

    channel = models.CharField(_("channel"), max_length=9, choices=Channel)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction)
    topic = models.CharField(_("topic"), max_length=9, choices=Topic, default=Topic.SERVICE)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("content"), blank=True, max_length=20000)
    happened_at = models.DateTimeField(_("when"))

    class Meta(PersonalRecord.Meta):
        verbose_name = _("message")
        verbose_name_plural = _("communication log")
        ordering = ["-happened_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(topic="marketing", direction="in"),
                name="register_message_marketing_goes_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@choices_are_kept
class Attachment(PersonalRecord):
    """A recording, photo, signature or scanned paper, sealed."""

    class Kind(models.TextChoices):
        RECORDING = "recording", _("Recording of a call")
        PHOTO = "photo", _("Photo")
        SIGNATURE = "signature", _("Signature")
        PAPER = "paper", _("Scanned paper")

    class Moment(models.TextChoices):
        """When of a rental a photo shows the craft."""

        HANDOVER = "handover", _("Handover")
        RETURN = "return", _("Return")

    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    media_type = models.CharField(_("media type"), max_length=50)
    taken_at = models.DateTimeField(_("taken at"))
    content = SealedFileField(
        _("content"),
        label="attachment.content",
        max_length=10 * 1024 * 1024,
    )
    message = models.ForeignKey(
        Message,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name=_("message"),
    )
    booking = models.ForeignKey(
        Booking,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name=_("booking"),
    )
    moment = models.CharField(_("moment"), max_length=8, choices=Moment, blank=True)
    case = models.ForeignKey(
        Case,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name=_("damage or fee case"),
    )
    agreement = models.ForeignKey(
        Agreement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name=_("agreement"),
    )

    objects = SealedQuerySet.as_manager()

    class Meta(PersonalRecord.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@choices_are_kept
class Feedback(PersonalRecord):
    """What the customer produced: feedback, satisfaction, wishes for more service."""

    class Kind(models.TextChoices):
        FEEDBACK = "feedback", _("Feedback")
        SATISFACTION = "satisfaction", _("Satisfaction")
        SERVICE_NEED = "service_need", _("Need of another service")

    booking = models.ForeignKey(
        Booking,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="feedbacks",
        verbose_name=_("booking"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.FEEDBACK)
    score = models.PositiveSmallIntegerField(_("score 1–5"), null=True, blank=True)
    text = models.TextField(_("text"), blank=True, max_length=4000)
    given_at = models.DateTimeField(_("given at"))

    class Meta(PersonalRecord.Meta):
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["-given_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=1, score__lte=5),
                name="register_feedback_score_1_to_5",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@choices_are_kept
class Disclosure(PersonalRecord):
    """Personal data was given to a recipient outside the firm (P3; GDPR 19 needs the list).
    Written by services.disclosures, never changed."""

    recipient = models.CharField(_("recipient"), max_length=24, choices=choices.recipients)
    office = models.CharField(_("authority or company"), max_length=120, blank=True)
    categories = models.JSONField(_("categories of data"), default=list, blank=True)
    what = models.CharField(_("what was disclosed"), max_length=200)
    basis = models.CharField(
        _("basis"), max_length=12, choices=choices.disclosure_bases, blank=True
    )
    legal_ground = models.CharField(_("legal ground"), max_length=200)
    reference = models.CharField(_("their reference"), max_length=60, blank=True)
    disclosed_at = models.DateTimeField(_("disclosed at"))
    case = models.ForeignKey(
        Case,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="disclosures",
        verbose_name=_("damage or fee case"),
    )

    class Meta(PersonalRecord.Meta):
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        ordering = ["-disclosed_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(legal_ground=""), name="register_disclosure_has_a_ground"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def tell_categories(self) -> str:
        """The categories by name, in the language of the reader."""
        named = {one.key: one.name for one in policy.CATEGORIES}
        language = get_language()
        return ", ".join(named[key].to(language) for key in self.categories if key in named)
