"""A restricted person is storage only, in every way in which data is used (GDPR 18, 21).

`WAYS` names the ways per purpose. Each is tried twice: without a restriction it uses the person's
data, which proves the try itself, and with one it does not. A purpose that can be restricted and
has no way here fails, and so does one whose look-up fails open.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from register import policy
from register.models import Booking, Consent, Customer, Feedback, Message, Segment
from register.models.post import PostKind
from register.services import (
    approvals,
    attachments,
    bookings,
    contracts,
    customers,
    exports,
    lifting,
    loyalty,
    messaging,
    post,
    rentals,
    restrictions,
    season,
    segments,
)
from register.services.refusals import Refused
from tests import cast

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
Way = Callable[[Customer], bool]
"""Uses the person's data for the purpose; False, or Refused, when it does not."""
SOON = cast.NOW + timedelta(days=3)


def books(her: Customer) -> bool:
    renter = bookings.NewDriver(her, "adult", is_renter=True)
    made = bookings.book(
        customer=her, craft=cast.craft(), starts_at=SOON, ends_at=SOON + timedelta(hours=4),
        drivers=[renter], by=cast.kaisa(), at=cast.NOW,
    )  # fmt: skip
    return made.customer == her


def drives(her: Customer) -> bool:
    """For another renter."""
    renter = cast.customer()
    return bool(
        bookings.book(
            customer=renter, craft=cast.craft(), starts_at=SOON, ends_at=SOON + timedelta(hours=4),
            drivers=[
                bookings.NewDriver(renter, "adult", is_renter=True),
                bookings.NewDriver(her, "adult"),
            ],
            by=cast.kaisa(), at=cast.NOW,
        )
    )  # fmt: skip


def writes_an_agreement(her: Customer) -> bool:
    booking = cast.booking(her)
    cast.driver(her, booking)
    return bool(contracts.make(booking=booking, language="fi", by=cast.kaisa(), at=cast.NOW))


def asks_for_a_quote(her: Customer) -> bool:
    client = signed_in("kaisa")
    page = reverse("admin:register_quoterequest_add")
    client.post(
        page,
        {"customer": her.number, "requested_at": "2026-07-15T12:00", "state": "open",
         "source": "person", "wishes": ""},
    )  # fmt: skip
    return her.quoterequests.exists()


def opens_a_number(her: Customer) -> bool:
    cast.identity(her, passport_number="PA1234567")
    opened = her.identity.passport_number.reveal(reason="agreement", by=cast.kaisa(), at=cast.NOW)
    return bool(opened)


def opens_a_photo(her: Customer) -> bool:
    rows = [cast.attachment(her)]
    return bool(attachments.open_to(rows=rows, reason="charge", by=cast.kaisa(), at=cast.NOW))


def leaves_in_an_export(reason: str) -> Way:
    def leaves(her: Customer) -> bool:
        birgit, asked = cast.birgit(), {"model": Booking, "reason": reason, "form": "csv"}
        cast.booking(her)
        waiting = exports.ask(**asked, by=birgit, at=cast.NOW)
        approvals.decide(approval=waiting, approve=True, by=cast.leena(), at=cast.NOW)
        rows = list(exports.make(**asked, by=birgit, at=cast.NOW).rows)
        return any(her.number in row for row in rows)

    return leaves


def is_listed_to(username: str, row: Callable[[Customer], Any]) -> Way:
    def listed(her: Customer) -> bool:
        made = row(her)
        page = reverse(f"admin:{made._meta.app_label}_{made._meta.model_name}_changelist")
        return her.last_name in signed_in(username).get(page).content.decode()

    return listed


def is_written_to(topic: str) -> Way:
    def written(her: Customer) -> bool:
        cast.consent(her)
        messaging.ensure_may_write_to(her, topic=topic, channel="email")
        return True

    return written


def message_goes_out(her: Customer) -> bool:
    signed_in("kaisa").post(
        reverse("admin:register_message_add"),
        {"customer": her.number, "channel": "email", "direction": "out", "topic": "service",
         "subject": "Hei", "body": "", "happened_at": "2026-07-15T12:00", "source": "firm"},
    )  # fmt: skip
    return Message.objects.filter(customer=her).exists()


