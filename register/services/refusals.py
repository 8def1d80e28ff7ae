"""Why something is not done, in words for the person at the desk.

A service raises a named subclass; forms show its text beside `field` or at the top.
"""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """Base of the refusals. `str()` is a sentence in the reader's language."""

    field: str | None = None

    def __init__(self, message: object, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field or self.field

    def __str__(self) -> str:
        return str(self.message)


class ChangedMeanwhile(Refused):
    """Somebody else saved the row since the form was opened. `changes` says what is different."""

    def __init__(self, changes: Iterable[str] = ()) -> None:
        self.changes = list(changes)
        super().__init__(
            _(
                "Somebody else has saved this in the meantime. What you typed is still here: "
                "look at the changes below and save again if yours should stand."
            )
        )
