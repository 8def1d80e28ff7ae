"""Running numbers. Given inside the caller's transaction: if that fails, the number is given to
the next one, and no gap is left."""

from datetime import date

from django.db import transaction

from register.models import NumberSeries

FIRST = {"customer": 10_001, "company": 1_001, "booking": 20_001, "case": 1_001}


def reserve(series: str, *, count: int = 1) -> int:
    """The first of `count` consecutive new numbers of the series. Must run in a transaction: the
    row stays locked until it ends, so numbers are given in the order of the commits."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a number is reserved inside a transaction, or a gap may be left")
    NumberSeries.objects.get_or_create(key=series, defaults={"last": FIRST.get(series, 1) - 1})
    row = NumberSeries.objects.select_for_update().get(key=series)
    first = row.last + 1
    row.last += count
    row.save(update_fields=["last"])
    return first


def wait_for(series: str) -> None:
    """Wait until nobody else is giving a number of the series, and let nobody until this
    transaction ends."""
    NumberSeries.objects.get_or_create(key=series, defaults={"last": FIRST.get(series, 1) - 1})
    NumberSeries.objects.select_for_update().get(key=series)


def agreement_number(*, on: date) -> str:
    """ "V-2026-0001": without gaps within the year."""
    return f"V-{on.year}-{reserve(f'agreement-{on.year}'):04d}"


def receipt_number(*, on: date) -> str:
    """ "K-2026-00001" (kuitti): one for each payment and refund, without gaps within the year."""
    return f"K-{on.year}-{reserve(f'receipt-{on.year}'):05d}"


def invoice_number(*, on: date) -> int:
    """202600001: the year and a running number, digits only, because the bank's reference number
    is made of it."""
    return on.year * 100_000 + reserve(f"invoice-{on.year}")


def quote_number(*, on: date) -> str:
    """ "T-2026-0001" (tarjous)."""
    return f"T-{on.year}-{reserve(f'quote-{on.year}'):04d}"


def request_reference(*, on: date) -> str:
    """ "TP-2026-0001" (tietosuojapyyntö)."""
    return f"TP-{on.year}-{reserve(f'request-{on.year}'):04d}"
