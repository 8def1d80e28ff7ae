"""The seam for text messages: one function, and a backend that a setting names.

    SMS_BACKEND=register.texting.console     prints them (a demo)
    SMS_BACKEND=register.texting.file        writes them into SMS_FILE_DIR, one file each
    SMS_BACKEND=yourmodule.send              `send(to: str, text: str) -> None`, raising on failure

Without one no text message is offered or sent. docs/seams.md says what a backend promises.
"""

import sys
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.utils.module_loading import import_string


def is_set_up() -> bool:
    return bool(settings.SMS_BACKEND)


def send(*, to: str, text: str) -> None:
    """Hand the text to the backend. `to`: E.164. Raises whatever it raises."""
    import_string(settings.SMS_BACKEND)(to, text)


def console(to: str, text: str) -> None:
    """Prints the text on the terminal, and not to whom."""
    sys.stdout.write(f"SMS: {text}\n")


def file(to: str, text: str) -> None:
    """Writes a file of its own into SMS_FILE_DIR."""
    folder = Path(settings.SMS_FILE_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{uuid4()}.txt").write_text(f"{to}\n\n{text}\n", encoding="utf-8")
