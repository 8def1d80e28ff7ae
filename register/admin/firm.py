"""The fleet, paper folders, and the register's own books: audit, retention."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from register import permissions, validators
from register.admin.base import PolicyAdmin, ReadOnlyAdmin
from register.admin.forms import PolicyForm
from register.declare import Sight
from register.models import (
    AgreementTerms,
    AuditEvent,
    Craft,
    CraftClass,
    ErasureReceipt,
    Extra,
    MaintenanceBlock,
    PaperFolder,
    RetentionRun,
    SeasonPrice,
)
from register.services import terms


@admin.register(CraftClass)
class CraftClassAdmin(PolicyAdmin):
    columns = ("seats", "hour_price_cents", "day_price_cents", "deposit_cents", "deductible_cents")


@admin.register(SeasonPrice)
class SeasonPriceAdmin(PolicyAdmin):
    columns = ("craft_class", "starts_on", "ends_on", "hour_price_cents", "day_price_cents")
    filters = ("craft_class",)
    list_select_related = ("craft_class",)


class CraftForm(PolicyForm):
    def clean_registration(self) -> str:
        return validators.registration(self.cleaned_data["registration"])


@admin.register(Craft)
class CraftAdmin(PolicyAdmin):
    form = CraftForm
    columns = ("craft_class", "model", "state")
    filters = ("state", "craft_class")
    list_select_related = ("craft_class",)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "registration":
            field.max_length = None  # blanks are taken out first; the column keeps its measure
            field.validators = []
            field.widget.attrs.pop("maxlength", None)
        return field


@admin.register(AgreementTerms)
class AgreementTermsAdmin(PolicyAdmin):
    columns = ("in_force_on",)
    filters = ("language",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What somebody has agreed to stays as it was: the next version is a new row."""
        used = obj is not None and terms.is_used(obj)
        return not used and super().has_change_permission(request, obj)


@admin.register(Extra)
class ExtraAdmin(PolicyAdmin):
    columns = ("price_cents", "in_use")
    filters = ("in_use",)


@admin.register(MaintenanceBlock)
class MaintenanceBlockAdmin(PolicyAdmin):
    columns = ("craft", "starts_at", "ends_at", "reason")
    filters = ("craft", "starts_at")
    list_select_related = ("craft",)


@admin.register(PaperFolder)
class PaperFolderAdmin(PolicyAdmin):
    columns = ("contents", "place", "destroy_by", "destroyed_on")
    filters = ("destroy_by", "destroyed_on")
    readonly_fields = ("destroyed_on", "destroyed_by")  # the desk's page records it, once

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        names = super().get_fields(request, obj)
        return names if obj else [name for name in names if name not in self.readonly_fields]

    def sight(self, request: HttpRequest, name: str, obj: Any = None) -> Sight:
        """What the folder is and where is not personal: whoever sees folders sees it."""
        return Sight.WHOLE if self.has_view_permission(request) else Sight.ABSENT


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    columns = (
        "at",
        "actor_id",
        "actor_roles",
        "verb",
        "object_label",
        "reason",
        "outcome",
        "count",
    )
    filters = ("verb", "outcome", "at")
    ordering = ("-id",)


class BooksAdmin(ReadOnlyAdmin):
    """Counts and opaque ids, for those who read the audit."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.may(request.user, "audit")

    def sight(self, request: HttpRequest, name: str, obj: Any = None) -> Sight:
        return Sight.WHOLE if self.has_view_permission(request) else Sight.ABSENT


@admin.register(RetentionRun)
class RetentionRunAdmin(BooksAdmin):
    columns = ("started_at", "finished_at", "state", "people", "held")
    filters = ("state",)


@admin.register(ErasureReceipt)
class ErasureReceiptAdmin(BooksAdmin):
    columns = ("ground", "state", "executed_at")
    filters = ("ground", "state", "executed_at")
