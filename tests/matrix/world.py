"""The world of the matrix: three people of whom everything is known, and staff in every role.

Aino ("own") is everybody's customer: she comes today and has agreed to marketing. Eero ("foreign")
was here long ago, has a secrecy order and has agreed to nothing. Meri ("erased") asked to be
forgotten. Whatever text the policy declares of them is a word that occurs nowhere else: `words`
says which column it came from. A table that gets personal data and no maker here is filled by
`_invented`; where that is refused, a test says that it needs a maker.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField

from register import clock, policy
from register.demo import invented
from register.demo.files import wav
from register.models import (
    Booking,
    Consent,
    Customer,
    ErasureReceipt,
    ErasureTrouble,
    ImportRun,
    Invoice,
    RetentionRun,
    RoleGrant,
    User,
)
from register.services import approvals, erasure, feedback, invoices, own_links, post_links
from register.services.erasure_plans import Ground
from register.vault.fields import SealedField
from requests_app import tokens
from requests_app.models import AccessPackage, DataSubjectRequest, RequestMail
from requests_app.packages.making import Parts
from requests_app.services import choices, versions
from tests import cast

OWN, FOREIGN, ERASED = "own", "foreign", "erased"
WHOSE = (OWN, FOREIGN, ERASED)
SHORTEST = 6
"""A shorter text is found by chance in a page."""

SHARED = {
    "register.Agreement.terms_version": "the same for every agreement of a season",
    "register.Consent.notice_version": "the same for everybody who saw that notice",
    "requests_app.DataSubjectRequest.notice_version": "the same for everybody",
    "requests_app.Correction.column": "the name of a column, whoever's it is",
    "register.CardOnFile.last_four": "four digits are found by chance; the difference finds them",
    "register.Company.postcode": "five digits are found by chance",
    "register.Company.billing_postcode": "five digits are found by chance",
    "register.Company.country": "two letters",
    "register.Attachment.media_type": "a kind of file, told by the page's own player",
}
"""Text columns without a word of their own, and why. What is left out here, the test of
differences (test_differences.py) still covers."""


@dataclass
class World:
    """`rows[label][whose]` is a row of that table; `words` maps a text, in lower case, to the
    label of the column it stands in and to whom it is about."""

    at: datetime
    staff: dict[str, User]
    rows: dict[str, dict[str, models.Model]] = field(default_factory=dict)
    words: dict[str, tuple[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def put(self, row: models.Model, whose: str, *names: str) -> None:
        for name in (row._meta.label, *names):
            self.rows.setdefault(name, {}).setdefault(whose, row)


def build() -> World:
    at = timezone.now()
    world = World(at=at, staff=_staff())
    versions.publish(by=world.staff["owner"], at=at)
    cast.mailing(segment=cast.segment(), state="done", started_at=at)
    for whose in WHOSE:
        _fill(world, whose)
    _tokens(world)
    _books(world)
    for whose in WHOSE:
        _note_words(world, whose)
    _erase(world)
    return world


def _staff() -> dict[str, User]:
    """By role; "superuser" is somebody made with createsuperuser, who has the owner's sight."""
    boss = User.objects.create_superuser("ylläpito", password=None)
    return {**cast.everybody_at_work(), "superuser": boss}


# -- One person with a row in every table ---


def _fill(world: World, whose: str) -> None:
    person = cast.customer(secrecy_order=whose == FOREIGN)
    starts_at = world.at - (timedelta(hours=1) if whose == OWN else timedelta(days=40))
    booking = cast.booking(person, starts_at=starts_at, state=_state(whose))
    agreement = cast.agreement(booking)
    case = cast.case(person, booking=booking, **_settled(whose, world.at))
    message = cast.message(person)
    returned = None if whose == OWN else booking.ends_at
    asked = _request(person, whose, world.at)
    made: list[models.Model] = [
        person, booking, agreement, case, message, asked,
        cast.identity(person), cast.card(person, number=None, last_four="4242"),
        cast.rental(booking, returned_at=returned), cast.driver(person, booking),
        cast.line(booking), cast.payment(booking), cast.deposit(booking), cast.invoice(booking),
        _company_of(person), _package(asked, world.at), cast.merged(person),
        cast.override(person, booking, cast.ban(person, lifted_at=world.at)),
        cast.service_mail(booking),
        *_chosen(person, whose, world.at),
    ]  # fmt: skip
    for make in (cast.quote, cast.feedback, cast.choice, cast.loyalty, cast.identity_check):
        made.append(make(person))
    made.append(cast.disclosure(person))
    rectified = _rectified(world, person, whose)
    made += [
        cast.correction(rectified, person, table="register.Identity", column="passport_number"),
        cast.recipient(rectified),
    ]
    made.append(cast.attachment(person, kind="recording", media_type="audio/wav", content=wav()))
    _name(world, whose, made)
    for label, row in _missing(world, person, whose):
        world.put(row, whose, label)
    for row in [rows[whose] for rows in list(world.rows.values()) if whose in rows]:
        _mark(row)


