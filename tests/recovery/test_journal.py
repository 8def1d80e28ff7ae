"""The journal of erasures remembers who may not come back, and forgives no meddling."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from register.models import Customer, JournalMark
from register.services import erasure, journal, restoring
from register.services.journal import PART, WHOLE, Entry, JournalRefused
from tests import cast

pytestmark = pytest.mark.django_db


def entry(person: Customer | None = None, what: str = WHOLE, on: date = cast.TODAY) -> Entry:
    pk = person.pk if person else uuid4()
    return Entry(pk, what, erasure.Ground.REQUEST, on, cast.NOW)


def written(*entries: Entry) -> Path:
    """A journal that holds these erasures, and that the register knows to its end."""
    journal.note(journal.append(entries))
    return journal.path_of(journal.mark().register_id)


def read(path: Path) -> list[Entry]:
    known = journal.mark()
    return journal.read(path, known.register_id, knows=known)


def test_what_was_written_is_read_again() -> None:
    one, two, three = entry(), entry(what=PART), entry()
    path = written(one, two)
    written(three)
    assert read(path) == [one, two, three]


def test_an_erasure_writes_one_line_with_an_opaque_id_and_nothing_of_the_person() -> None:
    aino = cast.aino()
    made = erasure.plan(customer=aino, on=cast.TODAY, ground=erasure.Ground.REQUEST)
    erasure.execute(plan=made, by=None, at=cast.NOW)
    erasure.finish([made.customer_id])
    path = journal.path_of(journal.mark().register_id)
    [line] = read(path)
    assert (line.customer_id, line.what) == (made.customer_id, WHOLE)
    assert "aallokko" not in path.read_text().lower()


def cut(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def swap(path: Path) -> None:
    first, one, two, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([first, two, one, *rest]))


def alter(path: Path) -> None:
    path.write_text(path.read_text().replace("request", "retention", 1))


def drop_head(path: Path) -> None:
    path.with_suffix(".head").unlink()


def forge_head(path: Path) -> None:
    head = path.with_suffix(".head")
    head.write_text(head.read_text().replace('"lines": 3', '"lines": 2'))


def spoil_head(path: Path) -> None:
    path.with_suffix(".head").write_text("{")


def empty(path: Path) -> None:
    path.write_text("")


@pytest.mark.parametrize(
    "meddle", [cut, swap, alter, drop_head, forge_head, spoil_head, empty, Path.unlink]
)
def test_a_journal_that_was_meddled_with_is_refused(meddle: Callable[[Path], None]) -> None:
    path = written(entry(), entry(), entry())
    read(path)
    meddle(path)
    with pytest.raises(JournalRefused, match="journal"):
        read(path)


@pytest.mark.parametrize("meddle", [cut, Path.unlink, empty])
def test_nothing_is_added_to_a_journal_that_lost_lines(meddle: Callable[[Path], None]) -> None:
    path = written(entry(), entry())
    meddle(path)
    with pytest.raises(JournalRefused):
        journal.append([entry()])


def test_another_registers_journal_is_refused() -> None:
    path = written(entry())
    JournalMark.objects.update(register_id=uuid4())
    with pytest.raises(JournalRefused, match="another register"):
        read(path)


def test_a_line_torn_by_a_crash_is_cut_off_and_a_whole_one_adopted() -> None:
    path = written(entry())
    later = entry()
    head = journal._read_head(journal.mark().register_id)
    with path.open("r+b") as file:
        lines, _ = journal._lines([later, entry()], head, file)
    whole, torn = lines.splitlines(keepends=True)
    with path.open("ab") as file:
        file.write(whole + torn[:40])
    last = entry()
    written(last)
    assert [one.customer_id for one in read(path)][1:] == [later.customer_id, last.customer_id]


@pytest.mark.skipif("postgresql" not in connection.vendor, reason="one thread's on SQLite")
@pytest.mark.django_db(transaction=True)
def test_several_workers_write_and_no_line_is_lost() -> None:
    journal.mark()

    def work() -> None:
        for _ in range(20):
            journal.append([entry(), entry()])
        connections.close_all()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read(journal.path_of(journal.mark().register_id))) == 160


# -- Before serving -----------------------------------------------------------------------------


def test_a_register_that_came_back_by_other_means_is_not_served_until_it_is_replayed() -> None:
    gone, kept = cast.customer(), cast.customer()
    written(entry())
    journal.append([entry(gone)])  # the register, as it came back, knows nothing of this line
    assert journal.unreplayed() == 1
    with pytest.raises(JournalRefused, match="journal replay"):
        journal.require_replayed()
    with pytest.raises(CommandError, match="journal replay"):
        call_command("preflight")
    call_command("journal", "replay")
    journal.require_replayed()
    assert list(Customer.objects.all()) == [kept]


def test_an_erasure_in_part_is_replayed_in_part() -> None:
    told = cast.story()
    journal.append([entry(told.aino, PART, cast.TODAY)])
    assert journal.unreplayed() == 1
    call_command("journal", "replay")
    aino = Customer.objects.get(pk=told.aino.pk)
    assert (aino.erased_on, aino.email) == (cast.TODAY, "")
    assert told.booking.payments.exists()
    assert journal.unreplayed() == 0


def test_somebody_who_came_back_as_a_customer_after_a_part_was_erased_keeps_the_new() -> None:
    told = cast.story()
    lines = [entry(told.aino, PART, cast.TODAY)]
    restoring.replay(lines, at=cast.NOW)
    Customer.objects.filter(pk=told.aino.pk).update(email="aino@example.invalid")
    restoring.replay(lines, at=cast.NOW)
    assert Customer.objects.get(pk=told.aino.pk).email == "aino@example.invalid"


def test_a_register_without_erasures_is_served_without_a_journal() -> None:
    cast.customer()
    journal.require_replayed()
