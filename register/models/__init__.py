"""The records of the register, one module a subject."""

from register.models import lookups  # noqa: F401 -- registers the look-up `among`
from register.models.approvals import Approval
from register.models.audit import AuditEvent, AuditSeal, LookUpNotice
from register.models.bookings import Booking, Driver, OrderLine, QuoteRequest, Rental
from register.models.breaches import Breach
from register.models.cash import CashUp, CashUpLine
from register.models.communication import (
    Attachment,
    Channel,
    Disclosure,
    Feedback,
    Message,
)
from register.models.companies import Company, CompanyContact
from register.models.condition import ConditionMark
from register.models.consents import Ban, BanOverride, Choice, Consent, ProcessingRestriction
from register.models.contracts import Agreement
from register.models.customers import Customer, LoyaltyMembership, Mandate
from register.models.damage import Case
from register.models.fleet import Craft, CraftClass, MaintenanceBlock
from register.models.holds import Hold
from register.models.identities import CardOnFile, Identity, IdentityCheck
from register.models.imports import ImportKey, ImportRun
from register.models.invoices import Invoice
from register.models.mailings import Delivery, LeftOut, Mailing
from register.models.merges import Merge
from register.models.notices import NoticeVersion, NoticeWords
from register.models.numbers import NumberSeries
from register.models.paper import PaperFolder
from register.models.payments import Deposit, Method, Payment
from register.models.post import PostKind, PostWords, ServiceMail
from register.models.prices import SeasonPrice
from register.models.processors import Processor
from register.models.retention import (
    ErasureReceipt,
    ErasureTrouble,
    JournalMark,
    RetentionRun,
)
from register.models.segments import Segment
from register.models.staff import RoleGrant, Tally, User
from register.models.terms import AgreementTerms, Extra

__all__ = [
    "Agreement",
    "AgreementTerms",
    "Approval",
    "Attachment",
    "AuditEvent",
    "AuditSeal",
    "Ban",
    "BanOverride",
    "Booking",
    "Breach",
    "CardOnFile",
    "Case",
    "CashUp",
    "CashUpLine",
    "Channel",
    "Choice",
    "Company",
    "CompanyContact",
    "ConditionMark",
    "Consent",
    "Craft",
    "CraftClass",
    "Customer",
    "Delivery",
    "Deposit",
    "Disclosure",
    "Driver",
    "ErasureReceipt",
    "ErasureTrouble",
    "Extra",
    "Feedback",
    "Hold",
    "Identity",
    "IdentityCheck",
    "ImportKey",
    "ImportRun",
    "Invoice",
    "JournalMark",
    "LeftOut",
    "LookUpNotice",
    "LoyaltyMembership",
    "Mailing",
    "MaintenanceBlock",
    "Mandate",
    "Merge",
    "Message",
    "Method",
    "NoticeVersion",
    "NoticeWords",
    "NumberSeries",
    "OrderLine",
    "PaperFolder",
    "Payment",
    "PostKind",
    "PostWords",
    "ProcessingRestriction",
    "Processor",
    "QuoteRequest",
    "Rental",
    "RetentionRun",
    "RoleGrant",
    "SeasonPrice",
    "Segment",
    "ServiceMail",
    "Tally",
    "User",
]