def _state(whose: str) -> str:
    return Booking.State.OUT if whose == OWN else Booking.State.RETURNED


def _settled(whose: str, at: datetime) -> dict[str, Any]:
    return {} if whose == OWN else {"state": "settled", "settled_at": at}


def _request(person: Customer, whose: str, at: datetime) -> DataSubjectRequest:
    """Aino's is decided and its package waits; the others' are closed, for an open one holds."""
    ended = {} if whose == OWN else {"state": "closed", "closed_at": at}
    named = {
        "kind": "access", "state": "decided", "reference": f"TP-2026-{next(_serial):04d}",
        "decision": "granted", "language": "fi", "name": "x", "customer": person,
        "received_at": at, "confirmed_at": at, "identified_at": at, "decided_at": at,
        "identified_by": cast.petra(), "document_type": "passport",
        "notice_version": policy.VERSION, "target_on": clock.local_date(at),
        "due_on": clock.local_date(at), "code_way": "desk", "code_given_at": at,
        "code_given_by": cast.petra(), **ended,
    }  # fmt: skip
    row = DataSubjectRequest(**named)
    row.status_token_hash = tokens.digest(tokens.derive(tokens.STATUS, row.pk))
    row.confirm_token_hash = tokens.digest(tokens.derive(tokens.CONFIRM, row.pk))
    row.code_hash = tokens.digest(f"code of {row.pk}")
    row.save()
    return row


def _rectified(world: World, person: Customer, whose: str) -> DataSubjectRequest:
    """A request to be corrected, in hand for Aino."""
    state = {"state": "identified", "decision": "", "decided_at": None} if whose == OWN else {}
    row = _request(person, whose, world.at)
    DataSubjectRequest.objects.filter(pk=row.pk).delete()
    for name, value in {"kind": "rectification", **state}.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    world.rows.setdefault("rectified", {})[whose] = row
    return row


def _package(asked: DataSubjectRequest, at: datetime) -> AccessPackage:
    row = AccessPackage(
        request=asked, customer=asked.customer, made_at=at, expires_at=at + timedelta(days=7),
        content=Parts({"tiedot.json": b"{}"}).zipped(at=at),
    )  # fmt: skip
    row.link_hash = tokens.digest(tokens.derive(tokens.PACKAGE, row.pk))
    row.save()
    return row


def _company_of(person: Customer) -> models.Model:
    return cast.contact(person, cast.company())


def _chosen(person: Customer, whose: str, at: datetime) -> Iterator[models.Model]:
    """What stands is ended for the one to be erased: nothing may hold her."""
    over = {} if whose == OWN else {"released_at": at}
    yield cast.consent(person, **({} if whose == OWN else {"action": "withdrawn"}))
    yield cast.ban(person, **({} if whose == OWN else {"lifted_at": at}))
    yield cast.hold(person, **over)
    yield cast.restriction(
        person, purpose="analysis",
        **({} if whose == OWN else {"told_before_lifting_at": at, "lifted_at": at}),
    )  # fmt: skip
    yield cast.mandate(person, cast.customer())
    yield cast.delivery(person)


NAMES = {
    "register.Customer": "customer", "register.Booking": "booking",
    "register.Agreement": "agreement", "register.Attachment": "attachment",
    "register.Deposit": "deposit", "requests_app.DataSubjectRequest": "request",
}  # fmt: skip


def _name(world: World, whose: str, made: list[models.Model]) -> None:
    for row in made:
        world.put(row, whose, *([NAMES[row._meta.label]] if row._meta.label in NAMES else []))
    contact: Any = world.rows["register.CompanyContact"][whose]
    world.put(contact.company, whose)


def _missing(world: World, person: Customer, whose: str) -> Iterator[tuple[str, models.Model]]:
    """A row in each further table about people, invented from its columns."""
    for label in policy.TABLES:
        model = apps.get_model(label)
        if label in world.rows and whose in world.rows[label]:
            continue
        if "customer" not in {column.name for column in model._meta.concrete_fields}:
            continue
        try:
            with transaction.atomic():
                yield label, _invented(model, person, world.at)
        except (DatabaseError, ValueError, TypeError) as problem:
            world.refused[label] = type(problem).__name__


