"""The bytes: bound to their place to the last bit, never twice alike, of known length."""

import os
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from register.vault import TamperedError, sealing
from register.vault.sealing import Place

KEY = bytes(range(32))
CIPHER = AESGCM(KEY)
HERE = Place(
    "identity.personal_identity_code",
    UUID("00112233-4455-6677-8899-aabbccddeeff"),
    UUID("ffeeddcc-bbaa-9988-7766-554433221100"),
)


@given(st.binary(max_size=200), st.integers(1, 65_535))
def test_what_is_sealed_opens_to_the_same_bytes(plain, generation):
    sealed = sealing.seal(CIPHER, generation, plain, HERE)

    assert sealing.unseal(CIPHER, sealed, HERE) == plain
    assert sealing.read_header(sealed) == generation


def test_an_identity_code_takes_forty_two_bytes():
    assert len(sealing.seal(CIPHER, 1, b"131052-308T", HERE)) == 42


@given(st.binary(max_size=64))
def test_two_sealings_of_one_value_are_never_alike(plain):
    assert sealing.seal(CIPHER, 1, plain, HERE) != sealing.seal(CIPHER, 1, plain, HERE)


def test_a_changed_bit_anywhere_raises():
    sealed = sealing.seal(CIPHER, 1, b"131052-308T", HERE)
    for position in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[position] ^= 1 << bit
            with pytest.raises(TamperedError):
                sealing.unseal(CIPHER, bytes(changed), HERE)


@given(st.integers(0, 41))
def test_a_cut_value_raises(length):
    sealed = sealing.seal(CIPHER, 1, b"131052-308T", HERE)
    with pytest.raises(TamperedError):
        sealing.unseal(CIPHER, sealed[:length], HERE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        HERE._replace(label="identity.passport_number"),
        HERE._replace(owner=uuid4()),
        HERE._replace(row=uuid4()),
        HERE._replace(owner=HERE.row, row=HERE.owner),
    ],
    ids=["another column", "another person", "another row", "person and row swapped"],
)
def test_a_value_moved_elsewhere_raises(elsewhere):
    with pytest.raises(TamperedError):
        sealing.unseal(CIPHER, sealing.seal(CIPHER, 1, b"x", HERE), elsewhere)


def test_another_persons_key_raises():
    sealed = sealing.seal(CIPHER, 1, b"x", HERE)
    with pytest.raises(TamperedError):
        sealing.unseal(AESGCM(bytes(32)), sealed, HERE)


def test_the_bytes_are_those_the_format_describes(monkeypatch):
    """Written from the format alone: header, nonce, ciphertext and tag; what is authenticated."""
    nonce = bytes.fromhex("000102030405060708090a0b")
    monkeypatch.setattr(os, "urandom", lambda count: nonce[:count])
    authenticated = (
        b"\x01"  # format
        b"\x01\x02"  # generation 258, big-endian
        b"\x00\x1f"  # the label has 31 bytes
        b"identity.personal_identity_code"
        + bytes.fromhex("00112233445566778899aabbccddeeff")
        + bytes.fromhex("ffeeddccbbaa99887766554433221100")
    )

    sealed = sealing.seal(CIPHER, 258, b"131052-308T", HERE)

    expected = AESGCM(KEY).encrypt(nonce, b"131052-308T", authenticated)
    assert sealed == b"\x01\x01\x02" + nonce + expected
    assert sealed.hex() == KNOWN_ANSWER


# Key 00…1f, nonce 00…0b, generation 258, value 131052-308T at HERE.
KNOWN_ANSWER = (
    "010102000102030405060708090a0b7631e72bf0d7ef28bd79c3f1d135d334c60c6e2739fe45536ec1d7"
)


@given(st.binary(max_size=100), st.sampled_from([16, 24]))
def test_padding_comes_off_again_and_hides_the_length(plain, block):
    padded = sealing.pad(plain, block)

    assert sealing.unpad(padded) == plain
    assert len(padded) % block == 0
    assert len(padded) > len(plain)


def test_padding_that_is_not_there_raises():
    with pytest.raises(TamperedError):
        sealing.unpad(b"XP9876501")
