"""A list as a file: asked for, approved by another, fetched once."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from register import policy, spreadsheets
from register.desk.access import needs_verb, require_proof, staff, tried
from register.models import User
from register.models.choices import in_active_language
from register.services import approvals, exports


class ExportForm(forms.Form):
    """What leaves, why, and as which kind of file."""

    table = forms.ChoiceField(label=gettext_lazy("List"), choices=())
    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=())
    form = forms.ChoiceField(
        label=gettext_lazy("File"),
        choices=[("csv", "CSV"), ("xlsx", gettext_lazy("Spreadsheet (xlsx)"))],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.models = {model._meta.label: model for model in exports.tables(user)}
        self.fields["table"].choices = [  # type: ignore[attr-defined]
            (label, capfirst(str(model._meta.verbose_name_plural)))
            for label, model in self.models.items()
        ]
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a reason")),
            *((reason.key, in_active_language(reason.name)) for reason in policy.EXPORT_REASONS),
        ]

    def wanted(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"model": self.models[data["table"]], "reason": data["reason"], "form": data["form"]}


@require_http_methods(["GET", "HEAD", "POST"])
@needs_verb(exports.VERB)
def export(request: HttpRequest, site: Any) -> HttpResponse:
    """The form; the file, once a second person has approved it."""
    user, at = staff(request), timezone.now()
    form = ExportForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        require_proof(request)
        made = tried(form, lambda: exports.make(**form.wanted(), by=user, at=at))
        if made is not None:
            return _file(made, form.cleaned_data["form"])
        if form.has_error("__all__", approvals.NeedsAnother.__name__):
            exports.ask(**form.wanted(), by=user, at=at)
            messages.info(request, str(approvals.NeedsAnother()))
            return redirect("admin:desk-export")
    asked = approvals.asked_by(user, at=at).filter(kind=policy.MASS_EXPORT.key)
    named = {reason.key: reason.name for reason in policy.EXPORT_REASONS}
    context = {
        **site.each_context(request),
        "title": _("Export a list"),
        "form": form,
        "mine": [(row, named.get(row.reason)) for row in asked],
    }
    return TemplateResponse(request, "desk/export.html", context)


def _file(made: exports.Export, form: str) -> HttpResponse:
    """The name holds the table and the day, and nothing personal."""
    if form == "xlsx":
        content = spreadsheets.xlsx(made.name, made.header, made.rows)
        response: Any = HttpResponse(content, content_type=spreadsheets.XLSX_TYPE)
    else:
        parts = spreadsheets.csv_parts(made.header, made.rows)
        response = StreamingHttpResponse(parts, content_type=spreadsheets.CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{made.name}.{form}"'
    return response  # type: ignore[no-any-return]
