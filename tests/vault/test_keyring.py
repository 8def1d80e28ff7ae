"""Master keys: read from a file that is its owner's alone, proved to be this vault's."""

import json
import pickle
from io import StringIO

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from register.models import Identity
from register.vault import KeyringError, keyring, keys, providers
from register.vault.models import KeyCheck
from tests.vault.conftest import CODE

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def complaint() -> str:
    with pytest.raises(KeyringError) as caught:
        keyring.active()
    return str(caught.value)


def test_a_fresh_key_file_is_its_owners_alone(key_file):
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert key_file.parent.stat().st_mode & 0o777 == 0o700
    assert keyring.active().masters == (1,)
    assert keyring.active().index_versions == (1,)


def test_two_key_files_are_never_alike(key_file, tmp_path):
    call_command("generate_keys", file=tmp_path / "other.json", stdout=StringIO())

    assert (tmp_path / "other.json").read_text() != key_file.read_text()


def test_a_key_file_is_never_overwritten(key_file):
    before = key_file.read_text()
    with pytest.raises(CommandError, match="never overwritten"):
        call_command("generate_keys")
    call_command("generate_keys", if_missing=True)

    assert key_file.read_text() == before


def test_making_keys_prints_no_key(tmp_path):
    said = StringIO()
    call_command("generate_keys", file=tmp_path / "keys.json", stdout=said)

    assert json.loads((tmp_path / "keys.json").read_text())["keys"]["1"] not in said.getvalue()


def test_a_place_that_cannot_be_written_is_told_in_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("generate_keys", file=tmp_path / "file" / "keys.json")


def test_a_missing_key_file_says_what_to_do(key_file):
    key_file.unlink()

    assert "does not exist" in complaint()
    assert "generate_keys" in complaint()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_file_open_to_others_is_refused(key_file, mode):
    key_file.chmod(mode)

    assert f"chmod 600 {key_file}" in complaint()


@pytest.mark.parametrize("kept", [0, 1, 20, 60, 150])
def test_a_cut_key_file_is_refused_without_quoting_it(key_file, kept):
    whole = key_file.read_text()
    key_file.write_text(whole[:kept])

    assert "damaged or cut short" in complaint()
    assert json.loads(whole)["keys"]["1"][:8] not in complaint()


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "{}",
        '{"current": 1, "keys": {"1": "c2hvcnQ="}, "index_root": {}}',
        '{"current": 2, "keys": {"1": "AAAA"}}',
        "\x00\xff",
    ],
)
def test_a_file_that_is_no_key_file_is_refused(key_file, content):
    key_file.write_text(content, encoding="latin-1")

    with pytest.raises(KeyringError):
        keyring.active()


def test_the_right_keys_leave_a_proof_and_are_known_again(key_file):
    keyring.active()
    assert KeyCheck.objects.count() == 2

    keyring.forget()
    assert keyring.active().current == 1
    assert KeyCheck.objects.count() == 2


def test_the_keys_of_another_vault_are_refused_at_once(key_file, aino):
    keys.ensure(aino.pk)
    keyring.forget()
    key_file.write_text(providers.new_keyring())

    assert "not the one this vault was made with" in complaint()


def test_a_wrong_index_root_alone_is_noticed(key_file):
    keyring.active()
    keyring.forget()
    right, wrong = json.loads(key_file.read_text()), json.loads(providers.new_keyring())
    key_file.write_text(json.dumps(right | {"index_root": wrong["index_root"]}))

    assert "index key 1 is not the one" in complaint()


def test_a_master_key_that_was_taken_out_too_early_is_named(key_file, ainos):
    file = json.loads(key_file.read_text())
    other = json.loads(providers.new_keyring())["keys"]["1"]
    key_file.write_text(json.dumps(file | {"current": 2, "keys": {"2": other}}))
    keyring.forget()
    keys.forget()

    with pytest.raises(KeyringError, match="Master key 1 is not in"):
        _ = Identity.objects.get(pk=ainos.pk).personal_identity_code


def test_keys_may_come_from_the_environment(settings, key_file, ainos):
    settings.MASTER_KEY = key_file.read_text()
    settings.MASTER_KEY_FILE = ""

    assert keyring.active().masters == (1,)
    assert Identity.objects.get(personal_identity_code=CODE) == ainos


def test_without_any_key_setting_the_sentence_names_it(settings):
    settings.MASTER_KEY = settings.MASTER_KEY_FILE = ""

    assert complaint().startswith("MASTER_KEY_FILE is not set")


def test_a_provider_of_your_own_can_be_plugged_in(settings, key_file):
    settings.VAULT_KEY_PROVIDER = "register.vault.providers.from_file"

    assert keyring.active().current == 1


def test_keys_do_not_print_or_pickle(key_file):
    ring = providers.from_file()

    assert repr(ring) == "<Keyring>"
    with pytest.raises(TypeError):
        pickle.dumps(ring)


def errors(tag: str, **options: object) -> list[str]:
    return [error.id or "" for error in run_checks(tags=[tag], **options)]


def test_the_system_checks_tell_of_a_key_file_open_to_others(key_file):
    assert "vault.E001" not in errors("security")
    key_file.chmod(0o644)
    assert "vault.E001" in errors("security")


def test_the_system_checks_tell_of_keys_of_another_vault(key_file):
    assert "vault.E002" not in errors("database", databases=["vault"])
    key_file.write_text(providers.new_keyring())
    keyring.forget()

    assert "vault.E002" in errors("database", databases=["vault"])
    assert "vault.E002" not in errors("database")
