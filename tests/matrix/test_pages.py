"""Every address × every role × whose row × method: who gets in, and that a refusal does nothing."""

from collections.abc import Iterator, Sequence

import pytest
from django.test import Client

from tests.matrix import asking
from tests.matrix.asking import NOBODY, ROLES, Address, Answer, Asker
from tests.matrix.stances import GET, POST, STANCES
from tests.matrix.world import OWN, WHOSE, World

ADDRESSES = asking.addresses()
KNOWN = [address for address in ADDRESSES if address.stance is not None]
OTHER_METHODS = ("PUT", "PATCH", "DELETE")
NAMELESS = {
    "django.views.generic.base.RedirectView",
    "django.contrib.admin.sites.AdminSite.catch_all_view",
}


def test_every_address_says_who_may_open_it() -> None:
    missing = sorted({address.name for address in ADDRESSES if address.stance is None})
    assert not missing, (
        f"{', '.join(missing)}: say in tests/matrix/stances.py who may open it, in one line."
    )


def test_no_stance_is_about_an_address_that_is_gone() -> None:
    assert set(STANCES) <= {address.name for address in ADDRESSES}, "take the line out"


def test_every_pattern_without_a_name_is_one_that_only_leads_on() -> None:
    assert asking.nameless() <= NAMELESS, "give the new address a name, and a stance"


def every_question(world: World, known: Sequence[Address]) -> Iterator[tuple[Address, str, str]]:
    """Address, whose row, path; an address that names no row is asked once."""
    for address in known:
        for whose in WHOSE if address.stance.of else (OWN,):
            path = address.path(world, whose)
            if path is not None:
                yield address, whose, path


@pytest.mark.parametrize("role", ROLES)
def test_whoever_may_gets_in_and_nobody_else_does(world: World, ask: Asker, role: str) -> None:
    wrong = walk(world, ask, role, KNOWN)
    assert not wrong, f"as {role}:\n" + "\n".join(wrong)


def walk(world: World, ask: Asker, role: str, known: Sequence[Address]) -> list[str]:
    """What is wrong with the answers that the role gets."""
    wrong = []
    for address, whose, path in every_question(world, known):
        for method in (GET, POST):
            if whose != OWN and method not in ways_in(address, role):
                continue  # refused before the row is looked at: asked once, about Aino's
            answer = ask.ask(role, path, method)
            if problem := problem_with(address, role, whose, method, answer):
                wrong.append(f"{method} {address.name} of {whose}: {problem} ({answer.status})")
            herself = address.stance.by_token
            if found := asking.leaks(world, role, answer.text, herself=herself):
                wrong.append(f"{method} {address.name} of {whose} shows {sorted(found)}")
    return wrong


def ways_in(address: Address, role: str) -> set[str]:
    """The methods by which the address lets the role in."""
    stance, roles = address.stance, asking.roles_of(role)
    return {method for method in stance.methods if stance.lets_in(roles, method)}


def problem_with(address: Address, role: str, whose: str, method: str, answer: Answer) -> str:
    """What is wrong with the answer, or nothing."""
    stance = address.stance
    if answer.status >= 500:
        return "fails"
    if stance.only_looked_at:
        return ""
    if not stance.lets_in(asking.roles_of(role), method):
        gets_nowhere = answer.is_refusal or answer.leads_on
        if not (gets_nowhere or (method not in stance.methods and not answer.wrote)):
            return "lets in"
        return f"is refused and writes to {sorted(answer.wrote)}" if answer.wrote else ""
    if method not in stance.methods or method == GET:
        if answer.wrote:
            return f"writes to {sorted(answer.wrote)} without being asked to do anything"
    if method in stance.methods and whose == OWN and answer.is_refusal:
        return "" if stance.ends_on_front and answer.status == 302 else "refuses"
    return ""


def test_another_method_does_nothing(world: World, ask: Asker) -> None:
    """Leena may do the most: what does nothing for her does nothing for anybody."""
    wrong = []
    for address, _whose, path in every_question(world, KNOWN):
        for method in () if address.stance.only_looked_at else OTHER_METHODS:
            if _whose != OWN:
                continue
            answer = ask.ask("owner", path, method)
            if answer.wrote or answer.status >= 500:
                wrong.append(f"{method} {address.name}: {answer.status} {sorted(answer.wrote)}")
    assert not wrong, "\n".join(wrong)


def test_nothing_is_done_without_the_forms_own_token(world: World) -> None:
    """A form on somebody else's site cannot post here in Leena's name."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(world.staff["owner"])
    assert not without_token(world, client, KNOWN)


def without_token(world: World, client: Client, known: Sequence[Address]) -> list[str]:
    """The addresses that take a post without the form's token."""
    return [
        address.name
        for address, _whose, path in every_question(world, known)
        if not address.stance.bare and client.post(path).status_code not in (403, 404, 405)
    ]


@pytest.mark.parametrize("role", [role for role in ROLES if role != NOBODY])
def test_each_role_gets_somewhere(world: World, ask: Asker, role: str) -> None:
    """The checks above can fail: everybody's front page opens."""
    assert ask.ask(role, "/hallinta/").status == 200


@pytest.mark.set_type
@pytest.mark.parametrize("role", ["desk", "dock"])
def test_the_set_paper_shows_no_more_than_its_words(world: World, ask: Asker, role: str) -> None:
    agreement = next(a for a in KNOWN if a.name == "admin:desk-agreement-pdf")
    answer = ask.ask(role, agreement.path(world))
    assert answer.is_refusal == (role == "dock")
    assert (world.rows["customer"][OWN].last_name.lower() in answer.text) == (role == "desk")
    assert not asking.leaks(world, role, answer.text)
