"""What is typed to harm: it is shown as text, kept straight, or refused in words; never run."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from register.models import Customer, Message
from tests import cast
from tests.desk.test_admin_forms import customer_form
from tests.desk.test_admin_sight import page

TURNED = "\u202eNimi\u2066 Toinen\u200f\x1b"
NEW = "admin:desk-person-new"


def typed(**changed: Any) -> dict[str, Any]:
    return {
        "first_name": "Aino", "last_name": "Aallokko", "phone": "040 123 4567", "email": "",
        "language": "fi", "kind": "private", "wishes": "", **changed,
    }  # fmt: skip


def test_a_name_typed_at_the_desk_cannot_turn_the_page(kaisas_desk: Client) -> None:
    kaisas_desk.post(reverse(NEW), typed(first_name=TURNED, wishes="rivi 1\n\u202erivi 2"))
    made = Customer.objects.get()
    assert made.first_name == "Nimi Toinen"
    assert made.wishes.splitlines() == ["rivi 1", "rivi 2"]


def test_a_name_of_nothing_but_turning_marks_is_no_name(kaisas_desk: Client) -> None:
    answer = kaisas_desk.post(reverse(NEW), typed(last_name="\u202e\u2066\u2069"))
    assert answer.status_code == 200
    assert "last_name" in answer.context["form"].errors
    assert not Customer.objects.exists()


def test_the_forms_of_the_lists_keep_names_and_texts_straight_too(kaisas_desk: Client) -> None:
    aino = cast.aino()
    form = customer_form(aino, first_name=TURNED, wishes="\u2067punainen liivi")
    assert kaisas_desk.post(page(Customer, "change", aino.pk), form).status_code == 302
    aino.refresh_from_db()
    assert (aino.first_name, aino.wishes) == ("Nimi Toinen", "punainen liivi")


def test_a_script_in_a_name_or_message_is_read_and_not_run(kaisas_desk: Client) -> None:
    script = "<script>alert(1)</script>"
    aino = cast.aino(last_name=script)
    message = cast.message(aino, subject=script, body=script)
    for address in (
        reverse("admin:desk-person", args=[aino.pk]),
        page(Customer, "changelist"),
        page(Message, "change", message.pk),
    ):
        html = kaisas_desk.get(address).content.decode()
        assert script not in html, address
        assert "&lt;script&gt;" in html, address


@pytest.mark.parametrize("name", ["Aino\x00", "A" * 1_000_000])
def test_what_no_name_can_be_is_refused_beside_the_field(kaisas_desk: Client, name: str) -> None:
    answer = kaisas_desk.post(reverse(NEW), typed(first_name=name))
    assert answer.status_code == 200
    assert "first_name" in answer.context["form"].errors
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    "text", ["=cmd|'/c calc'!A1", "<script>", "\u202e\u2066", "%_\\", "A" * 5000]
)
def test_the_search_box_answers_whatever_is_typed(kaisas_desk: Client, text: str) -> None:
    cast.aino()
    answer = kaisas_desk.post(reverse("admin:desk-search"), {"q": text})
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode()  # ours bear a src
