"""Rows built from whole columns are the rows that Django would have built, and open no further."""

import sys
import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, connections, models, transaction
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext

from register.models import Attachment, CardOnFile, Customer, Identity
from register.vault import Erased, Secret, TamperedError, blind_index, keys, raw, reading, sealing
from register.vault.models import DataKey
from tests import cast
from tests.vault.conftest import CODE, PASSPORT
from tests.vault.test_field import overwrite

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
needs_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite is asked through Django only"
)


def slots(row: models.Model) -> dict[str, Any]:
    """What an instance is made of; sealed columns by their bytes."""
    kept = {name: value for name, value in vars(row).items() if name != "_state"}
    return {name: getattr(value, "raw", value) for name, value in kept.items()}


def by_django(query: "models.QuerySet[Any]") -> list[Any]:
    return list(reading.SealedIterable(query)._by_django())


def in_columns(query: "models.QuerySet[Any]") -> list[Any]:
    assert reading._is_plain(query)
    return list(reading.SealedIterable(query))


@pytest.mark.parametrize(
    "query",
    [
        lambda: Identity.objects.order_by("pk"),
        lambda: Identity.objects.only("personal_identity_code").order_by("pk"),
        lambda: Identity.objects.defer("customer_id", "saved_at").order_by("-pk"),
        lambda: Identity.objects.filter(customer__first_name="Aino"),
        lambda: Identity.objects.filter(personal_identity_code=CODE),
        lambda: Identity.objects.filter(personal_identity_code="010203A1230"),
        lambda: Identity.objects.order_by("customer__last_name").distinct(),
        lambda: Attachment.objects.order_by("pk"),
        lambda: CardOnFile.objects.order_by("pk"),
        lambda: Identity.objects.none(),
    ],
)
def test_a_row_is_the_same_whoever_builds_it(ainos, eero, query):
    Identity.objects.create(customer=eero, passport_number="E1")  # no code, no licence
    cast.attachment(eero)
    cast.card(eero)
    ours, djangos = in_columns(query()), by_django(query())

    assert [slots(row) for row in ours] == [slots(row) for row in djangos]
    assert [row.get_deferred_fields() for row in ours] == [
        row.get_deferred_fields() for row in djangos
    ]
    for row in ours:
        assert (row._state.db, row._state.adding) == ("default", False)
        assert row._state.fields_cache == {}
        types = {name: type(value) for name, value in vars(row).items()}
        assert types["id"] is UUID


def test_rows_come_in_the_order_of_the_question_beyond_one_group(aino, monkeypatch):
    monkeypatch.setattr(keys, "ROWS_A_QUERY", 2)
    made = [cast.attachment(aino, content=bytes([n])) for n in range(5)]
    read = in_columns(Attachment.objects.order_by("taken_at", "pk"))

    assert {row.pk for row in read} == {row.pk for row in made}
    assert [row.pk for row in read] == [
        row.pk for row in by_django(Attachment.objects.order_by("taken_at", "pk"))
    ]


def test_rows_that_bring_more_than_themselves_go_djangos_way(ainos):
    joined = Identity.objects.select_related("customer")
    counted = Identity.objects.annotate(n=models.Count("customer"))
    known = Customer.objects.prefetch_related("identity").get(pk=ainos.customer_id)

    assert not reading._is_plain(joined)
    assert not reading._is_plain(counted)
    both = Identity.objects.filter(pk=ainos.pk).union(Identity.objects.none(), all=True)
    assert [row.passport_number.expose() for row in both] == [PASSPORT]
    assert joined.get().customer.first_name == "Aino"
    assert counted.get().n == 1
    assert known.identity.personal_identity_code.expose() == CODE


def test_a_model_that_somebody_listens_to_goes_djangos_way(ainos):
    heard = []

    def listen(instance: models.Model, **kwargs: Any) -> None:
        heard.append(instance)

    post_init.connect(listen, sender=Identity)
    try:
        read = Identity.objects.get()
    finally:
        post_init.disconnect(listen, sender=Identity)
    assert heard == [read]


def test_a_model_whose_columns_do_more_than_to_keep_a_value_goes_djangos_way():
    assert not reading._is_built_plainly(Customer)  # a phone number is made when it is set
    assert reading._is_built_plainly(Identity)


def test_a_large_table_can_be_read_in_pieces(ainos):
    read = [row.personal_identity_code.expose() for row in Identity.objects.iterator(chunk_size=1)]

    assert read == [CODE]


