"""What every answer of the site bears, whatever the address, the method and the mood."""

import json
import logging
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from kesajetti import middleware
from kesajetti.logs import WithoutValues
from register.models import AuditEvent
from tests import cast
from tests.staff.conftest import PASSWORD, a_browser, give_password, with_password

ROOT = Path(__file__).resolve().parents[2]
KEPT_BY_BROWSERS = ("admin:jsi18n", "schema")
"""Pages that say themselves that they may be kept: nothing personal stands in them."""

SAMPLES = {
    "uuid": str(uuid.UUID(int=7)), "int": "1", "slug": "x", "str": "x" * 24, "path": "1",
    "app_label": "register", "object_id": "1", "content_type_id": "1", "uidb36": "1", "key": "x-y",
}  # fmt: skip


def patterns(
    found: list[URLPattern | URLResolver], before: str = "", space: str = ""
) -> Iterator[tuple[str, str]]:
    """Name and address of every page of the resolver, with something in place of its arguments."""
    for one in found:
        here = before + sample(one)
        if isinstance(one, URLResolver):
            inner = ":".join(filter(None, [space, one.namespace or ""]))
            yield from patterns(one.url_patterns, here, inner)
        else:
            yield f"{space}:{one.name}" if space else str(one.name), "/" + here


def sample(one: Any) -> str:
    route = one.pattern
    text = str(route)
    for name, converter in route.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower()
        value = SAMPLES["uuid"] if kind == "uuid" else SAMPLES.get(name, SAMPLES.get(kind, "1"))
        for written in (f"<{kind}:{name}>", f"<{name}>"):
            text = text.replace(written, value)
    if "(?P<" in text:
        return regex_sample(text)
    return text


def regex_sample(text: str) -> str:
    """The few addresses that are written as expressions."""
    known = {
        "salasana/uusi": "salasana/uusi/1-x-y/",
        "auth|": "register/",
    }
    for mark, value in known.items():
        if mark in text:
            return value
    return text.removeprefix("^").partition("(?P<")[0]


PAGES = list(dict.fromkeys(patterns(get_resolver().url_patterns)))
BESIDES = [("no page", "/nothing/here/"), ("no staff page", "/hallinta/nothing/here/")]


def test_the_walk_finds_the_whole_site() -> None:
    names = {name for name, _address in PAGES}
    assert len(names) > 90
    for known in ("notice", "request-new", "admin:desk-reveal", "admin:register_customer_change",
                  "mfa_authenticate", "account_reset_password_from_key", "healthz"):  # fmt: skip
        assert known in names


