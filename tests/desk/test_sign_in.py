"""Guessing a password is slowed for the one who guesses, and for nobody else."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from kesajetti.sign_in import WRONG_TRIES
from tests import cast

pytestmark = pytest.mark.django_db
PASSWORD = "kolme-meritahtea-laiturilla"
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture(autouse=True)
def kaisa_has_a_password() -> Iterator[None]:
    cache.clear()
    for user in (cast.kaisa(), cast.olli()):
        user.set_password(PASSWORD)
        user.save()
    yield
    cache.clear()


def gets_in(name: str = "kaisa", password: str = PASSWORD, address: str = HERE) -> bool:
    asked = {"username": name, "password": password}
    answer = Client(REMOTE_ADDR=address).post(reverse("admin:login"), asked)
    return answer.status_code == 302


def guess(times: int) -> None:
    for number in range(times):
        assert not gets_in(password=f"arvaus-{number}")


def test_a_few_slips_do_not_keep_kaisa_out() -> None:
    guess(WRONG_TRIES - 1)
    assert gets_in()


def test_after_ten_wrong_ones_the_right_one_is_not_even_tried() -> None:
    guess(WRONG_TRIES)
    assert not gets_in()
    assert not gets_in(name="KAISA")


def test_a_guesser_shuts_out_neither_kaisa_elsewhere_nor_olli_beside_her() -> None:
    guess(WRONG_TRIES)
    assert gets_in(address=ELSEWHERE)
    assert gets_in(name="olli")
