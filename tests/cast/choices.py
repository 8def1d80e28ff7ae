"""What people choose, and what stands against them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from register import policy
from register.models import (
    Ban,
    BanOverride,
    Booking,
    Breach,
    Choice,
    Company,
    CompanyContact,
    Consent,
    Craft,
    Customer,
    Delivery,
    Disclosure,
    Hold,
    IdentityCheck,
    LoyaltyMembership,
    Mailing,
    MaintenanceBlock,
    Mandate,
    Merge,
    PaperFolder,
    ProcessingRestriction,
    Processor,
    Segment,
)
from requests_app.models import Correction, DataSubjectRequest, RecipientNotice
from tests.cast.days import NOW, TODAY, serial
from tests.cast.people import company, petra

WORDS = "Saatte lähettää minulle tarjouksia sähköpostitse."


def consent(of: Customer, **fields: Any) -> Consent:
    """Marketing by e-mail, given on the web form. `action="withdrawn"` ends it. Other purposes have
    no channel."""
    marketing = fields.get("purpose", policy.MARKETING.key) == policy.MARKETING.key
    given = fields.get("action", Consent.Action.GIVEN) == Consent.Action.GIVEN
    named = {
        "purpose": policy.MARKETING.key,
        "channel": "email" if marketing else "",
        "action": Consent.Action.GIVEN,
        "acted_at": NOW - timedelta(days=7),
        "taken_through": "web",
        "language": of.language,
        "notice_version": policy.VERSION if given else "",
        "words_shown": WORDS if given else "",
    }
    return Consent.objects.create(customer=of, **(named | fields))


def choice(of: Customer, **fields: Any) -> Choice:
    named = {"key": Choice.Key.REMINDERS, "value": "sms", "chosen_at": NOW - timedelta(days=7)}
    return Choice.objects.create(customer=of, **(named | fields))


def ban(of: Customer, **fields: Any) -> Ban:
    named = {"reason": "Ajoi uimarannalle kahdesti.", "starts_on": TODAY - timedelta(days=30)}
    return Ban.objects.create(customer=of, **(named | fields))


def restriction(of: Customer, **fields: Any) -> ProcessingRestriction:
    named = {
        "kind": ProcessingRestriction.Kind.RESTRICTION,
        "purpose": policy.SERVICE.key,
        "ground": "accuracy_contested",
        "starts_at": NOW - timedelta(days=2),
    }
    return ProcessingRestriction.objects.create(customer=of, **(named | fields))


def hold(of: Customer, **fields: Any) -> Hold:
    named = {
        "reason": "unpaid_claim",
        "owner": fields["owner"] if "owner" in fields else petra(),
        "placed_at": NOW - timedelta(days=10),
        "review_on": TODAY + timedelta(days=80),
    }
    return Hold.objects.create(customer=of, **(named | fields))


def loyalty(of: Customer, **fields: Any) -> LoyaltyMembership:
    return LoyaltyMembership.objects.create(
        customer=of, **({"joined_on": TODAY - timedelta(days=400)} | fields)
    )


def mandate(of: Customer, on_behalf_of: Customer, **fields: Any) -> Mandate:
    return Mandate.objects.create(
        customer=of, on_behalf_of=on_behalf_of, **({"ground": "power_of_attorney"} | fields)
    )


def contact(of: Customer, at_company: Company | None = None, **fields: Any) -> CompanyContact:
    return CompanyContact.objects.create(
        customer=of,
        company=at_company or company(),
        **({"role_title": "Retkivastaava"} | fields),
    )


def override(
    of: Customer, booking: Booking, of_ban: Ban | None = None, **fields: Any
) -> BanOverride:
    named = {"reason": "Sovittu puhelimessa.", "given_at": NOW}
    return BanOverride.objects.create(
        customer=of, booking=booking, ban=of_ban or ban(of), **(named | fields)
    )


def merged(of: Customer, **fields: Any) -> Merge:
    """Another record went into this one long ago."""
    named = {"former_id": uuid4(), "former_number": 5_000 + next(serial), "merged_at": NOW,
             "undo_through": TODAY + timedelta(days=30), "journal": b"{}"}  # fmt: skip
    return Merge.objects.create(customer=of, **(named | fields))


def identity_check(of: Customer, **fields: Any) -> IdentityCheck:
    named = {"document_type": "passport", "occasion": "rental", "checked_at": NOW}
    return IdentityCheck.objects.create(customer=of, **(named | fields))


def disclosure(of: Customer, **fields: Any) -> Disclosure:
    named = {
        "recipient": policy.INSURER.key,
        "what": "Vauriokuvaus ja arvio",
        "legal_ground": "GDPR 6(1)(b)",
        "disclosed_at": NOW,
    }
    return Disclosure.objects.create(customer=of, **(named | fields))


def processor(**fields: Any) -> Processor:
    """The firm that runs the servers, in Finland, with an agreement for two more years."""
    named = {
        "name": f"Kuvitteellinen Palvelin Oy {next(serial)}",
        "recipient": policy.IT_PROVIDER.key,
        "processes": "Palvelimet ja varmuuskopiot: koko rekisteri",
        "signed_on": TODAY - timedelta(days=365),
        "valid_through": TODAY + timedelta(days=730),
    }
    return Processor.objects.create(**(named | fields))


def folder(**fields: Any) -> PaperFolder:
    named = {
        "label": f"Sopimukset {next(serial)}",
        "contents": "Allekirjoitetut vuokrasopimukset",
        "place": "Toimiston lukittu kaappi",
        "destroy_by": TODAY + timedelta(days=365),
    }
    return PaperFolder.objects.create(**(named | fields))


def breach(**fields: Any) -> Breach:
    """A tablet left on the dock for an hour, known this morning; nothing assessed yet."""
    named = {
        "reference": f"TL-2026-{next(serial):04d}",
        "kind": Breach.Kind.CONFIDENTIALITY,
        "known_at": NOW - timedelta(hours=4),
        "what": "Tabletti unohtui laiturille tunniksi avattuna.",
        "whom": "asiakkaat",
        "data": "päivän varaukset",
    }
    return Breach.objects.create(**(named | fields))


def segment(**fields: Any) -> Segment:
    """Everybody who speaks Finnish."""
    named = {"name": f"Suomenkieliset {next(serial)}", "language": "fi"}
    return Segment.objects.create(**(named | fields))


def mailing(**fields: Any) -> Mailing:
    """A draft in Finnish to everybody who has agreed."""
    named = {
        "name": f"Kevät {next(serial)}",
        "subject_fi": "Kausi alkaa",
        "body_fi": "Vesille pääsee taas.\n\nTervetuloa!",
    }
    return Mailing.objects.create(**(named | fields))


def delivery(of: Customer, **fields: Any) -> Delivery:
    """Sent a week ago."""
    state = fields.get("state", Delivery.State.SENT)
    named = {
        "mailing": fields.get("mailing") or mailing(state="done", started_at=NOW),
        "state": state,
        "claimed_at": NOW - timedelta(days=7),
        "sent_at": NOW - timedelta(days=7) if state == Delivery.State.SENT else None,
        "source": policy.FIRM.key,
    }
    return Delivery.objects.create(customer=of, **(named | fields))


def maintenance(of: Craft, **fields: Any) -> MaintenanceBlock:
    named = {"starts_at": NOW, "ends_at": NOW + timedelta(days=1), "reason": "Huolto"}
    return MaintenanceBlock.objects.create(craft=of, **(named | fields))


def correction(asked: DataSubjectRequest, of: Customer, **fields: Any) -> Correction:
    """An e-mail address that should be another, not decided yet."""
    named = {
        "table": "register.Customer",
        "column": "email",
        "row_id": of.pk,
        "old": of.email,
        "proposed": "toinen@posti.example",
        "proposed_at": NOW,
    }
    return Correction.objects.create(request=asked, customer=of, **(named | fields))


def recipient(asked: DataSubjectRequest, **fields: Any) -> RecipientNotice:
    """The insurer has to be told."""
    named = {"recipient": policy.INSURER.key, "disclosed_on": TODAY, "asked_at": NOW}
    return RecipientNotice.objects.create(request=asked, **(named | fields))
