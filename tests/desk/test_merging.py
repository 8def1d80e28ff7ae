"""Aino came twice into the register: the two records become one, and two again."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from register.models import (
    Attachment,
    AuditEvent,
    Booking,
    CompanyContact,
    Consent,
    Customer,
    Delivery,
    ErasureReceipt,
    Identity,
    LoyaltyMembership,
    Merge,
)
from register.services import (
    consents,
    customers,
    erasure,
    events,
    journal,
    merging,
    restrictions,
    search,
    short_clocks,
)
from register.services.person_tables import tables
from register.services.refusals import ChangedMeanwhile
from register.vault import keys
from register.vault.models import IndexTag, SealedFile
from tests import cast
from tests.desk.conftest import SignedIn

DAY = timedelta(days=1)
PHOTO = b"photo-of-a-scratch"

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


def twice(**fields: Any) -> tuple[Customer, Customer]:
    """The record that stays, and the one made by mistake."""
    kept = cast.customer(first_name="Aino", last_name="Aallokko", phone="", email="")
    return kept, cast.aino(**fields)


def make_one(kept: Customer, other: Customer, **take: str) -> Merge:
    seen = {person.pk: person.saved_at for person in (kept, other)}
    return merging.merge(kept=kept, other=other, take=take, seen=seen, by=cast.kaisa(), at=cast.NOW)


def everything() -> dict[str, list[Any]]:
    """All rows of people, sealed values opened, but for when they were last saved."""
    found: dict[str, list[Any]] = {}
    for model in (*(table.model for table in tables()), Customer):
        rows = []
        for row in model._base_manager.order_by("pk"):
            values = {f.attname: getattr(row, f.attname) for f in model._meta.concrete_fields}
            for name, value in values.items():
                if hasattr(value, "expose_bytes"):
                    values[name] = value.expose_bytes()
            rows.append({n: v for n, v in values.items() if n not in ("saved_at", "saved_by_id")})
        found[model._meta.label] = rows
    return found


def test_every_row_of_the_other_record_is_the_kept_ones_and_an_undo_gives_all_of_it_back() -> None:
    story = cast.story()
    kept = cast.customer(first_name="Aino", last_name="Aalokko", phone="", email="")
    cast.quote(kept)
    events.refresh(Customer.objects.values_list("pk", flat=True))
    before = everything()
    made = make_one(kept, story.aino, last_name="other", phone="other", email="other")
    assert not Customer.objects.filter(pk=story.aino.pk).exists()
    assert Booking.objects.get(pk=story.booking.pk).customer == kept
    for table in tables():
        for path in (*table.owners, *table.links):
            assert not table.rows().filter(**{path: story.aino.pk}).exists(), table.label
    kept.refresh_from_db()
    assert (kept.last_name, kept.email) == ("Aallokko", story.aino.email)
    assert kept.kept_through == events.history(kept).kept_through
    merging.undo(merge=made, by=cast.kaisa(), at=cast.NOW + DAY)
    assert everything() == before


@committed
def test_sealed_values_open_with_the_kept_records_key_and_the_others_key_is_gone() -> None:
    kept, other = twice()
    cast.attachment(other, content=PHOTO)
    make_one(kept, other)
    assert Identity.objects.get(personal_identity_code=cast.AINOS_CODE).customer == kept
    assert Attachment.objects.get(customer=kept).content.expose_bytes() == PHOTO
    assert not keys.exists(other.pk)
    assert set(IndexTag.objects.values_list("customer_id", flat=True)) == {kept.pk}
    assert set(SealedFile.objects.values_list("customer_id", flat=True)) == {kept.pk}


def test_of_two_identity_rows_the_kept_ones_numbers_stay_and_its_gaps_are_filled() -> None:
    kept, other = twice()
    cast.identity(kept, passport_number="XA1111111")
    made = make_one(kept, other)
    row = Identity.objects.get()
    assert row.passport_number.expose() == "XA1111111"
    assert row.personal_identity_code.expose() == cast.AINOS_CODE
    merging.undo(merge=made, by=cast.kaisa(), at=cast.NOW)
    assert Identity.objects.get(personal_identity_code=cast.AINOS_CODE).customer_id == other.pk
    assert Identity.objects.get(customer=kept).personal_identity_code is None


def test_the_stricter_wins() -> None:
    kept, other = twice(secrecy_order=True)
    cast.consent(kept, action="withdrawn", acted_at=cast.NOW - 9 * DAY)
    given = cast.consent(other, acted_at=cast.NOW - DAY)
    what = {"purpose": given.purpose, "channel": given.channel}
    assert consents.stands(customer=other, **what)
    cast.restriction(other)
    cast.hold(other)
    cast.ban(other)
    made = make_one(kept, other)
    kept.refresh_from_db()
    assert kept.secrecy_order
    assert not consents.stands(customer=kept, **what)
    assert restrictions.in_force().filter(customer=kept).exists()
    assert kept.holds.filter(released_at__isnull=True).exists()
    flags = customers.flags([kept], user=cast.kaisa(), on=cast.TODAY)[kept.pk]
    assert flags.ban
    merging.undo(merge=made, by=cast.kaisa(), at=cast.NOW)
    assert consents.stands(customer=Customer.objects.get(pk=other.pk), **what)
    assert Consent.objects.count() == 2


def test_roles_in_one_company_and_two_memberships_become_one() -> None:
    kept, other = twice()
    company = cast.company()
    cast.contact(kept, company, role_title="", ended_on=cast.TODAY)
    cast.contact(other, company, role_title="Retkivastaava")
    cast.loyalty(kept)
    cast.loyalty(other, joined_on=cast.TODAY)
    made = make_one(kept, other)
    contact = CompanyContact.objects.get()
    assert (contact.customer, contact.role_title, contact.ended_on) == (kept, "Retkivastaava", None)
    assert LoyaltyMembership.objects.filter(customer=kept, left_on__isnull=True).count() == 1
    merging.undo(merge=made, by=cast.kaisa(), at=cast.NOW)
    assert LoyaltyMembership.objects.filter(left_on__isnull=True).count() == 2
    assert CompanyContact.objects.get(customer=kept).ended_on == cast.TODAY


def test_of_a_mailing_that_went_to_both_one_delivery_stays() -> None:
    kept, other = twice()
    mailing = cast.mailing(state="done", started_at=cast.NOW)
    for person in (kept, other):
        cast.delivery(person, mailing=mailing)
    cast.delivery(other)
    made = make_one(kept, other)
    assert Delivery.objects.filter(customer=kept).count() == 2
    merging.undo(merge=made, by=cast.kaisa(), at=cast.NOW)
    assert Delivery.objects.filter(customer=kept).count() == 1
    assert Delivery.objects.count() == 3


def test_two_people_are_not_made_one() -> None:
    story = cast.story()
    with pytest.raises(merging.merge_rows.TwoPeople):
        make_one(story.aino, story.eero)
    stranger = cast.customer()
    cast.identity(stranger, personal_identity_code=cast_code(7))
    with pytest.raises(merging.merge_rows.TwoPeople):
        make_one(story.aino, stranger)
    gone = cast.customer(erased_on=cast.TODAY)
    with pytest.raises(customers.Erased):
        make_one(story.aino, gone)
    assert Customer.objects.count() == 4


def cast_code(number: int) -> str:
    from datetime import date

    from register.demo import invented

    return invented.identity_code(date(1970, 1, 1), number)


def test_who_merges_what_somebody_has_changed_or_merged_since_is_told() -> None:
    kept, other = twice()
    seen = {person.pk: person.saved_at for person in (kept, other)}
    Customer.objects.filter(pk=other.pk).update(saved_at=cast.NOW)
    again = {"kept": kept, "other": other, "take": {}, "by": cast.kaisa(), "at": cast.NOW}
    with pytest.raises(ChangedMeanwhile):
        merging.merge(seen=seen, **again)
    make_one(kept, Customer.objects.get(pk=other.pk))
    with pytest.raises(merging.AlreadyMerged):
        merging.merge(seen=seen, **again)


def test_what_was_added_since_stays_and_what_was_corrected_since_is_not_undone() -> None:
    kept, other = twice()
    made = make_one(kept, other, email="other", phone="other")
    kept.refresh_from_db()
    later = cast.booking(kept)
    Customer.objects.filter(pk=kept.pk).update(email="uusi@posti.example")
    merging.undo(merge=made, by=cast.kaisa(), at=cast.NOW)
    kept.refresh_from_db()
    assert Booking.objects.get(pk=later.pk).customer == kept
    assert (kept.email, str(kept.phone)) == ("uusi@posti.example", "")


def test_a_merge_of_a_merge_is_undone_from_the_last_one() -> None:
    first, second = twice()
    third = cast.customer(first_name="Aino", last_name="Aallokko")
    one = make_one(first, second)
    first.refresh_from_db()
    two = make_one(third, first)
    one.refresh_from_db()
    assert one.customer == third
    with pytest.raises(merging.NotUndone):
        merging.undo(merge=one, by=cast.kaisa(), at=cast.NOW)
    merging.undo(merge=two, by=cast.kaisa(), at=cast.NOW)
    merging.undo(merge=one, by=cast.kaisa(), at=cast.NOW)
    assert Customer.objects.count() == 3


def test_the_journal_goes_when_the_undo_ends_and_the_old_number_still_finds_her() -> None:
    kept, other = twice()
    number = other.number
    made = make_one(kept, other)
    late = made.undo_through + DAY
    short_clocks.sweep(on=made.undo_through, at=cast.NOW)
    made.refresh_from_db()
    assert made.journal
    short_clocks.sweep(on=late, at=cast.NOW)
    made.refresh_from_db()
    assert not Merge.objects.filter(journal__isnull=False).exists()
    with pytest.raises(merging.NotUndone):
        merging.undo(merge=made, by=cast.kaisa(), at=cast.NOW + 40 * DAY)
    hits = search.find(query=str(number), by=cast.kaisa(), at=cast.NOW).hits
    assert [hit.customer for hit in hits] == [kept]


@committed
def test_an_erasure_is_journaled_under_the_merged_record_s_id_too() -> None:
    """A backup from before the merge holds her under that id."""
    kept, other = twice()
    make_one(kept, other)
    plan = erasure.plan(customer=kept, on=cast.TODAY, ground="request")
    erasure.execute(plan=plan, by=cast.petra(), at=cast.NOW)
    register = journal.mark().register_id
    entries = journal.read(journal.path_of(register), register)
    named = {(entry.customer_id, entry.what) for entry in entries}
    assert {(kept.pk, journal.WHOLE), (other.pk, journal.WHOLE)} <= named
    assert not Merge.objects.exists()
    assert not ErasureReceipt.objects.filter(state="rows_gone").exists()
    assert not keys.exists(kept.pk)


def test_the_audit_tells_who_merged_and_undid_and_no_value() -> None:
    kept, other = twice()
    made = make_one(kept, other, email="other")
    merging.undo(merge=made, by=cast.kaisa(), at=cast.NOW)
    lines = AuditEvent.objects.filter(verb__in=("merge", "merged", "unmerge")).order_by("pk")
    assert [(row.verb, row.customer_id) for row in lines] == [
        ("merge", kept.pk), ("merged", other.pk), ("unmerge", kept.pk), ("unmerge", other.pk),
    ]  # fmt: skip
    assert lines[0].fields == ["email"]
    assert other.email not in str(list(lines.values()))


# -- The pages ----------------------------------------------------------------------------------


def test_kaisa_looks_at_both_merges_and_undoes(kaisas_desk: Client) -> None:
    kept, other = twice()
    choose = kaisas_desk.get(reverse("admin:desk-merge", args=[kept.pk])).content.decode()
    address = reverse("admin:desk-merge-preview", args=[kept.pk, other.pk])
    assert address in choose
    assert (
        kaisas_desk.post(reverse("admin:desk-merge", args=[kept.pk]), {"number": other.number})[
            "Location"
        ]
        == address
    )
    page = kaisas_desk.get(address)
    assert other.email in page.content.decode()
    posted = {f"seen_{p.pk}": p.saved_at.isoformat() for p in (kept, other)} | {"email": "other"}
    assert kaisas_desk.post(address, posted)["Location"] == person(kept)
    assert kaisas_desk.get(person(other))["Location"] == person(kept)
    again = kaisas_desk.post(address, posted, follow=True).content.decode()
    assert "joku on jo yhdistänyt" in again
    made = Merge.objects.get()
    undo = reverse("admin:desk-merge-undo", args=[made.pk])
    assert undo in kaisas_desk.get(person(kept)).content.decode()
    assert kaisas_desk.post(undo)["Location"] == person(other)


def test_the_dock_merges_nobody(signed_in: SignedIn) -> None:
    kept, _other = twice()
    client = signed_in(cast.olli())
    assert client.get(reverse("admin:desk-merge", args=[kept.pk])).status_code == 403


def person(customer: Customer) -> str:
    return reverse("admin:desk-person", args=[customer.pk])
