"""The life of a request: the services, the declaration and the database say the same."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run

from requests_app import lifecycle, tokens
from requests_app.models import DataSubjectRequest
from requests_app.services import errors, intake, steps
from tests import cast

State = DataSubjectRequest.State
CHANNELS, KINDS = ("web", "phone"), ("access", "objection")
DECISIONS = ("granted", "partly", "refused")


def put(request: DataSubjectRequest, **columns: object) -> None:
    """Past every service, straight into the table."""
    with transaction.atomic():
        DataSubjectRequest.objects.filter(pk=request.pk).update(**columns)


def filled_in(request: DataSubjectRequest) -> None:
    """Everything that the states ask for, so that only the step itself can be what is refused."""
    put(
        request, customer=cast.aino(), identified_at=cast.NOW, identified_by=cast.petra(),
        taken_by=cast.petra(), taken_at=cast.NOW,
        decision="granted", decided_at=cast.NOW, closed_at=cast.NOW,
    )  # fmt: skip


def at_state(ask, state: str) -> DataSubjectRequest:
    """Aino's request, led there by the shortest way the life cycle has."""
    ways = {"received": ()} | {
        "confirmed": ("confirmed",),
        "identified": ("confirmed", "identified"),
        "in_hand": ("confirmed", "identified", "in_hand"),
        "decided": ("confirmed", "identified", "in_hand", "decided"),
        "delivered": ("confirmed", "identified", "in_hand", "decided", "delivered"),
        "closed": ("confirmed", "closed"),
        "lapsed": ("lapsed",),
        "withdrawn": ("withdrawn",),
    }
    request = ask()
    filled_in(request)
    for step in ways[state]:
        put(request, state=step)
    return request


def test_the_declaration_knows_every_state_and_the_ended_ones_lead_nowhere() -> None:
    assert set(lifecycle.NEXT) == set(State.values)
    ended = {state for state, following in lifecycle.NEXT.items() if not following}
    assert ended == set(DataSubjectRequest.ENDED)


@pytest.mark.parametrize("before", State.values)
def test_the_database_refuses_every_step_that_the_life_cycle_does_not_have(ask, before) -> None:
    request = at_state(ask, before)
    for after in set(State.values) - {before}:
        with transaction.atomic():
            if lifecycle.allows(before, after):
                put(request, state=after)
            else:
                with pytest.raises(IntegrityError):
                    put(request, state=after)
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "erasure"),
        ("received_at", cast.NOW + timedelta(days=20)),
        ("extended_at", None),
        ("decision", "refused"),
    ],
)
def test_the_database_keeps_what_was_told_as_it_was_told(ask, column, value) -> None:
    request = ask()
    put(request, extended_at=cast.NOW, extension_reason="Laaja", decision="granted", grounds="x")
    with pytest.raises(IntegrityError):
        put(request, **{column: value})


