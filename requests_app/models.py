"""Data-subject requests, their events and the packages made for them (P20–P26)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from register.models import Customer, IdentityCheck
from register.models.base import Record, choices_are_kept
from register.vault.files import SealedFileField
from requests_app.answers import Correction, LetterWords, Passage, RecipientNotice

__all__ = [
    "AccessPackage",
    "Correction",
    "DataSubjectRequest",
    "LetterWords",
    "Passage",
    "RecipientNotice",
    "RequestDraft",
]


@choices_are_kept
class DataSubjectRequest(Record):
    """What a person asked under GDPR 15–22. It begins without a customer: the clerk matches it
    to a person of the register after the identity check, never the machine."""

    class Kind(models.TextChoices):
        ACCESS = "access", _("See my data (art. 15)")
        RECTIFICATION = "rectification", _("Correct my data (art. 16)")
        ERASURE = "erasure", _("Erase my data (art. 17)")
        RESTRICTION = "restriction", _("Restrict the use of my data (art. 18)")
        PORTABILITY = "portability", _("Move my data to another service (art. 20)")
        OBJECTION = "objection", _("Object to the use of my data (art. 21)")
        WITHDRAWAL = "withdrawal", _("Withdraw my consent (art. 7)")

    class State(models.TextChoices):
        RECEIVED = "received", _("Waiting for e-mail confirmation")
        CONFIRMED = "confirmed", _("Waiting for the identity check")
        IDENTIFIED = "identified", _("Identity checked")
        IN_HAND = "in_hand", _("In hand")
        DECIDED = "decided", _("Decided")
        DELIVERED = "delivered", _("Delivered")
        CLOSED = "closed", _("Closed")
        LAPSED = "lapsed", _("Never confirmed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Decision(models.TextChoices):
        GRANTED = "granted", _("Granted")
        PARTLY = "partly", _("Granted in part")
        REFUSED = "refused", _("Refused")

    class Channel(models.TextChoices):
        WEB = "web", _("Web form")
        EMAIL = "email", _("E-mail")
        PHONE = "phone", _("Phone")
        PAPER = "paper", _("Paper form")
        DESK = "desk", _("At the desk")

    class MadeBy(models.TextChoices):
        SELF = "self", _("The person herself or himself")
        GUARDIAN = "guardian", _("The guardian of a child")
        TRUSTEE = "trustee", _("A trustee appointed for the person")
        AUTHORISED = "authorised", _("Somebody whom the person has authorised")

    class CodeWay(models.TextChoices):
        DESK = "desk", _("At the desk, in person")
        PHONE = "phone", _("By phone, at the number on file")

    ENDED = (State.CLOSED, State.LAPSED, State.WITHDRAWN)
    WORKED_ON = (State.IDENTIFIED, State.IN_HAND)
    """The person is known and nothing is decided: what a decision may follow."""
    OPEN = (State.CONFIRMED, *WORKED_ON, State.DECIDED, State.DELIVERED)

    reference = models.CharField(_("reference"), max_length=16, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=13, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    channel = models.CharField(_("came by"), max_length=5, choices=Channel, default=Channel.WEB)
    language = models.CharField(_("language"), max_length=2, choices=Customer.Language)
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    made_by = models.CharField(_("made by"), max_length=10, choices=MadeBy, default=MadeBy.SELF)
    subject_name = models.CharField(_("on behalf of"), max_length=200, blank=True)
    mandate = models.CharField(
        _("mandate seen"), max_length=200, blank=True, help_text=_("What was shown; no copy.")
    )
    details = models.TextField(_("what the request is about"), blank=True, max_length=4000)
    # What was ticked on the form, as keys: {"uses": […], "case": "…", "consents": […]}. `details`
    # says the same in words.
    wanted = models.JSONField(default=dict, blank=True, editable=False)
    notice_version = models.CharField(_("notice version shown"), max_length=16)
    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="data_subject_requests",
        verbose_name=_("customer"),
    )
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    target_on = models.DateField(_("target"), help_text=_("One month, not moved by holidays."))
    due_on = models.DateField(_("last day"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    identification_asked_at = models.DateTimeField(
        _("asked to show a photo ID"),
        null=True,
        blank=True,
        help_text=_("Asking does not restart the clock."),
    )
    identified_at = models.DateTimeField(_("identified at"), null=True, blank=True)
    identified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("identified by"),
    )
    document_type = models.CharField(
        _("document seen"), max_length=16, choices=IdentityCheck.Document, blank=True
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("in whose hands"),
    )
    taken_at = models.DateTimeField(_("taken in hand at"), null=True, blank=True)
    decision = models.CharField(_("decision"), max_length=7, choices=Decision, blank=True)
    grounds = models.TextField(_("grounds of the decision"), blank=True, max_length=4000)
    extended_at = models.DateTimeField(_("time extended at"), null=True, blank=True)
    extension_reason = models.TextField(_("why more time"), blank=True, max_length=2000)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    status_token_hash = models.CharField(max_length=64, unique=True, editable=False)
    confirm_token_hash = models.CharField(max_length=64, blank=True, editable=False)

    # The code that opens the package beside its link: said aloud once, never mailed.
    code_hash = models.CharField(max_length=128, blank=True, editable=False)
    code_way = models.CharField(_("code given"), max_length=5, choices=CodeWay, blank=True)
    code_given_at = models.DateTimeField(_("code given at"), null=True, blank=True)
    code_given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("code given by"),
    )

    class Meta(Record.Meta):
        verbose_name = _("data-subject request")
        verbose_name_plural = _("data-subject requests")
        ordering = ["due_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gte=F("target_on")),
                name="requests_due_not_before_target",
            ),
            # GDPR 12(4) and 12(3): the person is told why not, and why later.
            models.CheckConstraint(
                condition=~Q(decision__in=["partly", "refused"]) | ~Q(grounds=""),
                name="requests_refusal_has_grounds",
            ),
            models.CheckConstraint(
                condition=Q(extended_at__isnull=True) | ~Q(extension_reason=""),
                name="requests_extension_has_reason",
            ),
            # Until the desk has seen a photo ID, nothing personal leaves.
            models.CheckConstraint(
                condition=~Q(state__in=["identified", "in_hand", "decided", "delivered"])
                | Q(
                    identified_at__isnull=False,
                    identified_by__isnull=False,
                    customer__isnull=False,
                ),
                name="requests_in_hand_is_identified",
            ),
            models.CheckConstraint(
                condition=Q(made_by="self") | ~Q(subject_name=""),
                name="requests_on_behalf_names_whom",
            ),
            # A representative's own photo ID is not enough: the mandate was seen as well.
            models.CheckConstraint(
                condition=~Q(state__in=["identified", "in_hand", "decided", "delivered"])
                | Q(made_by="self")
                | ~Q(mandate=""),
                name="requests_representative_has_mandate",
            ),
            models.CheckConstraint(
                condition=~Q(state="in_hand") | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="requests_in_hand_of_somebody",
            ),
            # A code is a key to everything: who gave it, when and how is known.
            models.CheckConstraint(
                condition=Q(code_hash="")
                | (Q(code_given_at__isnull=False, code_given_by__isnull=False) & ~Q(code_way="")),
                name="requests_code_given_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def alike(self) -> "models.QuerySet[DataSubjectRequest]":
        """Other requests of the same kind, not ended, from the same e-mail address or of the same
        person: perhaps the same matter twice. The oldest first."""
        same = Q(email=self.email) if self.email else Q(pk__in=[])
        if self.customer_id:
            same |= Q(customer=self.customer_id)
        others = DataSubjectRequest.objects.filter(same, kind=self.kind).exclude(pk=self.pk)
        return others.exclude(state__in=self.ENDED).order_by("received_at")


class RequestDraft(models.Model):
    """What somebody is writing on the public form, before it is sent: sealed with a key that only
    her browser holds (requests_app.services.drafts), and gone in a few hours."""

    key_hash = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField(max_length=60_000)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key_hash[:8]


@choices_are_kept
class AccessPackage(models.Model):
    """A package made for a request, sealed under the person's key. It leaves once: by its link and
    the code, or in somebody's hand at the desk."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(
        DataSubjectRequest,
        on_delete=models.PROTECT,
        related_name="packages",
        verbose_name=_("data-subject request"),
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="packages")
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("link expires at"))
    fetched_at = models.DateTimeField(_("fetched at"), null=True, blank=True)
    handed_over_at = models.DateTimeField(_("handed over at the desk at"), null=True, blank=True)
    handed_over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handed over by"),
    )
    document_type = models.CharField(
        _("document seen"), max_length=16, choices=IdentityCheck.Document, blank=True
    )
    wrong_codes = models.PositiveSmallIntegerField(_("wrong codes"), default=0)
    locked_at = models.DateTimeField(_("destroyed after wrong codes at"), null=True, blank=True)
    link_hash = models.CharField(max_length=64, unique=True, editable=False)
    content = SealedFileField(
        _("content"),
        label="package.content",
        max_length=200 * 1024 * 1024,
        null=True,
        blank=True,
    )  # a ZIP of the PDF and the JSON; destroyed once fetched or expired

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        ordering = ["-made_at"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")),
                name="requests_package_expires_later",
            ),
            models.CheckConstraint(
                condition=Q(handed_over_at__isnull=True)
                | (Q(handed_over_by__isnull=False) & ~Q(document_type="")),
                name="requests_package_handed_over_by_somebody",
            ),
            # What has left, or was tried too often, is not held any more.
            models.CheckConstraint(
                condition=Q(content__isnull=True)
                | Q(fetched_at__isnull=True, handed_over_at__isnull=True, locked_at__isnull=True),
                name="requests_package_gone_is_destroyed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@choices_are_kept
class RequestMail(models.Model):
    """One message of a request: waiting, sent or failed. Holds neither address nor text; a failed
    one stands on the request's page with a button to send it again."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be sent")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not sent")
        PAPER = "paper", _("To be told by phone or on paper")
        TOLD = "told", _("Told by phone or on paper")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(DataSubjectRequest, on_delete=models.PROTECT, related_name="mails")
    mail = models.CharField(_("mail"), max_length=16)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.QUEUED)
    asked_at = models.DateTimeField(_("asked for at"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    tried_at = models.DateTimeField(_("last tried at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    # The kind of the error, such as SMTPServerDisconnected. Its text may quote the address.
    error = models.CharField(_("error"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("mail of a request")
        verbose_name_plural = _("mails of requests")
        ordering = ["asked_at"]
        default_permissions = ()
        indexes = [models.Index(fields=["state", "asked_at"], name="requests_mail_waiting")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "told"]) | Q(sent_at__isnull=False),
                name="requests_mail_sent_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Reminder(models.Model):
    """The people in charge were reminded of a last day, once for each of services.reminding.AT."""

    request = models.ForeignKey(
        DataSubjectRequest, on_delete=models.PROTECT, related_name="reminders"
    )
    due_on = models.DateField(_("last day"))
    days_left = models.SmallIntegerField(_("days left"))
    reminded_at = models.DateTimeField(_("reminded at"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        default_permissions = ()
        constraints = [
            # The command may run twice a day: the second time it sends nothing.
            models.UniqueConstraint(
                fields=["request", "due_on", "days_left"], name="requests_reminder_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
