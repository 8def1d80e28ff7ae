"""The negative control: leaks are planted one by one, and the same code that finds none in the
site has to find each of them."""

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import Client
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from kesajetti import urls
from register import masks, permissions
from register.admin.base import PolicyAdmin, Shown
from register.declare import Sight
from register.models import Customer, Identity
from tests.matrix import asking, stances, test_differences, test_fields, test_pages
from tests.matrix.asking import Address, Asker
from tests.matrix.stances import Stance, act, page, staff, verb
from tests.matrix.world import OWN, World

Plant = Callable[[pytest.MonkeyPatch, World], None]


def at(*names: str) -> list[Address]:
    return [address for address in asking.addresses() if address.name in names]


# -- In the pages that are there -----------------------------------------------------------------


def everything_whole(patch: pytest.MonkeyPatch, _world: World) -> None:
    patch.setattr(permissions, "sight", lambda *_: Sight.WHOLE)


def a_column_added_to_a_list(patch: pytest.MonkeyPatch, _world: World) -> None:
    patch.setattr(PolicyAdmin, "get_list_display", lambda *_: ["__str__", "email"])


def a_mask_that_hides_nothing(patch: pytest.MonkeyPatch, _world: World) -> None:
    def bare(self: Shown, row: Any) -> Any:
        value = getattr(row, self._name)
        return value.expose() if hasattr(value, "expose") else value

    patch.setattr(Shown, "__call__", bare)


def a_name_that_tells(patch: pytest.MonkeyPatch, _world: World) -> None:
    patch.setattr(Customer, "__str__", lambda self: f"{self.full_name} {self.email}")
    patch.setattr(Customer, "full_name", "")


def a_history_for_everybody(patch: pytest.MonkeyPatch, _world: World) -> None:
    patch.setattr(permissions, "may_see", lambda user, model: True)


def a_role_check_taken_out(patch: pytest.MonkeyPatch, _world: World) -> None:
    patch.setattr(permissions, "may", lambda user, verb: True)


def a_paper_for_everybody(patch: pytest.MonkeyPatch, _world: World) -> None:
    patch.setattr(permissions, "sees_whole", lambda user, *labels: True)


def a_secrecy_order_forgotten(patch: pytest.MonkeyPatch, _world: World) -> None:
    from register.services import customers

    patch.setattr(customers, "shows_contact", lambda user, customer: True)


def a_list_of_everybody_for_marketing(patch: pytest.MonkeyPatch, _world: World) -> None:
    from register.services import customers

    patch.setattr(customers, "visible_to", lambda user: Customer.objects.all())


IN_PAGES: list[tuple[Plant, str, tuple[str, ...]]] = [
    (everything_whole, "dock", ("admin:register_customer_change", "admin:register_case_change")),
    (a_column_added_to_a_list, "dock", ("admin:register_customer_changelist",)),
    (a_mask_that_hides_nothing, "privacy", ("admin:register_identity_change",)),
    (a_name_that_tells, "dock", ("admin:register_customer_changelist", "admin:desk-person")),
    (a_history_for_everybody, "desk", ("admin:register_customer_history",)),
    (a_role_check_taken_out, "dock", ("admin:desk-audit", "admin:staff-roles")),
    (a_paper_for_everybody, "dock", ("admin:desk-agreement-pdf",)),
    (a_secrecy_order_forgotten, "dock", ("admin:desk-person", "admin:register_customer_change")),
    (a_list_of_everybody_for_marketing, "marketing", ("admin:register_customer_changelist",)),
]


@pytest.mark.parametrize(
    "plant, role, names", IN_PAGES, ids=lambda one: getattr(one, "__name__", "")
)
def test_a_leak_in_a_page_is_found(
    world: World, ask: Asker, monkeypatch: pytest.MonkeyPatch, plant: Plant, role: str,
    names: tuple[str, ...],
) -> None:  # fmt: skip
    assert not test_pages.walk(world, ask, role, at(*names))
    plant(monkeypatch, world)
    assert test_pages.walk(world, ask, role, at(*names))


# -- In a page that somebody adds ----------------------------------------------------------------

View = Callable[[HttpRequest], Any]


def _email(world: World) -> str:
    return str(world.rows["customer"][OWN].email)


def as_json(world: World) -> View:
    return lambda request: JsonResponse({"rows": [{"mail": _email(world)}]})


def as_csv(world: World) -> View:
    return lambda request: StreamingHttpResponse(iter([f"mail\r\n{_email(world)}\r\n"]))


def in_an_address(world: World) -> View:
    return lambda request: HttpResponse(status=302, headers={"Location": f"/?q={_email(world)}"})


