"""Asks the site what it answers: to whom, by which method, about whose row. Every answer is put
back, and what it wrote is noted."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

from django.contrib import admin
from django.db import connections, transaction
from django.db.models import Model
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import RoutePattern, URLPattern, URLResolver
from pypdf import PdfReader

from register import permissions, policy
from register.declare import Sight
from tests.matrix import stances
from tests.matrix.stances import Stance
from tests.matrix.world import OWN, WHOSE, World

NOBODY = "signed out"
ROLES = (*policy.ROLE_KEYS, "superuser", NOBODY)
MACHINERY = frozenset(
    {
        "register_auditevent", "django_session", "register_lookupnotice", "register_numberseries",
        "register_tally", "usersessions_usersession",
    }
)  # fmt: skip
"""Tables that a mere look may write to: the line that it leaves, and the session."""
WRITES = re.compile(
    r'^\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE
)
ADMIN_PAGE = re.compile(
    r"^admin:(?P<table>\w+?_\w+)_(?P<page>changelist|add|change|delete|history)$"
)


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver. `names` are the parts that an address fills in."""

    name: str
    names: tuple[str, ...]

    @cached_property
    def stance(self) -> Stance | None:
        return stances.STANCES.get(self.name) or of_the_admin(self.name)

    def path(self, world: World, whose: str = OWN) -> str | None:
        """The address about that person's row; None where the world has no such row."""
        stance = self.stance
        assert stance is not None, self.name
        given: dict[str, Any] = {
            part: world.tokens.get(text, text) for part, text in stance.given.items()
        }
        if stance.of:
            row = world.rows.get(stance.of, {}).get(whose)
            if row is None:
                return None
            given |= {part: str(row.pk) for part in self.names if part not in given}
        return reverse(self.name, kwargs=given)


@dataclass(frozen=True)
class Answer:
    """What came back. `wrote` names the tables that the question changed."""

    status: int
    text: str
    location: str
    wrote: frozenset[str]

    @property
    def leads_on(self) -> bool:
        """Sent to another address of the site, which has a line of its own in the matrix."""
        return self.status in (301, 302) and not self.wrote

    @property
    def is_refusal(self) -> bool:
        """Refused, or sent to sign in, or as if it were not there. The admin tells of a missing
        row on its front page."""
        return self.status in (401, 403, 404, 405) or (
            self.status == 302
            and ("login" in self.location or self.location == reverse("admin:index"))
        )


class Asker:
    """Asks in everybody's name."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._clients: dict[str, Client] = {}

    def client(self, role: str) -> Client:
        if role not in self._clients:
            client = Client(raise_request_exception=False)
            if role != NOBODY:
                client.force_login(self.world.staff[role])
            self._clients[role] = client
        return self._clients[role]

    def ask(
        self,
        role: str,
        path: str,
        method: str = "GET",
        data: Any = None,
        then: Callable[[], None] = lambda: None,
    ) -> Answer:
        """Ask, note what was written, look at it with `then`, and put everything back."""
        client = self.client(role)
        cookies = deepcopy(client.cookies)
        with noted_writes() as wrote, transaction.atomic(), transaction.atomic(using="vault"):
            given = {"data": data} if data is not None else {}
            response = client.generic(method, path) if method not in PLAIN else getattr(
                client, method.lower()
            )(path, **given)  # fmt: skip
            text = text_of(response)
            then()
            transaction.set_rollback(True)
            transaction.set_rollback(True, using="vault")
        client.cookies = cookies  # an answer may have signed her out
        for user in self.world.staff.values():
            user.__dict__.pop("_role_keys", None)
        return Answer(
            response.status_code, text, response.headers.get("Location", ""), frozenset(wrote)
        )


PLAIN = ("GET", "POST", "HEAD")


class noted_writes:  # noqa: N801 - reads as what it does
    """The tables that are written to within the block, less the machinery."""

    def __enter__(self) -> set[str]:
        self._wrote: set[str] = set()
        self._hooks = [connections[name].execute_wrapper(self._note) for name in connections]
        for hook in self._hooks:
            hook.__enter__()
        return self._wrote

    def __exit__(self, *problem: Any) -> None:
        for hook in self._hooks:
            hook.__exit__(*problem)

    def _note(self, execute: Any, sql: Any, *rest: Any) -> Any:
        found = WRITES.match(str(sql))
        if found and found[1] not in MACHINERY:
            self._wrote.add(found[1])
        return execute(sql, *rest)


def text_of(response: Any) -> str:
    """Everything readable in the answer, in lower case: the page, the paper, the file, and the
    address it sends to."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.headers.get("Content-Type", "")
    told = " ".join(f"{name}: {value}" for name, value in response.headers.items())
    cookies = response.cookies.output()
    return f"{readable(content, kind)}\n{told}\n{cookies}".lower()


