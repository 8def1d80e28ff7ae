"""Invoices to companies, and credit notes. An invoice is what its `content` says: the paper is set
from it alone, so what was sent reads the same after a change of the firm's address or prices.

What it holds follows the Value Added Tax Act 1501/1993, 209 e §: both parties, numbers, dates, what
was delivered, prices without tax, the tax by rate, and in a credit note the invoice it corrects.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from register import clock, controller, money, pdf, references
from register.models import Booking, Company, Invoice, Method, OrderLine, Payment, PostKind, User
from register.services import audit, bills, customers, events, numbers, payments, post
from register.services.refusals import Refused

LONGEST_TERM = 90


class NotACompany(Refused):
    """Invoices go to companies; people pay at the desk."""


class NoAddress(Refused):
    """An invoice without the buyer's address is none."""


class NothingToInvoice(Refused):
    """Every line is on an invoice already."""


class NoAccount(Refused):
    """The firm's own account is not set."""


class CreditedAlready(Refused):
    """A second credit note would give the money twice."""


class NotWhatWasSent(Exception):
    """The content is not that whose hash the invoice bears."""


@transaction.atomic
def issue(
    *,
    booking: Booking,
    by: User,
    at: datetime,
    language: str = "fi",
    due_days: int | None = None,
    your_reference: str = "",
) -> Invoice:
    """Bill the booking's company for the lines that no standing invoice holds. Frozen from now on.

    Raises NotACompany, NoAddress, NothingToInvoice, NoAccount, Erased.
    """
    row = Booking.objects.select_for_update(of=("self",)).get(pk=booking.pk)
    customers.ensure_not_erased(row.customer)
    company, lines = _company(row), uninvoiced(row)
    total = sum(line.total_cents for line in lines)
    if not lines or total < 0:
        raise NothingToInvoice(gettext_lazy("There is nothing to invoice on this booking."))
    if not settings.INVOICE_IBAN:
        raise NoAccount(gettext_lazy("The firm's account is missing: set INVOICE_IBAN."))
    on = clock.local_date(at)
    number = numbers.invoice_number(on=on)
    due_on = on + timedelta(days=settings.INVOICE_DUE_DAYS if due_days is None else due_days)
    paid = _paid_before(row, total)
    with override(language):
        told = _content(row, company, lines, your_reference=your_reference)
    told |= _pay_to(number, total - paid, due_on)
    return _save(
        row, by=by, at=at, kind=Invoice.Kind.INVOICE, number=number, language=language,
        company=company, issued_on=on, due_on=due_on, reference=told["reference"],
        recipient="\n".join(told["recipient"]), content=told, total_cents=total, paid_cents=paid,
    )  # fmt: skip


@transaction.atomic
def credit(*, invoice: Invoice, by: User, at: datetime) -> Invoice:
    """Take an invoice back as a whole. What is right is invoiced anew. Raises CreditedAlready."""
    booking = Booking.objects.select_for_update(of=("self",)).get(pk=invoice.booking_id)
    row = Invoice.objects.get(pk=invoice.pk)
    if row.kind != Invoice.Kind.INVOICE or is_credited(row):
        raise CreditedAlready(gettext_lazy("This invoice has been credited already."))
    on = clock.local_date(at)
    told = {**row.content, "credits": {"number": row.number, "on": row.issued_on.isoformat()}}
    told["lines"] = [_turned(line) for line in row.content["lines"]]
    told["vats"] = [{**vat, "net_cents": -vat["net_cents"], "tax_cents": -vat["tax_cents"]}
                    for vat in row.content["vats"]]  # fmt: skip
    told["bar_code"] = ""
    return _save(
        booking, by=by, at=at, kind=Invoice.Kind.CREDIT_NOTE, language=row.language,
        number=numbers.invoice_number(on=on), company=row.company, issued_on=on, due_on=on,
        reference=row.reference, recipient=row.recipient, content=told,
        total_cents=-row.total_cents, credits_number=row.number,
    )  # fmt: skip


def _turned(line: dict[str, Any]) -> dict[str, Any]:
    return {
        **line,
        "quantity": str(-Decimal(line["quantity"])),
        "total_cents": -line["total_cents"],
    }


def _save(booking: Booking, *, by: User, at: datetime, **columns: Any) -> Invoice:
    made = Invoice.objects.create(
        customer_id=booking.customer_id, booking=booking, saved_at=at, saved_by=by,
        sha256=digest(columns["content"]), **columns,
    )  # fmt: skip
    audit.record(verb=f"invoice.{made.kind}", by=by, at=at, object=made)
    post.queue(PostKind.INVOICE, customer=booking.customer, about=made.pk, booking=booking, at=at)
    events.refresh([booking.customer_id])
    return made


@transaction.atomic
def receive(*, invoice: Invoice, amount_cents: int, by: User, at: datetime) -> Payment:
    """The bank's statement shows a payment with the invoice's reference. Raises MoreThanOwed."""
    return payments.pay(
        booking=invoice.booking, amount_cents=amount_cents, method=Method.BANK, by=by, at=at,
        reference=invoice.reference,
    )  # fmt: skip


# -- Where it stands ------------------------------------------------------------------------------


def standing() -> QuerySet[Invoice]:
    """Invoices that no credit note took back."""
    credited = Invoice.objects.filter(credits_number__isnull=False).values("credits_number")
    return Invoice.objects.filter(kind=Invoice.Kind.INVOICE).exclude(number__in=credited)


def is_credited(invoice: Invoice) -> bool:
    return Invoice.objects.filter(credits_number=invoice.number).exists()


def credited(rows: Iterable[Invoice]) -> set[int]:
    """The numbers of those that a credit note took back."""
    numbered = Invoice.objects.filter(credits_number__in=[row.number for row in rows])
    return set(numbered.values_list("credits_number", flat=True))  # type: ignore[arg-type]


