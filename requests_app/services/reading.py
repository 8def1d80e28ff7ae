"""Two people read what may tell of others before a copy leaves (GDPR 15(4)): one proposes row by
row what to do with it, another approves or sends back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from register import permissions, policy
from register.services import audit
from register.vault import Erased, Secret
from requests_app.models import DataSubjectRequest, Passage
from requests_app.packages import passages
from requests_app.packages.passages import Found
from requests_app.services import errors

State = DataSubjectRequest.State
Outcome = Passage.Outcome
Verdict = Passage.Verdict
READABLE = (*DataSubjectRequest.WORKED_ON, State.DECIDED, State.DELIVERED)


@dataclass(frozen=True, slots=True)
class Line:
    """One row to be read, with what has been proposed of it as it is now."""

    found: Found
    passage: Passage | None

    @property
    def state(self) -> str:
        """ "open", "waiting" or "approved"."""
        if self.passage is None or self.passage.outcome == Outcome.RETURNED:
            return "open"
        return str(self.passage.outcome)


def is_to_be_read(request: DataSubjectRequest) -> bool:
    """Whether a copy of the person's words leaves in answer to this request."""
    access = request.kind == DataSubjectRequest.Kind.ACCESS
    return access and request.customer is not None and request.state in READABLE


def lines(request: DataSubjectRequest) -> list[Line]:
    """Everything to be read. A row that has changed since it was proposed is open again."""
    if request.customer is None:
        return []
    known = {(row.table, row.row_id): row for row in Passage.objects.filter(request=request)}
    found = passages.to_be_read(request.customer)
    return [Line(one, _as_it_is(known.get(one.key), one)) for one in found]


def _as_it_is(passage: Passage | None, one: Found) -> Passage | None:
    return passage if passage is not None and passage.seen == one.digest else None


@transaction.atomic
def propose(
    *,
    request: DataSubjectRequest,
    one: Found,
    verdict: str,
    ground: str = "",
    words: Mapping[str, str] | None = None,
    by: Any,
    at: datetime,
) -> Passage:
    """Propose what to do with a row; an earlier proposal gives way. Raises NotPermitted,
    WrongState, GroundsMissing, or NothingTakenOut where the words are as they were."""
    _refuse(request, by, "package")
    kept = dict(words or {}) if verdict == Verdict.REDACT else {}
    if verdict != Verdict.RELEASE and not ground:
        raise errors.GroundsMissing
    if verdict == Verdict.REDACT and (one.is_file or kept == {w.name: w.text for w in one.words}):
        raise errors.NothingTakenOut
    assert request.customer is not None
    Passage.objects.filter(request=request, table=one.table, row_id=one.row.pk).delete()
    passage = Passage.objects.create(
        request=request,
        customer=request.customer,
        table=one.table,
        row_id=one.row.pk,
        seen=one.digest,
        verdict=verdict,
        ground="" if verdict == Verdict.RELEASE else ground,
        words=json.dumps(kept, ensure_ascii=False) if kept else None,
        proposed_by=by,
        proposed_at=at,
    )
    audit.record(verb="passage.proposed", by=by, at=at, object=passage, reason=verdict)
    return passage


@transaction.atomic
def decide(*, passage: Passage, approve: bool, by: Any, at: datetime) -> None:
    """A second person approves the proposal or sends it back. Raises NotPermitted, OwnProposal or
    WrongState."""
    row = Passage.objects.select_for_update(of=("self",)).get(pk=passage.pk)
    _refuse(row.request, by, policy.RELEASE_TEXT.verb)
    if row.proposed_by_id == by.pk:
        raise errors.OwnProposal
    if row.outcome != Outcome.WAITING:
        raise errors.WrongState
    row.outcome = Outcome.APPROVED if approve else Outcome.RETURNED
    row.decided_by, row.decided_at = by, at
    row.save(update_fields=["outcome", "decided_by", "decided_at"])
    audit.record(verb=f"passage.{row.outcome}", by=by, at=at, object=row, reason=row.verdict)


def words_left(passage: Passage | None, *, by: Any, at: datetime) -> dict[str, str]:
    """What is left of the words, column by column, for the eyes of those who read: opening them
    writes its audit line."""
    if passage is None or not isinstance(passage.words, Secret):
        return {}
    if isinstance(passage.words, Erased):
        return {}
    return dict(json.loads(passage.words.reveal(reason="request", by=by, at=at)))


def _refuse(request: DataSubjectRequest, by: Any, verb: str) -> None:
    if not permissions.may(by, verb):
        raise errors.NotPermitted
    if not is_to_be_read(request):
        raise errors.WrongState
