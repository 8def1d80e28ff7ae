"""Parts of a person's page: companies, merged records, the quick note, the filter of the
timeline."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from register import permissions
from register.desk.forms import NoteForm
from register.models import CompanyContact, Customer, Merge, Message, User
from register.services import merging, timeline

FILTER = "nayta"
NAMES = {
    "": _("Everything"),
    timeline.DEALS: _("Bookings"),
    timeline.MONEY: _("Money"),
    timeline.CASES: _("Cases and bans"),
    timeline.WORDS: _("Messages and feedback"),
    timeline.RIGHTS: _("Consents and rights"),
}


def of(request: HttpRequest, user: User, customer: Customer, *, on: Any) -> dict[str, Any]:
    """For the template of the page."""
    chosen = request.GET.get(FILTER, "")
    entries = timeline.of(customer=customer, user=user)
    groups = {entry.group for entry in entries}
    alive = customer.erased_on is None
    return {
        "timeline": [entry for entry in entries if not chosen or entry.group == chosen],
        "filters": [
            (key, name, key == chosen) for key, name in NAMES.items() if not key or key in groups
        ],
        "companies": _companies(user, customer),
        "merges": _merges(user, customer, on=on),
        "may_merge": alive and permissions.may(user, "merge"),
        "note_form": NoteForm() if alive and permissions.may_write(user, Message) else None,
    }


def _companies(user: User, customer: Customer) -> list[CompanyContact]:
    if not permissions.may_see(user, CompanyContact):
        return []
    return list(customer.companycontacts.select_related("company").order_by("ended_on"))


def _merges(user: User, customer: Customer, *, on: Any) -> list[tuple[Merge, bool]]:
    """Records that went into this one, and whether that can still be undone."""
    if not permissions.may_see(user, Merge):
        return []
    may = permissions.may(user, "merge")
    undoable = {row.pk for row in merging.undoable(customer, on=on)} if may else set()
    return [(row, row.pk in undoable) for row in customer.merges.defer("journal")]
