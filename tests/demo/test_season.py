"""The demo season: invented through and through, the same every time, true to its stories."""

import itertools
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import phonenumbers
import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from stdnum.fi import hetu, ytunnus

from register import policy
from register.declare import Event
from register.demo import season, setting
from register.demo.diary import moment
from register.demo.season import Played
from register.models import (
    Booking,
    Company,
    Consent,
    Customer,
    Identity,
    MaintenanceBlock,
    Message,
    PaperFolder,
    Rental,
)
from register.services import events, holds
from requests_app import demo
from requests_app.models import DataSubjectRequest
from tests import cast

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)
NOON = moment(TODAY, 12)


def play(*, customers: int = 250, seed: int = 7, now: datetime = NOON) -> Played:
    cast.everybody_at_work()
    played = season.play(customers=customers, seed=seed, now=now)
    played.edges += demo.play(played.stage)
    return played


@pytest.fixture
def played() -> Played:
    return play()


def test_every_table_about_people_holds_something(played: Played) -> None:
    empty = [
        table
        for table in policy.TABLES
        if table.startswith("register.") and not apps.get_model(table)._base_manager.exists()
    ]
    # What staff look up and approve belongs to no season: nobody has sat down yet.
    assert empty == ["register.LookUpNotice", "register.Approval"]


def test_identity_codes_are_right_in_form_and_nobodys(played: Played) -> None:
    codes = [
        row.personal_identity_code.expose()
        for row in Identity.objects.filter(personal_identity_code__isnull=False)
        if row.personal_identity_code
    ]
    assert len(codes) == len(set(codes)) > 30
    for code in codes:
        assert hetu.validate(code, allow_temporary=True)
        assert 900 <= int(code[7:10]) <= 999


def test_phones_can_be_rung_by_the_library_and_answered_by_nobody(played: Played) -> None:
    numbers = [c.phone.as_e164 for c in Customer.objects.exclude(phone="")]
    assert len(numbers) > 100
    for number in numbers:
        assert phonenumbers.is_valid_number(phonenumbers.parse(number))
        assert number.startswith(("+358480", "+467017406", "+12025550"))


def test_mail_goes_to_a_domain_that_cannot_exist(played: Played) -> None:
    addresses = Customer.objects.exclude(email="").values_list("email", flat=True)
    assert addresses
    assert all(address.endswith(".example") for address in addresses)


def test_companies_have_a_right_check_digit(played: Played) -> None:
    numbers = list(Company.objects.values_list("business_id", flat=True))
    assert len(numbers) >= 5
    assert all(ytunnus.is_valid(number) and number.startswith("9") for number in numbers)


def test_everybody_at_an_edge_goes_or_stays_as_their_story_says(played: Played) -> None:
    for edge in played.edges:
        person = Customer.objects.get(pk=edge.person.pk)
        assert person.kept_through is not None
        goes = person.kept_through < TODAY and not holds.is_held(person)
        assert goes is edge.goes, edge.story


def test_nobody_but_the_people_at_the_edges_is_due(played: Played) -> None:
    due = set(Customer.objects.past_retention(on=TODAY).values_list("pk", flat=True))
    assert due <= {edge.person.pk for edge in played.edges}


def test_the_index_of_the_clock_needs_no_mending(played: Played) -> None:
    assert events.refresh_all() == 0


def test_no_craft_is_promised_twice_or_while_in_service(played: Played) -> None:
    taken: dict[Any, list[tuple[datetime, datetime]]] = defaultdict(list)
    recent = Booking.objects.filter(starts_at__gte=NOON - timedelta(days=1900))
    for booking in recent.exclude(state=Booking.State.CANCELLED):
        taken[booking.craft_id].append((booking.starts_at, booking.ends_at))
    for block in MaintenanceBlock.objects.all():
        taken[block.craft_id].append((block.starts_at, block.ends_at))
    for times in taken.values():
        times.sort()
        for (_start, end), (start, _end) in itertools.pairwise(times):
            assert end <= start


