"""Who may open which page: THE table. A new address without a line here fails the matrix.

One line an address: its name in urls.py, who may open it, and which row its address names.

    "admin:desk-booking": page(sees("register.Booking"), of="booking"),

- `page` is looked at (GET), `act` is done (POST), `form` is both, `gone` is reached by nobody.
- `anybody` is the public; `staff` is whoever has a role; `verb("search")`, `sees("register.X")` and
  `writes("register.X")` ask the policy, so a change of the policy needs no change here.
- `of` names the row: a key of `World.rows` (tests/matrix/world.py). `given` fills in the rest.

The admin's own pages of a table (list, add, change, delete, history) need no line: what holds for
them follows from the policy (`of_the_admin`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from register import policy
from register.declare import Sight

Who = Callable[[tuple[str, ...]], bool]
GET, POST = "GET", "POST"


@dataclass(frozen=True)
class Stance:
    """Whom an address lets in, by which method, and the row that it names. `who` is asked with
    the keys of the roles; nobody's roles are (). `writers` are those who may POST, where they are
    fewer than those who look. A method that is not named does nothing, whoever tries.
    `only_looked_at`: who gets in depends on more than the role, and is tested elsewhere; here the
    answers are searched for what they may not show. `ends_on_front`: done, it leads to the desk's
    front page, as a refusal of the admin's does. `bare`: takes a post without the form's token, for
    mail programs (RFC 8058)."""

    who: Who
    methods: frozenset[str]
    of: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    writers: Who | None = None
    only_looked_at: bool = False
    ends_on_front: bool = False
    bare: bool = False

    @property
    def by_token(self) -> bool:
        """Whether the address itself proves who asks: a link that only the person was sent."""
        return bool({"token", "signed"} & set(self.given))

    def lets_in(self, roles: tuple[str, ...], method: str) -> bool:
        if method == POST and POST in self.methods and self.writers:
            return self.writers(roles)
        return self.who(roles)


def anybody(roles: tuple[str, ...]) -> bool:
    return True


def staff(roles: tuple[str, ...]) -> bool:
    return bool(roles)


def nobody(roles: tuple[str, ...]) -> bool:
    return False


def verb(name: str) -> Who:
    """Roles that have the verb."""
    having = {role.key for role in policy.ROLES if name in role.verbs}
    return lambda roles: bool(having & set(roles))


def sees(table: str) -> Who:
    """Roles that see anything of the table."""
    return lambda roles: bool(roles) and policy.sees_table(table, roles)


def whole(*labels: str) -> Who:
    """Roles that see each of the columns whole."""
    return lambda roles: all(policy.sight(label, roles) is Sight.WHOLE for label in labels)


def writes(table: str) -> Who:
    """Roles that add and change rows of the table."""
    having = {role.key for role in policy.ROLES if table in role.writes or "*" in role.writes}
    return lambda roles: bool(having & set(roles))


def reveals(label: str) -> Who:
    """Roles that may open the sealed column."""
    return lambda roles: bool(set(policy.access(label).reveal) & set(roles))


def both(one: Who, other: Who) -> Who:
    return lambda roles: one(roles) and other(roles)


def either(one: Who, other: Who) -> Who:
    return lambda roles: one(roles) or other(roles)


def page(who: Who, of: str = "", **given: str) -> Stance:
    return Stance(who, frozenset({GET}), of, given)


def act(who: Who, of: str = "", **given: str) -> Stance:
    return Stance(who, frozenset({POST}), of, given)


def form(who: Who, of: str = "", *, writers: Who | None = None, **given: str) -> Stance:
    return Stance(who, frozenset({GET, POST}), of, given, writers)


def own_sign_in() -> Stance:
    """A page of one's own sign-in (tests/staff): whether it opens depends on the steps taken."""
    return Stance(anybody, frozenset({GET, POST}), only_looked_at=True)


def gone(of: str = "") -> Stance:
    return Stance(nobody, frozenset(), of)


SEES_LOG = sees("admin.LogEntry")

