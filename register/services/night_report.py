"""What a night did, or would do: counts and opaque ids only."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Report:
    """What a run did, or would do. Counts and opaque ids only."""

    on: date
    dry_run: bool
    people: int = 0
    held: int = 0
    cards: int = 0
    keys: int = 0
    index_mended: int = 0
    due: int = 0
    soon: int = 0
    stopped: bool = False
    rows: Counter[str] = field(default_factory=Counter)
    held_because: Counter[str] = field(default_factory=Counter)
    paper: list[str] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)

    def absorb(self, part: "Report") -> None:
        """Take in what was done to some of the people."""
        self.people += part.people
        self.held += part.held
        self.keys += part.keys
        self.rows += part.rows
        self.held_because += part.held_because
        self.problems += part.problems

    def trouble(self, where: UUID | str, what: str) -> None:
        """By opaque id, or step, and kind of error: an error's text may hold values."""
        logger.error("Retention: %s is left undone (%s).", where, what)
        self.problems.append({"where": str(where), "problem": what})

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A step that fails is told of and does not keep the others from running."""
        try:
            yield
        except Exception as error:  # reported by kind: its text may hold values
            self.trouble(name, type(error).__name__)

    @property
    def complete(self) -> bool:
        return not (self.problems or self.stopped)

    def as_json(self) -> dict[str, Any]:
        """For machines. `rows`: rows deleted or emptied, per table."""
        return {
            "on": self.on.isoformat(),
            "dry_run": self.dry_run,
            "complete": self.complete,
            "stopped": self.stopped,
            "due": self.due,
            "due_within_30_days": self.soon,
            "people": self.people,
            "held": self.held,
            "held_because": dict(sorted(self.held_because.items())),
            "cards": self.cards,
            "keys": self.keys,
            "index_mended": self.index_mended,
            "rows": dict(sorted(self.rows.items())),
            "paper": self.paper,
            "problems": self.problems,
        }
