"""Messages that a booking, a quote or a payment sends by itself: which, to whom, and what became of
each; and the owner's words for them (P12)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from register.models.base import FirmRecord, PersonalRecord, choices_are_kept
from register.models.bookings import Booking
from register.models.communication import Channel
from register.models.customers import Customer


class PostKind(models.TextChoices):
    QUOTE = "quote", _("Quote")
    CONFIRMATION = "confirmation", _("Confirmation of a booking")
    REMINDER = "reminder", _("Reminder the day before")
    AGREEMENT = "agreement", _("Copy of the agreement")
    RECEIPT = "receipt", _("Receipt")
    INVOICE = "invoice", _("Invoice")
    THANKS = "thanks", _("Thanks after the rental")


@choices_are_kept
class ServiceMail(PersonalRecord):
    """One message about one thing: `about` is the id of the booking, quote, agreement, payment or
    invoice. Each kind goes out once for each (services.post). Neither address nor text is kept."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waits")
        SENDING = "sending", _("Is being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Did not leave")
        LEFT_OUT = "left_out", _("Left out")

    kind = models.CharField(_("message"), max_length=12, choices=PostKind)
    about = models.UUIDField(_("about"))
    booking = models.ForeignKey(
        Booking, on_delete=models.SET_NULL, null=True, blank=True, related_name="service_mails",
        verbose_name=_("booking"),
    )  # fmt: skip
    channel = models.CharField(_("channel"), max_length=9, choices=Channel, default=Channel.EMAIL)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    by_hand = models.BooleanField(_("asked for at the desk"), default=False)
    asked_at = models.DateTimeField(_("asked for at"))
    tried_at = models.DateTimeField(_("tried at"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    error = models.CharField(_("kind of error"), max_length=80, blank=True)

    class Meta(PersonalRecord.Meta):
        verbose_name = _("service message")
        verbose_name_plural = _("service messages")
        ordering = ["-asked_at"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "about"], name="register_post_once"),
            models.CheckConstraint(
                condition=(Q(state="sent") & Q(sent_at__isnull=False))
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="register_post_sent_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@choices_are_kept
class PostWords(FirmRecord):
    """The owner's words for a kind of message in one language, in place of the program's."""

    kind = models.CharField(_("message"), max_length=12, choices=PostKind)
    language = models.CharField(_("language"), max_length=2, choices=Customer.Language)
    subject = models.CharField(_("subject"), max_length=120)
    body = models.TextField(_("text"), max_length=4000)
    sms = models.CharField(_("as a text message"), max_length=300, blank=True)

    class Meta(FirmRecord.Meta):
        verbose_name = _("words of a message")
        verbose_name_plural = _("words of messages")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language"], name="register_post_words_once_in_a_language"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.language}"