def is_in_the_segment(segment: dict[str, Any]) -> Way:
    def reached(her: Customer) -> bool:
        cast.consent(her)
        Consent.objects.create(
            customer=her, purpose="analysis", channel="", action="given", acted_at=cast.NOW,
            taken_through="desk", language="fi", notice_version="1", words_shown="Kyllä",
        )  # fmt: skip
        cast.loyalty(her)
        Customer.objects.filter(pk=her.pk).update(kept_through=cast.TODAY + timedelta(days=99))
        made = Segment(name="-", **segment)
        who = segments.reachable(segment=made, channel="email", languages=["fi"], on=cast.TODAY)
        return her in who

    return reached


def is_seen_by_marketing(her: Customer) -> bool:
    cast.consent(her)
    return her in customers.visible_to(cast.mauri())


def is_counted_by_the_programme(her: Customer) -> bool:
    cast.loyalty(her)
    return loyalty.standing(her, on=cast.TODAY) is not None


def is_counted_by_the_season(purpose: str) -> Way:
    """Over late returns and damage, or over satisfaction."""

    def counted(her: Customer) -> bool:
        cast.consent(her, purpose=purpose, channel="")
        return her in season.agreed(purpose)

    return counted


def is_sent_the_feedback_link(her: Customer) -> bool:
    booking = cast.booking(her, state="returned")
    row = post.queue(PostKind.THANKS, customer=her, about=booking.pk, booking=booking, at=cast.NOW)
    return row.state != "left_out"


WAYS: dict[str, dict[str, Way]] = {
    "service": {
        "book": books,
        "drive": drives,
        "agreement": writes_an_agreement,
        "quote": asks_for_a_quote,
        "number": opens_a_number,
        "photo": opens_a_photo,
        "export": leaves_in_an_export("move"),
        "dock's list": is_listed_to(
            "olli", lambda her: cast.booking(her, starts_at=timezone.now())
        ),
    },
    "communication": {
        "message": is_written_to(Message.Topic.SERVICE),
        "desk's form": message_goes_out,
        "feedback link": is_sent_the_feedback_link,
    },
    "marketing": {
        "segment": is_in_the_segment({}),
        "marketer": is_seen_by_marketing,
        "message": is_written_to(Message.Topic.MARKETING),
    },
    "analysis": {
        "segment": is_in_the_segment({"loyal": True}),
        "export": leaves_in_an_export("analysis"),
        "season report": is_counted_by_the_season("analysis"),
    },
    "loyalty": {
        "segment": is_in_the_segment({"loyal": True}),
        "programme": is_counted_by_the_programme,
    },
    "development": {},
    "quality": {"season report": is_counted_by_the_season("quality")},
}
"""Development has no use of its own: feedback is read in its list, which serves service as well,
and leaves the list when nothing is left that it serves (the last test)."""


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(getattr(cast, username)())
    return client


def restrict(her: Customer, purpose: str, kind: str = "restriction") -> Any:
    return restrictions.restrict(
        customer=her, purpose=purpose, kind=kind, ground="accuracy_contested", at=cast.NOW,
        by=cast.petra(),
    )  # fmt: skip


def uses(way: Way, her: Customer) -> bool:
    try:
        return way(her)
    except Refused:
        return False


def test_every_purpose_that_can_be_restricted_is_walked() -> None:
    assert set(WAYS) == {p.key for p in policy.PURPOSES if p.subject_may_object}


@pytest.mark.parametrize(
    ("purpose", "name"), [(purpose, name) for purpose, ways in WAYS.items() for name in ways]
)
def test_a_restricted_person_is_only_stored(purpose: str, name: str) -> None:
    way = WAYS[purpose][name]
    free, restricted = cast.customer(last_name="Vapaa"), cast.customer(last_name="Rajattu")
    restrict(restricted, purpose)
    assert uses(way, free)
    assert not uses(way, restricted)


