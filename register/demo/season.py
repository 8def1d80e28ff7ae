"""The whole play: setting, today, the edges of the clock, and a crowd as large as asked for."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.utils.translation import override

from register.clock import HELSINKI, local_date
from register.demo import crowd, desk_day, doubles, edges, mailings, money, setting
from register.demo.diary import Diary
from register.demo.edges import Edge
from register.demo.stage import Stage

ROWS_AT_ONCE = 30_000
PEOPLE_PER_CRAFT = 700
SPARE_CRAFT = 2
"""Craft that the day at the desk leaves alone: in service, and for rentals without a booking."""


@dataclass(slots=True)
class Played:
    """What came of it: rows per table, and the people at the edges of their clocks."""

    stage: Stage
    edges: list[Edge]
    counts: Counter[str] = field(default_factory=Counter)


def play(
    *,
    customers: int,
    seed: int,
    now: datetime,
    told: Callable[[int], None] = lambda people: None,
) -> Played:
    """Fill an empty register with at least so many people. `told` hears how many there are so far.

    The same seed, number and `now` give the same rows, ids included; only keys and nonces of the
    vault differ, and the ids of what the services make (invoices, cash-ups). Inserted in parts of
    some 30 000 rows, each in a transaction of its own.
    """
    with override("fi"):
        stage = _stage(customers=customers, seed=seed, now=now)
        desk_day.play(stage)
        doubles.play(stage)
        played = Played(stage, edges.play(stage))
        while stage.people < customers:
            crowd.somebody(stage)
            if len(stage.rows) > ROWS_AT_ONCE:
                played.counts += stage.rows.save()
                told(stage.people)
        billed = money.billed(stage)
        played.counts += stage.rows.save()
        with transaction.atomic():
            mailings.play(stage)
            money.play(stage, billed)
    return played


def rehearse(*, customers: int, seed: int, now: datetime) -> Stage:
    """The same season without inserting it: everything stays on the stage. Leaves no trace."""
    with override("fi"), transaction.atomic():
        stage = _stage(customers=customers, seed=seed, now=now)
        transaction.set_rollback(True)
        desk_day.play(stage)
        doubles.play(stage)
        edges.play(stage)
        while stage.people < customers:
            crowd.somebody(stage)
    return stage


def _stage(*, customers: int, seed: int, now: datetime) -> Stage:
    staff = setting.staff()
    now = now.astimezone(HELSINKI)
    today = local_date(now)
    crafts = setting.fleet(size=setting.LEAST_CRAFT + customers // PEOPLE_PER_CRAFT, staff=staff)
    setting.folders(today=today, staff=staff)
    setting.processors(today=today, staff=staff)
    diary = Diary(crafts)
    for days in range(-2, 3):  # these days belong to the desk
        diary.close(today + timedelta(days=days))
    for craft, first in zip(crafts[-SPARE_CRAFT:], (0, 7), strict=True):
        block = setting.service(craft, first=today + timedelta(days=first), by=staff["owner"])
        diary.close(local_date(block.starts_at), craft)
        diary.close(local_date(block.ends_at), craft)
    return Stage(rng=Random(seed), now=now, staff=staff, diary=diary)
