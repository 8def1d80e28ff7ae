"""The fields of a rectification as the person is told of them: names, never values."""

from django.utils.text import capfirst

from register.services import rectifying
from requests_app.models import Correction, DataSubjectRequest
from requests_app.packages.values import name_of


def corrected(request: DataSubjectRequest) -> list[str]:
    """The fields that were corrected, in the active language."""
    rows = Correction.objects.filter(request=request, outcome=Correction.Outcome.ACCEPTED)
    return [title_of(row) for row in rows]


def title_of(row: Correction) -> str:
    """ "Customer, e-mail"."""
    column = rectifying.column_of(row.label)
    table = capfirst(str(column.model._meta.verbose_name))
    return f"{table}, {name_of(column)}"