class Life(RuleBasedStateMachine):
    """Staff and Aino press any button at any time; somebody writes any state into the table."""

    @initialize(
        channel=st.sampled_from(["web", "phone"]), kind=st.sampled_from(["access", "objection"])
    )
    def comes_in(self, channel: str, kind: str) -> None:
        self.alone = transaction.atomic()  # each life in a savepoint of its own
        self.alone.__enter__()
        self.aino, self.petra, self.leena = cast.aino(), cast.petra(), cast.leena()
        asked = {"kind": kind, "name": "Aino", "email": "a@posti.example"}
        asked |= {"language": "fi"}
        if channel == "web":
            self.request = intake.submit(**asked, at=cast.NOW)
        else:
            self.request = intake.enter(
                **asked, channel=channel, by=self.petra, received_at=cast.NOW, at=cast.NOW
            )
        self.model = self.request.state

    def press(self, to: str, act, **given: object) -> None:
        """The step is taken exactly when the service says so, and the life cycle has it."""
        try:
            act(request=self.request, **given)
        except errors.StepRefused:
            return
        assert to == self.model or lifecycle.allows(self.model, to)
        self.model = to

    @rule()
    def aino_confirms(self) -> None:
        token = tokens.derive(tokens.CONFIRM, self.request.pk)
        try:
            intake.confirm(token=token, at=cast.NOW)
        except errors.NoSuchToken:
            assert self.model != State.RECEIVED
        else:
            assert self.model == State.RECEIVED
            self.model = State.CONFIRMED

    @rule()
    def petra_matches(self) -> None:
        self.press(self.model, steps.match, customer=self.aino, by=self.petra, at=cast.NOW)

    @rule()
    def petra_identifies(self) -> None:
        given = {"document_type": "passport", "by": self.petra, "at": cast.NOW}
        self.press(State.IDENTIFIED, steps.identify, **given)

    @rule(who=st.sampled_from(["petra", "leena"]))
    def somebody_takes_it(self, who: str) -> None:
        self.press(State.IN_HAND, steps.take, by=getattr(self, who), at=cast.NOW)

    @rule(
        decision=st.sampled_from(["granted", "partly", "refused"]),
        grounds=st.sampled_from(["", "x"]),
    )
    def petra_decides(self, decision: str, grounds: str) -> None:
        """Who decides what nobody has taken takes it first, in the same moment."""
        given = {"decision": decision, "grounds": grounds, "by": self.petra, "at": cast.NOW}
        before = self.model
        self.model = State.IN_HAND if before == State.IDENTIFIED else before
        self.press(State.DECIDED, steps.decide, **given)
        self.model = self.model if self.model == State.DECIDED else before

    @rule(days=st.integers(0, 40))
    def petra_takes_more_time(self, days: int) -> None:
        at = cast.NOW + timedelta(days=days)
        self.press(self.model, steps.extend, reason="Laaja", by=self.petra, at=at)

    @rule()
    def petra_renews(self) -> None:
        self.press(State.DECIDED, steps.renew_package, by=self.petra, at=cast.NOW)

    @rule()
    def the_package_is_fetched(self) -> None:
        self.press(State.DELIVERED, steps.delivered, at=cast.NOW)

    @rule(decision=st.sampled_from(["", "granted", "refused"]))
    def petra_closes(self, decision: str) -> None:
        given = {"decision": decision, "grounds": "x", "by": self.petra, "at": cast.NOW}
        self.press(State.CLOSED, steps.close, **given)

    @rule()
    def aino_takes_it_back(self) -> None:
        self.press(State.WITHDRAWN, steps.withdraw, at=cast.NOW)

    @rule(after=st.sampled_from(State.values))
    def somebody_writes_into_the_table(self, after: str) -> None:
        if after == self.model or lifecycle.allows(self.model, after):
            return
        with pytest.raises(IntegrityError):
            put(self.request, state=after)

    def teardown(self) -> None:
        if hasattr(self, "alone"):
            transaction.set_rollback(True)
            self.alone.__exit__(None, None, None)

    @invariant()
    def the_table_holds_what_was_pressed(self) -> None:
        row = DataSubjectRequest.objects.get(pk=self.request.pk)
        assert row.state == self.model
        assert (row.closed_at is not None) == (row.state in DataSubjectRequest.ENDED)
        assert row.state not in ("decided", "delivered") or row.identified_at


def test_no_order_of_buttons_leads_out_of_the_life_cycle(db) -> None:
    run(
        Life,
        settings=settings(
            max_examples=12, stateful_step_count=14, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), derandomize=True,
        ),
    )  # fmt: skip


def test_a_request_is_in_one_persons_hands_and_moves_to_anothers(client, identified) -> None:
    request, _aino = identified()
    petra, leena = cast.petra(), cast.leena()
    client.force_login(petra)
    address = f"/hallinta/requests_app/datasubjectrequest/{request.pk}"
    assert "/vaihe/ota/" in client.get(f"{address}/").content.decode()
    client.post(f"{address}/vaihe/ota/")
    request.refresh_from_db()
    assert (request.state, request.taken_by) == (State.IN_HAND, petra)
    assert "/vaihe/ota/" not in client.get(f"{address}/").content.decode()
    with pytest.raises(errors.WrongState):
        steps.take(request=request, by=petra, at=cast.NOW)
    steps.take(request=request, by=leena, at=cast.NOW)
    request.refresh_from_db()
    assert (request.state, request.taken_by) == (State.IN_HAND, leena)
    with pytest.raises(errors.NotPermitted):
        steps.take(request=request, by=cast.kaisa(), at=cast.NOW)


def test_a_second_clerk_sees_that_the_first_was_quicker(client, ask) -> None:
    request = ask("confirmed")
    seen = {"seen_as": steps.mark(request)}
    steps.match(request=request, customer=cast.aino(), by=cast.kaisa(), at=cast.NOW)
    client.force_login(cast.petra())
    address = f"/hallinta/requests_app/datasubjectrequest/{request.pk}"
    page = client.post(f"{address}/vaihe/paata/", {**seen, "paata-decision": "granted"})
    assert "on muuttunut sen jälkeen" in page.content.decode()
    request.refresh_from_db()
    assert request.state == State.CONFIRMED

    now = {"seen_as": steps.mark(request)}
    client.post(f"{address}/vaihe/paata/", {**now, "paata-decision": "granted"})
    request.refresh_from_db()
    assert request.state == State.CLOSED

    late = client.post(f"{address}/vaihe/tunnista/", {**now}, follow=True)
    assert "on muuttunut sen jälkeen" in late.content.decode()


def test_every_button_of_the_page_says_how_the_request_stood(client, ask) -> None:
    request = ask("confirmed")
    client.force_login(cast.petra())
    page = client.get(f"/hallinta/requests_app/datasubjectrequest/{request.pk}/").content.decode()
    assert page.count(f'name="seen_as" value="{steps.mark(request)}"') == page.count("/vaihe/") > 2
