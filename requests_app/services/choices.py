"""The person's own choices, seen and changed by a signed link: every consent that is asked, and the
other choices of how she is served.

The history is never overwritten: each change is a new act (register.services.consents).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from register import policy
from register.models import Channel, Choice, Consent, Customer
from register.services import asking, events, merging, own_links, preferences
from register.services.asking import Line


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was chosen before."""

    at: datetime
    given: bool
    what: str


def token_for(customer: Customer) -> str:
    """The signed id of the person: goes into every marketing message, never expires, and opens
    nothing but this page."""
    return own_links.choices_token(customer.pk)


def customer_of(token: str) -> Customer | None:
    """Whose page the link opens; None for a link that was changed or a person who is gone."""
    found = own_links.chooser(token)
    if found is None:
        return None
    person = Customer.objects.filter(pk=found).first() or merging.survivor_of(found)
    return None if person is None or person.erased_on else person


def lines(customer: Customer) -> tuple[Line, ...]:
    """Everything that is asked, in the language of the page."""
    return asking.lines(customer, language=get_language() or customer.language)


def marketing(found: Collection[Line]) -> list[Line]:
    return [line for line in found if line.purpose == policy.MARKETING.key]


def others(found: Collection[Line]) -> list[Line]:
    return [line for line in found if line.purpose != policy.MARKETING.key]


def history(customer: Customer) -> Iterator[Act]:
    for act in Consent.objects.filter(customer=customer).order_by("-acted_at", "-saved_at"):
        what = act.get_channel_display() if act.channel else ""
        purpose = act.get_purpose_display()
        named = f"{purpose}, {what.lower()}" if what else purpose
        yield Act(act.acted_at, act.action == Consent.Action.GIVEN, named)


@transaction.atomic
def choose(
    *,
    customer: Customer,
    wanted: Collection[str],
    was: Collection[str] | None = None,
    at: datetime,
    notice_version: str = "",
    served: Mapping[str, str] | None = None,
) -> int:
    """Make the consents what the person wants; gives how many changed. What is already so is left
    alone. `wanted`: keys of the lines that she agrees to; `was`: of those that the page showed as
    agreed to, so that an old page gives nothing anew that she has withdrawn since. `served`:
    Choice.Key → value, where she said how she wants to be served. `notice_version`: the label of
    the notice that the page was shown with.
    """
    changed = 0
    for line in lines(customer):
        agrees = line.key in wanted
        if was is not None and agrees == (line.key in was):
            continue
        if line.given != agrees:
            asking.answer(
                customer=customer, line=line, agrees=agrees, at=at,
                language=get_language() or customer.language,
                taken_through=Channel.WEB.value, notice_version=notice_version,
            )  # fmt: skip
            changed += 1
    for key, value in (served or {}).items():
        changed += preferences.choose(customer=customer, key=Choice.Key(key), value=value, at=at)
    if changed:
        events.refresh([customer.pk])
    return changed


def served(customer: Customer) -> list[dict[str, Any]]:
    """The other choices: what each is about, its values, and which stands."""
    now = preferences.standing(customer)
    return [
        {"key": key.value, "name": key.label, "options": [
            (value, label, now[key] == value) for value, label in preferences.OPTIONS[key]
        ]}
        for key in preferences.OPTIONS
    ]  # fmt: skip


def none_of(found: Collection[Line], *, all_of_it: bool) -> list[str]:
    """The keys that stay agreed to when she wants no marketing, or nothing at all."""
    return [] if all_of_it else [line.key for line in others(found) if line.given]


def saved(changed: int) -> str:
    return _("Your choices are saved.") if changed else _("Nothing was changed.")
