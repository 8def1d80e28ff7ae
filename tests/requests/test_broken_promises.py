"""Twenty-six stories: in each a promise of the notice is broken, and its line turns red."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as project
from django.urls import reverse

from register import policy
from register.models import (
    Agreement,
    Booking,
    Customer,
    ErasureReceipt,
    NoticeVersion,
    RetentionRun,
)
from register.services import audit
from register.vault import keys
from register.vault.models import KeyCheck
from requests_app import evidence, slips, upkeep
from requests_app.evidence import State
from requests_app.models import DataSubjectRequest, RequestMail
from requests_app.services import versions
from tests import cast

DAY = timedelta(days=1)
LONG_AGO = cast.TODAY - timedelta(days=400)


class World:
    """What a story may take hold of: the settings, the policy, and the public form."""

    def __init__(self, settings: Any, monkeypatch: pytest.MonkeyPatch, ask: Callable) -> None:
        self.settings, self.patch, self.ask = settings, monkeypatch, ask

    def late(self, kind: str) -> None:
        """Somebody asked, and nobody answered in time."""
        asked = self.ask("confirmed", kind=kind)
        DataSubjectRequest.objects.filter(pk=asked.pk).update(
            due_on=cast.TODAY - DAY, target_on=cast.TODAY - DAY
        )


Story = Callable[[World], object]
STORIES: dict[str, Story] = {}


def story(promise: str) -> Callable[[Story], Story]:
    def add(told: Story) -> Story:
        STORIES[promise] = told
        return told

    return add


@story("p1")
def nobody_says_whom_to_call(world: World) -> None:
    world.settings.CONTROLLER = {**project.CONTROLLER, "phone": ""}


@story("p2")
def prospects_are_held_and_the_notice_forgets_them(world: World) -> None:
    cast.customer(kind=Customer.Kind.PROSPECT)
    told = tuple(subject for subject in policy.PEOPLE if subject is not policy.PROSPECTS)
    world.patch.setattr(policy, "PEOPLE", told)


@story("p3")
def the_police_get_data_and_nobody_says_on_what_ground(world: World) -> None:
    cast.disclosure(cast.aino(), recipient=policy.POLICE.key, legal_ground="?")


@story("p4")
def aino_has_an_agreement_and_her_record_denies_it(world: World) -> None:
    cast.agreement(cast.booking(cast.aino()))
    Customer.objects.update(has_contract=False)


@story("p5")
def eero_is_kept_past_his_three_years(world: World) -> None:
    eero = cast.eero()
    Customer.objects.filter(pk=eero.pk).update(kept_through=LONG_AGO, has_contract=False)


@story("p6")
def aino_is_kept_past_her_six_years(world: World) -> None:
    aino = cast.aino()
    Customer.objects.filter(pk=aino.pk).update(kept_through=LONG_AGO, has_contract=True)


@story("p7")
def ainos_key_is_lost(world: World) -> None:
    keys.destroy(cast.aino().pk)


@story("p8")
def a_company_stays_when_its_last_contact_has_left(world: World) -> None:
    cast.company()


@story("p9")
def ainos_rental_stands_on_eeros_record(world: World) -> None:
    cast.rental(cast.booking(cast.aino()), customer=cast.eero())


@story("p10")
def ainos_purchase_stands_on_eeros_record(world: World) -> None:
    cast.line(cast.booking(cast.aino()), customer=cast.eero())


@story("p11")
def olli_hands_a_jet_ski_over_without_an_agreement(world: World) -> None:
    cast.rental(cast.booking(cast.aino()))


@story("p12")
def mauri_writes_to_aino_who_never_agreed(world: World) -> None:
    cast.message(cast.aino(), topic="marketing", direction="out", happened_at=cast.NOW - DAY)


@story("p13")
def feedback_is_written_in_ainos_name(world: World) -> None:
    cast.feedback(cast.aino(), source=policy.DEALINGS.key)


@story("p14")
def ainos_objection_lies_unanswered(world: World) -> None:
    cast.case(cast.aino(), state="objected", objection="Ei ollut minun syyni.",
              objected_at=cast.NOW - 31 * DAY)  # fmt: skip


@story("p15")
def a_consent_points_at_a_notice_that_never_was(world: World) -> None:
    cast.consent(cast.aino(), notice_version="99")


@story("p16")
def aino_was_saved_next_year(world: World) -> None:
    aino = cast.aino()
    Customer.objects.filter(pk=aino.pk).update(saved_at=cast.NOW + 365 * DAY)


@story("p17")
def people_come_from_a_source_that_is_no_longer_told(world: World) -> None:
    cast.customer(source=policy.PERSON.key)
    world.patch.setattr(policy, "SOURCES", tuple(s for s in policy.SOURCES if s != policy.PERSON))


@story("p18")
def kaisa_signs_in_with_a_password_alone(world: World) -> None:
    cast.kaisa()
    world.settings.DEMO = False


@story("p19")
def a_folder_stands_in_the_cupboard_past_its_day(world: World) -> None:
    cast.folder(destroy_by=cast.TODAY - DAY)


@story("p20")
def nobody_answers_ainos_request_for_her_data(world: World) -> None:
    world.late("access")


@story("p21")
def nobody_asks_aino_whether_her_number_is_still_right(world: World) -> None:
    cast.rental(cast.booking(cast.aino(contact_checked_at=None)), handed_over_at=cast.NOW - DAY)


@story("p22")
def ainos_wrong_address_stays_wrong(world: World) -> None:
    world.late("rectification")


@story("p23")
def mauri_writes_to_aino_after_she_objected(world: World) -> None:
    aino = cast.aino()
    cast.consent(aino)
    cast.restriction(
        aino, kind="objection", purpose=policy.MARKETING.key, starts_at=cast.NOW - 2 * DAY
    )
    cast.message(aino, topic="marketing", direction="out", happened_at=cast.NOW - DAY)


@story("p24")
def ainos_erasure_stops_halfway(world: World) -> None:
    world.late("erasure")


@story("p25")
def aino_waits_for_her_file_in_vain(world: World) -> None:
    world.late("portability")


@story("p26")
def the_published_notice_hides_the_authority(world: World) -> None:
    whole = versions.publish(by=cast.leena(), at=cast.NOW)
    silent = {
        code: {part: text.replace("tietosuoja@om.fi", "") for part, text in body.items()}
        for code, body in whole.bodies.items()
    }
    NoticeVersion.objects.create(number=2, published_at=cast.NOW, bodies=silent, digest="0" * 64)


@pytest.fixture
def world(settings, monkeypatch, ask, db) -> World:
    """A quiet morning: last night's job ran, and everybody has a second step or is yet to come."""
    RetentionRun.objects.create(
        for_day=cast.TODAY - DAY, started_at=cast.NOW - DAY, finished_at=cast.NOW - DAY
    )
    for verb in (upkeep.VERIFIED, upkeep.MADE, upkeep.OPENED):
        audit.record(verb=verb, at=cast.NOW - DAY, count=0)
    return World(settings, monkeypatch, ask)


