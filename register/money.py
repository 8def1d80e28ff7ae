"""How euros are written. Amounts are whole cents everywhere else."""

from decimal import Decimal

from django.utils.formats import number_format


def euros(cents: int | None) -> str:
    """129900 → "1 299,00 €", by the active language's habit; nothing for None."""
    if cents is None:
        return ""
    amount = number_format(Decimal(cents) / 100, decimal_pos=2, force_grouping=True)
    return f"{amount}\N{NO-BREAK SPACE}€"
