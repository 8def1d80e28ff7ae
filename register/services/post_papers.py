"""A service message, made: its gaps filled, its papers attached, sent by mail or as a text."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.mime.text import MIMEText
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from register import controller, texting
from register.models import (
    Agreement,
    Booking,
    Channel,
    Invoice,
    Payment,
    PostKind,
    QuoteRequest,
    ServiceMail,
)
from register.money import euros
from register.services import bills, contracts, invoices, post_links, post_words, receipts
from register.services.post_words import Words

Values = dict[str, str]


class Gone(Exception):
    """What the message is about is not there any more."""


def send(mail: ServiceMail) -> tuple[str, str]:
    """Send it now. Returns the subject and the text, less its link, for the communication log."""
    language = mail.customer.language
    with translation.override(language):
        words, values = post_words.said(mail.kind, language), values_of(mail)
        if mail.channel == Channel.SMS:
            texting.send(to=str(mail.customer.phone), text=post_words.filled(words.sms, values))
            return words.subject, _logged(words.sms, values)
        message = letter(words, values, language=language, to=mail.customer.email)
        _attach(message, mail, values)
    message.send()
    return words.subject, _logged(words.body, values)


def _logged(text: str, values: Values) -> str:
    """A link opens something: it is not kept."""
    return post_words.filled(text, {**values, "link": "…" if values.get("link") else ""})


def letter(words: Words, values: Values, *, language: str, to: str) -> EmailMultiAlternatives:
    """The mail as text and HTML. Call with the language active."""
    text = post_words.filled(words.body, values)
    paragraphs = [part.splitlines() for part in text.split("\n\n") if part.strip()]
    context = {
        "subject": words.subject, "language": language, "controller": controller.details(),
        "text": text, "paragraphs": paragraphs, "link": values.get("link", ""),
    }  # fmt: skip
    message = EmailMultiAlternatives(
        subject=f"{words.subject} – {settings.CONTROLLER['trade_name']}",
        body=render_to_string("mail/service.txt", context),
        to=[to],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string("mail/service.html", context), "text/html")
    return message


# -- The gaps -------------------------------------------------------------------------------------


def values_of(mail: ServiceMail) -> Values:
    """What fills the gaps. Raises Gone."""
    return common(mail.customer.first_name) | VALUES[mail.kind](mail)


def common(name: str) -> Values:
    firm = controller.details()
    place = f"{firm['street']}, {firm['postcode']} {firm['city']}"
    return {"name": name, "firm": firm["trade_name"], "phone": firm["phone"], "place": place}


def moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j.n.Y H:i")


def _rental(mail: ServiceMail) -> Values:
    booking = mail.booking
    if booking is None:
        raise Gone
    return {
        "number": str(booking.number), "from": moment(booking.starts_at),
        "to": moment(booking.ends_at), "craft": str(booking.craft),
        "price": euros(bills.total_cents(booking)),
    }  # fmt: skip


def _quote(mail: ServiceMail) -> Values:
    row = _row(QuoteRequest, mail)
    return {
        "number": row.number or "", "craft": str(row.craft_class or ""),
        "from": moment(row.wanted_from), "to": moment(row.wanted_to),
        "price": euros(row.quoted_cents), "valid": date_format(row.valid_through, "j.n.Y"),
        "link": post_links.quote(row),
    }  # fmt: skip


def _agreement(mail: ServiceMail) -> Values:
    return {"number": _row(Agreement, mail).number}


def _receipt(mail: ServiceMail) -> Values:
    row = _row(Payment, mail)
    return {"number": row.number or "", "price": euros(row.amount_cents)}


def _invoice(mail: ServiceMail) -> Values:
    row = _row(Invoice, mail)
    return {
        "number": str(row.number), "price": euros(row.total_cents),
        "due": date_format(row.due_on, "j.n.Y"),
    }  # fmt: skip


def _thanks(mail: ServiceMail) -> Values:
    return {"link": post_links.feedback(mail.booking) if mail.booking else ""}


def _row(model: Any, mail: ServiceMail) -> Any:
    found = model.objects.filter(pk=mail.about).first()
    if found is None:
        raise Gone
    return found


VALUES: dict[str, Callable[[ServiceMail], Values]] = {
    PostKind.QUOTE: _quote,
    PostKind.CONFIRMATION: _rental,
    PostKind.REMINDER: _rental,
    PostKind.AGREEMENT: _agreement,
    PostKind.RECEIPT: _receipt,
    PostKind.INVOICE: _invoice,
    PostKind.THANKS: _thanks,
}

# -- What is attached -----------------------------------------------------------------------------


def _attach(message: EmailMultiAlternatives, mail: ServiceMail, values: Values) -> None:
    at, name = timezone.now(), f"{values.get('number', '')}.pdf"
    if mail.kind == PostKind.CONFIRMATION and mail.booking:
        part = MIMEText(calendar(mail.booking), "calendar", "utf-8")
        part.set_param("method", "PUBLISH")
        part.add_header("Content-Disposition", "attachment", filename="varaus.ics")
        message.attach(part)
    elif mail.kind == PostKind.AGREEMENT:
        paper = contracts.printed(agreement=_row(Agreement, mail), by=None, at=at)
        message.attach(name, paper, "application/pdf")
    elif mail.kind == PostKind.RECEIPT:
        language = mail.customer.language
        paper = receipts.printed(payment=_row(Payment, mail), language=language, by=None, at=at)
        message.attach(name, paper, "application/pdf")
    elif mail.kind == PostKind.INVOICE:
        paper = invoices.printed(invoice=_row(Invoice, mail), by=None, at=at)
        message.attach(name, paper, "application/pdf")


def calendar(booking: Booking) -> str:
    """The rental as a calendar file (RFC 5545). The same UID each time: a moved booking moves the
    event. Call with the language active."""
    firm = controller.details()
    place = f"{firm['trade_name']}, {firm['street']}, {firm['postcode']} {firm['city']}"
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Register//Bookings//FI", "METHOD:PUBLISH",
        "BEGIN:VEVENT", f"UID:{booking.pk}@{urlsplit(settings.PUBLIC_URL).hostname}",
        f"DTSTAMP:{_utc(booking.saved_at)}", f"DTSTART:{_utc(booking.starts_at)}",
        f"DTEND:{_utc(booking.ends_at)}",
        f"SUMMARY:{_escaped(_('Jet ski, %(firm)s') % {'firm': firm['trade_name']})}",
        f"LOCATION:{_escaped(place)}",
        f"DESCRIPTION:{_escaped(_('Booking %(number)s') % {'number': booking.number})}",
        "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    return "".join(f"{folded}\r\n" for folded in map(_folded, lines))


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """No line is longer than 75 octets; the next begins with a blank."""
    parts, rest = [], line
    while len(rest.encode()) > 74:
        cut = 74
        while len(rest[:cut].encode()) > 74:
            cut -= 1
        parts.append(rest[:cut])
        rest = rest[cut:]
    return "\r\n ".join([*parts, rest])
