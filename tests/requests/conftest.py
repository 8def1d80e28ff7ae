"""Requests by the cast, with the background work done at once."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from requests_app.models import DataSubjectRequest
from requests_app.services import intake, steps
from tests import cast

Kind = DataSubjectRequest.Kind


@pytest.fixture(autouse=True)
def work_at_once(settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.PUBLIC_URL = "http://testserver"


@pytest.fixture
def ask(db, django_capture_on_commit_callbacks) -> Callable[..., DataSubjectRequest]:
    """Aino asks on the form; `state` says how far the request has come."""

    def make(state: str = "received", **fields: object) -> DataSubjectRequest:
        asked = {
            "kind": Kind.ACCESS,
            "name": "Aino Aallokko",
            "email": "aino.aallokko@posti.example",
            "language": "fi",
            "at": cast.NOW,
        } | fields
        with django_capture_on_commit_callbacks(execute=True):
            request = intake.submit(**asked)
        if state != "received":
            with django_capture_on_commit_callbacks(execute=True):
                request = intake.confirm(token=confirm_token(), at=request.received_at)
        return request

    return make


@pytest.fixture
def identified(ask, django_capture_on_commit_callbacks):
    """A request of Aino's that Petra has matched and identified, and Aino herself."""

    def make(customer=None, **fields: object):
        request = ask("confirmed", **fields)
        customer = customer or cast.aino()
        with django_capture_on_commit_callbacks(execute=True):
            steps.match(request=request, customer=customer, by=cast.petra(), at=cast.NOW)
            request = steps.identify(
                request=request, document_type="passport", by=cast.petra(), at=cast.NOW
            )
        return request, customer

    return make


FORM = "/tietosuoja/pyynto/"
PAGES = {
    "kind": FORM,
    "kenelle": f"{FORM}vaihe/kenelle/",
    "kenesta": f"{FORM}vaihe/kenesta/",
    "yhteystiedot": f"{FORM}vaihe/yhteystiedot/",
    "asia": f"{FORM}vaihe/asia/",
}
CHECK = f"{FORM}tarkista/"


def answers(**given: object) -> dict[str, dict[str, object]]:
    """What Aino answers on each page of the form; `given` goes to the page that asks for it."""
    pages: dict[str, dict[str, object]] = {
        "kind": {"kind": "access"},
        "kenelle": {"made_by": "self"},
        "kenesta": {"subject_name": ""},
        "yhteystiedot": {
            "name": "Aino Aallokko", "email": "Aino.Aallokko@posti.example",
            "phone": "040 123 4567", "language": "fi",
        },
        "asia": {},
    }  # fmt: skip
    for name, value in given.items():
        page = next((page for page in pages.values() if name in page), pages["asia"])
        page[name] = value
    if pages["kenelle"]["made_by"] == "self":
        del pages["kenesta"]
    return pages


def fill_in(client: Client, **given: object) -> Any:
    """Answer every page; the last answer that was given, normally a way to the check."""
    for page, fields in answers(**given).items():
        answer = client.post(PAGES[page], fields)
        if answer.status_code != 302 or answer["Location"] == PAGES[page]:
            return client.get(PAGES[page])
    return answer


def send(client: Client, **more: object) -> Any:
    """Press the button of the check page as it stands."""
    page = client.get(CHECK).content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    return client.post(CHECK, {"seen": seen[1] if seen else "", **more})


def last_link() -> str:
    """The path of the link in the newest mail."""
    found = re.search(r"http://[^\s/]+(/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def confirm_token() -> str:
    return last_link().strip("/").rpartition("/")[2]
