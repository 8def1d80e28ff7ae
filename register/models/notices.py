"""The notice as it was published, and the owner's own words for the next one (P1–P26).

A version is never changed or removed (register.models.guards): consents and requests point at the
number of the one that was shown.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class NoticeVersion(models.Model):
    """One published notice, as it was shown in every language.

    `bodies`: language → {"lead", "page", "paper"}, our own HTML. `words`: key → language → text
    and `contact`: field → text, what the owner had said by then. `policy_version`: the declaration
    that the notice was made from. `digest`: SHA-256 of the bodies, as 64 hexadecimal digits.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(_("number"), unique=True)
    published_at = models.DateTimeField(_("published at"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    policy_version = models.CharField(max_length=16)
    bodies = models.JSONField()
    words = models.JSONField(default=dict)
    contact = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("published notice")
        verbose_name_plural = _("published notices")
        ordering = ["-number"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1), name="register_notice_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number}"


class NoticeWords(models.Model):
    """Words of the owner that wait for publication. No row: what was published last stands.

    `language` is empty for a contact detail, which is the same in all of them.
    """

    key = models.CharField(max_length=40)
    language = models.CharField(max_length=2, blank=True)
    text = models.TextField(blank=True, max_length=2000)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("words for the notice")
        verbose_name_plural = _("words for the notice")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["key", "language"], name="register_notice_words_once_a_language"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
