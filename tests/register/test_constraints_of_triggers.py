"""What triggers and exclusion constraints keep, on both databases: no craft promised twice, no line
of the audit changed, no act of consent rewritten, no row left without its person."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from register.models import AuditEvent, Booking, Consent, Customer, guards
from register.services import audit
from tests import cast

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def refused(attempt: Callable[[], Any]) -> str:
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        attempt()
    return str(caught.value)


def booked(start: float, end: float, **fields: Any) -> Booking:
    """A booking from so many to so many hours from now."""
    return cast.booking(
        cast.customer(),
        starts_at=cast.NOW + start * HOUR,
        ends_at=cast.NOW + end * HOUR,
        **fields,
    )


@pytest.mark.parametrize(
    ("start", "end"), [(2, 4), (1, 3), (3, 5), (2.5, 3.5), (0, 9), (2, 2.1), (3.99, 6)]
)
def test_a_craft_is_not_promised_twice(start: float, end: float) -> None:
    first = booked(2, 4)
    said = refused(lambda: booked(start, end, craft=first.craft))
    assert guards.NO_OVERLAP in said


@pytest.mark.parametrize(("start", "end"), [(0, 2), (4, 6), (-5, 0), (9, 10)])
def test_one_booking_may_begin_when_another_ends(start: float, end: float) -> None:
    first = booked(2, 4)
    second = booked(start, end, craft=first.craft)
    assert set(Booking.objects.all()) == {first, second}


def test_another_craft_is_free_at_the_same_time() -> None:
    first, second = booked(2, 4), booked(2, 4)
    assert first.craft != second.craft


def test_a_cancelled_booking_leaves_the_craft_free_and_cannot_come_back() -> None:
    first = booked(2, 4, state=Booking.State.CANCELLED, cancelled_at=cast.NOW)
    booked(2, 4, craft=first.craft)
    back = {"state": Booking.State.RESERVED, "cancelled_at": None}
    said = refused(lambda: Booking.objects.filter(pk=first.pk).update(**back))
    assert guards.NO_OVERLAP in said


@pytest.mark.parametrize("change", ["starts_at", "ends_at", "craft"])
def test_a_booking_cannot_be_moved_onto_another(change: str) -> None:
    first = booked(2, 4)
    before, elsewhere = booked(0, 2, craft=first.craft), booked(2, 4)
    row, value = {
        "starts_at": (booked(4, 6, craft=first.craft), cast.NOW + 3 * HOUR),
        "ends_at": (before, cast.NOW + 3 * HOUR),
        "craft": (elsewhere, first.craft),
    }[change]
    said = refused(lambda: Booking.objects.filter(pk=row.pk).update(**{change: value}))
    assert guards.NO_OVERLAP in said


def test_a_booking_that_is_out_keeps_the_craft_too() -> None:
    first = booked(2, 4, state=Booking.State.OUT)
    assert guards.NO_OVERLAP in refused(lambda: booked(3, 5, craft=first.craft))


def test_a_line_of_the_audit_is_never_changed_or_removed() -> None:
    line = audit.record(verb="test", at=cast.NOW)
    lines = AuditEvent.objects.filter(pk=line.pk)
    assert "append-only" in refused(lambda: lines.update(verb="other"))
    assert "append-only" in refused(lambda: lines.delete())
    assert "append-only" in refused(lambda: _sql("DELETE FROM register_auditevent"))
    assert lines.get().verb == "test"


def test_an_act_of_consent_is_never_changed_but_goes_with_its_person() -> None:
    act = cast.consent(cast.customer())
    acts = Consent.objects.filter(pk=act.pk)
    assert "append-only" in refused(lambda: acts.update(action="withdrawn"))
    assert "append-only" in refused(lambda: _sql("UPDATE register_consent SET words_shown = ''"))
    acts.delete()
    assert not acts.exists()


def test_a_person_with_rows_cannot_be_deleted_past_the_program() -> None:
    aino = cast.booking().customer

    def attempt() -> None:
        with connection.cursor() as cursor:
            column = Customer._meta.pk.get_db_prep_value(aino.pk, connection)
            cursor.execute("DELETE FROM register_customer WHERE id = %s", [column])
        connection.check_constraints()  # SQLite waits for the commit; PostgreSQL does not

    assert "foreign key" in refused(attempt).lower()


def test_the_guards_stand_after_every_migration() -> None:
    guards.install(connection)
    guards.install(connection)
    first = booked(2, 4)
    assert guards.NO_OVERLAP in refused(lambda: booked(3, 5, craft=first.craft))


def _sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