def shortcomings(name: str, answer: Any) -> list[str]:
    policy = answer.headers.get("Content-Security-Policy", "")
    wrong = [
        f"{name}: {header} is {answer.headers.get(header)!r}"
        for header, wanted in {
            "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": middleware.HEADERS["Permissions-Policy"],
        }.items()
        if answer.headers.get(header) != wanted
    ]  # fmt: skip
    if "unsafe" in policy or "*" in policy:
        wrong.append(f"{name}: the policy is loose")
    for rule in ("default-src 'none'", "object-src 'none'", "script-src 'self'", "style-src 'self'",
                 "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):  # fmt: skip
        if rule not in policy:
            wrong.append(f"{name}: the policy lacks {rule}")
    kind = answer.headers.get("Content-Type", "")
    if not kind.startswith(("text/", "application/")) and (answer.streaming or answer.content):
        wrong.append(f"{name}: has no type")
    if kind.startswith("text/") and "charset=utf-8" not in kind.replace('"', ""):
        wrong.append(f"{name}: has no charset")
    if name not in KEPT_BY_BROWSERS and "no-store" not in answer.headers.get("Cache-Control", ""):
        wrong.append(f"{name}: may be kept, {answer.headers.get('Cache-Control')!r}")
    for cookie in answer.cookies.values():
        if (
            not cookie["httponly"]
            or cookie["samesite"] not in ("Lax", "Strict")
            or cookie["domain"]
        ):
            wrong.append(f"{name}: the cookie {cookie.key} is loose")
    return wrong


@pytest.mark.django_db
@pytest.mark.usefixtures("unset_type")
@pytest.mark.parametrize("who", ["a stranger", "leena"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_answer_bears_the_headers_errors_included(who: str, method: str) -> None:
    client = Client(raise_request_exception=False)
    leena = cast.leena()
    wrong = []
    statuses = set()
    for name, address in [*PAGES, *BESIDES]:
        if who == "leena" and SESSION_KEY not in client.session:  # an answer signed her out
            client.force_login(leena)
        answer = getattr(client, method)(address)
        statuses.add(answer.status_code)
        wrong += shortcomings(name, answer)
    assert not wrong, "\n".join(wrong)
    assert 404 in statuses
    assert 200 in statuses
    assert (405 if method == "get" else 302) in statuses


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["put", "delete", "patch", "options", "trace"])
def test_other_methods_are_refused_everywhere_and_show_nothing(method: str) -> None:
    aino, client = cast.aino(), Client()
    client.force_login(cast.kaisa())
    wanted = [reverse("admin:desk-person", args=[aino.pk]), *(address for _n, address in PAGES)]
    for address in wanted:
        answer = getattr(client, method)(address)
        assert answer.status_code == 405, address
        assert b"Aallokko" not in answer.content
    assert answer["Allow"] == "GET, HEAD, POST"
    assert not AuditEvent.objects.filter(verb="view").exists()


@pytest.mark.django_db
def test_error_pages_bear_the_headers_too(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(cast.kaisa())
    answers = {
        400: client.get("/", HTTP_HOST="evil.example"),
        403: client.get(reverse("admin:staff-roles")),
        404: client.get("/nothing/"),
        413: Client().post(reverse("request-new"), {"name": "x" * middleware.STRANGERS_BODY}),
        405: client.get(reverse("session-end", args=[1])),
    }

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("Aino Aallokko, 131052-308T")

    monkeypatch.setattr("register.desk.home.today", broken)
    answers[500] = client.get(reverse("admin:index"))
    for status, answer in answers.items():
        assert answer.status_code == status
        assert not shortcomings(str(status), answer)
        assert b"Aallokko" not in answer.content
        assert b"Traceback" not in answer.content


@pytest.mark.django_db
def test_a_form_of_a_stranger_is_small_and_a_form_of_the_staff_holds_a_photo() -> None:
    kaisa = Client()
    kaisa.force_login(cast.kaisa())
    big = {"q": "x" * (middleware.STRANGERS_BODY + 1)}
    assert Client().post(reverse("account_login"), big).status_code == 413
    assert kaisa.post(reverse("admin:desk-search"), big).status_code != 413
    far_too_big = {
        "q": "x" * (configured.FILE_UPLOAD_MAX_MEMORY_SIZE + 2 * middleware.STRANGERS_BODY)
    }
    assert kaisa.post(reverse("admin:desk-search"), far_too_big).status_code == 413


@pytest.mark.django_db
def test_signing_out_empties_what_the_browser_kept() -> None:
    with_password(cast.kaisa())
    client = a_browser()
    give_password(client, "kaisa")
    answer = client.post(reverse("account_logout"), secure=True)
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(reverse("admin:index")).status_code == 302


@pytest.mark.django_db
def test_a_get_does_not_sign_kaisa_out() -> None:
    with_password(cast.kaisa())
    client = a_browser()
    give_password(client, "kaisa", PASSWORD)
    client.get(reverse("account_logout"))
    client.get(reverse("admin:logout"))
    assert client.get(reverse("admin:index")).status_code == 200


# -- As it is installed ----------------------------------------------------------------------------

REAL = {
    "SECRET_KEY": uuid.uuid4().hex + uuid.uuid4().hex, "ALLOWED_HOSTS": "rekisteri.example.fi",
    "ENV_FILE": os.devnull, "DJANGO_SETTINGS_MODULE": "kesajetti.settings", "DEMO": "off",
    "HTTPS": "on", "DEBUG": "off", "MASTER_KEY_FILE": "",
}  # fmt: skip
ASK = """
import json, django
django.setup()
from django.conf import settings
from django.test import Client
plain_files = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.STORAGES["staticfiles"]["BACKEND"] = plain_files
page, host = "/hallinta/tunnus/kirjaudu/", "rekisteri.example.fi"
answer = Client().get(page, secure=True, HTTP_HOST=host)
plain = Client().get(page, HTTP_HOST=host)
cookies = answer.cookies.values()
print(json.dumps({
    "headers": dict(answer.headers), "plain": [plain.status_code, plain.headers.get("Location")],
    "cookies": {c.key: [bool(c["secure"]), c["path"], c["domain"]] for c in cookies},
    "session": settings.SESSION_COOKIE_NAME,
}))
"""


def installed(*command: str, **changed: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **REAL, "MASTER_KEY": os.environ["MASTER_KEY"]}
    for name in ("DATABASE_URL", "VAULT_DATABASE_URL", "DJANGO_ALLOW_ASYNC_UNSAFE"):
        env.pop(name, None)
    env |= changed
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


NOBODYS = dict.fromkeys(("DATABASE_URL", "VAULT_DATABASE_URL"), "sqlite://:memory:")
"""Databases in which no notice waits to be published."""


def test_a_real_installation_passes_djangos_deployment_checks_without_a_warning() -> None:
    told = installed("manage.py", "check", "--deploy", "--fail-level", "WARNING", **NOBODYS)
    assert told.returncode == 0, told.stderr
    assert "no issues" in told.stdout + told.stderr


def test_a_real_installation_speaks_https_only_with_cookies_of_one_host() -> None:
    told = installed("-c", ASK)
    assert told.returncode == 0, told.stderr[-2000:]
    said = json.loads(told.stdout.splitlines()[-1])
    assert said["session"] == "__Host-session"
    assert said["cookies"] == {"__Host-csrf": [True, "/", ""]}
    assert "max-age=63072000; includeSubDomains" in said["headers"]["Strict-Transport-Security"]
    assert said["plain"] == [301, "https://rekisteri.example.fi/hallinta/tunnus/kirjaudu/"]


@pytest.mark.parametrize(("setting", "value", "word"), [
    ("ALLOWED_HOSTS", "*", "in full"), ("ALLOWED_HOSTS", ".example.fi", "in full"),
    ("PUBLIC_URL", "http://rekisteri.example.fi", "https://"),
])  # fmt: skip
def test_a_loose_address_stops_the_start_with_one_sentence(
    setting: str, value: str, word: str
) -> None:
    told = installed("manage.py", "check", **{setting: value})
    assert told.returncode != 0
    assert word in told.stderr
    assert "Traceback" not in told.stderr


def test_a_fault_is_logged_without_what_it_says() -> None:
    of_aino = "131052-308T, aino@posti.example"
    try:
        try:
            raise ValueError(of_aino)
        except ValueError as first:
            raise RuntimeError(f"Key (email)=({of_aino})") from first
    except RuntimeError:
        record = logging.LogRecord(
            "django.request", logging.ERROR, "", 0, "Internal Server Error: %s", ("/x/",),
            sys.exc_info(),
        )  # fmt: skip
    text = WithoutValues().format(record)
    assert "Internal Server Error: /x/" in text
    assert "RuntimeError" in text
    assert "ValueError" in text
    assert "test_web.py" in text
    assert of_aino not in text
