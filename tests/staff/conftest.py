"""Sign-ins as people make them: by the page, with a password and a second step."""

import time
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.urls import reverse

from register.models import AuditEvent, User

PASSWORD = "kolme-meritahtea-laiturilla"
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36"


@pytest.fixture
def second_step_needed(settings: Any) -> None:
    """As outside a demo."""
    settings.DEMO = False


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


class App:
    """The authenticator app on somebody's phone."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.secret = totp.generate_totp_secret()
        totp.TOTP.activate(user, self.secret)
        self.codes = RecoveryCodes.activate(user).generate_codes()

    def code(self, *, steps_ago: int = 0) -> str:
        return code_of(self.secret, steps_ago=steps_ago)


def code_of(secret: str, *, steps_ago: int = 0) -> str:
    value = totp.hotp_value(secret, int(time.time()) // 30 - steps_ago)
    return totp.format_hotp_value(value)


def a_browser(address: str = HERE, agent: str = FIREFOX) -> Client:
    return Client(REMOTE_ADDR=address, HTTP_USER_AGENT=agent, raise_request_exception=False)


def give_password(client: Client, user: str, password: str = PASSWORD) -> Any:
    return client.post(reverse("account_login"), {"login": user, "password": password})


def is_in(client: Client) -> bool:
    return client.get(reverse("admin:index")).status_code == 200


def lines(**wanted: Any) -> list[tuple[str, str]]:
    """What the audit says happened, in order: verb and outcome. Lists shown are left out."""
    rows = AuditEvent.objects.filter(**wanted).exclude(verb="list").order_by("id")
    return list(rows.values_list("verb", "outcome"))


def newest() -> tuple[str, str, str]:
    line = AuditEvent.objects.exclude(verb="list").order_by("-id").first()
    return line.verb, line.outcome, line.reason