@pytest.mark.parametrize("hour", [1, 8, 9, 12, 17, 20, 23])
def test_the_desk_has_something_to_do_at_any_hour(hour: int) -> None:
    now = moment(TODAY, hour, 5)
    play(customers=1, now=now)
    out = Booking.objects.filter(state=Booking.State.OUT)
    reserved = Booking.objects.filter(state=Booking.State.RESERVED)
    assert out.filter(ends_at__lt=now).exists(), "nobody is late"
    assert out.filter(ends_at__gte=now).exists(), "nobody is on the water"
    assert reserved.filter(starts_at__lt=now + timedelta(hours=24)).exists(), "nobody comes"
    assert reserved.get(customer__last_name="Aallokko").starts_at > now
    assert not Rental.objects.filter(handed_over_at__gt=now).exists()
    assert not Booking.objects.filter(booked_at__gt=now).exists()


def test_no_event_is_dated_after_now_but_what_is_booked(played: Played) -> None:
    booked_ahead = {("register.Booking", "ends_at"), ("register.Driver", "drove_on")}
    ahead = {(event.table, event.when) for event in policy.EVENTS if dated_after_now(event)}
    assert ahead == booked_ahead


def dated_after_now(event: Event) -> bool:
    now = NOON if event.when.endswith("_at") else TODAY
    rows = apps.get_model(event.table)._base_manager
    return rows.filter(**{f"{event.when}__gt": now}).exists()


def test_marketing_is_sent_only_while_a_consent_stands(played: Played) -> None:
    sent = Message.objects.filter(topic=Message.Topic.MARKETING)
    odd = {edge.person.pk for edge in played.edges}  # one of them is there to show that it is odd
    assert sent.exclude(customer__in=odd).exists()
    for message in sent.exclude(customer__in=odd):
        acts = Consent.objects.filter(
            customer=message.customer, channel=message.channel, acted_at__lte=message.happened_at
        )
        newest = acts.order_by("-acted_at").first()
        assert newest is not None
        assert newest.action == Consent.Action.GIVEN


def test_some_paper_folders_are_due_and_one_was_destroyed(played: Played) -> None:
    due = PaperFolder.objects.filter(destroy_by__lte=TODAY, destroyed_on__isnull=True)
    assert due.count() == 2
    assert PaperFolder.objects.filter(destroyed_on__isnull=False).count() == 1


def test_requests_stand_at_every_stage_and_near_their_day(played: Played) -> None:
    states = set(DataSubjectRequest.objects.values_list("state", flat=True))
    assert states == set(DataSubjectRequest.State.values)
    due = DataSubjectRequest.objects.exclude(state__in=DataSubjectRequest.ENDED)
    assert due.filter(due_on__lt=TODAY).count() == 1
    assert due.filter(due_on__range=(TODAY, TODAY + timedelta(days=3))).count() >= 3


def test_each_role_has_a_sign_in_that_works(played: Played) -> None:
    assert set(setting.SIGN_INS) == set(policy.ROLE_KEYS)
    for role, (username, *_names) in setting.SIGN_INS.items():
        user = authenticate(username=username, password=setting.PASSWORD)
        assert user is not None
        assert user.grants.get().role == role


def test_the_same_seed_gives_the_same_season_and_another_gives_another() -> None:
    def prints(seed: int) -> list[Any]:
        """What is planned, without inserting it."""
        stage = season.rehearse(customers=150, seed=seed, now=NOON)
        return [
            [getattr(row, f.attname) for f in row._meta.concrete_fields if f.name != "saved_by"]
            for row in stage.rows.of(Customer) + stage.rows.of(Booking) + stage.rows.of(Message)
        ]

    cast.everybody_at_work()
    once, again, other = prints(1), prints(1), prints(2)
    assert once == again
    assert once != other
