"""New keys for old: everything reads and is found before, during and after, and the old ones go."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from register.models import AuditEvent, Identity
from register.vault import (
    Erased,
    KeyringError,
    blind_index,
    keyfile,
    keyring,
    keys,
    retiring,
    rotation,
    sealing,
)
from register.vault.models import DataKey, IndexTag, KeyCheck, Resealing
from tests.vault.conftest import ANOTHER_CODE, CODE, PASSPORT
from tests.vault.test_field import column

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture(autouse=True)
def _nobody_to_wait_for(monkeypatch):
    monkeypatch.setattr(keyring, "TRUST_SECONDS", 0.0)


def rotate(*parts: str, **options: object) -> str:
    said = StringIO()
    call_command("rotate_keys", *parts, stdout=said, **options)
    return said.getvalue()


def in_file(path: Path) -> tuple[set[str], set[str]]:
    stored = json.loads(path.read_text())
    return set(stored["keys"]), set(stored["index_root"]["keys"])


def start_afresh() -> None:
    """What another process, or this one after a restart, has in memory."""
    keys.forget()
    keyring.forget()


def reads_and_is_found(row: Identity) -> None:
    start_afresh()
    read = Identity.objects.get(personal_identity_code=CODE)
    assert read == row
    assert read.personal_identity_code.expose() == CODE
    assert Identity.objects.get(passport_number=PASSPORT) == row


def test_an_epoch_retires_the_old_master_and_index_keys_entirely(key_file, ainos):
    before = json.loads(key_file.read_text())
    said = rotate()
    reads_and_is_found(ainos)
    rotate(retire=True)

    reads_and_is_found(ainos)
    assert in_file(key_file) == ({"2"}, {"2"})
    assert before["keys"]["1"] not in key_file.read_text()
    assert set(IndexTag.objects.values_list("key_version", flat=True)) == {2}
    assert not DataKey.objects.filter(rotation.wrapped_by(1)).exists()
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert "1 data keys wrapped anew, all by master key 2" in said
    assert before["keys"]["1"] not in said


def test_every_step_is_in_the_audit_and_names_no_key(key_file, ainos):
    rotate("master", "index", "values", retire=True)

    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"keys.renew", "keys.rewrap", "keys.rekey", "keys.reseal", "keys.retire"} <= verbs


def test_values_are_sealed_anew_with_a_new_data_key(key_file, ainos):
    before = column(ainos, "personal_identity_code")
    rotate("values")

    after = column(ainos, "personal_identity_code")
    assert (sealing.read_header(before), sealing.read_header(after)) == (1, 2)
    reads_and_is_found(ainos)

    rotate(retire=True, grace=0)
    assert list(DataKey.objects.values_list("generation", flat=True)) == [2]
    reads_and_is_found(ainos)


def test_replaced_data_keys_stay_for_the_time_of_grace(key_file, ainos):
    rotate("values")
    said = rotate(retire=True)

    assert DataKey.objects.count() == 2
    assert "Some stay for now" in said


def test_a_row_read_before_its_value_was_sealed_anew_saves_with_the_new_key(key_file, ainos):
    """The clerk opened the form before the rotation and saves it after."""
    rotate("values")
    start_afresh()
    ainos.save()
    retiring.retire(at=timezone.now(), grace=timedelta())

    assert sealing.read_header(column(ainos, "personal_identity_code")) == 2
    reads_and_is_found(ainos)


def test_a_data_key_that_still_seals_something_is_never_deleted(key_file, ainos):
    rotate("values")
    old = sealing.Place("identity.passport_number", ainos.customer_id, ainos.pk)
    cipher = keys.cipher(ainos.customer_id, 1)
    bytes_ = sealing.seal(cipher, 1, sealing.pad(PASSPORT.encode(), 24), old)
    from tests.vault.test_field import overwrite

    overwrite(ainos, "passport_number", bytes_)
    assert retiring.retire_data_keys(before=timezone.now()) == 0
    assert Identity.objects.get(pk=ainos.pk).passport_number.expose() == PASSPORT


def test_who_is_erased_stays_erased_through_a_rotation(key_file, ainos, eero):
    Identity.objects.create(customer=eero, personal_identity_code=ANOTHER_CODE)
    keys.destroy(ainos.customer_id)
    rotate("master", "index", "values", retire=True, grace=0)
    start_afresh()

    assert isinstance(Identity.objects.get(pk=ainos.pk).personal_identity_code, Erased)
    assert not keys.exists(ainos.customer_id)
    assert Identity.objects.get(personal_identity_code=ANOTHER_CODE).customer_id == eero.pk


def test_an_edit_made_while_values_are_sealed_anew_wins(key_file, ainos, monkeypatch):
    def edit_first(field, swaps, *, using):
        if field.name == "personal_identity_code" and swaps:
            row = Identity.objects.get(pk=ainos.pk)
            row.personal_identity_code = ANOTHER_CODE
            row.save()
        return real(field, swaps, using=using)

    real = rotation.swap
    monkeypatch.setattr(rotation, "swap", edit_first)
    rotate("values")

    read = Identity.objects.get(pk=ainos.pk)
    assert read.personal_identity_code.expose() == ANOTHER_CODE
    assert Identity.objects.get(personal_identity_code=ANOTHER_CODE) == ainos
    assert not Identity.objects.filter(personal_identity_code=CODE)


def test_who_is_erased_while_keys_are_wrapped_is_not_brought_back(key_file, ainos, monkeypatch):
    def erase_first(field, swaps, *, using):
        keys.destroy(ainos.customer_id)
        return real(field, swaps, using=using)

    real = rotation.swap
    monkeypatch.setattr(rotation, "swap", erase_first)
    rotate("master")

    assert not keys.exists(ainos.customer_id)


def test_look_ups_are_right_between_the_versions_of_the_index(key_file, ainos, eero):
    """One row is tagged anew, the other not yet: both are found, nobody twice."""
    keyfile.renew("index")
    start_afresh()
    eeros = Identity.objects.create(customer=eero, personal_identity_code=ANOTHER_CODE)

    codes = [CODE, ANOTHER_CODE]
    assert IndexTag.objects.filter(key_version=2).count() == 1
    assert set(Identity.objects.filter(personal_identity_code__in=codes)) == {ainos, eeros}
    assert rotation.rekey() == 2  # Aino's code and passport number
    assert rotation.rekey() == 0
    assert set(Identity.objects.filter(personal_identity_code__in=codes)) == {ainos, eeros}


def test_a_change_under_way_gets_its_tag_in_doubt(key_file, ainos):
    ainos.personal_identity_code = ANOTHER_CODE
    ainos.save()  # not committed: its tags are in doubt
    keyfile.renew("index")
    start_afresh()
    rotation.rekey()

    fresh = IndexTag.objects.get(label="identity.personal_identity_code", key_version=2)
    assert not fresh.settled
    assert Identity.objects.get(personal_identity_code=ANOTHER_CODE) == ainos
    assert not Identity.objects.filter(personal_identity_code=CODE)


def test_uniqueness_holds_between_the_versions(key_file, ainos, eero):
    keyfile.renew("index")
    start_afresh()
    with pytest.raises(blind_index.TagTakenError):
        blind_index.add(
            Identity._meta.get_field("personal_identity_code").column_of_index,
            [blind_index.Entry(eero.pk, eero.pk, CODE)],
            holds=Identity._meta.get_field("personal_identity_code").holder("default"),
        )


def test_the_old_index_is_not_retired_while_somebody_is_found_only_by_it(key_file, ainos):
    keyfile.renew("index")
    start_afresh()
    keyring.active()

    with pytest.raises(CommandError, match="found only by version 1"):
        rotate(retire=True)
    assert Identity.objects.get(personal_identity_code=CODE) == ainos


def test_the_old_master_is_not_retired_while_a_data_key_needs_it(key_file, ainos):
    keyfile.renew("master")
    start_afresh()
    keyring.active()

    with pytest.raises(CommandError, match="still wrapped by master key 1"):
        rotate(retire=True)
    assert in_file(key_file)[0] == {"1", "2"}


def test_a_process_with_the_old_keys_in_memory_learns_of_the_new_ones(key_file, ainos, monkeypatch):
    monkeypatch.setattr(keyring, "TRUST_SECONDS", 3600.0)
    old = keyring._current_view()
    monkeypatch.setattr(keyring, "TRUST_SECONDS", 0.0)
    rotate(retire=False)
    monkeypatch.setattr(keyring, "TRUST_SECONDS", 3600.0)
    keyring._view = old._replace(asked_at=keyring.monotonic())
    keys.forget()

    # It knows master 1 only; Aino's key is wrapped by master 2.
    assert Identity.objects.get(pk=ainos.pk).personal_identity_code.expose() == CODE


def test_a_process_with_a_retired_master_in_memory_wraps_nothing_with_it(
    key_file, ainos, eero, monkeypatch
):
    monkeypatch.setattr(keyring, "TRUST_SECONDS", 3600.0)
    old = keyring._current_view()
    monkeypatch.setattr(keyring, "TRUST_SECONDS", 0.0)
    rotate()
    rotate(retire=True)
    monkeypatch.setattr(keyring, "TRUST_SECONDS", 3600.0)
    keyring._view = old._replace(asked_at=keyring.monotonic())

    keys.ensure(eero.pk)

    assert DataKey.objects.filter(rotation.wrapped_by(2), customer_id=eero.pk).exists()


def test_an_old_copy_of_the_key_file_is_refused(key_file, ainos):
    copy = key_file.read_text()
    rotate()
    rotate(retire=True)
    key_file.write_text(copy)
    start_afresh()

    with pytest.raises(KeyringError, match="not of one time"):
        keyring.active()


def test_an_older_vault_backup_does_not_open_after_the_epoch(key_file, ainos):
    wrapped = bytes(DataKey.objects.get(customer_id=ainos.customer_id).wrapped)
    rotate()
    rotate(retire=True)
    DataKey.objects.filter(customer_id=ainos.customer_id).update(wrapped=wrapped)
    start_afresh()

    with pytest.raises(KeyringError, match="Master key 1 is not in"):
        _ = Identity.objects.get(pk=ainos.pk).personal_identity_code


def test_a_rotation_that_was_cut_short_is_taken_up_and_makes_no_further_key(key_file, ainos):
    keyfile.renew("master")
    keyfile.renew("index")
    start_afresh()
    keyring.active()
    rotate()

    assert in_file(key_file) == ({"1", "2"}, {"1", "2"})
    rotate(retire=True)
    reads_and_is_found(ainos)


def test_a_resealing_that_was_cut_short_is_taken_up(key_file, ainos, monkeypatch):
    def die(field, batch):
        if field.name == "passport_number":
            raise RuntimeError("the power went")
        return real(field, batch)

    real = rotation._reseal_batch
    monkeypatch.setattr(rotation, "_reseal_batch", die)
    with pytest.raises(RuntimeError):
        rotate("values")
    monkeypatch.setattr(rotation, "_reseal_batch", real)
    reads_and_is_found(ainos)
    assert retiring.retire_data_keys(before=timezone.now()) == 0  # not while it is under way

    rotate("values", resume=True)
    assert Resealing.objects.count() == 1
    assert set(DataKey.objects.values_list("generation", flat=True)) == {1, 2}
    assert sealing.read_header(column(ainos, "passport_number")) == 2


def test_keys_from_the_environment_are_renewed_by_their_keeper(settings, key_file, ainos):
    settings.MASTER_KEY, settings.MASTER_KEY_FILE = key_file.read_text(), ""
    keyring.forget()
    with pytest.raises(CommandError, match="not in a file"):
        rotate("master")

    settings.MASTER_KEY = keyfile.renewed(settings.MASTER_KEY, "master")
    rotate("master", resume=True)
    assert DataKey.objects.filter(rotation.wrapped_by(2)).count() == 1
    assert Identity.objects.get(pk=ainos.pk).personal_identity_code.expose() == CODE


def test_a_part_that_is_none_is_refused(key_file):
    with pytest.raises(CommandError, match="none of master, index, values"):
        rotate("masters")


def test_nothing_is_made_anew_with_the_keys_of_another_vault(key_file, ainos):
    from register.vault import providers

    key_file.write_text(providers.new_keyring())
    start_afresh()
    before = key_file.read_text()

    with pytest.raises(CommandError, match="not the one this vault was made with"):
        rotate()
    assert key_file.read_text() == before


def test_the_status_tells_what_is_in_use(key_file, ainos):
    rotate()
    said = rotate(status=True)

    assert "Master key 1: in use, 0 data keys" in said
    assert "Master key 2: in use, 1 data keys" in said


def test_a_key_number_is_never_used_twice(key_file, ainos):
    rotate("master")
    rotate(retire=True)
    rotate("master")

    assert set(
        KeyCheck.objects.filter(kind="master", retired_at=None).values_list("number", flat=True)
    ) == {2, 3}
