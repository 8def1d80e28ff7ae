"""The season report: the business for whoever answers for it, turnover for the bookkeeper too."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from register import clock, permissions, spreadsheets
from register.desk.access import needs_verb
from register.money import euros
from register.services import audit, season
from register.services.season import Season, Share
from register.services.small_groups import TOTAL
from requests_app import charts
from requests_app.charts import Figure
from requests_app.services import figures

Cell = Callable[[Season, Any, Any], Figure]
FIRST_YEAR = 2000


@require_safe
@needs_verb("turnover")
def season_page(request: HttpRequest, site: Any) -> HttpResponse:
    """What the role may see of a year: the newest, unless ?year= names another."""
    at = now()
    made = _asked(request, at)
    audit.record(verb="season.opened", by=request.user, at=at, reason=str(made.year))
    context = {
        **site.each_context(request),
        "title": _("Season %(year)d") % {"year": made.year},
        "season": made,
        "years": season.years(),
        "parts": list(_parts(request, made)),
        "service": _service(at) if permissions.may(request.user, "season") else None,
    }
    return TemplateResponse(request, "requests/season.html", context)


def _asked(request: HttpRequest, at: datetime) -> Season:
    on = clock.local_date(at)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else 0
    if asked and not FIRST_YEAR <= year <= on.year:
        raise Http404
    return season.of(year=year or next(iter(season.years()), on.year), on=on)


def _service(at: datetime) -> dict[str, Any]:
    """How the service answered: counts, no people."""
    return {"unanswered": season.unanswered(at=at), "requests": figures.of(on=clock.local_date(at))}


# -- The parts of the report ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """A part of the report: which verb shows it, what it is, and how one cell of it is told.
    `top`: where its axis ends; None for the next round number."""

    key: str
    verb: str
    title: Any
    desc: Any
    cell: Cell
    unit: str = ""
    top: float | None = None
    about_people: bool = True


def _plans(request: HttpRequest) -> Iterator[Plan]:
    """What the role may see."""
    return (plan for plan in _all_plans() if permissions.may(request.user, plan.verb))


def _all_plans() -> Iterator[Plan]:
    yield Plan(
        "use", "season", _("Days on the water"),
        _(
            "Share of the days on which the craft could have been out, by month and class. Days "
            "in service are left out."
        ),
        _use, " %", about_people=False,
    )  # fmt: skip
    yield Plan(
        "turnover", "turnover", _("Turnover"),
        _("What was sold, by month and class, VAT included. Euros."),
        _turnover, about_people=False,
    )  # fmt: skip
    yield Plan(
        "late", "season", _("Late returns"),
        _("Share of the rentals that came back over a quarter of an hour late."), _late, " %",
    )  # fmt: skip
    yield Plan(
        "damage", "season", _("Damage in rentals"),
        _("Share of the rentals in which damage was found."), _damage, " %",
    )  # fmt: skip
    yield Plan(
        "satisfaction", "season", _("Satisfaction"),
        _("The mean of the scores from 1 to 5 that customers gave."), _satisfaction, top=5,
    )  # fmt: skip


def _parts(request: HttpRequest, made: Season) -> Iterator[dict[str, Any]]:
    """Each with its chart and its table."""
    for plan in _plans(request):
        rows = list(_rows(made, plan.cell))
        yield {"plan": plan, "chart": _chart(plan, made), "rows": rows}


def _use(made: Season, month: Any, name: Any) -> Figure:
    one = made.at(month, name)
    if one.percent is None:
        return Figure(None, "–")
    told = _("%(percent)d %% (%(used)d of %(days)d days)") % {
        "percent": round(one.percent), "used": one.used, "days": one.days,
    }  # fmt: skip
    return Figure(one.percent, told)


def _turnover(made: Season, month: Any, name: Any) -> Figure:
    cents = made.at(month, name).cents
    return Figure(cents / 100 if cents else None, euros(cents) if cents else "–")


def _share(one: Share, percent: bool) -> Figure:
    if one.hidden:
        return Figure(None, _("not shown"), hidden=True)
    if one.value is None:
        return Figure(None, "–")
    value = f"{one.value:.0f} %" if percent else f"{one.value:.1f}".replace(".", ",")
    return Figure(one.value, f"{value} (n = {one.n})")


def _late(made: Season, month: Any, name: Any) -> Figure:
    return _share(made.late.at(month, name), percent=True)


def _damage(made: Season, month: Any, name: Any) -> Figure:
    return _share(made.damage.at(month, name), percent=True)


def _satisfaction(made: Season, month: Any, name: Any) -> Figure:
    return _share(made.satisfaction.at(month, name), percent=False)


def _chart(plan: Plan, made: Season) -> charts.Chart:
    return charts.bars(
        key=plan.key,
        title=str(plan.title),
        desc=str(plan.desc),
        groups=[str(MONTHS_3[month]) for month in made.months],
        series=made.classes,
        figures=[[plan.cell(made, month, name) for name in made.classes] for month in made.months],
        unit=plan.unit,
        top=plan.top,
    )


def _rows(made: Season, cell: Cell) -> Iterator[dict[str, Any]]:
    """A row a month, and the totals last."""
    places: tuple[Any, ...] = (*made.months, TOTAL)
    for month in places:
        yield {
            "month": MONTHS[month] if month else _("Whole year"),
            "cells": [cell(made, month, name) for name in (*made.classes, TOTAL)],
            "is_total": not month,
        }


# -- As a spreadsheet -----------------------------------------------------------------------------


@require_safe
@needs_verb("turnover")
def season_csv(request: HttpRequest, site: Any) -> HttpResponse:
    at = now()
    made = _asked(request, at)
    plans = list(_plans(request))
    header = (_("Month"), _("Craft class"), *(str(plan.title) for plan in plans))
    rows = [
        (
            month or _("Whole year"),
            name or _("All"),
            *(p.cell(made, month, name).told for p in plans),
        )
        for month in (*made.months, TOTAL)
        for name in (*made.classes, TOTAL)
    ]
    audit.record(verb="season.exported", by=request.user, at=at, reason=str(made.year))
    response = HttpResponse(
        "".join(spreadsheets.csv_parts(header, rows)), content_type=spreadsheets.CSV_TYPE
    )
    response["Content-Disposition"] = f'attachment; filename="kausi-{made.year}.csv"'
    return response