@pytest.mark.parametrize(
    "text", [uuid4().hex, str(uuid4()), "0" * 32, "f" * 32], ids=lambda _: "id"
)
def test_ids_are_read_as_the_standard_library_reads_them(text):
    (read,) = reading._uuids([text])

    assert (read, hash(read), str(read)) == (UUID(text), hash(UUID(text)), str(UUID(text)))
    assert read.is_safe == UUID(text).is_safe
    assert reading._uuids([text, None]) == [UUID(text), None]


# -- Opening ------------------------------------------------------------------------------------


def test_each_reading_of_a_tampered_value_raises_and_the_others_open(ainos, eero):
    eeros = Identity.objects.create(customer=eero, personal_identity_code="010203A1230")
    sealed = bytearray(vars(Identity.objects.get(pk=eeros.pk))["personal_identity_code"].raw)
    sealed[-1] ^= 1
    overwrite(eeros, "personal_identity_code", bytes(sealed))
    read = {row.pk: row for row in Identity.objects.all()}

    assert read[ainos.pk].personal_identity_code.expose() == CODE
    for _ in range(2):
        with pytest.raises(TamperedError):
            _ = read[eeros.pk].personal_identity_code
    assert read[ainos.pk].personal_identity_code.expose() == CODE


def test_a_changed_bit_anywhere_raises_whichever_way_the_row_is_read(ainos):
    """The number of the key too: another number must not make the value look erased."""
    whole = vars(ainos)["passport_number"].raw
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 1 << position % 8
        overwrite(ainos, "passport_number", bytes(changed))
        joined = Identity.objects.select_related("customer")
        for read in (*Identity.objects.all(), joined.get(), joined.get()):
            with pytest.raises(TamperedError):
                _ = read.passport_number


def test_readers_and_forms_in_other_threads_do_not_disturb_each_other(ainos):
    """Two generations of one person's keys by turns, while a form cleans other values."""
    from register.vault import keyring

    field = Identity._meta.get_field("passport_number")
    keys.new_key(keyring.active(), ainos.customer_id, 2).save()
    place = sealing.Place(field.label, ainos.customer_id, ainos.pk)
    keys.forget()
    cipher = keys.cipher(ainos.customer_id, 2)
    assert cipher is not None
    overwrite(ainos, "passport_number", sealing.seal(cipher, 2, sealing.pad(b"N2", 24), place))
    row, told = Identity.objects.get(pk=ainos.pk), []
    keys.preload([ainos.customer_id])

    def work(act: Any, wanted: str) -> None:
        told.append(sum(act() == wanted for _ in range(400)))

    threads = [
        threading.Thread(target=work, args=(act, wanted))
        for act, wanted in [
            (lambda: row.passport_number.expose(), "N2"),
            (lambda: row.personal_identity_code.expose(), CODE),
            (lambda: field.clean("ab 12", None).expose(), "AB12"),
            (lambda: field.clean("cd 34", None).expose(), "CD34"),
        ]
    ]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert told == [400] * len(threads)


def test_a_value_sealed_by_another_process_with_a_newer_key_is_read_at_once(ainos):
    """Not erased, for the seconds in which this process does not know of the key."""
    from register.vault import keyring

    known = vars(ainos)["passport_number"].raw
    assert ainos.passport_number.expose() == PASSPORT
    keys.new_key(keyring.active(), ainos.customer_id, 2).save()
    elsewhere = dict(keys.memory)
    keys.forget()
    cipher = keys.cipher(ainos.customer_id, 2)
    assert cipher is not None
    place = sealing.Place("identity.passport_number", ainos.customer_id, ainos.pk)
    overwrite(ainos, "passport_number", sealing.seal(cipher, 2, sealing.pad(b"N2", 24), place))
    keys.forget()
    keys.memory.update(elsewhere)  # what this process had in memory

    assert known[2] == 1
    assert Identity.objects.get(pk=ainos.pk).passport_number.expose() == "N2"


@pytest.mark.parametrize("length", [0, 1, 3, 10, 15, 30])
def test_bytes_too_short_for_a_sealed_value_raise(ainos, length):
    whole = vars(ainos)["personal_identity_code"].raw
    overwrite(ainos, "personal_identity_code", whole[:length])
    read = Identity.objects.get(pk=ainos.pk)

    assert keys.exists(ainos.customer_id)
    with pytest.raises(TamperedError):
        _ = read.personal_identity_code


def test_values_of_two_generations_open_by_turns(ainos):
    provider_row = DataKey.objects.get(customer_id=ainos.customer_id)
    keys.cipher(ainos.customer_id, provider_row.generation)
    from register.vault import keyring

    keys.new_key(keyring.active(), ainos.customer_id, 2).save()
    keys.forget()
    cipher = keys.cipher(ainos.customer_id, 2)
    assert cipher is not None
    place = sealing.Place("identity.passport_number", ainos.customer_id, ainos.pk)
    newer = sealing.seal(cipher, 2, sealing.pad(b"N2", 24), place)
    overwrite(ainos, "passport_number", newer)

    read = Identity.objects.get(pk=ainos.pk)
    for _ in range(3):
        assert read.passport_number.expose() == "N2"
        assert read.personal_identity_code.expose() == CODE