def states() -> dict[str, State]:
    return {promise: found.state for promise, found in evidence.gather(at=cast.NOW).items()}


def test_on_a_quiet_morning_no_line_is_red(world: World) -> None:
    assert State.BROKEN not in states().values()


def test_there_is_a_story_for_every_promise() -> None:
    assert set(STORIES) == set(evidence.GATHERERS) == {f"p{n}" for n in range(1, 27)}


@pytest.mark.parametrize("promise", sorted(STORIES, key=lambda name: int(name[1:])))
def test_a_broken_promise_turns_its_line_red(world: World, promise: str) -> None:
    assert states()[promise] != State.BROKEN
    STORIES[promise](world)
    assert states()[promise] == State.BROKEN


# -- Details --------------------------------------------------------------------------------------


def test_an_erasure_left_halfway_for_an_hour_is_red(world: World) -> None:
    ErasureReceipt.objects.create(
        customer_id=cast.aino().pk, state="rows_gone", executed_at=cast.NOW - 2 * DAY
    )
    assert states()["p24"] == State.BROKEN


def test_a_hold_past_its_review_is_at_risk(world: World) -> None:
    cast.hold(cast.aino(), review_on=cast.TODAY - DAY)
    assert states()["p24"] == State.RISK


def test_a_notice_that_needs_publishing_is_at_risk(world: World) -> None:
    assert states()["p1"] == State.RISK
    versions.publish(by=cast.leena(), at=cast.NOW)
    assert states()["p1"] == State.KEPT


def test_marketing_after_a_consent_is_no_slip_and_after_its_end_is_one(world: World) -> None:
    aino = cast.aino()
    cast.consent(aino, acted_at=cast.NOW - 9 * DAY)
    cast.message(
        aino, topic="marketing", direction="out", channel="email", happened_at=cast.NOW - 8 * DAY
    )
    assert states()["p12"] == State.KEPT
    cast.consent(aino, action="withdrawn", acted_at=cast.NOW - 7 * DAY)
    cast.message(
        aino, topic="marketing", direction="out", channel="email", happened_at=cast.NOW - 6 * DAY
    )
    assert states()["p12"] == State.BROKEN


