"""What any source of master keys must do: the contract, held by the file, the environment and a
key service."""

import pickle
from collections.abc import Iterator
from io import StringIO
from unittest.mock import patch

import pytest
from django.core.management import call_command

from register.models import Identity
from register.vault import KeyringError, TamperedError, keyring, providers, sealing, transit
from tests.vault.conftest import CODE
from tests.vault.transit_stand_in import TOKEN, StandIn

KEY, CONTEXT = bytes(range(32)), b"whose"


@pytest.fixture
def service(monkeypatch, tmp_path) -> Iterator[StandIn]:
    stand_in = StandIn()
    token = tmp_path / "token"
    token.write_text(TOKEN)
    monkeypatch.setenv("TRANSIT_URL", stand_in.url)
    monkeypatch.setenv("TRANSIT_TOKEN_FILE", str(token))
    yield stand_in
    stand_in.stop()


@pytest.fixture(params=["file", "environment", "service"])
def provider(request, tmp_path, settings) -> providers.KeyProvider:
    if request.param == "service":
        request.getfixturevalue("service")
        return transit.TransitProvider()
    path = tmp_path / "k" / "keys.json"
    call_command("generate_keys", file=path, stdout=StringIO())
    if request.param == "file":
        return providers.from_file(path)
    settings.MASTER_KEY = path.read_text()
    return providers.from_environment()


def test_what_is_wrapped_unwraps_in_its_context(provider):
    assert provider.unwrap(provider.wrap(KEY, context=CONTEXT), context=CONTEXT) == KEY


def test_two_wrappings_are_never_alike(provider):
    assert provider.wrap(KEY, context=CONTEXT) != provider.wrap(KEY, context=CONTEXT)


def test_the_wrapped_key_names_its_master(provider):
    wrapped = provider.wrap(KEY, context=CONTEXT)
    assert sealing.read_header(wrapped) == provider.current
    assert provider.current in provider.masters
    assert len(wrapped) <= 512


def test_another_context_raises(provider):
    with pytest.raises(TamperedError):
        provider.unwrap(provider.wrap(KEY, context=CONTEXT), context=b"somebody else's")


def test_a_changed_byte_raises(provider):
    wrapped = provider.wrap(KEY, context=CONTEXT)
    for position in range(3, len(wrapped)):
        changed = bytearray(wrapped)
        changed[position] ^= 1
        with pytest.raises(TamperedError):
            provider.unwrap(bytes(changed), context=CONTEXT)


def test_an_unknown_master_is_told(provider):
    wrapped = provider.wrap(KEY, context=CONTEXT)
    with pytest.raises(KeyringError):
        provider.unwrap(sealing.header(999) + wrapped[3:], context=CONTEXT)


def test_the_index_roots_are_the_same_each_time_and_differ_by_version(provider):
    assert provider.index_versions
    roots = [provider.index_root(version) for version in provider.index_versions]
    assert [len(root) for root in roots] == [32] * len(roots)
    assert roots == [provider.index_root(version) for version in provider.index_versions]


def test_no_key_is_printed(provider):
    assert repr(provider) in ("<Keyring>", "<TransitProvider>")


@pytest.mark.django_db(databases=["default", "vault"])
def test_the_whole_vault_runs_on_a_key_service_and_rotates_with_it(service, settings, aino):
    settings.VAULT_KEY_PROVIDER = "register.vault.transit.TransitProvider"
    keyring.forget()
    row = Identity.objects.create(customer=aino, personal_identity_code=CODE)
    service.rotate("register")
    service.rotate("register-index")
    keyring.forget()
    with patch.object(keyring, "TRUST_SECONDS", 0.0):
        call_command("rotate_keys", "--resume", stdout=StringIO())
        call_command("rotate_keys", "--retire", stdout=StringIO())
    service.oldest = {"register": 2, "register-index": 2}
    keyring.forget()

    found = Identity.objects.get(personal_identity_code=CODE)
    assert found == row
    assert found.personal_identity_code.expose() == CODE


def test_a_service_that_is_away_is_told_in_one_sentence(service, monkeypatch):
    service.stop()
    with pytest.raises(KeyringError, match="cannot be reached"):
        transit.TransitProvider()


def test_a_wrong_token_is_told(service, tmp_path):
    (tmp_path / "token").write_text("wrong")
    with pytest.raises(KeyringError, match="refused"):
        transit.TransitProvider()


def test_a_service_in_the_clear_elsewhere_is_refused(service, monkeypatch):
    monkeypatch.setenv("TRANSIT_URL", "http://keys.example")
    with pytest.raises(KeyringError, match="https"):
        transit.TransitProvider()


def test_a_keyring_is_never_pickled(provider):
    with pytest.raises(TypeError):
        pickle.dumps(provider)