def readable(content: bytes, kind: str) -> str:
    if kind.startswith("application/pdf") and content.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return content.decode("utf-8", "replace")


# -- Addresses from the resolver ---


def addresses() -> list[Address]:
    """Every named pattern of the resolver. Patterns without a name only lead on to named ones, or
    to nothing: `nameless` lists them."""
    return [Address(name, names) for name, names, _view in _walk(get_resolver()) if name]


def nameless() -> set[str]:
    return {view for name, _names, view in _walk(get_resolver()) if not name}


def _walk(
    resolver: URLResolver, space: str = "", names: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...], str]]:
    for pattern in resolver.url_patterns:
        here = (*names, *_names_in(pattern))
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _walk(pattern, space + inner, here)
        else:
            name = f"{space}{pattern.name}" if pattern.name else ""
            yield name, here, pattern.lookup_str


def _names_in(pattern: URLPattern | URLResolver) -> tuple[str, ...]:
    inner: Any = pattern.pattern
    if isinstance(inner, RoutePattern):
        return tuple(inner.converters)
    return tuple(inner.regex.groupindex) if hasattr(inner, "regex") else ()


# -- What follows from the policy for the admin's own pages ---


def of_the_admin(name: str) -> Stance | None:
    """The stance of a table's own page in the admin, as the policy has it. `adds` and `changes` of
    an admin only narrow it."""
    found = ADMIN_PAGE.match(name)
    model = _models().get(found["table"]) if found else None
    if found is None or model is None:
        return None
    site: Any = admin.site._registry[model]
    label = model._meta.label
    sees, writes = _sees(label), stances.both(_sees(label), stances.writes(label))
    adds = writes if getattr(site, "adds", True) else stances.nobody
    changes = writes if getattr(site, "changes", True) else stances.nobody
    return {
        "changelist": stances.page(sees),
        "add": stances.form(adds),
        "change": stances.form(sees, label, writers=changes),
        "delete": stances.gone(label),
        "history": stances.page(stances.both(sees, stances.SEES_LOG), label),
    }[found["page"]]


def _sees(label: str) -> stances.Who:
    if label in policy.TABLES:
        return stances.sees(label)
    return stances.staff if permissions.is_shared(label) else stances.nobody


def _models() -> dict[str, type[Model]]:
    return {f"{m._meta.app_label}_{m._meta.model_name}": m for m in admin.site._registry}


# -- What a role may read ---


def roles_of(role: str) -> tuple[str, ...]:
    return {NOBODY: (), "superuser": (policy.OWNER.key,)}.get(role, (role,))


def leaks(world: World, role: str, text: str, *, herself: bool = False) -> set[str]:
    """Columns whose values stand in the text though the role may not see them whole. `herself`:
    whoever asks proved to be the person whom the world calls "own", with the token she was sent."""
    roles = roles_of(role)
    found = set()
    for word, (label, whose) in world.words.items():
        if herself and whose == OWN and label.startswith(HER_OWN):
            continue
        if role == "desk" and label.startswith("register.User."):
            continue  # Kaisa reads her own name in the head of the page
        if word in text and not may_read(world, roles, label, whose):
            found.add(f"{label} of {whose}")
    return found


HER_OWN = ("requests_app.", "register.Consent.", "register.Choice.")
"""What the pages behind a person's own link are about."""

Reader = Callable[[tuple[str, ...], str, str], bool]


def may_read(world: World, roles: tuple[str, ...], label: str, whose: str) -> bool:
    """Whether the policy lets the roles see the column whole, in any person's row. What was erased
    is not there for anybody; a secrecy order hides contact details; marketing reads of those who
    agreed to it only."""
    if policy.sight(label, roles) is not Sight.WHOLE:
        return False
    if whose == "erased" and type(policy.on_erasure(label)).__name__ == "Erase":
        return False
    if whose != OWN and roles == (policy.MARKETER.key,) and label.startswith("register.Customer."):
        return False
    if whose == "foreign" and label in ("register.Customer.phone", "register.Customer.email"):
        checking = {r.key for r in policy.ROLES if "check_contact" in r.verbs}
        return bool(checking & set(roles))
    return True


__all__ = ["NOBODY", "OWN", "ROLES", "WHOSE", "Address", "Answer", "Asker", "addresses", "leaks"]
