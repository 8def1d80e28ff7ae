"""A change of the policy shows in the notice, the record, the package, the masks and the matrix of
roles, without another edit."""

from dataclasses import replace

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.utils import translation

from register import permissions, policy
from register.admin.people import CustomerAdmin
from register.declare import Access, Category, Field, Sight
from register.models import Customer, User
from requests_app import evidence, notice_page, record
from requests_app.packages import collecting
from requests_app.services import versions
from tests import cast
from tests.matrix import stances

LABEL = "register.Customer.search_text"
SAID = "sanat, joilla sinut löydetään"
pytestmark = pytest.mark.django_db


@pytest.fixture
def leena() -> User:
    leena = cast.leena()
    versions.publish(by=leena, at=cast.NOW)
    return leena


def declare(patch: pytest.MonkeyPatch, old: Category, new: Category) -> None:
    """The policy as it would read with one category written otherwise; its own look-ups follow."""
    categories = tuple(new if one is old else one for one in policy.CATEGORIES)
    fields: dict[str, Field] = {f.label: f for c in categories for f in c.fields}
    patch.setattr(policy, "CATEGORIES", categories)
    patch.setattr(policy, "FIELDS", fields)
    patch.setattr(policy, "CATEGORY_OF", {f.label: c for c in categories for f in c.fields})


def open_the_search_words(patch: pytest.MonkeyPatch) -> None:
    """What nobody saw, customer service sees whole and marketing masked; the notice says so."""
    seen = Access(whole=("desk",), masked=("marketing",))
    basics = policy.BASICS
    fields = tuple(replace(f, access=seen) if f.label == LABEL else f for f in basics.fields)
    told = replace(basics.describes, fi=f"{basics.describes.fi}, {SAID}")
    declare(patch, basics, replace(basics, fields=fields, describes=told))


def in_the_notice() -> bool:
    with translation.override("fi"):
        made = notice_page.body("fi", {}, {})
    return any(SAID in passage.text for passage in notice_page.passages(made))


def in_the_record() -> bool:
    made = record.whole(language="fi", on=cast.TODAY)
    return any(SAID in held.describes for one in made.activities for held in one.categories)


def in_the_package(of: Customer) -> bool:
    rows = collecting.collect(of, language="fi").rows
    return any(value.name == "search_text" for row in rows for value in row.values)


def sights() -> tuple[Sight, Sight]:
    """What Kaisa and Mauri see of it."""
    kaisa, mauri = cast.kaisa(), cast.mauri()
    return (
        permissions.sight(kaisa, Customer, "search_text"),
        permissions.sight(mauri, Customer, "search_text"),
    )


def in_the_matrix() -> bool:
    return stances.whole(LABEL)(("desk",))


def columns_of_kaisa() -> str:
    """What the owner's page says of how far customer service sees."""
    told = {line.what: line.value for line in evidence.gather(at=cast.NOW)["p18"].lines}
    return told[policy.DESK.name.to("fi")]


def test_one_declaration_is_followed_by_all_that_is_made_of_it(
    leena: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    aino = cast.aino()
    before = columns_of_kaisa()
    told = (in_the_notice(), in_the_record(), in_the_package(aino), in_the_matrix())
    assert told == (False, False, False, False)
    assert sights() == (Sight.ABSENT, Sight.ABSENT)
    assert not versions.outdated()
    open_the_search_words(monkeypatch)
    assert in_the_notice()
    assert versions.outdated()
    assert in_the_record()
    assert in_the_package(aino)
    assert sights() == (Sight.WHOLE, Sight.MASKED)
    assert in_the_matrix()
    assert columns_of_kaisa() != before


def test_a_role_that_loses_a_column_loses_it_in_the_admin_too(
    leena: User, monkeypatch: pytest.MonkeyPatch, rf: RequestFactory
) -> None:
    request = rf.get("/")
    request.user = cast.kaisa()
    asked = CustomerAdmin(Customer, admin.site)
    assert asked.sight(request, "email") is Sight.WHOLE
    basics = policy.BASICS
    mail = "register.Customer.email"
    nobody = tuple(replace(f, access=Access()) if f.label == mail else f for f in basics.fields)
    declare(monkeypatch, basics, replace(basics, fields=nobody))
    assert asked.sight(request, "email") is Sight.ABSENT
    assert "email" not in str(asked.get_list_display(request))
