"""The life of a data-subject request: which state may follow which. Plain Python.

    received → confirmed → identified → in_hand → decided → delivered → closed
       └ lapsed, or withdrawn until it is decided

One declaration: the services ask `allows`, the database's trigger is written from `NEXT`, and the
tests walk it. An extension moves the last day, never the state.
"""

from collections.abc import Iterator

NEXT: dict[str, tuple[str, ...]] = {
    "received": ("confirmed", "withdrawn", "lapsed"),
    # Refused and ended before the identity check: nobody came, or there is no such person.
    "confirmed": ("identified", "withdrawn", "closed"),
    "identified": ("in_hand", "withdrawn", "closed"),
    # In the hands of one member of staff, who may give it to another.
    "in_hand": ("decided", "withdrawn", "closed"),
    "decided": ("delivered", "closed"),
    # A package that went astray is made anew.
    "delivered": ("decided", "closed"),
    "closed": (),
    "lapsed": (),
    "withdrawn": (),
}


def allows(before: str, after: str) -> bool:
    """Whether a request may go from one state straight to the other."""
    return after in NEXT[before]


def steps() -> Iterator[tuple[str, str]]:
    """Every step there is, as (before, after)."""
    for before, following in NEXT.items():
        for after in following:
            yield before, after