def test_a_person_destroyed_while_she_was_asked_about_is_not_remembered(ainos, monkeypatch):
    """The answer is on its way when the key goes: to keep it would read her for seconds more."""
    honest = keys._stored

    def slow(owners: Any) -> Any:
        answer = list(honest(owners))
        if DataKey.objects.exists():
            other = threading.Thread(target=keys._forget_people, args=([ainos.customer_id],))
            DataKey.objects.all().delete()  # what keys.destroy does …
            other.start()  # … before it empties the memory
            other.join()
        return answer

    keys.forget()
    monkeypatch.setattr(keys, "_stored", slow)
    keys.preload([ainos.customer_id])
    assert ainos.customer_id.bytes not in keys.memory
    assert isinstance(Identity.objects.get(pk=ainos.pk).personal_identity_code, Erased)


def test_a_column_sealed_at_once_has_a_nonce_for_each_value(aino):
    keys.ensure(aino.pk)
    head, cipher = keys.current_of([aino.pk.bytes])[aino.pk.bytes]
    rows = [uuid4() for _ in range(200)]
    waiting = [(cipher, head, CODE.encode(), aino.pk.bytes, row.bytes) for row in rows]
    sealed = sealing.seal_many("identity.personal_identity_code", waiting)

    assert len({one[3:15] for one in sealed}) == len(rows)
    for one, row in zip(sealed, rows, strict=True):
        place = sealing.Place("identity.personal_identity_code", aino.pk, row)
        assert sealing.unseal(cipher, one, place) == CODE.encode()


def test_a_value_read_at_once_prints_as_little_as_any(ainos):
    secret = Identity.objects.get(pk=ainos.pk).passport_number

    assert type(secret) is Secret
    assert (str(secret), repr(secret)) == ("••••", "<Secret>")
    assert secret.expose() == PASSPORT


# -- The vault's own questions --------------------------------------------------------------------


def test_a_label_that_needs_quoting_is_quoted():
    tag = blind_index.Tag('a "b", {c}\\', 1, b"\x00" * 16, uuid4(), uuid4(), False)
    blind_index._insert([tag])

    found = blind_index._matching(blind_index.Column(tag.label, False), {(1, tag.tag)})
    assert found == [(1, tag.tag, tag.row_id, True)]


@needs_postgresql
def test_the_vaults_questions_are_prepared_and_seen_when_somebody_watches(ainos):
    vault = connections["vault"]
    for _ in range(raw.PREPARE_AFTER + 1):
        assert Identity.objects.filter(personal_identity_code=CODE).count() == 1
    with vault.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        assert cursor.fetchone()[0] >= 1
    with CaptureQueriesContext(vault) as asked:
        Identity.objects.get(personal_identity_code=CODE)
    assert any("vault_indextag" in query["sql"] for query in asked)


@needs_postgresql
@pytest.mark.django_db(transaction=True, databases=["default", "vault"])
def test_a_connection_that_died_between_two_requests_is_made_anew(ainos, monkeypatch):
    vault = connections["vault"]
    keys.preload([ainos.customer_id])
    died = vault.connection
    monkeypatch.setattr(vault, "health_check_enabled", True)
    monkeypatch.setattr(vault, "health_check_done", False)
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [died.info.backend_pid])
    keys.forget()
    keys.preload([ainos.customer_id])

    assert vault.connection is not died
    assert Identity.objects.get(personal_identity_code=CODE) == ainos


@needs_postgresql
def test_behind_a_pooler_nothing_is_prepared(ainos, monkeypatch):
    vault = connections["vault"]
    monkeypatch.setitem(vault.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    monkeypatch.setattr(vault, "vault_cursor", None, raising=False)
    vault.ensure_connection()
    monkeypatch.setattr(vault.connection, "prepare_threshold", None)
    for _ in range(raw.PREPARE_AFTER + 2):
        assert Identity.objects.filter(personal_identity_code=CODE).exists()

    assert vault.connection.prepare_threshold is None


def test_the_databases_errors_come_as_djangos(ainos):
    with pytest.raises(DatabaseError), transaction.atomic(using="vault"):
        raw.fetch(connections["vault"], "SELECT 1 FROM vault_that_is_not", [])
    with pytest.raises(transaction.TransactionManagementError), transaction.atomic(using="vault"):
        transaction.set_rollback(True, using="vault")
        keys.preload([ainos.customer_id])
