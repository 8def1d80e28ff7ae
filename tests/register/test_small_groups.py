"""No group of fewer than five shows, nor can it be had by subtracting what shows."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from register.services import small_groups
from register.services.small_groups import LEAST, TOTAL, Place

MONTHS, CLASSES = (5, 6, 7, 8), ("a", "b", "c")
Sizes = dict[Place, int]


def people(sizes: Sizes) -> dict[Place, frozenset[object]]:
    """Everybody in one group only, so that sums of people are sums of groups."""
    return {
        place: frozenset((place, number) for number in range(size)) for place, size in sizes.items()
    }


def table_of(sizes: Sizes) -> dict[Place, frozenset[object]]:
    return small_groups.with_totals(people(sizes))


def equations(table: dict[Place, frozenset[object]]) -> list[dict[Place, int]]:
    """Each row and column: its cells less its total are nothing."""
    found = []
    for axis, other in ((0, 1), (1, 0)):
        for name in {place[axis] for place in table}:
            row = {p: 1 for p in table if p[axis] == name and p[other] != TOTAL}
            total = (name, TOTAL) if axis == 0 else (TOTAL, name)
            found.append(row | {total: -1})
    return found


def computable(table: dict[Place, frozenset[object]], unseen: frozenset[Place]) -> set[Place]:
    """Hidden places that the shown ones determine: Gauss and Jordan over the hidden unknowns. An
    unknown that stands alone in its reduced row has one value only."""
    names = sorted(unseen, key=str)
    rows = [[Fraction(line.get(name, 0)) for name in names] for line in equations(table)]
    rank = 0
    for column in range(len(names)):
        pivot = next((r for r in range(rank, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        rows[rank] = [value / rows[rank][column] for value in rows[rank]]
        for r, row in enumerate(rows):
            if r != rank and row[column]:
                rows[r] = [a - row[column] * b for a, b in zip(row, rows[rank], strict=True)]
        rank += 1
    alone = [[i for i, value in enumerate(row) if value] for row in rows[:rank]]
    return {names[line[0]] for line in alone if len(line) == 1}


SIZES = st.fixed_dictionaries(
    {place: st.sampled_from((0, 0, 1, 2, 3, 4, 5, 6, 9, 30)) for place in product(MONTHS, CLASSES)}
)


@settings(max_examples=150, deadline=None)
@given(sizes=SIZES)
def test_what_is_hidden_cannot_be_computed_from_what_shows(sizes: Sizes) -> None:
    table = table_of(sizes)
    unseen = small_groups.hidden(table)
    assert all(place in unseen for place, group in table.items() if len(group) < LEAST)
    assert computable(table, unseen) == set()
    for line in equations(table):
        total = next(place for place, sign in line.items() if sign < 0)
        hidden = [place for place, sign in line.items() if sign > 0 and place in unseen]
        if hidden and total in table and total not in unseen:
            assert sum(len(table[place]) for place in hidden) >= LEAST


def test_hiding_the_small_group_alone_would_give_it_away() -> None:
    """The check can fail: this is what it is there against."""
    table = table_of({(7, "a"): 3, (7, "b"): 20, (8, "a"): 20, (8, "b"): 20})
    assert computable(table, frozenset({(7, "a")})) == {(7, "a")}
    unseen = small_groups.hidden(table)
    assert len(unseen) > 1
    assert computable(table, unseen) == set()


def test_two_small_groups_whose_sum_would_be_small_hide_a_third() -> None:
    july, august = {"a": 2, "b": 2, "c": 20}, dict.fromkeys("abc", 9)
    sizes = {(7, name): size for name, size in july.items()}
    table = table_of(sizes | {(8, name): size for name, size in august.items()})
    assert (7, "c") in small_groups.hidden(table)


@pytest.mark.parametrize("size", [5, 500])
def test_large_groups_all_show(size: int) -> None:
    assert not small_groups.hidden(table_of(dict.fromkeys(product(MONTHS, CLASSES), size)))
