"""The audit's verbs, records and reasons in the words of the staff."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from register import policy
from register.models import AuditEvent

VERBS: dict[str, Any] = {
    "view": _("opened"),
    "list": _("saw in a list"),
    "search": _("searched"),
    "reveal": _("opened an encrypted value"),
    "export": _("exported"),
    "page": _("tried a page"),
    "sign_in": _("signed in"),
    "sign_out": _("signed out"),
    "second_step": _("failed at the second step"),
    "second_step.added": _("added a second step"),
    "second_step.removed": _("removed a second step"),
    "second_step.renewed": _("made new recovery codes"),
    "password.asked": _("asked for a password link"),
    "password.link": _("tried a password link"),
    "password.changed": _("changed a password"),
    "second_step.reset": _("took somebody's second step off"),
    "role.given": _("gave a role"),
    "role.taken": _("took a role away"),
    "account.invited": _("invited somebody"),
    "account.closed": _("closed an account"),
    "account.reopened": _("opened an account"),
    "account.nameless": _("deleted a name from an account"),
    "session.ended": _("ended sign-ins"),
    "session.moved": _("came with somebody's cookie from another browser"),
    "session.elsewhere": _("went on from another network"),
    "breach.begun": _("wrote a data breach down"),
    "breach.noted": _("added to a data breach"),
    "breach.closed": _("closed a data breach"),
    "processor.added": _("added a processor to the list"),
    "processor.changed": _("changed what is known of a processor"),
    "disclosed": _("wrote down data given to others"),
    "loyalty.joined": _("noted that the customer joined the loyalty programme"),
    "loyalty.left": _("noted that the customer left the loyalty programme"),
    "season.opened": _("opened the season report"),
    "season.exported": _("exported the season report"),
    "paper.destroyed": _("destroyed a paper folder"),
    "paper.labels": _("printed labels for paper folders"),
    "create": _("saved a new record"),
    "change": _("changed a record"),
    "rectify": _("corrected the details"),
    "contact.checked": _("checked the contact details"),
    "identified": _("checked the identity"),
    "book": _("booked"),
    "booking.changed": _("changed the booking"),
    "booking.cancelled": _("cancelled the booking"),
    "booking.no_show": _("marked: not picked up"),
    "driver.added": _("added a driver"),
    "lines.added": _("added order lines"),
    "agreement.made": _("made the agreement"),
    "agreement.printed": _("printed the agreement"),
    "agreement.signed": _("took the signature"),
    "tablet.given": _("handed over the tablet"),
    "tablet.back": _("took the tablet back"),
    "agreement.void": _("made the agreement void"),
    "signature.kept": _("kept a signature"),
    "handed_over": _("handed the craft over"),
    "returned": _("took the craft back"),
    "payment.payment": _("took a payment"),
    "payment.refund": _("paid a refund"),
    "receipt.printed": _("printed a receipt"),
    "deposit.held": _("took a deposit"),
    "deposit.released": _("released the deposit"),
    "case.opened": _("opened a case"),
    "case.assessed": _("decided what a case costs"),
    "case.charged": _("put the fee of a case on the bill"),
    "case.objected": _("wrote down an objection"),
    "case.answered": _("answered an objection"),
    "case.settled": _("settled a case"),
    "case.written_off": _("wrote a case off"),
    "case.letter": _("wrote a letter about a case"),
    "marks.kept": _("noted the condition of a craft"),
    "attachment.added": _("added a photo or a paper"),
    "attachment.taken_back": _("took back a photo just added"),
    "consent.given": _("wrote down a consent"),
    "consent.withdrawn": _("wrote down a consent withdrawn"),
    "choices.link_asked": _("asked for a link to somebody's own choices"),
    "choices.link": _("mailed a link to one's own choices"),
    "choice.made": _("wrote down a choice"),
    "segment.saved": _("saved a segment"),
    "mailing.saved": _("saved a draft of a mailing"),
    "mailing.discarded": _("threw away a draft of a mailing"),
    "mailing.tried": _("sent a test mail to oneself"),
    "mailing.started": _("started a mailing"),
    "mailing.stopped": _("stopped a mailing"),
    "mailing.gone_on": _("went on with a mailing"),
    "mailing.sent": _("sent a mailing to its end"),
    "feedback.given": _("gave feedback"),
    "message.noted": _("wrote down a contact"),
    "ban.overridden": _("let a booking through a ban"),
    "merge": _("merged another record into this one"),
    "merged": _("merged this record into another"),
    "unmerge": _("undid a merge"),
    "hold.placed": _("placed a hold"),
    "hold.released": _("released a hold"),
    "request.received": _("received a request"),
    "request.confirmed": _("confirmed the request"),
    "request.matched": _("chose whom the request is about"),
    "request.identification_asked": _("asked for a photo ID"),
    "request.identified": _("identified the requester"),
    "request.taken": _("took a request in hand"),
    "request.extended": _("took more time for a request"),
    "request.withdrawn": _("took a request back"),
    "request.delivered": _("handed over what was asked"),
    "request.package_renewed": _("had a new package made"),
    "request.step": _("tried a step of a request"),
    "passage.proposed": _("read a record before handing it over"),
    "passage.approved": _("approved handing a record over"),
    "passage.returned": _("sent a record back to be read again"),
    "correction.proposed": _("wrote down what should be corrected"),
    "correction.dropped": _("took a proposed correction back"),
    "correction.accepted": _("accepted a correction"),
    "correction.refused": _("refused a correction"),
    "recipient.told": _("told a recipient of the data"),
    "restriction.began": _("began a restriction"),
    "restriction.to_be_lifted": _("decided when a restriction is lifted"),
    "restriction.letter": _("printed the letter about lifting a restriction"),
    "restriction.told": _("told that a restriction will be lifted"),
    "restriction.lifted": _("lifted a restriction"),
    "objection.began": _("wrote down an objection"),
    "objection.lifted": _("took an objection off"),
    "request.code_given": _("gave the code of a package"),
    "package.printed": _("printed a package"),
    "package.handed_over": _("handed over a package at the desk"),
    "package.wrong_code": _("tried a wrong code on a package"),
    "package.locked": _("package destroyed after wrong codes"),
    "request.decided": _("decided a request"),
    "request.calendar": _("fetched the last days of requests as a calendar"),
    "request.letter": _("printed the letter of a request"),
    "request.closed": _("closed a request"),
    "request.mail_again": _("sent a mail of a request again"),
    "requests.reminded": _("reminded of requests"),
    "request.told": _("told the requester by phone or on paper"),
    "package.imported": _("took in a data package from another register"),
    "notice.worded": _("reworded the notice"),
    "notice.unworded": _("threw the waiting words away"),
    "notice.published": _("published the notice"),
    "notice.seen": _("saw a notice about many look-ups"),
    "driver.briefed": _("briefed a driver"),
    "invoice.printed": _("printed an invoice"),
    "quote.asked": _("wrote down a quote request"),
    "quote.offered": _("made a quote"),
    "quote.lapsed": _("let a quote lapse"),
    "post.by_hand": _("sent a message on request"),
    "post.worded": _("worded a message"),
    "post.unworded": _("took the words of a message back"),
    "import.received": _("received a file to import"),
    "import.checked": _("tried an import"),
    "import.begun": _("began an import"),
    "import.done": _("imported people"),
    "import.dropped": _("threw an import away"),
    "cash.closed": _("closed the day's cash"),
    "bookkeeping.export": _("exported for the bookkeeping"),
    "retention.let_through": _("let the night's erasures through"),
    "retention.try_again": _("asked for an erasure to be tried again"),
    "keys.rebuild": _("rebuilt the index of sealed values"),
    "keys.rekey": _("gave the index of sealed values a new key"),
    "keys.renew": _("renewed data keys"),
    "keys.reseal": _("sealed values anew"),
    "keys.retire": _("retired an old key"),
    "keys.rewrap": _("wrapped data keys anew"),
    "letter.worded": _("reworded a decision letter"),
    "package.made": _("made a data package"),
    "package.fetched": _("fetched a data package"),
    "erase": _("erased a person"),
    "erase.part": _("erased a part"),
    "erase.card": _("destroyed a card number"),
    "erase.consent": _("erased what rested on a withdrawn consent"),
    "retention.run": _("ran the nightly erasures"),
    "approval.asked": _("asked for an approval"),
    "approval.approved": _("approved"),
    "approval.refused": _("did not approve"),
    "approval.used": _("did what was approved"),
    "audit.verified": _("checked the chain of the audit"),
    "backup.opened": _("opened a backup to check it"),
    "backup.made": _("made a backup"),
    "backup.restored": _("restored a backup"),
}  # fmt: skip
"""What can be asked for by name. Any other verb is shown as it stands."""


PLACES = {
    "desk.today": _("today's bookings"),
    "desk.timeline": _("the timeline"),
    "desk.processors": _("processors and recipients"),
    "desk.likely_same": _("people who may be the same"),
}
IN_A_PLACE = ("list", "export", "page")
"""What these verbs keep in the place of a reason is a list, a table or a page."""


def verb(event: AuditEvent) -> Any:
    return VERBS.get(event.verb, event.verb)


def record(event: AuditEvent) -> Any:
    """The kind of record, such as "booking"; for a list or a page its name."""
    if event.verb in IN_A_PLACE:
        return PLACES.get(event.reason) or _model_name(event.reason)
    return _model_name(event.object_label) if event.object_label else ""


def reason(event: AuditEvent) -> Any:
    """A declared reason in words; anything else as it stands."""
    if event.verb in IN_A_PLACE:
        return ""
    named = (
        *policy.REVEAL_REASONS, *policy.HOLD_REASONS, *policy.RESTRICTION_GROUNDS,
        *policy.CORRECTION_GROUNDS, *policy.RECIPIENTS,
        *policy.DISCLOSURE_BASES,
    )  # fmt: skip
    for declared in named:
        if declared.key == event.reason:
            return declared.name.to(get_language() or "fi")
    return event.reason


def fields(event: AuditEvent) -> str:
    return ", ".join(_field_names(event.object_label, event.fields))


def _model_name(label: str) -> Any:
    try:
        return apps.get_model(label)._meta.verbose_name
    except (LookupError, ValueError):
        return label


def _field_names(label: str, names: Iterable[str]) -> Iterable[str]:
    """A reveal names its column with the table: "identity.passport_number"."""
    for name in names:
        table, _dot, column = name.rpartition(".")
        try:
            model = apps.get_model("register", table) if table else apps.get_model(label)
            yield str(getattr(model._meta.get_field(column), "verbose_name", name))
        except (LookupError, ValueError, FieldDoesNotExist):
            yield name
