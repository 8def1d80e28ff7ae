"""How a request is answered: the passages read before a copy leaves (GDPR 15(4)), the fields to be
corrected (16), the recipients to be told (19), and the owner's words in the letters."""

import uuid
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from register.models import Customer
from register.models.base import choices_are_kept
from register.models.choices import correction_grounds, recipients, withholding_grounds
from register.vault import Erased, Secret
from register.vault.fields import SealedField
from register.vault.querysets import SealedQuerySet


class Answer(models.Model):
    """A row that belongs to one request and is kept as long as its file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(
        "requests_app.DataSubjectRequest",
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        verbose_name=_("data-subject request"),
    )

    class Meta:
        abstract = True
        default_permissions = ("view",)


def staff_key(title: Any) -> Any:
    """A key to the member of staff who did it; nothing points back from the account."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=title,
    )


@choices_are_kept
class Passage(Answer):
    """Free words or a file about the person in which other people may appear.

    One member of staff reads the row and proposes what to do with it, another one approves; until
    then it stays out of the copy. `seen` is a keyed digest of what was read: a row that has
    changed since is read again.
    """

    class Verdict(models.TextChoices):
        RELEASE = "release", _("Give as it is")
        REDACT = "redact", _("Give with others' data taken out")
        WITHHOLD = "withhold", _("Leave out")

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waits for a second person")
        APPROVED = "approved", _("Approved")
        RETURNED = "returned", _("Sent back")

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="passages", verbose_name=_("customer")
    )
    table = models.CharField(_("table"), max_length=60)
    row_id = models.UUIDField(_("record"))
    seen = models.CharField(max_length=64, editable=False)
    verdict = models.CharField(_("proposal"), max_length=8, choices=Verdict)
    ground = models.CharField(_("ground"), max_length=24, choices=withholding_grounds, blank=True)
    words = SealedField(
        _("words without others' data"),
        label="passage.words",
        max_length=40_000,
        null=True,
        blank=True,
    )  # JSON: column → text
    proposed_by = staff_key(_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed at"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.WAITING)
    decided_by = staff_key(_("approved by"))
    decided_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    objects = SealedQuerySet.as_manager()

    class Meta(Answer.Meta):
        verbose_name = _("passage read before handing over")
        verbose_name_plural = _("passages read before handing over")
        ordering = ["proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "table", "row_id"], name="requests_passage_once"
            ),
            models.CheckConstraint(
                condition=Q(verdict="release") | ~Q(ground=""),
                name="requests_passage_left_out_has_ground",
            ),
            models.CheckConstraint(
                condition=Q(outcome="waiting")
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="requests_passage_decided_by_somebody",
            ),
            # Two people: who proposes does not approve.
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="requests_passage_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@choices_are_kept
class Correction(Answer):
    """One field that the person wants put right (GDPR 16): as it stands, as it should be, and what
    was decided. Both values are sealed under her key, whatever the field is."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("Not decided")
        ACCEPTED = "accepted", _("Corrected")
        REFUSED = "refused", _("Not corrected")

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="corrections", verbose_name=_("customer")
    )
    table = models.CharField(_("table"), max_length=60)
    column = models.CharField(_("field"), max_length=60)
    row_id = models.UUIDField(_("record"))
    old = SealedField(
        _("as it stood"), label="correction.old", max_length=20_000, null=True, blank=True
    )
    proposed = SealedField(
        _("as it should be"), label="correction.proposed", max_length=20_000, null=True, blank=True
    )
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.OPEN)
    ground = models.CharField(_("ground"), max_length=24, choices=correction_grounds, blank=True)
    reasons = models.TextField(_("reasons in this case"), blank=True, max_length=2000)
    proposed_at = models.DateTimeField(_("written down at"))
    decided_by = staff_key(_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = SealedQuerySet.as_manager()

    class Meta(Answer.Meta):
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "table", "column", "row_id"], name="requests_correction_once"
            ),
            # GDPR 12(4): whatever is refused, the person is told why.
            models.CheckConstraint(
                condition=~Q(outcome="refused") | ~Q(ground=""),
                name="requests_correction_refused_has_ground",
            ),
            models.CheckConstraint(
                condition=Q(outcome="open") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="requests_correction_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def label(self) -> str:
        """ "app.Model.field" of the field to be corrected."""
        return f"{self.table}.{self.column}"

    def masked(self, name: str) -> str:
        """A value as the field itself may be shown: covered where that is sealed."""
        held = getattr(self, name)
        target: Any = apps.get_model(self.table)._meta.get_field(self.column)
        if not isinstance(held, Secret) or isinstance(held, Erased):
            return str(held or "")
        if isinstance(target, SealedField):
            return target.mask(held.expose()) if target.mask else held.masked
        return held.expose()


@choices_are_kept
class RecipientNotice(Answer):
    """Somebody to whom the person's data was disclosed has to be told that it was corrected, erased
    or restricted (GDPR 19). It outlives the person's rows, as the request's own file does."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("To be told")
        TOLD = "told", _("Told")
        IMPOSSIBLE = "impossible", _("Cannot be told")

    recipient = models.CharField(_("recipient"), max_length=24, choices=recipients)
    disclosed_on = models.DateField(_("last disclosed on"))
    asked_at = models.DateTimeField(_("to be told since"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.OPEN)
    why = models.CharField(
        _("why they cannot be told"),
        max_length=200,
        blank=True,
        help_text=_("Only where it is impossible or takes a disproportionate effort (GDPR 19)."),
    )
    done_on = models.DateField(_("done on"), null=True, blank=True)
    done_by = staff_key(_("done by"))

    class Meta(Answer.Meta):
        verbose_name = _("recipient to be told")
        verbose_name_plural = _("recipients to be told")
        ordering = ["asked_at", "recipient"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "recipient"], name="requests_recipient_told_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome="open") | Q(done_on__isnull=False, done_by__isnull=False),
                name="requests_recipient_done_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="impossible") | ~Q(why=""),
                name="requests_recipient_impossible_has_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class LetterWords(models.Model):
    """The owner's words in a decision letter, from the moment they were saved; no text means ours.
    Rows are only added: a letter is always printed with the words of the day it was decided."""

    OPENING, CLOSING = "opening", "closing"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=13)
    language = models.CharField(max_length=2)
    place = models.CharField(max_length=7, choices=[(OPENING, "opening"), (CLOSING, "closing")])
    text = models.TextField(blank=True, max_length=2000)
    saved_at = models.DateTimeField(_("saved at"))
    saved_by = staff_key(_("saved by"))

    class Meta:
        verbose_name = _("words for decision letters")
        verbose_name_plural = _("words for decision letters")
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["kind", "language", "place", "-saved_at"], name="requests_letter_words"
            )
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
