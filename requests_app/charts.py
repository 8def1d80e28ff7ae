"""Bar charts as SVG that a template draws: geometry only, in the units of the view box.

No style and no script, so that the content policy holds; series differ by pattern as well as by
colour. The table beside a chart holds the same figures for whoever cannot see it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 14, 30
GAP = 0.25
"""The part of a month's width that stays empty between months."""
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    series: int
    told: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Where a figure is not shown: a mark on the base line."""

    x: float
    told: str


@dataclass(frozen=True, slots=True)
class Tick:
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Label:
    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`key` makes the ids of the page its own; `title` and `desc` are read aloud."""

    key: str
    title: str
    desc: str
    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    gaps: tuple[Gap, ...]
    ticks: tuple[Tick, ...]
    labels: tuple[Label, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = HEIGHT - BOTTOM
    text_y: int = HEIGHT - 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A value to draw, and the same in words; None draws nothing, `hidden` a mark."""

    value: float | None
    told: str
    hidden: bool = False


def bars(
    *,
    key: str,
    title: str,
    desc: str,
    groups: Sequence[str],
    series: Sequence[str],
    figures: Sequence[Sequence[Figure]],
    unit: str = "",
    top: float | None = None,
) -> Chart:
    """`figures`: one row per group (month), one figure per series (class)."""
    highest = top or _round_up(max((f.value or 0 for row in figures for f in row), default=0) or 1)
    slot = (WIDTH - LEFT - RIGHT) / max(1, len(groups))
    drawn: list[Bar] = []
    gaps: list[Gap] = []
    for number, row in enumerate(figures):
        wide = slot * (1 - GAP) / max(1, len(row))
        for place, figure in enumerate(row):
            x = LEFT + number * slot + slot * GAP / 2 + place * wide
            if figure.hidden:
                gaps.append(Gap(round(x + wide / 2, 1), figure.told))
            elif figure.value is not None:
                drawn.append(_bar(x, wide, figure, place, highest))
    return Chart(
        key=key,
        title=title,
        desc=desc,
        series=tuple(series),
        bars=tuple(drawn),
        gaps=tuple(gaps),
        ticks=tuple(_ticks(highest, unit)),
        labels=tuple(Label(round(LEFT + slot * (n + 0.5), 1), g) for n, g in enumerate(groups)),
    )


def _bar(x: float, wide: float, figure: Figure, place: int, highest: float) -> Bar:
    full = HEIGHT - TOP - BOTTOM
    tall = full * min(figure.value or 0, highest) / highest
    y = HEIGHT - BOTTOM - tall
    return Bar(round(x, 1), round(y, 1), round(wide * 0.92, 1), round(tall, 1), place, figure.told)


def _round_up(highest: float) -> float:
    """A whole step above the highest, such as 250 for 230."""
    size = 1.0
    while size * 10 <= highest:
        size *= 10
    return next(size * step for step in STEPS if size * step >= highest)


def _ticks(highest: float, unit: str) -> Iterator[Tick]:
    full = HEIGHT - TOP - BOTTOM
    for part in range(5):
        label = f"{highest * part / 4:g}{unit}".replace(".", ",")
        yield Tick(round(HEIGHT - BOTTOM - full * part / 4, 1), label)
