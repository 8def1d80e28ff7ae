"""What may stand in a log line: no token of a link, and no query."""

import logging
import re
import traceback
from collections.abc import ItemsView
from types import FrameType
from typing import Any

from django.http import HttpRequest, QueryDict
from django.views.debug import SafeExceptionReporterFilter

# The last parts of /tietosuoja/pyynto/<token>/… and /omat-valinnat/<token>/ open personal pages.
SECRET = re.compile(
    r"(/tietosuoja/pyynto/|/omat-valinnat/|/pois/|/paketti/|/vahvista/|/salasana/uusi/|/tarjous/)[^/\s\"']{16,}"
)


def without_tokens(value: Any) -> Any:
    return SECRET.sub(r"\1…", value.partition("?")[0]) if isinstance(value, str) else value


class WithoutValues(logging.Formatter):
    """A fault is logged with its place and its kind. What it says is left out: a database quotes
    the row that it refuses, and a parser the text."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        _kind, fault, trace = ei
        parts = []
        while fault is not None:
            parts.append("".join(traceback.format_tb(trace)) + type(fault).__name__)
            fault = fault.__cause__
            trace = fault.__traceback__ if fault else None
        return "\nbecause of\n".join(parts)


class TypesOnly(SafeExceptionReporterFilter):
    """A report of a fault names the variables of each frame and says of what type they are. What
    stands in them is left out, in debug mode too, and so is all that was posted: a value that was
    opened for a package or a page is somewhere in those frames."""

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType
    ) -> ItemsView[str, Any]:
        return {name: type(value) for name, value in tb_frame.f_locals.items()}.items()

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return dict.fromkeys(request.POST, self.cleansed_substitute) if request else {}

    def get_cleansed_multivaluedict(
        self, request: HttpRequest, multivaluedict: QueryDict
    ) -> QueryDict:
        names = QueryDict(mutable=True)
        names.update(dict.fromkeys(multivaluedict, self.cleansed_substitute))
        return names


class WithoutTokens(logging.Filter):
    """Takes tokens and query strings out of the arguments of a line, such as "Not Found: %s"."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(without_tokens(value) for value in record.args)
        if isinstance(record.msg, str):
            record.msg = SECRET.sub(r"\1…", record.msg)
        return True
