"""The public pages. Each reads like a sentence: parse, call one service, answer."""

from requests_app.views.asking import (
    request_check,
    request_leave,
    request_new,
    request_page,
    request_sent,
)
from requests_app.views.choices import choices
from requests_app.views.feedback import feedback
from requests_app.views.leaving import leave
from requests_app.views.letters import request_letter
from requests_app.views.notice import notice_page, notice_pdf, version, version_pdf, versions
from requests_app.views.paper import request_form_pdf
from requests_app.views.quotes import quote
from requests_app.views.requests import (
    package_fetch,
    request_confirm,
    request_status,
    request_withdraw,
)
from requests_app.views.schema import schema

__all__ = [
    "choices",
    "feedback",
    "leave",
    "notice_page",
    "notice_pdf",
    "package_fetch",
    "quote",
    "request_check",
    "request_confirm",
    "request_form_pdf",
    "request_leave",
    "request_letter",
    "request_new",
    "request_page",
    "request_sent",
    "request_status",
    "request_withdraw",
    "schema",
    "version",
    "version_pdf",
    "versions",
]
