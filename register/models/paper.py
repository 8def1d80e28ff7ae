"""Paper folders: where they are, who may enter, when they are destroyed (P19)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from register.models.base import FirmRecord, choices_are_kept


@choices_are_kept
class PaperFolder(FirmRecord):
    """A folder of papers in a locked place."""

    label = models.CharField(_("label on the folder"), max_length=60, unique=True)
    contents = models.CharField(_("what it holds"), max_length=200)
    place = models.CharField(_("locked place"), max_length=100)
    entry_list = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="paper_folders",
        verbose_name=_("who may enter"),
    )
    destroy_by = models.DateField(_("destroy by"))
    destroyed_on = models.DateField(_("destroyed on"), null=True, blank=True)
    destroyed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("destroyed by"),
    )

    class Meta(FirmRecord.Meta):
        verbose_name = _("paper folder")
        verbose_name_plural = _("paper folders")
        ordering = ["destroy_by"]
        constraints = [
            models.CheckConstraint(
                condition=Q(destroyed_on__isnull=True, destroyed_by__isnull=True)
                | Q(destroyed_on__isnull=False, destroyed_by__isnull=False),
                name="register_folder_destroyed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.label}"
