"""The command: fills an empty demo, and nothing else."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from register.models import Customer
from tests import cast

pytestmark = pytest.mark.django_db


def seed_demo(**options: object) -> str:
    out = StringIO()
    given = {"customers": 1, "today": date(2026, 7, 15)} | options
    call_command("seed_demo", stdout=out, **given)
    return out.getvalue()


def test_an_empty_demo_is_filled_and_the_sign_ins_are_printed() -> None:
    told = seed_demo()
    assert Customer.objects.count() > 30
    assert "kaisa" in told
    assert "leena" in told


def test_a_real_register_is_never_seeded(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=true"):
        seed_demo()
    assert not Customer.objects.exists()


def test_a_register_with_anybody_in_it_is_left_alone() -> None:
    aino = cast.aino()
    with pytest.raises(CommandError, match="not empty"):
        seed_demo()
    assert "left as it is" in seed_demo(if_empty=True)
    assert list(Customer.objects.all()) == [aino]


def test_sign_ins_are_printed_only_in_a_demo(settings: Settings) -> None:
    seed_demo()
    assert "petra" in seed_demo(sign_ins=True)
    settings.DEMO = False
    assert "petra" not in seed_demo(sign_ins=True)


def test_sign_ins_of_an_empty_register_are_none() -> None:
    assert "No demo sign-ins" in seed_demo(sign_ins=True)


def test_a_season_of_nobody_is_refused_in_a_sentence() -> None:
    with pytest.raises(CommandError, match="from 1"):
        seed_demo(customers=0)
