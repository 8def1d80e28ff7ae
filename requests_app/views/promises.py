"""The evidence of every promise on paper, for an auditor."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localtime, now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from register import pdf
from register.clock import local_date
from register.desk.access import needs_verb
from requests_app import evidence
from requests_app.evidence import State
from requests_app.services import versions
from requests_app.views.files import pdf_response


@require_safe
@needs_verb("promises")
def evidence_pdf(request: HttpRequest, site: Any) -> HttpResponse:
    at, language = now(), get_language() or "fi"
    found = evidence.gather(at=at)
    titles = evidence.titles()
    content = pdf.render(
        "pdf/evidence.html",
        {
            "at": localtime(at),
            "version": versions.newest(),
            "totals": [
                (state.label, [name.upper() for name, one in found.items() if one.state == state])
                for state in State
            ],
            "promises": [(name.upper(), titles[name], one) for name, one in found.items()],
        },
        language=language,
        title=_("Evidence of the promises"),
        styles=("pdf/evidence.css",),
    )
    return pdf_response(content, name=f"lupaukset-{local_date(at)}-{language}.pdf")
