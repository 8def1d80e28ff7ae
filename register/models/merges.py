"""Two records of one person made one."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from register.models.base import PersonalRecord, choices_are_kept
from register.vault.fields import SealedField
from register.vault.querysets import SealedQuerySet


@choices_are_kept
class Merge(PersonalRecord):
    """Another record of the same person went into this one (services.merging).

    The old number still finds her. `journal` is what an undo needs, sealed with her key; it is
    emptied after `undo_through`, the last day on which the merge can be undone. `former_id` is the
    id the other record had: links and the audit still name it.
    """

    former_id = models.UUIDField(_("former id"), unique=True, editable=False)
    former_number = models.PositiveBigIntegerField(_("former customer number"), unique=True)
    merged_at = models.DateTimeField(_("merged at"))
    undo_through = models.DateField(_("can be undone through"))
    journal = SealedField(
        _("undo journal"),
        label="merge.journal",
        max_length=16 * 1024 * 1024,
        binary=True,
        null=True,
        blank=True,
    )

    objects = SealedQuerySet.as_manager()

    class Meta(PersonalRecord.Meta):
        verbose_name = _("merged record")
        verbose_name_plural = _("merged records")
        ordering = ["-merged_at"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(former_id=models.F("customer")),
                name="register_merge_of_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.former_number}"