def _invented(model: type[models.Model], person: Customer, at: datetime) -> models.Model:
    row: Any = model()
    for column in model._meta.concrete_fields:
        if column.name == "customer":
            row.customer = person
        elif not column.null and not column.has_default() and not column.primary_key:
            setattr(row, column.name, _some(column, at))
    row.save()
    return row


def _some(column: Any, at: datetime) -> Any:
    if column.choices:
        return column.flatchoices[0][0]
    if isinstance(column, models.ForeignKey):
        return column.related_model._base_manager.first()
    plain: tuple[tuple[type, Any], ...] = (
        (models.DateTimeField, at), (models.DateField, clock.local_date(at)),
        (models.BooleanField, False), (models.JSONField, {}), (models.UUIDField, str(uuid4())),
        (models.IntegerField, 1), (models.DecimalField, 1),
    )  # fmt: skip
    return next((value for kind, value in plain if isinstance(column, kind)), _word(column))


# -- A word for every declared text ---

_serial = count(1)


def _letters(number: int) -> str:
    found = ""
    for _ in range(4):
        number, rest = divmod(number, 26)
        found = chr(ord("a") + rest) + found
    return found


def _word(column: Any) -> str:
    """A word that occurs nowhere else, no longer than the column."""
    word = f"Zqv{_letters(next(_serial))}"
    longest = column.max_length or 40
    return (word + "word")[:longest]


def _mark(row: models.Model) -> None:
    """Give every declared text of the row a word of its own. An act of consent cannot be changed:
    its words are put into another act."""
    for column in row._meta.concrete_fields:
        label = f"{row._meta.label}.{column.name}"
        if label in policy.FIELDS and label not in KEPT and label not in SHARED:
            if (value := _marked(column)) is not None:
                setattr(row, column.name, value)
    if isinstance(row, Invoice):  # what was sent is not changed: it is written anew
        Invoice.objects.filter(pk=row.pk).delete()
        row.sha256, row._state.adding = invoices.digest(row.content), True
    if isinstance(row, Consent):
        row.pk, row._state.adding = str(uuid4()), True
        row.words_shown = row.words_shown if row.action == "given" else ""
    row.save()
    if isinstance(row, Customer):
        word = _word(Customer._meta.get_field("search_text")).lower()
        Customer.objects.filter(pk=row.pk).update(search_text=word)
        row.search_text = word


KEPT = frozenset(
    {
        "requests_app.DataSubjectRequest.reference",
        "requests_app.DataSubjectRequest.code_hash",
        "requests_app.DataSubjectRequest.status_token_hash",
        "requests_app.DataSubjectRequest.confirm_token_hash",
        "requests_app.AccessPackage.link_hash",
        "requests_app.Correction.table",
        "requests_app.Correction.column",
        "register.Agreement.number",
        "register.Company.business_id",
    }
)
"""Unlike anything else already, and needed as they are."""


VALID = {
    "personal_identity_code": lambda number: invented.identity_code(date(1971, 2, 3), number),
    "number": invented.card_number,
}
"""Sealed columns that take only what is right in form."""


def _marked(column: Any) -> Any:
    if column.choices or column.primary_key:
        return None
    if isinstance(column, SealedField):
        if column.name in VALID:
            return VALID[column.name](next(_serial))
        return None if column.binary else _word(column)
    if isinstance(column, PhoneNumberField):
        return f"+3584570{next(_serial):05d}"
    if isinstance(column, models.EmailField):
        return f"{_word(column)}@posti.example".lower()
    if isinstance(column, (models.CharField, models.TextField)):
        return _word(column)
    return None


def texts_of(row: models.Model) -> Iterator[tuple[str, str]]:
    """Label and text of the declared columns that can be looked for in an answer."""
    for column in row._meta.concrete_fields:
        label = f"{row._meta.label}.{column.name}"
        if label in policy.FIELDS and is_text(column) and label not in SHARED:
            value = getattr(row, column.name)
            text = value.expose() if hasattr(value, "expose") else str(value or "")
            yield label, text


def is_text(column: Any) -> bool:
    if isinstance(column, SealedField):
        return not column.binary
    return isinstance(column, (models.CharField, models.TextField)) and not column.choices


def _note_words(world: World, whose: str) -> None:
    for rows in world.rows.values():
        if whose in rows:
            for label, text in texts_of(rows[whose]):
                for written in _ways_of_writing(text):
                    world.words.setdefault(written, (label, whose))


