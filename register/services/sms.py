"""Where text messages leave from. A provider is a class with `send`, named in SMS_BACKEND.

    class Provider:
        def send(self, *, to: str, text: str) -> None: ...

`to` is in E.164, such as "+358401234567". A provider that says no raises Refused: the message has
certainly not left. Any other exception means that it may have: it is not sent again.
"""

from pathlib import Path
from typing import Protocol
from uuid import uuid4

from django.conf import settings
from django.utils.module_loading import import_string


class Refused(Exception):
    """The provider did not take the message."""


class Backend(Protocol):
    def send(self, *, to: str, text: str) -> None: ...


class FolderBackend:
    """Writes each message into a file of SMS_FOLDER: for demonstrations and tests."""

    def send(self, *, to: str, text: str) -> None:
        folder = Path(settings.SMS_FOLDER)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / f"{uuid4().hex}.txt").write_text(f"To: {to}\n\n{text}\n", encoding="utf-8")


def is_set_up() -> bool:
    return bool(settings.SMS_BACKEND)


def backend() -> Backend:
    made: Backend = import_string(settings.SMS_BACKEND)()
    return made
