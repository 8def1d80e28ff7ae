"""Who the controller is (P1): the settings, and over them the contact details that the owner has
published with the notice. Notice, letters, PDFs and mails ask here, so that they cannot differ."""

from django.conf import settings
from django.db import DatabaseError

from register.models import NoticeVersion

OWNERS = ("street", "postcode", "city", "contact_person", "phone", "email")
"""What the owner says herself. The firm's name and business id are the installation's."""


def details() -> dict[str, str]:
    """`name`, `trade_name`, `business_id` and the details of OWNERS."""
    return over(_published())


def over(contact: dict[str, str]) -> dict[str, str]:
    """The settings with these details over them; what is empty or not the owner's is left out."""
    said = {key: text for key, text in contact.items() if key in OWNERS and text}
    return {**settings.CONTROLLER, **said}


def _published() -> dict[str, str]:
    """An error page is shown even if the register cannot be read."""
    try:
        newest = NoticeVersion.objects.order_by("-number").values_list("contact", flat=True)
        return dict(newest.first() or {})
    except DatabaseError:
        return {}