def _ways_of_writing(text: str) -> Iterator[str]:
    """A phone number is shown in the habit of its country as well."""
    if len(text) >= SHORTEST:
        yield text.lower()
    if text.startswith("+358"):
        yield f"0{text[4:6]} {text[6:]}"
        yield f"0{text[4:]}"


# -- The rest ---


def _tokens(world: World) -> None:
    asked: Any = world.rows["request"][OWN]
    package: Any = world.rows["requests_app.AccessPackage"][OWN]
    customer: Any = world.rows["customer"][OWN]
    world.tokens = {
        "status": tokens.derive(tokens.STATUS, asked.pk),
        "confirm": _new_request(world.at),
        "package": tokens.derive(tokens.PACKAGE, package.pk),
        "choices": choices.token_for(customer),
        "leave": own_links.leave_token(customer.pk, "email"),
        "feedback": feedback.token(_over(customer, world.at)),
        "other": str(cast.customer().pk),
        "quote": _quote_token(customer, world.at),
        "signed": tokens.sign("TP-2026-0001", use="sent"),
    }


def _over(customer: Customer, at: datetime) -> Booking:
    """A rental that is over and may be told about."""
    return cast.booking(customer, starts_at=at - timedelta(days=2), state=Booking.State.RETURNED)


def _quote_token(customer: Customer, at: datetime) -> str:
    """The link of an offer of hers that waits for an answer."""
    day = clock.local_date(at)
    row = cast.quote(
        customer, number="T-2026-9999", offered_at=at, valid_through=day + timedelta(days=5),
        quoted_cents=100, state="answered", wanted_from=at + timedelta(days=9),
        wanted_to=at + timedelta(days=10), craft_class=cast.craft().craft_class, wishes="",
    )  # fmt: skip
    return post_links.quote_token(row)


def _new_request(at: datetime) -> str:
    """The token of a request that nobody has confirmed yet."""
    row = DataSubjectRequest(
        kind="access", reference="TP-2026-9999", language="fi", name="x", email="x@posti.example",
        received_at=at, notice_version=policy.VERSION, target_on=clock.local_date(at),
        due_on=clock.local_date(at),
    )  # fmt: skip
    row.status_token_hash = tokens.digest(tokens.derive(tokens.STATUS, row.pk))
    token = tokens.derive(tokens.CONFIRM, row.pk)
    row.confirm_token_hash = tokens.digest(token)
    row.save()
    return token


def _books(world: World) -> None:
    asked_mail = RequestMail.objects.create(
        request=world.rows["request"][OWN], mail="received", asked_at=world.at, state="paper"
    )
    run = RetentionRun.objects.create(
        for_day=clock.local_date(world.at), started_at=world.at, state=RetentionRun.State.STOPPED
    )
    trouble = ErasureTrouble.objects.create(
        customer_id=world.rows["customer"][FOREIGN].pk, problem="IntegrityError",
        first_at=world.at, last_at=world.at,
    )  # fmt: skip
    receipt = ErasureReceipt.objects.create(
        customer_id=str(uuid4()), ground="request", state="complete", executed_at=world.at
    )
    user = world.staff["desk"]
    named: list[tuple[str, models.Model]] = [
        ("request-mail", asked_mail), ("night", run), ("trouble", trouble), ("user", user),
        (receipt._meta.label, receipt),
        ("cash-up", cast.cash_up(saved_by=user)),
        ("import", ImportRun.objects.create(shape="x", touched_at=world.at)),
        (cast.folder()._meta.label, cast.folder()), ("register.Breach", cast.breach()),
        ("register.Mailing", cast.mailing()), ("register.Segment", cast.segment()),
    ]  # fmt: skip
    grant = RoleGrant.objects.filter(user=world.staff["marketing"]).first()
    named += [("grant", grant)] if grant else []
    asked = approvals.ask(
        kind="mass_export",
        what={"a": 1},
        about="Zqvtwopeople",
        by=world.staff["superuser"],
        at=world.at,
    )
    named.append(("approval", asked))
    craft = cast.craft()
    named += [(row._meta.label, row) for row in (craft, craft.craft_class, cast.maintenance(craft))]
    for name, row in named:
        world.put(row, OWN, name)


def _erase(world: World) -> None:
    """Meri is forgotten, as art. 17 does it. Her rental leaves a voucher."""
    person: Any = world.rows["customer"][ERASED]
    on = clock.local_date(world.at)
    plan = erasure.plan(customer=person, on=on, ground=Ground.REQUEST)
    erasure.execute(plan=plan, by=world.staff["privacy"], at=world.at)
