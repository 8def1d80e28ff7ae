"""Figures about people in a table with totals, so that no group of fewer than LEAST shows.

Hiding a small group is not enough: whoever knows the row's total and the other groups subtracts.
So further cells are hidden, the smallest first, until

- every row and column that hides anything hides at least two of its cells and total, and those
  that it hides under a shown total hold LEAST people or more together; and
- no hidden cell follows from the rest: the hidden cells, drawn as lines between their rows and
  columns, contain no line that nothing goes round (a bridge; Gusfield 1988: a hidden cell of a
  table with totals is computable exactly when it is one).

Pure functions of sets of people.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from heapq import heappop, heappush
from itertools import count

LEAST = 5
TOTAL = ""
"""The row or column of the totals."""

Place = tuple[Hashable, Hashable]
People = frozenset[Hashable]


def with_totals(groups: Mapping[Place, Iterable[Hashable]]) -> dict[Place, People]:
    """The groups that have anybody, with the totals of rows, columns and the whole."""
    table: dict[Place, People] = {}
    for (row, column), people in groups.items():
        members = frozenset(people)
        for place in ((row, column), (row, TOTAL), (TOTAL, column), (TOTAL, TOTAL)):
            if members:
                table[place] = table.get(place, frozenset()) | members
    return table


def hidden(table: Mapping[Place, People], *, least: int = LEAST) -> frozenset[Place]:
    """The places of the table (with_totals) that are not shown."""
    kept = {place for place, people in table.items() if len(people) < least}
    while more := next(_still_open(table, kept, least), None):
        kept |= more
    return frozenset(kept)


def _still_open(
    table: Mapping[Place, People], kept: set[Place], least: int
) -> Iterator[set[Place]]:
    """What has to be hidden too, one step at a time."""
    for line in _lines(table):
        if short := _short(line, table, kept, least):
            yield {short}
    for place in sorted(kept, key=str):
        way = _way_round(place, table, kept)
        if not way <= kept:
            yield way


def _lines(table: Mapping[Place, People]) -> Iterator[tuple[list[Place], Place]]:
    """Each row and each column: its cells, and its total. The totals are a row and a column."""
    for axis in (0, 1):
        for name in sorted({place[axis] for place in table}, key=str):
            cells = [place for place in table if place[axis] == name and place[1 - axis] != TOTAL]
            total = (name, TOTAL) if axis == 0 else (TOTAL, name)
            yield cells, total


def _short(
    line: tuple[list[Place], Place], table: Mapping[Place, People], kept: set[Place], least: int
) -> Place | None:
    """The next place of the line to hide, if what it hides can be found by subtraction."""
    cells, total = line
    unseen = [place for place in cells if place in kept]
    if not unseen and total not in kept:
        return None
    together: People = frozenset().union(*(table[place] for place in unseen))
    if total in kept and unseen:
        return None
    if total not in kept and len(unseen) > 1 and len(together) >= least:
        return None
    shown = [place for place in cells if place not in kept]
    smallest = min(shown, key=lambda place: (len(table[place]), str(place)), default=None)
    return smallest or (total if total not in kept else None)


def _way_round(place: Place, table: Mapping[Place, People], kept: set[Place]) -> set[Place]:
    """The cells that close a ring with this one, hiding as few more people as can be. There is one
    always: along the totals."""
    start, goal = ("row", place[0]), ("column", place[1])
    turn = count()
    queue: list[tuple[int, int, tuple[str, Hashable], frozenset[Place]]] = [
        (0, next(turn), start, frozenset())
    ]
    seen: set[tuple[str, Hashable]] = set()
    while queue:
        cost, _turn, node, way = heappop(queue)
        if node == goal:
            return set(way)
        if node in seen:
            continue
        seen.add(node)
        axis = 0 if node[0] == "row" else 1
        for other in table:
            if other[axis] == node[1] and other != place:
                far = ("column", other[1]) if axis == 0 else ("row", other[0])
                price = 0 if other in kept else len(table[other])
                heappush(queue, (cost + price, next(turn), far, way | {other}))
    return set()
