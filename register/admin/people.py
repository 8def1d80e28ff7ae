"""People, their identity numbers and cards, companies."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from register import masks, validators
from register.admin.base import PolicyAdmin, ReadOnlyAdmin
from register.admin.forms import PolicyForm
from register.models import (
    CardOnFile,
    Company,
    CompanyContact,
    Customer,
    Identity,
    IdentityCheck,
    LoyaltyMembership,
    Mandate,
)
from register.services import customers, numbers


@admin.register(Customer)
class CustomerAdmin(PolicyAdmin):
    columns = ("last_name", "first_name", "kind", "phone", "email", "last_event_on", "erased_on")
    filters = ("kind", "language", "group", "has_contract", "secrecy_order")
    list_display_links = ("__str__", "last_name")

    @admin.display(description=_("phone"))
    def phone_unless_secret(self, row: Customer) -> str:
        return str(row.phone) if not row.secrecy_order else masks.DOTS

    @admin.display(description=_("e-mail"))
    def email_unless_secret(self, row: Customer) -> str:
        return row.email if not row.secrecy_order else masks.DOTS

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        """The desk's own form asks first whether the person is here already."""
        return redirect("admin:desk-person-new")

    def before_save(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        obj.normalise()

    def has_change_permission(self, request: HttpRequest, obj: Customer | None = None) -> bool:
        """What is left of an erased person is not written to."""
        return super().has_change_permission(request, obj) and not (obj and obj.erased_on)


class IdentityForm(PolicyForm):
    def clean_personal_identity_code(self) -> str | None:
        code = self.cleaned_data["personal_identity_code"]
        return validators.identity_code(code) if code else None

    def clean_passport_number(self) -> str | None:
        return _document(self.cleaned_data["passport_number"])

    def clean_driving_licence_number(self) -> str | None:
        return _document(self.cleaned_data["driving_licence_number"])


def _document(number: str | None) -> str | None:
    return validators.document_number(number) if number else None


@admin.register(Identity)
class IdentityAdmin(PolicyAdmin):
    form = IdentityForm
    columns = ("person", "personal_identity_code", "passport_number", "driving_licence_number")
    list_select_related = ("customer",)


class CardForm(PolicyForm):
    def clean_number(self) -> str | None:
        number = self.cleaned_data["number"]
        return validators.card_number(number) if number else None

    def clean_expiry(self) -> str | None:
        expiry = self.cleaned_data["expiry"]
        return validators.card_expiry(expiry) if expiry else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if (
            self.instance._state.adding
            and not cleaned.get("number")
            and "number" not in self.errors
        ):
            self.add_error("number", forms.ValidationError(_("Type the card number."), "required"))
        return cleaned


@admin.register(CardOnFile)
class CardOnFileAdmin(PolicyAdmin):
    """Brand and last four follow from the number; nobody types them."""

    form = CardForm
    columns = ("person", "brand", "last_four", "number", "number_destroyed_on")
    readonly_fields = ("brand", "last_four")
    list_select_related = ("customer",)

    def before_save(self, request: HttpRequest, obj: CardOnFile, form: Any, change: bool) -> None:
        customers.ensure_may_serve(customer=obj.customer)
        if number := form.cleaned_data.get("number"):
            obj.last_four, obj.brand = number[-4:], brand_of(number)


def brand_of(number: str) -> str:
    """Brand by the issuer's first digits (ISO/IEC 7812)."""
    first = {"4": CardOnFile.Brand.VISA, "5": CardOnFile.Brand.MASTERCARD}
    if number[:2] in ("34", "37"):
        return CardOnFile.Brand.AMEX
    if 2221 <= int(number[:4]) <= 2720:
        return CardOnFile.Brand.MASTERCARD
    return first.get(number[0], CardOnFile.Brand.OTHER)


@admin.register(IdentityCheck)
class IdentityCheckAdmin(ReadOnlyAdmin):
    columns = ("person", "document_type", "occasion", "checked_at", "saved_by")
    filters = ("occasion", "document_type", "checked_at")
    list_select_related = ("customer", "saved_by")


class CompanyForm(PolicyForm):
    def clean_business_id(self) -> str:
        typed = self.cleaned_data["business_id"]
        return validators.business_id(typed) if typed else ""

    def clean_country(self) -> str:
        country = str(self.cleaned_data["country"]).strip().upper()
        if not (len(country) == 2 and country.isalpha()):
            raise ValidationError(_("A country is two letters, such as FI."))
        return country


@admin.register(Company)
class CompanyAdmin(PolicyAdmin):
    form = CompanyForm
    columns = ("name", "kind", "business_id", "city")
    filters = ("kind",)
    list_display_links = ("__str__", "name")

    def before_save(self, request: HttpRequest, obj: Company, form: Any, change: bool) -> None:
        if not change:
            obj.number = numbers.reserve("company")


@admin.register(CompanyContact)
class CompanyContactAdmin(PolicyAdmin):
    columns = ("person", "company", "role_title", "ended_on")
    list_select_related = ("customer", "company")


@admin.register(Mandate)
class MandateAdmin(PolicyAdmin):
    columns = ("person", "on_behalf_of", "ground", "valid_through")
    links = ("customer", "on_behalf_of")
    filters = ("ground",)
    list_select_related = ("customer", "on_behalf_of")


@admin.register(LoyaltyMembership)
class LoyaltyMembershipAdmin(PolicyAdmin):
    columns = ("person", "joined_on", "left_on")
    filters = ("joined_on",)
    list_select_related = ("customer",)
