"""A place on the desk for other apps, which the register does not know.

    panels.add(panels.Panel(place=panels.FRONT, template="…/panel.html", context=open_requests))

`context(request, customer)` gives what the template shows, or None where this user has nothing to
see; `customer` is None on the front page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from register.models import Customer

FRONT, PERSON = "front", "person"
Context = Callable[[HttpRequest, Customer | None], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One box of a page. A smaller `order` stands higher."""

    place: str
    template: str
    context: Context
    order: int = 100


_panels: list[Panel] = []


def add(panel: Panel) -> None:
    """Put a panel on the desk; the same one twice stands once."""
    if panel not in _panels:
        _panels.append(panel)
        _panels.sort(key=lambda one: one.order)


def shown(
    place: str, request: HttpRequest, customer: Customer | None = None
) -> list[tuple[str, Mapping[str, Any]]]:
    """Template and context of the panels that this user sees there."""
    found = (
        (one.template, one.context(request, customer)) for one in _panels if one.place == place
    )
    return [(template, context) for template, context in found if context is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that the search box leads to, such as a data-subject request by its number."""

    address: str
    title: str
    detail: str = ""


Reader = Callable[[HttpRequest, str], Page | None]
_readers: list[Reader] = []


def find_also(reader: Reader) -> None:
    """Let the search box lead to pages of an app above the register; the same one twice is one."""
    if reader not in _readers:
        _readers.append(reader)


def found(request: HttpRequest, query: str) -> list[Page]:
    """Pages that the query names and this user may open."""
    return [page for reader in _readers if (page := reader(request, query)) is not None]
