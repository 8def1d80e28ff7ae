"""A Secret never prints, whatever one does with it, and hands its value out by two doors only."""

import copy
import json
import logging
import pickle
import traceback

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.template import Context, Engine

from register.vault import Erased, ErasedError, Sealed, Secret, UnauditedRevealError, audit
from tests.vault.conftest import CODE

SECRET = Secret(CODE, mask=lambda code: f"{code[:7]}****")
PRINTED = {
    "str": str(SECRET),
    "repr": repr(SECRET),
    "format": format(SECRET),
    "format with a width": format(SECRET, ">20"),
    "f-string": f"{SECRET} {SECRET!r} {SECRET!s} {SECRET!a}",
    "percent": "%s %r" % (SECRET, SECRET),  # noqa: UP031
    "str.format": "{} {!r}".format(SECRET, SECRET),  # noqa: UP032
    "in a list": str([SECRET]),
    "in a dict": str({"code": SECRET}),
    "in an exception": str(ValueError(SECRET)),
    "directory": str(dir(SECRET)),
}


@pytest.mark.parametrize("way", PRINTED)
def test_a_secret_does_not_print(way):
    assert CODE not in PRINTED[way]
    assert "308T" not in PRINTED[way]


def test_the_sealed_bytes_do_not_print_either():
    assert repr(Sealed(b"\x01bytes")) == "<Sealed>"


def test_a_secret_does_not_log(caplog):
    with caplog.at_level(logging.INFO):
        logging.getLogger("desk").info("found %s %r", SECRET, SECRET, extra={"code": SECRET})

    assert caplog.records
    assert CODE not in caplog.text


def test_a_traceback_with_local_variables_does_not_show_it():
    def fail(code: Secret) -> None:
        raise RuntimeError("the printer is on fire")

    with pytest.raises(RuntimeError) as caught:
        fail(SECRET)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)

    text = "".join(shown.format())
    assert "<Secret>" in text
    assert CODE not in text


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_cannot_be_pickled(protocol):
    with pytest.raises(TypeError):
        pickle.dumps(SECRET, protocol)


@pytest.mark.parametrize("encoder", [json.JSONEncoder, DjangoJSONEncoder])
def test_a_secret_cannot_become_json(encoder):
    with pytest.raises(TypeError) as caught:
        json.dumps({"code": SECRET}, cls=encoder)

    assert CODE not in str(caught.value)


def test_a_copy_of_a_secret_is_itself():
    assert copy.copy(SECRET) is SECRET
    assert copy.deepcopy({"code": SECRET})["code"] is SECRET


def test_a_template_cannot_open_a_secret(reveals):
    source = (
        "{{ code }}|{{ code.expose }}|{{ code.expose_bytes }}|{{ code.reveal }}|{{ code.masked }}"
    )

    shown = Engine().from_string(source).render(Context({"code": SECRET}))

    assert shown == "••••||||131052-****"
    assert not reveals


def test_secrets_equal_only_secrets_of_the_same_value():
    assert Secret(CODE) == SECRET
    assert Secret("010203-1234") != SECRET
    assert SECRET != CODE


def test_the_mask_shows_what_the_column_allows():
    assert SECRET.masked == "131052-****"
    assert Secret(CODE).masked == "••••"


def test_the_machine_gets_the_value(reveals):
    assert SECRET.expose() == CODE
    assert SECRET.expose_bytes() == CODE.encode()
    assert Secret(b"\x00photo").expose_bytes() == b"\x00photo"
    assert reveals == []


def test_a_reveal_is_written_down_before_it_is_shown(reveals):
    assert SECRET.reveal(reason="handover") == CODE
    assert Secret(b"photo").reveal_bytes(reason="dispute") == b"photo"
    assert [line.reason for line in reveals] == ["handover", "dispute"]


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reveal_without_a_reason_shows_nothing(reveals, reason):
    with pytest.raises(UnauditedRevealError):
        SECRET.reveal(reason=reason)
    assert reveals == []


def test_a_reveal_that_nobody_writes_down_shows_nothing(reveals):
    audit.set_sink(None)
    with pytest.raises(UnauditedRevealError):
        SECRET.reveal(reason="handover")


def test_a_reveal_whose_audit_fails_shows_nothing(reveals):
    def full(line: audit.Reveal) -> None:
        raise OSError("disk full")

    audit.set_sink(full)
    with pytest.raises(OSError, match="disk full"):
        SECRET.reveal(reason="handover")


def test_an_erased_value_is_false_says_so_and_opens_to_nobody(reveals):
    erased = Erased()

    assert not erased
    assert erased == Erased()
    assert erased != SECRET
    assert repr(erased) == "<Erased>"
    assert erased.masked == str(erased)
    for opened in (erased.expose, erased.expose_bytes, lambda: erased.reveal(reason="handover")):
        with pytest.raises(ErasedError):
            opened()
    assert reveals == []
