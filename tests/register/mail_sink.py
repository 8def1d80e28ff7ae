"""A mail server on the loopback address that keeps what it is given, and can be told to refuse."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class Sink:
    """`letters`: what came, oldest first. `says`: address → the answer to RCPT, where it is no."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.says: dict[str, str] = {}
        self.after_data = "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's own name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.says:
            return self.says[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.after_data

    @property
    def readers(self) -> list[str]:
        return sorted(str(letter["To"]) for letter in self.letters)


@contextmanager
def running(settings: Any) -> Iterator[Sink]:
    """The server, with Django's settings pointed at it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sink = Sink()
    server = Controller(sink, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    try:
        yield sink
    finally:
        server.stop()
