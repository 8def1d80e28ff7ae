"""Mailings: one text to many people who have agreed, and what became of each."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from register.models.base import FirmRecord, PersonalRecord, choices_are_kept
from register.models.communication import Channel
from register.models.customers import Customer
from register.models.segments import Segment

LANGUAGES = tuple(Customer.Language.values)
CHANNELS = ((Channel.EMAIL.value, Channel.EMAIL.label), (Channel.SMS.value, Channel.SMS.label))


class LeftOut(models.TextChoices):
    """Why somebody whom the plain criteria fit is not written to. The first that applies counts."""

    ERASED = "erased", _("erased on request")
    NO_ADDRESS = "no_address", _("no address for this channel")
    NO_CONSENT = "no_consent", _("has not agreed to marketing in this channel")
    WITHDRAWN = "withdrawn", _("has withdrawn the consent")
    OBJECTION = "objection", _("has objected to marketing")
    RESTRICTION = "restriction", _("use is restricted")
    BAN = "ban", _("rental ban")
    SECRECY = "secrecy", _("secrecy order")
    MINOR = "minor", _("known to be under 18")
    CLOCK = "clock", _("the retention period has ended")
    LANGUAGE = "language", _("no text in this language")
    ANALYSIS = "analysis", _("has not agreed to being grouped")
    OUTSIDE = "outside", _("does not fit the criteria")
    SAME_ADDRESS = "same_address", _("shares the address with somebody who gets it")


def _words(has: str) -> models.CheckConstraint:
    """A mail that has a text in the language has a subject in it."""
    return models.CheckConstraint(
        condition=~Q(channel="email") | Q(**{f"body_{has}": ""}) | ~Q(**{f"subject_{has}": ""}),
        name=f"register_mailing_subject_{has}",
    )


@choices_are_kept
class Mailing(FirmRecord):
    """One text in up to three languages. Nothing personal is merged into it: everybody of a
    language gets the same words. `counted`: LeftOut → how many, when it was started."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENDING = "sending", _("Being sent")
        STOPPED = "stopped", _("Stopped")
        DONE = "done", _("Sent")

    name = models.CharField(_("name"), max_length=80)
    channel = models.CharField(_("channel"), max_length=9, choices=CHANNELS, default="email")
    segment = models.ForeignKey(
        Segment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mailings",
        verbose_name=_("segment"),
    )
    subject_fi = models.CharField(_("subject in Finnish"), max_length=120, blank=True)
    body_fi = models.TextField(_("text in Finnish"), max_length=5000, blank=True)
    subject_sv = models.CharField(_("subject in Swedish"), max_length=120, blank=True)
    body_sv = models.TextField(_("text in Swedish"), max_length=5000, blank=True)
    subject_en = models.CharField(_("subject in English"), max_length=120, blank=True)
    body_en = models.TextField(_("text in English"), max_length=5000, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.DRAFT)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    next_part_at = models.DateTimeField(_("next part at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    counted = models.JSONField(_("counted"), default=dict, blank=True)

    class Meta(FirmRecord.Meta):
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        ordering = ["-saved_at"]
        constraints = [
            *map(_words, LANGUAGES),
            models.CheckConstraint(
                condition=Q(state="draft", started_at__isnull=True)
                | (~Q(state="draft") & Q(started_at__isnull=False)),
                name="register_mailing_started_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | ~Q(body_fi="", body_sv="", body_en=""),
                name="register_mailing_started_has_text",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that it is written in."""
        return tuple(code for code in LANGUAGES if getattr(self, f"body_{code}"))

    def words(self, language: str) -> tuple[str, str]:
        """Subject and text in a language that it is written in."""
        return getattr(self, f"subject_{language}"), getattr(self, f"body_{language}")


@choices_are_kept
class Delivery(PersonalRecord):
    """What became of a mailing for one person: at most one row each, so at most one message.

    A row is claimed (`sending`) before the message leaves. One that was claimed and never
    answered for is `unknown`: it may have left, so it is not sent again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        LEFT_OUT = "left_out", _("Left out")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Not known whether it left")

    mailing = models.ForeignKey(
        Mailing, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("mailing")
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    left_out = models.CharField(_("left out because"), max_length=12, choices=LeftOut, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    error = models.CharField(_("kind of error"), max_length=80, blank=True)

    class Meta(PersonalRecord.Meta):
        verbose_name = _("delivery of a mailing")
        verbose_name_plural = _("deliveries of mailings")
        indexes = [models.Index(fields=["mailing", "state"], name="register_delivery_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "customer"], name="register_delivery_once_a_person"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="register_delivery_sent_has_time",
            ),
            models.CheckConstraint(
                condition=(Q(state="left_out") & ~Q(left_out=""))
                | (~Q(state="left_out") & Q(left_out="")),
                name="register_delivery_left_out_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


def is_stalled(row: Mailing, *, at: datetime, after_s: int = 300) -> bool:
    """Whether the next part should have begun long ago: no worker runs, or it was lost."""
    late = row.next_part_at is not None and (at - row.next_part_at).total_seconds() > after_s
    return row.state == Mailing.State.SENDING and late
