"""The admin of every record, derived from the policy: a column that a role may not see does not
exist for it, in no form, list, filter, look-up, order or history."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import ShowFacets
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, IntegrityError, models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from register import formfields, masks, permissions, policy
from register.admin import refusals
from register.admin.forms import PolicyForm
from register.declare import Sight
from register.models import Booking, Case, Company, Customer
from register.money import euros
from register.services import audit, customers, events, restrictions
from register.services.refusals import Refused
from register.vault.fields import SealedField

MASK, EUROS, MOMENT = "mask_of_", "euros_of_", "moment_of_"
METADATA = ("source", "saved_at", "saved_by")
SAFE_LOOKUPS = frozenset({"exact", "isnull", "gte", "gt", "lte", "lt", "id", "pk"})
NUMBERED = (Customer, Booking, Company, Case)


class Shown:
    """A column as text: its mask, its euros, its moment. Behaves as a method of the admin."""

    def __init__(self, column: Any, show: Callable[[Any], Any], *, orders: bool) -> None:
        self._name = column.name
        self._show = show
        self.short_description = label_of(column)
        if orders:
            self.admin_order_field = column.name

    def __call__(self, row: models.Model) -> Any:
        return self._show(getattr(row, self._name)) or "–"


def moment(at: datetime | None) -> str:
    """ "15.7.2026 12:00", by the clock of Helsinki; nothing for None."""
    return date_format(timezone.localtime(at), "j.n.Y H:i") if at else ""


def label_of(column: Any) -> Any:
    """The column's name for people. Cents are shown as euros."""
    if not column.name.endswith("_cents"):
        return column.verbose_name
    return _("%(amount)s, €") % {"amount": str(column.verbose_name).rsplit(",", 1)[0]}


class PolicyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Base of all our admins. Subclasses name what is worth a column or a filter; what each role
    sees of that is the policy's business."""

    follows_policy = True
    """The site takes no admin without it."""

    form = PolicyForm
    columns: Sequence[str] = ()
    filters: Sequence[str] = ()
    adds = True
    changes = True
    links: Sequence[str] = ("customer", "booking", "company")
    """What a row belongs to: chosen when it is made, fixed from then on."""
    now_in: Sequence[str] = ()
    """Instants that begin as now in a new row's form."""

    actions = None
    show_facets = ShowFacets.NEVER
    show_full_result_count = False
    list_per_page = 50
    preserve_filters = False
    formfield_overrides = {
        models.DateTimeField: {
            "form_class": formfields.DateTimeField,
            "widget": formfields.DateTimeInput,
        },
        models.DateField: {"widget": formfields.DateInput},
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 4})},
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple},
    }

    def __init__(self, model: type[models.Model], site: admin.AdminSite) -> None:
        super().__init__(model, site)
        for column in self._all_columns():
            setattr(self, MASK + column.name, Shown(column, masks.mask, orders=False))
            if column.name.endswith("_cents"):
                setattr(self, EUROS + column.name, Shown(column, euros, orders=True))
            if isinstance(column, models.DateTimeField):
                setattr(self, MOMENT + column.name, Shown(column, moment, orders=True))

    def _all_columns(self) -> list[Any]:
        meta = self.model._meta
        return [*meta.concrete_fields, *meta.many_to_many]

    # -- What the role sees ---------------------------------------------------------------------

    def sight(self, request: HttpRequest, name: str, obj: Any = None) -> Sight:
        """What the user sees of the column; less than the policy says where a secrecy order
        hides contact details."""
        seen = permissions.sight(request.user, self.model, name)
        if isinstance(obj, Customer) and name in ("email", "phone") and seen is Sight.WHOLE:
            shown = customers.shows_contact(request.user, obj)  # type: ignore[arg-type]
            return Sight.WHOLE if shown else Sight.MASKED
        return seen

    def whole(self, request: HttpRequest, names: Sequence[str]) -> list[str]:
        return [name for name in names if self.sight(request, name) is Sight.WHOLE]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request)
        people = self._only(request)
        if people is None:
            return rows
        if self.model is Customer:
            return rows.filter(pk__in=people.values("pk"))
        names = {column.name for column in self._all_columns()}
        return rows.filter(customer__in=people.values("pk")) if "customer" in names else rows

    def _only(self, request: HttpRequest) -> models.QuerySet[Customer] | None:
        """The people whose rows there are for this user, or None for everybody's. A row that is
        named by its opaque id opens to those whose lists are shorter as well."""
        user: Any = request.user
        lists = hasattr(request, "lists")
        people = None
        if permissions.roles_of(user) == (policy.MARKETER.key,):
            people = customers.visible_to(user)
        elif lists and permissions.works_with_current_people_only(user):
            people = customers.listed_to(user, at=timezone.now())
        if not lists or not self._is_personal():
            return people
        return restrictions.listed(people, table=self.model._meta.label, user=user)

    # -- Forms ----------------------------------------------------------------------------------

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        ordered = sorted(self._all_columns(), key=lambda column: column.name in METADATA)
        shown = (self._in_form(request, column, obj) for column in ordered)
        return [name for name in shown if name]

    def _in_form(self, request: HttpRequest, column: Any, obj: Any) -> str:
        """The column's name in the form: itself, its mask, its euros, or nothing."""
        seen = self.sight(request, column.name, obj)
        if seen is Sight.ABSENT or column.name == "id":
            return ""
        if obj is None and not column.editable:
            return ""
        if isinstance(column, SealedField):
            types = not column.binary and self._may_edit(request, obj)
            return str(column.name) if types else MASK + str(column.name)
        if seen is Sight.MASKED:
            return MASK + str(column.name)
        shown = "" if self._types(request, column, obj) else self._as_text(column)
        return shown + str(column.name)

    def _as_text(self, column: Any) -> str:
        """Prefix of the method that writes the column for people, if there is one."""
        if column.name.endswith("_cents"):
            return EUROS
        return MOMENT if isinstance(column, models.DateTimeField) else ""

    def _may_edit(self, request: HttpRequest, obj: Any) -> bool:
        if obj is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, obj)

    def _types(self, request: HttpRequest, column: Any, obj: Any) -> bool:
        """Whether the user types into the column."""
        fixed = obj is not None and column.name in self.links
        read_only = column.name in self.readonly_fields
        return column.editable and not fixed and not read_only and self._may_edit(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        typed = {c.name for c in self._all_columns() if self._types(request, c, obj)}
        return [name for name in self.get_fields(request, obj) if name not in typed]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name.endswith("_cents"):
            return db_field.formfield(form_class=formfields.EuroField, label=label_of(db_field))
        if isinstance(db_field, models.ForeignKey) and db_field.related_model in NUMBERED:
            return db_field.formfield(
                form_class=formfields.NumberField, label=_number_label(db_field)
            )
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Only numbers of what the row belongs to come in the address; never a value."""
        given = {name: request.GET.get(name, "") for name in self.links}
        numbers = {name: text for name, text in given.items() if text.isdigit()}
        now = timezone.localtime().replace(second=0, microsecond=0)
        return numbers | dict.fromkeys(self.now_in, now)

    # -- Lists ----------------------------------------------------------------------------------

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        shown = (self._in_list(request, name) for name in self.columns)
        return ["__str__", *(name for name in shown if name)]

    def _in_list(self, request: HttpRequest, name: str) -> str:
        if name == "person":
            return name if self.sight(request, "customer") is Sight.WHOLE else ""
        seen = self.sight(request, name)
        if seen is Sight.ABSENT:
            return ""
        if self.model is Customer and name in ("email", "phone"):
            return f"{name}_unless_secret"
        if seen is Sight.MASKED:
            return MASK + name
        return self._as_text(self.model._meta.get_field(name)) + name

    def get_sortable_by(self, request: HttpRequest) -> list[Any]:
        names = self.get_list_display(request)
        return [n for n in names if not n.startswith(MASK) and not n.endswith("_unless_secret")]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return self.whole(request, self.filters)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """None: a question in an address ends up in logs. The desk's search box posts."""
        return ()

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Only the filters that this user is offered, by equality or range."""
        if request is None:
            return False
        name, *rest = lookup.split("__")
        return name in self.get_list_filter(request) and set(rest) <= SAFE_LOOKUPS

    @admin.display(description=_("person"))
    def person(self, row: Any) -> Any:
        address = reverse("admin:desk-person", args=[row.customer_id])
        return format_html('<a href="{}">{}</a>', address, row.customer.full_name or row.customer)

    # -- Who may ----------------------------------------------------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.may_see(request.user, self.model)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.adds and self._writes(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.changes and self._writes(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted by hand: erasure does it, by plan and with a receipt."""
        return False

    def _writes(self, request: HttpRequest) -> bool:
        user = request.user
        return permissions.may_see(user, self.model) and permissions.may_write(user, self.model)

    # -- Saving -----------------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        """What the database or a service refuses comes back as an error of the form."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (IntegrityError, DataError, Refused, ValidationError) as problem:
            request.refusal = refusals.in_words(problem)  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, extra_context)

    def before_save(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """What the subclass does to the row before it is saved."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        at = timezone.now()
        if hasattr(obj, "saved_at"):
            obj.saved_at, obj.saved_by = at, request.user
        self.before_save(request, obj, form, change)
        obj.save()
        audit.record(
            verb="change" if change else "create",
            by=request.user,
            at=at,
            object=obj,
            fields=[name for name in form.changed_data if name != "seen"],
        )
        if person := person_of(obj):
            events.refresh([person])

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> Any:
        """Back to the person, with whom the clerk was."""
        if person := getattr(obj, "customer_id", None):
            return redirect("admin:desk-person", person)
        return super().response_post_save_add(request, obj)

    response_post_save_change = response_post_save_add

    def message_user(
        self, request: HttpRequest, message: Any, level: int | str = messages.INFO, *args: Any,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        """A saved row is named by its kind: many have no other name than their id."""
        if level == messages.SUCCESS:
            message = _("Saved: %(what)s.") % {"what": self.opts.verbose_name}
        super().message_user(request, message, level, *args, **kwargs)

    def now(self) -> datetime:
        return timezone.now()

    def take_over(self, obj: Any, made: Any) -> None:
        """The service has made the row: let the form's object be it."""
        obj.pk = made.pk
        obj._state.adding = False
        obj.refresh_from_db()

    # -- Looking leaves a line -------------------------------------------------------------------

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        if obj is not None and request.method == "GET" and self._is_personal():
            audit.record(verb="view", by=request.user, at=timezone.now(), object=obj)
        context["history_shown"] = permissions.may_see(request.user, LogEntry)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        request.lists = True  # type: ignore[attr-defined]
        response = super().changelist_view(request, extra_context)
        listed = getattr(response, "context_data", {}).get("cl")
        if listed is not None and self._is_personal():
            audit.record(
                verb="list",
                by=request.user,
                at=timezone.now(),
                reason=self.model._meta.label,
                count=len(listed.result_list),
            )
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The history names columns: it is for those who may read the whole log."""
        if not permissions.may_see(request.user, LogEntry):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def _is_personal(self) -> bool:
        return self.model._meta.label in policy.TABLES


def person_of(row: models.Model) -> Any:
    """Id of the person whom the row is about."""
    return row.pk if isinstance(row, Customer) else getattr(row, "customer_id", None)


def _number_label(column: Any) -> Any:
    return _("%(what)s, number") % {"what": column.verbose_name}


class ReadOnlyAdmin(PolicyAdmin):
    """Records that only the register itself makes."""

    adds = False
    changes = False