def in_a_files_name(world: World) -> View:
    name = f'attachment; filename="{_email(world)}.pdf"'
    return lambda request: HttpResponse("x", headers={"Content-Disposition": name})


def in_a_cookie(world: World) -> View:
    def view(request: HttpRequest) -> HttpResponse:
        response = HttpResponse("x")
        response.set_cookie("last", _email(world))
        return response

    return view


def in_a_comment(world: World) -> View:
    return lambda request: HttpResponse(f"<!-- {json.dumps(_email(world))} -->")


def done_by_looking(world: World) -> View:
    def view(request: HttpRequest) -> HttpResponse:
        Customer.objects.filter(pk=world.rows["customer"][OWN].pk).update(language="sv")
        return HttpResponse("x")

    return view


def open_to_all_staff(world: World) -> View:
    return lambda request: HttpResponse("x")


ADDED: list[tuple[Callable[[World], View], Stance]] = [
    (as_json, page(staff)),
    (as_csv, page(staff)),
    (in_an_address, page(staff)),
    (in_a_files_name, page(staff)),
    (in_a_cookie, page(staff)),
    (in_a_comment, page(staff)),
    (done_by_looking, page(staff)),
    (open_to_all_staff, page(verb("audit"))),
]


def added(monkeypatch: pytest.MonkeyPatch, settings: Any, view: View, stance: Stance | None) -> Any:
    """The site with one more address, "planted"."""
    more = ModuleType("planted_urls")
    planted: list[URLPattern] = [path("istutettu/", view, name="planted")]
    more.urlpatterns = [*planted, *urls.urlpatterns]
    settings.ROOT_URLCONF = more
    if stance is not None:
        monkeypatch.setitem(stances.STANCES, "planted", stance)
    return at("planted")


@pytest.mark.parametrize("make, stance", ADDED, ids=lambda one: getattr(one, "__name__", ""))
def test_a_leak_in_a_new_page_is_found(
    world: World, ask: Asker, monkeypatch: pytest.MonkeyPatch, settings: Any,
    make: Callable[[World], View], stance: Stance,
) -> None:  # fmt: skip
    known = added(monkeypatch, settings, make(world), stance)
    assert test_pages.walk(world, ask, "dock", known)


def test_a_new_address_without_a_stance_is_found(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    (planted,) = added(monkeypatch, settings, lambda request: HttpResponse("x"), None)
    assert planted.stance is None


def test_a_form_that_takes_posts_from_anywhere_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    known = added(monkeypatch, settings, csrf_exempt(lambda r: HttpResponse("x")), act(staff))
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.staff["owner"])
    assert test_pages.without_token(world, client, known) == ["planted"]


# -- In the ways that lead to a value ------------------------------------------------------------


def test_a_look_up_by_address_is_found(
    world: World, ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PolicyAdmin, "lookup_allowed", lambda self, lookup, value, request: True)
    assert test_fields.asked_by_address(world, ask, "dock")


@pytest.mark.parametrize(
    "way", ["get_search_fields", "get_sortable_by", "get_list_filter", "get_ordering"]
)
def test_a_list_that_asks_by_a_hidden_column_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(PolicyAdmin, way, lambda *_: ["email", "passport_number"])
    assert test_fields.offered_by_lists(world, "dock")


def test_a_form_that_takes_more_than_it_shows_is_found(
    world: World, ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_it(self: Any, request: Any, obj: Any, form: Any, change: bool) -> None:
        for name in ("language", "phone", "email"):
            if isinstance(obj, Customer) and request.POST.get(name):
                setattr(obj, name, request.POST[name])
        obj.save()

    monkeypatch.setattr(PolicyAdmin, "before_save", take_it)
    monkeypatch.setattr(permissions, "may_write", lambda user, model: True)
    monkeypatch.setattr(test_fields, "_may_write", lambda *_: False)
    changed, _saved = test_fields.forge(world, ask, "desk")
    assert changed


def test_the_masks_themselves_are_looked_for(world: World) -> None:
    row: Any = world.rows[Identity._meta.label][OWN]
    assert masks.mask(row.passport_number) != row.passport_number.expose()


def test_a_number_that_shows_through_is_found(
    world: World, ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Olli does not see when somebody was last here: not even by the order of a page."""
    monkeypatch.setattr(
        Customer, "__str__", lambda self: f"{self.number} {int(self.has_contract)}{self.group}"
    )
    monkeypatch.setattr(Customer, "full_name", "")
    row = world.rows["register.Customer"][OWN]
    columns = list(test_differences.hidden("register.Customer", "dock", row))
    shown = test_differences.pages("dock", "register.Customer")
    assert test_differences._differing(ask, world, "dock", row, columns, shown)
