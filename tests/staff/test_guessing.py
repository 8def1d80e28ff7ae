"""Whom guessing shuts out: the one who guesses, and nobody else."""

import pytest
from django.urls import reverse

from register.models import Tally
from tests import cast
from tests.staff.conftest import ELSEWHERE, App, a_browser, give_password, is_in, with_password

pytestmark = pytest.mark.django_db


# -- Whom guessing shuts out -----------------------------------------------------------------------

TRIES = 10


def guess(times: int, name: str = "kaisa", address: str = "192.0.2.1") -> None:
    for number in range(times):
        give_password(a_browser(address), name, f"arvaus-numero-{number}")


def gets_in(name: str = "kaisa", address: str = "192.0.2.1") -> bool:
    client = a_browser(address)
    give_password(client, name)
    return is_in(client)


@pytest.fixture
def staff_with_passwords() -> None:
    for user in (cast.kaisa(), cast.olli()):
        with_password(user)


def test_a_few_slips_do_not_keep_kaisa_out(staff_with_passwords: None) -> None:
    guess(TRIES - 1)
    assert gets_in()


def test_after_ten_wrong_ones_the_right_one_is_not_even_tried(staff_with_passwords: None) -> None:
    guess(TRIES)
    html = give_password(a_browser(), "KAISA").content.decode()
    assert "Liian monta väärää yritystä" in html
    assert not gets_in()


def test_a_guesser_shuts_out_neither_kaisa_elsewhere_nor_olli_beside_her(
    staff_with_passwords: None,
) -> None:
    guess(TRIES)
    assert gets_in(address=ELSEWHERE)
    assert gets_in(name="olli")


def test_guessing_from_everywhere_leaves_kaisa_her_own_desk(staff_with_passwords: None) -> None:
    assert gets_in(address=ELSEWHERE)
    for machine in range(7):
        guess(9, address=f"198.51.100.{machine}")
    assert not gets_in(address="198.51.100.200"), "an unknown address is closed for a while"
    assert gets_in(address=ELSEWHERE), "the desk from which she signed in is not"


def test_counts_are_shared_by_processes_and_name_nobody(staff_with_passwords: None) -> None:
    guess(2)
    stored = str(list(Tally.objects.values()))
    assert Tally.objects.exists()
    assert "kaisa" not in stored
    assert "192.0.2" not in stored


def test_the_second_step_cannot_be_guessed_either() -> None:
    app, client = App(with_password(cast.kaisa())), a_browser()
    give_password(client, "kaisa")
    for number in range(TRIES):
        client.post(reverse("mfa_authenticate"), {"code": f"{number:06}"})
    client.post(reverse("mfa_authenticate"), {"code": app.code()})
    assert not is_in(client)