STANCES: dict[str, Stance] = {
    # -- The public ------------------------------------------------------------------------------
    "healthz": page(anybody),
    "front": page(anybody),
    "notice": page(anybody),
    "notice-pdf": page(anybody),
    "schema": page(anybody),
    "versions": page(anybody),
    "version": page(anybody, number="1"),
    "version-pdf": page(anybody, number="1"),
    "request-new": form(anybody),
    "request-page": form(anybody, step="kenelle"),
    "request-check": form(anybody),
    "request-leave": act(anybody),
    "request-form-pdf": page(anybody),
    "request-sent": page(anybody, signed="signed"),
    "request-confirm": form(anybody, token="confirm"),
    "request-status": page(anybody, token="status"),
    "request-letter": page(anybody, token="status"),
    "request-withdraw": act(anybody, token="status"),
    "package-fetch": form(anybody, token="status", key="package"),
    "choices": form(anybody, token="choices"),
    "leave": replace(form(anybody, token="leave"), bare=True),
    "feedback": form(anybody, token="feedback"),
    "quote": form(anybody, token="quote"),
    # -- Coming in and going out -----------------------------------------------------------------
    **dict.fromkeys(
        (
            "admin:login", "admin:logout", "admin:password_change", "admin:password_change_done",
            "account_login", "account_logout", "account_inactive", "account_reauthenticate",
            "account_change_password", "account_set_password", "account_reset_password",
            "account_reset_password_done", "account_reset_password_from_key_done",
            "mfa_index", "mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp",
            "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
            "mfa_download_recovery_codes", "mfa_list_webauthn", "mfa_add_webauthn",
            "mfa_reauthenticate_webauthn", "mfa_login_webauthn", "sessions-end-others",
        ),
        own_sign_in(),
    ),
    "account_reset_password_from_key": replace(own_sign_in(), given={"uidb36": "1", "key": "x"}),
    "mfa_remove_webauthn": replace(own_sign_in(), given={"pk": "1"}),
    "mfa_edit_webauthn": replace(own_sign_in(), given={"pk": "1"}),
    "session-end": replace(own_sign_in(), given={"pk": "1"}),
    # -- The desk --------------------------------------------------------------------------------
    "admin:index": page(staff),
    "admin:records": page(staff),
    "admin:desk-walk-in": form(writes("register.Booking")),
    "admin:desk-walk-in-people": act(writes("register.Booking")),
    "admin:desk-walk-in-price": act(writes("register.Booking")),
    "admin:desk-timeline": page(sees("register.Booking")),
    "admin:desk-timeline-move": act(writes("register.Booking")),
    "admin:desk-search": act(verb("search")),
    "admin:desk-person-new": form(writes("register.Customer")),
    "admin:desk-person-alike": act(writes("register.Customer")),
    "admin:desk-person": page(sees("register.Customer"), "customer"),
    "admin:desk-note": act(writes("register.Message"), "customer"),
    "admin:desk-merge": form(verb("merge"), "customer"),
    "admin:desk-merge-preview": form(verb("merge"), "customer", other="other"),
    "admin:desk-merge-undo": act(verb("merge"), "register.Merge"),
    "admin:desk-company": page(sees("register.Company"), "register.Company"),
    "admin:desk-ban-override": act(verb("override_ban"), "booking"),
    "admin:desk-contact": form(writes("register.Customer"), "customer"),
    "admin:desk-contact-checked": act(verb("check_contact"), "customer"),
    "admin:desk-reveal": act(verb("reveal"), "customer"),
    "admin:desk-disclose": form(writes("register.Disclosure"), "customer"),
    "admin:desk-loyalty-join": act(writes("register.LoyaltyMembership"), "customer"),
    "admin:desk-loyalty-leave": act(writes("register.LoyaltyMembership"), "customer"),
    "admin:desk-consents": form(writes("register.Consent"), "customer"),
    "admin:desk-consents-paper": act(writes("register.Consent"), "customer"),
    "admin:desk-consents-link": act(writes("register.Consent"), "customer"),
    "admin:desk-object": act(writes("register.Consent"), "customer"),
    "admin:desk-restriction-letter": page(
        writes("register.ProcessingRestriction"), "register.ProcessingRestriction"
    ),
    "admin:desk-restriction-announce": act(
        writes("register.ProcessingRestriction"), "register.ProcessingRestriction"
    ),
    "admin:desk-restriction-tell": act(
        writes("register.ProcessingRestriction"), "register.ProcessingRestriction"
    ),
    "admin:desk-restriction-lift": act(
        writes("register.ProcessingRestriction"), "register.ProcessingRestriction"
    ),
    "admin:desk-book": form(writes("register.Booking"), "customer"),
    "admin:desk-booking": page(sees("register.Booking"), "booking"),
    "admin:desk-booking-change": form(writes("register.Booking"), "booking"),
    "admin:desk-booking-cancel": act(writes("register.Booking"), "booking"),
    "admin:desk-booking-no-show": act(writes("register.Booking"), "booking"),
    "admin:desk-driver-add": act(writes("register.Booking"), "booking"),
    "admin:desk-line-add": act(writes("register.OrderLine"), "booking"),
    "admin:desk-agreement-make": act(writes("register.Agreement"), "booking"),
    "admin:desk-handover": form(writes("register.Rental"), "booking"),
    "admin:desk-return": form(writes("register.Rental"), "booking"),
    "admin:desk-pay": act(writes("register.Payment"), "booking"),
    "admin:desk-refund": act(writes("register.Payment"), "booking"),
    "admin:desk-receipt": page(sees("register.Payment"), "register.Payment"),
    "admin:desk-deposit": act(writes("register.Deposit"), "booking"),
    "admin:desk-deposit-release": act(writes("register.Deposit"), "deposit"),
    "admin:desk-prices": page(staff),
    "admin:desk-invoices": page(sees("register.Invoice")),
    "admin:desk-invoice-new": form(writes("register.Invoice"), "booking"),
    "admin:desk-invoice": page(sees("register.Invoice"), "register.Invoice"),
    "admin:desk-invoice-pdf": page(sees("register.Invoice"), "register.Invoice"),
    "admin:desk-invoice-received": act(writes("register.Invoice"), "register.Invoice"),
    "admin:desk-invoice-credit": act(writes("register.Invoice"), "register.Invoice"),
    "admin:desk-quotes": page(sees("register.QuoteRequest")),
    "admin:desk-quote-new": form(writes("register.QuoteRequest"), "customer"),
    "admin:desk-quote": page(sees("register.QuoteRequest"), "register.QuoteRequest"),
    "admin:desk-quote-offer": act(writes("register.QuoteRequest"), "register.QuoteRequest"),
    "admin:desk-quote-accepted": act(writes("register.QuoteRequest"), "register.QuoteRequest"),
    "admin:desk-quote-declined": act(writes("register.QuoteRequest"), "register.QuoteRequest"),
    "admin:desk-post": page(writes("register.PostWords")),
    "admin:desk-post-words": form(writes("register.PostWords"), kind="thanks", language="fi"),
    "admin:desk-post-send": act(writes("register.Message"), "register.ServiceMail"),
    "admin:desk-imports": form(writes("register.ImportRun")),
    "admin:desk-import": form(writes("register.ImportRun"), "import"),
    "admin:desk-import-errors": page(writes("register.ImportRun"), "import"),
    "admin:desk-import-act": act(writes("register.ImportRun"), "import", what="hylkaa"),
    "admin:desk-cash": form(sees("register.CashUp"), writers=writes("register.CashUp")),
    "admin:desk-cash-up": page(sees("register.CashUp"), "cash-up"),
    "admin:desk-bookkeeping": form(both(verb("export"), sees("register.Payment"))),
    "admin:desk-agreement-pdf": page(
        both(
            sees("register.Agreement"),
            whole("register.Customer.email", "register.Customer.phone"),
        ),
        "agreement",
    ),
    "admin:desk-agreement-sign": act(writes("register.Agreement"), "agreement"),
    "admin:desk-agreement-void": act(writes("register.Agreement"), "agreement"),
    "admin:desk-tablet-give": act(
        both(
            writes("register.Agreement"),
            whole("register.Customer.email", "register.Customer.phone"),
        ),
        "agreement",
    ),
    # Without a tablet in a customer's hands (tests/desk/test_tablet.py) they lead to the front.
    "admin:desk-tablet": replace(form(writes("register.Agreement")), ends_on_front=True),
    "admin:desk-tablet-back": replace(act(writes("register.Agreement")), ends_on_front=True),
    "admin:desk-tablet-out": replace(act(writes("register.Agreement")), ends_on_front=True),
    "admin:desk-attachment": form(reveals("register.Attachment.content"), "attachment"),
    "admin:desk-attachment-small": page(reveals("register.Attachment.content"), "photo"),
    "admin:desk-attachment-take-back": act(writes("register.Attachment"), "photo"),
    "admin:desk-booking-photos": act(writes("register.Attachment"), "booking"),
    "admin:desk-booking-photos-open": act(reveals("register.Attachment.content"), "booking"),
    "admin:desk-condition": form(writes("register.ConditionMark"), "booking"),
    "admin:desk-return-fees": act(writes("register.Rental"), "booking"),
    "admin:desk-case": page(sees("register.Case"), "register.Case"),
    "admin:desk-case-assess": act(writes("register.Case"), "register.Case"),
    "admin:desk-case-charge": act(writes("register.OrderLine"), "register.Case"),
    "admin:desk-case-objection": act(writes("register.Case"), "register.Case"),
    "admin:desk-case-answer": act(writes("register.Case"), "register.Case"),
    "admin:desk-case-settle": act(writes("register.Case"), "register.Case"),
    "admin:desk-case-write-off": act(writes("register.Case"), "register.Case"),
    "admin:desk-case-letter": act(writes("register.Case"), "register.Case"),
    "admin:desk-case-mail": act(writes("register.Case"), "register.Case"),
    "admin:desk-case-photos": act(writes("register.Attachment"), "register.Case"),
    "admin:desk-case-photos-open": act(reveals("register.Attachment.content"), "register.Case"),
    # -- Two people --------------------------------------------------------------------------------
    "admin:desk-approvals": page(staff),
    "admin:desk-approve": act(verb("approve"), "approval"),
    "admin:desk-disapprove": act(verb("approve"), "approval"),
    "admin:desk-export": form(verb("export")),
    # -- Privacy and the owner -------------------------------------------------------------------
    "admin:forgetting": page(verb("audit")),
    "admin:forgetting-night": page(verb("audit"), "night"),
    "admin:forgetting-let-through": act(verb("evidence"), "night"),
    "admin:forgetting-try-again": act(verb("erase"), "trouble"),
    "admin:desk-audit": page(verb("audit")),
    "admin:desk-audit-export": act(verb("audit")),
    "admin:desk-audit-seen": replace(act(verb("audit")), ends_on_front=True),
    "admin:notice-overview": page(verb("notice")),
    "admin:notice-contact": form(verb("notice")),
    "admin:notice-words": form(verb("notice"), language="fi"),
    "admin:notice-preview": page(verb("notice"), language="sv"),
    "admin:notice-publish": act(verb("notice")),
    "admin:notice-forget": act(verb("notice")),
    "admin:letters": page(verb("notice")),
    "admin:letter-words": form(verb("notice"), kind="access"),
    "admin:requests-record": page(verb("audit")),
    "admin:requests-record-pdf": page(verb("audit")),
    "admin:requests-record-csv": page(verb("audit")),
    "admin:requests-record-json": page(verb("audit")),
    "admin:evidence-pdf": page(verb("promises")),
    "admin:requests-figures": page(verb("audit")),
    "admin:requests-figures-csv": page(verb("audit")),
    "admin:requests-enter": form(verb("identify")),
    "admin:requests-request": page(sees("requests_app.DataSubjectRequest"), "request"),
    "admin:requests-passages": form(verb("package"), "request"),
    "admin:requests-corrections": form(verb("package"), "rectified"),
    "admin:requests-correction": act(verb("package"), "requests_app.Correction"),
    "admin:requests-correction-drop": act(verb("package"), "requests_app.Correction"),
    "admin:requests-recipient": act(verb("package"), "requests_app.RecipientNotice"),
    "admin:requests-mail": act(verb("identify"), "request-mail"),
    "admin:requests-code": act(verb("identify"), "request"),
    "admin:requests-print": act(verb("package"), "request"),
    "admin:requests-calendar": page(verb("package")),
    "admin:requests-letter": page(sees("requests_app.DataSubjectRequest"), "request"),
    "admin:requests-step": act(verb("identify"), "request", key="pyyda-tunnistus"),
    # -- Breaches ----------------------------------------------------------------------------------
    "admin:breaches": page(verb("breach")),
    "admin:breach-begin": form(verb("breach")),
    "admin:breach": form(verb("breach"), "register.Breach"),
    "admin:breach-close": act(verb("breach"), "register.Breach"),
    # -- The season --------------------------------------------------------------------------------
    "admin:season": page(verb("turnover")),
    "admin:season-csv": page(verb("turnover")),
    # -- Processors --------------------------------------------------------------------------------
    "admin:processors": page(verb("processors")),
    "admin:processor-new": form(verb("processors")),
    "admin:processor": form(verb("processors"), "register.Processor"),
    # -- Marketing ---------------------------------------------------------------------------------
    "admin:mailings": page(verb("mail")),
    "admin:mailing-new": form(verb("mail")),
    "admin:mailing": page(either(verb("mail"), verb("approve")), "register.Mailing"),
    "admin:mailing-write": form(verb("mail"), "register.Mailing"),
    "admin:mailing-test": act(verb("mail"), "register.Mailing"),
    "admin:mailing-start": act(verb("mail"), "register.Mailing"),
    "admin:mailing-stop": act(verb("mail"), "register.Mailing"),
    "admin:mailing-go-on": act(verb("mail"), "register.Mailing"),
    "admin:mailing-discard": act(verb("mail"), "register.Mailing"),
    "admin:segment-new": form(verb("mail")),
    "admin:segment": form(verb("mail"), "register.Segment"),
    # -- Papers ------------------------------------------------------------------------------------
    "admin:paper-folders": page(sees("register.PaperFolder")),
    "admin:paper-labels": page(sees("register.PaperFolder")),
    "admin:paper-folder": page(sees("register.PaperFolder"), "register.PaperFolder"),
    "admin:paper-label": page(sees("register.PaperFolder"), "register.PaperFolder"),
    "admin:paper-destroyed": act(verb("shred"), "register.PaperFolder"),
    # -- Roles -------------------------------------------------------------------------------------
    "admin:staff-roles": page(verb("roles")),
    "admin:staff-invite": form(verb("roles")),
    "admin:staff-person": form(verb("roles"), "user"),
    "admin:staff-role-take": act(verb("roles"), "grant"),
    "admin:staff-close": act(verb("roles"), "user"),
    "admin:staff-reopen": act(verb("roles"), "user"),
    "admin:staff-invite-again": act(verb("roles"), "user"),
    "admin:staff-second-step-off": act(verb("roles"), "user"),
    "admin:staff-nameless": act(verb("roles"), "user"),
    # -- Staff's accounts, and what Django brings ------------------------------------------------
    "admin:autocomplete": gone(),
    "admin:jsi18n": page(staff),
    "admin:app_list": page(staff, app_label="register"),
    # -- The register's own books: no personal data, for whoever reads the audit -------------------
    "admin:register_retentionrun_changelist": page(verb("audit")),
    "admin:register_retentionrun_change": page(verb("audit"), "register.RetentionRun"),
    "admin:register_retentionrun_history": page(verb("audit"), "register.RetentionRun"),
    "admin:register_erasurereceipt_changelist": page(verb("audit")),
    "admin:register_erasurereceipt_change": page(verb("audit"), "register.ErasureReceipt"),
    "admin:register_erasurereceipt_history": page(verb("audit"), "register.ErasureReceipt"),
}  # fmt: skip