def due_cents(invoice: Invoice) -> int:
    """What is still to be paid of a standing invoice; 0 for one that was taken back."""
    if invoice.kind != Invoice.Kind.INVOICE or is_credited(invoice):
        return 0
    return invoice.total_cents - invoice.paid_cents - _received(invoice)


def _received(invoice: Invoice) -> int:
    paid = Payment.objects.filter(booking_id=invoice.booking_id, reference=invoice.reference)
    sums = dict(paid.order_by().values_list("kind").annotate(sum=Sum("amount_cents")))
    return sum(bills.SIGN[kind] * cents for kind, cents in sums.items())


def uninvoiced(booking: Booking) -> list[OrderLine]:
    """The booking's lines that stand on no invoice."""
    on_paper = {
        line["id"]
        for content in standing().filter(booking=booking).values_list("content", flat=True)
        for line in content["lines"]
    }
    lines = booking.lines.order_by("ordered_on", "saved_at", "-kind")
    return [line for line in lines if str(line.pk) not in on_paper]


def _paid_before(booking: Booking, total: int) -> int:
    """What has been paid of the booking beyond its other invoices, at most the new total."""
    others = standing().filter(booking=booking).aggregate(sum=Sum("total_cents"))["sum"] or 0
    return min(max(bills.paid_cents(booking) - others, 0), total)


# -- What it says ---------------------------------------------------------------------------------


def _company(booking: Booking) -> Company:
    company = booking.company
    if company is None:
        raise NotACompany(
            gettext_lazy("Invoices go to companies: this booking is a private person's.")
        )
    if not (_address(company)[1]):
        raise NoAddress(gettext_lazy("The company has no postal address: write it down first."))
    return company


def _address(company: Company) -> list[str]:
    """Name, street, postcode and city: the billing address where there is one."""
    billing = [company.billing_street, f"{company.billing_postcode} {company.billing_city}".strip()]
    postal = [company.street, f"{company.postcode} {company.city}".strip()]
    return [company.name, *(billing if company.billing_street else postal)]


def _content(
    booking: Booking, company: Company, lines: Sequence[OrderLine], *, your_reference: str
) -> dict[str, Any]:
    return {
        "seller": {**controller.details(), "vat_id": _vat_id()},
        "recipient": _address(company),
        "business_id": company.business_id,
        "einvoice_address": company.einvoice_address,
        "your_reference": your_reference,
        "booking": booking.number,
        "craft": str(booking.craft),
        "from": booking.starts_at.isoformat(),
        "to": booking.ends_at.isoformat(),
        "lines": [_line(line) for line in lines],
        "vats": [
            {"percent": str(vat.percent), "net_cents": vat.net_cents, "tax_cents": vat.tax_cents}
            for vat in bills.vat(lines)
        ],
    }


def _line(line: OrderLine) -> dict[str, Any]:
    net = Decimal(line.unit_price_cents) * 100 / (100 + Decimal(line.vat_percent))
    return {
        "id": str(line.pk),
        "description": line.description,
        "quantity": str(Decimal(line.quantity).normalize()),
        "unit_net_cents": money.half_up(net),
        "vat_percent": str(Decimal(line.vat_percent)),
        "total_cents": line.total_cents,
    }


def _pay_to(number: int, cents: int, due_on: date) -> dict[str, str]:
    reference = references.reference(number)
    iban = settings.INVOICE_IBAN
    return {
        "reference": reference, "iban": iban, "bic": settings.INVOICE_BIC,
        "bar_code": references.bar_code(
            iban=iban, cents=cents, reference=reference, due_on=due_on
        ),
    }  # fmt: skip


def _vat_id() -> str:
    """ "FI32046783": the business ID without its hyphen, as the VAT Act asks."""
    return f"FI{settings.CONTROLLER['business_id'].replace('-', '')}"


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON, 64 hexadecimal digits."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


@transaction.atomic
def printed(*, invoice: Invoice, by: User | None, at: datetime) -> bytes:
    """The paper, a tagged PDF in the invoice's language. Raises NotWhatWasSent."""
    audit.record(verb="invoice.printed", by=by, at=at, object=invoice)
    if digest(invoice.content) != invoice.sha256:
        raise NotWhatWasSent(f"invoice {invoice.pk}")
    with override(invoice.language):
        title = _("Invoice %(number)s") % {"number": invoice.number}
    return pdf.render(
        "money/invoice.html", document(invoice), language=invoice.language, title=title,
        styles=("money/money.css",),
    )  # fmt: skip


def document(invoice: Invoice) -> dict[str, Any]:
    """What the paper and the page show, from the frozen content."""
    told = invoice.content
    lines = [
        {**line, "quantity": Decimal(line["quantity"]), "vat_percent": Decimal(line["vat_percent"])}
        for line in told.get("lines", [])
    ]
    credited = told.get("credits")
    return {
        "invoice": invoice,
        "told": told,
        "controller": told.get("seller", {}),
        "is_credit": invoice.kind == Invoice.Kind.CREDIT_NOTE,
        "lines": lines,
        "vats": [{**vat, "percent": Decimal(vat["percent"])} for vat in told.get("vats", [])],
        "from_at": datetime.fromisoformat(told["from"]) if "from" in told else None,
        "to_at": datetime.fromisoformat(told["to"]) if "to" in told else None,
        "to_pay_cents": invoice.total_cents - invoice.paid_cents,
        "iban": references.spaced_iban(told.get("iban", "")),
        "reference": references.spaced(invoice.reference),
        "credited_on": date.fromisoformat(credited["on"]) if credited else None,
        "term_days": (invoice.due_on - invoice.issued_on).days,
    }