def test_leena_is_led_to_where_a_promise_is_put_right(world: World, client) -> None:
    cast.folder(destroy_by=cast.TODAY - 700 * DAY)
    client.force_login(cast.leena())
    page = client.get("/tietosuoja/").content.decode()
    link = evidence.gather(at=cast.NOW)["p19"].link
    assert f'href="{link}"' in page
    assert client.get(link).status_code == 200


def test_every_link_opens_for_leena(db, client) -> None:
    client.force_login(cast.leena())
    links = {found.link for found in evidence.gather(at=cast.NOW).values()}
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


@pytest.mark.parametrize(
    ("dates", "state"),
    [
        ({"signed_on": None, "valid_through": None}, State.BROKEN),
        ({"valid_through": cast.TODAY - DAY}, State.BROKEN),
        ({"valid_through": cast.TODAY + 30 * DAY}, State.RISK),
        ({"review_on": cast.TODAY - DAY}, State.RISK),
        ({"country": "US", "safeguard": "clauses"}, State.BROKEN),
        ({"signed_on": None, "valid_through": None, "ended_on": cast.TODAY - DAY}, State.KEPT),
        ({}, State.KEPT),
    ],
)
def test_whoever_processes_for_the_firm_does_so_under_an_agreement(
    world: World, dates: dict[str, Any], state: State
) -> None:
    for recipient in slips.REGULAR:
        cast.processor(recipient=recipient.key)
    assert states()["p18"] == State.KEPT
    cast.processor(**dates)
    assert states()["p18"] == state
    told = evidence.gather(at=cast.NOW)["p18"].lines
    assert {line.link for line in told if line.alarm or line.risk} <= {reverse("admin:processors")}


Breaks = Callable[[World], object]


def breach_kept_quiet(world: World) -> None:
    cast.breach(known_at=cast.NOW - 4 * DAY, risk="risk")


def found_three_lines_changed(world: World) -> None:
    audit.record(verb=upkeep.VERIFIED, at=cast.NOW - DAY / 2, count=3)


def too_long_ago(age: str) -> Breaks:
    """Yesterday is too long ago: the audit itself cannot be made older."""
    return lambda world: world.patch.setattr(upkeep, age, DAY / 2)


def mail_that(state: str) -> Breaks:
    def wait(world: World) -> None:
        asked = world.ask("confirmed", kind="access")
        RequestMail.objects.filter(request=asked).delete()
        RequestMail.objects.create(
            request=asked, mail="received", state=state, asked_at=cast.NOW - DAY
        )

    return wait


def old_master(world: World) -> None:
    KeyCheck.objects.filter(kind="master").update(announced_at=cast.NOW - 500 * DAY)


@pytest.mark.parametrize(
    ("promise", "breaks", "state"),
    [
        ("p7", old_master, State.RISK),
        ("p18", breach_kept_quiet, State.BROKEN),
        ("p18", found_three_lines_changed, State.BROKEN),
        ("p18", too_long_ago("CHAIN_AGE"), State.RISK),
        ("p20", mail_that("failed"), State.BROKEN),
        ("p20", mail_that("queued"), State.BROKEN),
        ("p20", mail_that("paper"), State.RISK),
        ("p24", too_long_ago("BACKUP_AGE"), State.RISK),
        ("p24", too_long_ago("DRILL_AGE"), State.RISK),
    ],
)
def test_what_keeps_the_register_safe_has_its_line(
    world: World, promise: str, breaks: Breaks, state: State
) -> None:
    for recipient in slips.REGULAR:
        cast.processor(recipient=recipient.key)
    cast.aino()
    assert states()[promise] == State.KEPT
    breaks(world)
    assert states()[promise] == state


def test_every_role_is_told_with_how_far_it_sees(world: World) -> None:
    told = {line.what: line.value for line in evidence.gather(at=cast.NOW)["p18"].lines}
    seen = [role.name.to("fi") for role in policy.ROLES]
    assert set(seen) <= set(told)
    whole = sum("owner" in policy.access(label).whole for label in policy.FIELDS)
    assert str(whole) in told[policy.OWNER.name.to("fi")]


def test_a_kind_of_recipient_without_anybody_in_the_list_is_at_risk(world: World) -> None:
    assert states()["p18"] == State.RISK


def test_an_agreement_for_a_rental_is_enough(world: World) -> None:
    booking = cast.booking(cast.aino(), state=Booking.State.OUT)
    cast.rental(booking)
    cast.agreement(booking)
    assert Agreement.objects.exists()
    assert states()["p11"] == State.KEPT
