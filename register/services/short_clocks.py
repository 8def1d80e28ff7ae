"""What goes earlier or later than the person: card numbers, files of data-subject requests,
packages, sessions, finished jobs, companies that nobody speaks for.

Tables of apps above this one are named by their label, never imported.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Model, Q, QuerySet

from register import clock
from register.models import (
    AuditEvent,
    Booking,
    CardOnFile,
    Company,
    Customer,
    Deposit,
    ErasureReceipt,
    PaperFolder,
    Tally,
)
from register.services import events, holds, merging
from register.services.erasure_plans import ended_at
from register.services.leftovers import forsaken_companies

REQUESTS = "requests_app.DataSubjectRequest"
PACKAGES = "requests_app.AccessPackage"
DRAFTS = "requests_app.RequestDraft"
JOBS = "django_tasks_database.DBTaskResult"
JOB_DAYS = 7
SESSIONS = "usersessions.UserSession"
CARDS = "register.CardOnFile"
SETTLING = (
    "register.Booking", "register.Rental", "register.Case", "register.Payment",
    "register.OrderLine",
)  # fmt: skip


# -- Card numbers -------------------------------------------------------------------------------


def destroy_cards(*, on: date, at: datetime) -> int:
    """Destroy the numbers of cards whose rentals were settled long enough ago; returns how many.

    Nothing goes while a hold stands, a bill is unpaid, or a booking is ahead or out.
    """
    holders = _with_number().order_by().values_list("customer_id", flat=True).distinct()
    return sum(_destroy(_due(part, on), on, at) for part in events.in_parts(holders))


def settled_on(customer_ids: Collection[UUID], *, on: date) -> dict[UUID, date]:
    """The day on which each person's last rental was settled; people with one still open are
    left out. A card without any rental counts from the day it was saved."""
    open_now = _unsettled(customer_ids, on)
    saved: dict[UUID, date] = {}
    for pk, saved_at in _cards(customer_ids).values_list("customer_id", "saved_at"):
        saved[pk] = max(clock.local_date(saved_at), saved.get(pk, date.min))
    histories = events.histories(customer_ids)
    deposits = _deposits_end(customer_ids)
    return {
        pk: max(day, deposits.get(pk, day), *_settling(histories[pk].dates))
        for pk, day in saved.items()
        if pk not in open_now
    }


def _settling(dates: dict[str, date]) -> Iterator[date]:
    yield date.min
    yield from (dates[table] for table in SETTLING if table in dates)


def _unsettled(customer_ids: Collection[UUID], on: date) -> set[UUID]:
    ahead = Q(state=Booking.State.OUT) | Q(state=Booking.State.RESERVED, ends_at__gte=midnight(on))
    bookings = Booking.objects.filter(ahead, customer__among=customer_ids).order_by()
    return {*bookings.values_list("customer_id", flat=True), *holds.reasons(customer_ids)}


def _deposits_end(customer_ids: Collection[UUID]) -> dict[UUID, date]:
    """The last day on which a deposit of the person was released, or runs out by itself."""
    found: dict[UUID, date] = {}
    deposits = Deposit.objects.filter(customer__among=customer_ids).order_by()
    columns = ("customer_id", "held_at", "expires_at", "released_at")
    for pk, held_at, expires_at, released_at in deposits.values_list(*columns):
        ended = clock.local_date(released_at or expires_at or held_at)
        found[pk] = max(ended, found.get(pk, ended))
    return found


def _with_number() -> QuerySet[CardOnFile]:
    return CardOnFile.objects.filter(number_destroyed_on__isnull=True)


def _cards(customer_ids: Collection[UUID]) -> QuerySet[CardOnFile]:
    return _with_number().filter(customer__among=customer_ids).order_by()


def _due(customer_ids: Collection[UUID], on: date) -> list[UUID]:
    days = settings.CARD_RETENTION_DAYS
    return [
        pk
        for pk, day in settled_on(customer_ids, on=on).items()
        if clock.card_destroy_on(settled_on=day, days=days) <= on
    ]


def _destroy(customer_ids: Collection[UUID], on: date, at: datetime) -> int:
    owners = Counter(_cards(customer_ids).values_list("customer_id", flat=True))
    done = _cards(customer_ids).update(number=None, expiry=None, number_destroyed_on=on)
    ErasureReceipt.objects.bulk_create(
        ErasureReceipt(
            customer_id=pk,
            ground=ErasureReceipt.Ground.CARD,
            state=ErasureReceipt.State.COMPLETE,
            executed_at=at,
            counts={CARDS: count},
        )
        for pk, count in owners.items()
    )
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=at,
            verb="erase.card",
            object_label=CARDS,
            customer_id=pk,
            fields=["expiry", "number"],
            reason=ErasureReceipt.Ground.CARD,
            count=count,
        )
        for pk, count in owners.items()
    )
    return done


# -- Files of requests --------------------------------------------------------------------------


def purge_requests(*, on: date, at: datetime) -> Counter[str]:
    """Delete request files three years after they closed, requests that were never confirmed,
    and the content of packages that were fetched or whose link has run out."""
    done = Counter({PACKAGES: _empty_packages(at)})
    model: Any = apps.get_model(REQUESTS)
    requests: Any = model._base_manager.order_by()
    too_old = at - timedelta(hours=settings.REQUEST_CONFIRM_HOURS)
    done += delete_with_children(
        requests.filter(
            Q(state=model.State.LAPSED) | Q(state=model.State.RECEIVED, received_at__lt=too_old)
        )
    )
    ended = requests.filter(state__in=model.ENDED).values_list("pk", ended_at())
    due = [pk for pk, moment in ended if _file_kept_through(moment) < on]
    for part in events.in_parts(due):
        done += delete_with_children(requests.filter(pk__among=part))
    return +done


def _file_kept_through(ended: datetime) -> date:
    return clock.request_file_kept_through(clock.local_date(ended))


def _empty_packages(at: datetime) -> int:
    packages: Any = apps.get_model(PACKAGES)._base_manager.filter(content__isnull=False)
    over = packages.filter(Q(fetched_at__isnull=False) | Q(expires_at__lte=at))
    return int(over.update(content=None))


def delete_with_children(rows: QuerySet[Any]) -> Counter[str]:
    """Delete these rows and everything that cannot be without them; empty the other keys."""
    done: Counter[str] = Counter()
    for relation in rows.model._meta.related_objects:
        child: Any = relation.related_model._base_manager
        key = relation.field.name
        pointing = child.filter(**{f"{key}__in": rows.values("pk")}).order_by()
        if relation.field.null:
            pointing.update(**{key: None})
        else:
            done += delete_with_children(pointing)
    done[rows.model._meta.label] += rows._raw_delete(rows.db)
    return done


# -- Other leftovers ----------------------------------------------------------------------------


def sweep(*, on: date, at: datetime) -> Counter[str]:
    """Delete expired sessions with what is known of their browsers, counts that ran out, forms
    that were begun and never sent, jobs finished a week ago, and companies without people or
    bookings that were saved more than three years ago; empty the journals of merges that cannot
    be undone any more."""
    jobs: type[Model] = apps.get_model(JOBS)
    drafts: type[Model] = apps.get_model(DRAFTS)
    old_jobs = jobs._base_manager.filter(finished_at__lt=at - timedelta(days=JOB_DAYS))
    return +Counter(
        {
            "sessions.Session": _delete(Session.objects.filter(expire_date__lt=at)),
            SESSIONS: _delete(_browsers_signed_out()),
            "register.Tally": _delete(Tally.objects.filter(expires__lt=at)),
            DRAFTS: _delete(drafts._base_manager.filter(expires_at__lte=at)),
            JOBS: _delete(old_jobs),
            "register.Company": _old_companies(on),
            "register.Merge": merging.forget_journals(on=on),
        }
    )


def _browsers_signed_out() -> QuerySet[Any]:
    """What is kept of browsers whose sign-in is over."""
    browsers: type[Model] = apps.get_model(SESSIONS)
    alive = Session.objects.values("session_key")
    return browsers._base_manager.exclude(session_key__in=alive)


def _old_companies(on: date) -> int:
    before = clock.years_after(on, -clock.YEARS_WITHOUT_CONTRACT)
    companies = Company.objects.filter(saved_at__lt=midnight(before)).order_by()
    parts = events.in_parts(companies.values_list("pk", flat=True))
    return sum(forsaken_companies(part) for part in parts)


def _delete(rows: QuerySet[Any]) -> int:
    return int(rows.order_by()._raw_delete(rows.db))


def paper_to_destroy(*, on: date) -> list[PaperFolder]:
    """Folders whose day has come and that nobody has recorded as destroyed."""
    return list(PaperFolder.objects.filter(destroy_by__lte=on, destroyed_on__isnull=True))


def midnight(day: date) -> datetime:
    """The first instant of the day in Helsinki."""
    return datetime(day.year, day.month, day.day, tzinfo=clock.HELSINKI)


def people_with_cards() -> QuerySet[Customer]:
    """People of whom a card number is still held."""
    return Customer.objects.filter(pk__in=_with_number().values("customer_id"))
