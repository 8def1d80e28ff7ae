"""Holds: what keeps a person from being purged, with a reason, an owner and a review date."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from register.models import choices
from register.models.base import PersonalRecord, choices_are_kept


@choices_are_kept
class Hold(PersonalRecord):
    """Nothing of this person is purged while a hold stands. It has a reason, an owner and a
    review date, so that it does not stand for ever."""

    reason = models.CharField(_("reason"), max_length=24, choices=choices.hold_reasons)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("owner"),
    )
    placed_at = models.DateTimeField(_("placed at"))
    review_on = models.DateField(_("review on"))
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)

    class Meta(PersonalRecord.Meta):
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ["review_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(released_at__gte=F("placed_at")),
                name="register_hold_released_after_placed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