@pytest.mark.parametrize("name", ["book", "number", "photo"])
def test_a_restriction_that_cannot_be_read_stops_the_use(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    her = cast.customer()

    def unreadable() -> None:
        raise OperationalError

    monkeypatch.setattr(restrictions, "in_force", unreadable)
    assert not uses(WAYS["service"][name], her)


def test_what_the_law_or_her_request_asks_for_is_still_opened() -> None:
    her = cast.aino()
    restrict(her, "service")
    for reason in ("authority", "request", "correction"):
        assert her.identity.passport_number.reveal(reason=reason, by=cast.petra(), at=cast.NOW)


def test_a_craft_that_is_out_comes_back_all_the_same() -> None:
    her = cast.customer()
    booking = cast.booking(her, starts_at=cast.NOW - timedelta(hours=3), state="out")
    cast.rental(booking)
    restrict(her, "service")
    back = rentals.take_back(
        booking=booking, condition=rentals.Condition(fuel_l=Decimal(60)), by=cast.olli(),
        at=cast.NOW,
    )  # fmt: skip
    assert back.returned_at == cast.NOW


def test_feedback_leaves_the_list_when_nothing_is_left_that_it_serves() -> None:
    her = cast.customer(last_name="Rajattu")
    in_list = is_listed_to("kaisa", lambda of: Feedback.objects.first() or cast.feedback(of))
    assert in_list(her)
    for purpose in ("quality", "development"):
        restrict(her, purpose)
    assert in_list(her)  # it serves the rental still
    restrict(her, "service")
    assert not in_list(her)
    petras = is_listed_to("petra", lambda of: Feedback.objects.get())
    assert petras(her)  # she carries out the person's rights


# -- Lifting --------------------------------------------------------------------------------------


@pytest.fixture
def told_at_once(settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


def test_she_is_told_by_mail_before_it_is_lifted(
    told_at_once: None, mailoutbox: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    her = cast.aino(language="sv")
    row = restrict(her, "service")
    petra, day = cast.petra(), timezone.localdate() + timedelta(days=7)
    with pytest.raises(lifting.NotTold):
        lifting.lift(restriction=row, by=petra, at=cast.NOW)
    with pytest.raises(lifting.TooSoon):
        lifting.announce(restriction=row, lifts_on=cast.TODAY, by=petra, at=cast.NOW)
    with django_capture_on_commit_callbacks(execute=True):
        lifting.announce(restriction=row, lifts_on=day, by=petra, at=cast.NOW)
    [sent] = mailoutbox
    assert "Aallokko" not in sent.subject
    assert f"{day.day}.{day.month}.{day.year}" in sent.body
    row.refresh_from_db()
    told = row.told_before_lifting_at
    assert Message.objects.get(customer=her).direction == "out"
    with pytest.raises(lifting.NotTold):
        lifting.lift(restriction=row, by=petra, at=told + timedelta(seconds=1))
    lifting.lift(restriction=row, by=petra, at=cast.moment(day))
    assert restrictions.allowed(customer=her, purpose="service")


def test_without_an_address_she_is_told_otherwise_from_the_page(client: Client) -> None:
    her = cast.customer(email="")
    row = restrict(her, "service")
    client.force_login(cast.petra())
    page = reverse("admin:desk-person", args=[her.pk])
    shown = client.get(page).content.decode()
    assert "Vuokraus ja asiakassuhde" in shown
    assert reverse("admin:desk-restriction-announce", args=[row.pk]) in shown
    client.post(
        reverse("admin:desk-restriction-announce", args=[row.pk]), {"lifts_on": "2099-01-01"}
    )
    paper = client.get(reverse("admin:desk-restriction-letter", args=[row.pk]))
    assert paper.content[:5] == b"%PDF-"
    client.post(reverse("admin:desk-restriction-tell", args=[row.pk]), {"channel": "phone"})
    row.refresh_from_db()
    assert row.told_before_lifting_at
    client.post(reverse("admin:desk-restriction-lift", args=[row.pk]))
    row.refresh_from_db()
    assert row.lifted_at is None  # the day has not come


def test_an_objection_to_marketing_at_the_desk_works_at_once(client: Client) -> None:
    her = cast.customer()
    cast.consent(her)
    client.force_login(cast.kaisa())
    assert her in customers.visible_to(cast.mauri())
    client.post(reverse("admin:desk-object", args=[her.pk]))
    assert her not in customers.visible_to(cast.mauri())
    assert not restrictions.allowed(customer=her, purpose="marketing")
