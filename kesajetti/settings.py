"""Settings: the only reader of the environment. Every name is listed in docs/settings.md.

A missing setting in production stops the start with one sentence that says what to set.
"""

import hashlib
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from stdnum import iban

from kesajetti.accounts.options import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if (dotenv := Path(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))).is_file():
    env.read_env(dotenv)


def required(name: str, what: str) -> str:
    """The value of a setting that has no safe default."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set: give {what} in the environment or in .env (docs/settings.md)."
        )
    return value


def account(name: str, default: str) -> str:
    """An IBAN without blanks, or "" where none is set."""
    text: str = env.str(name, default=default)
    if text and not iban.is_valid(text):
        raise ImproperlyConfigured(f"{name} is not an IBAN: check its digits.")
    return str(iban.compact(text)) if text else ""


# -- How this installation runs ---------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)  # invented people only; shows a banner
HTTPS = env.bool("HTTPS", default=True)  # off only for a demo on the loopback address

SECRET_KEY = required("SECRET_KEY", "a long random text")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=LOOPBACK if DEMO or DEBUG else [])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is not set: give the host names this site answers to, such as "
        "rekisteri.example.fi, in the environment or in .env (docs/settings.md)."
    )
# Links in letters and mails never come from the request's Host header.
if loose := [host for host in ALLOWED_HOSTS if host.startswith(("*", "."))]:
    raise ImproperlyConfigured(
        f"ALLOWED_HOSTS has {loose[0]!r}: write each host name in full, without * or a leading dot."
    )
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http{'s' if HTTPS else ''}://{ALLOWED_HOSTS[0]}")
if HTTPS and not PUBLIC_URL.startswith("https://"):
    raise ImproperlyConfigured(f"PUBLIC_URL is {PUBLIC_URL!r}: write it with https://.")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# -- The vault's keys: read on first use, never at import (register.vault.keys) ----------------

MASTER_KEY_FILE = env.str("MASTER_KEY_FILE", default="")
if MASTER_KEY_FILE:  # a relative name means the same file from wherever a command is run
    MASTER_KEY_FILE = str(BASE_DIR / MASTER_KEY_FILE)
MASTER_KEY = env.str("MASTER_KEY", default="")
VAULT_KEY_PROVIDER = env.str("VAULT_KEY_PROVIDER", default="")  # a key service of your own
# Photos, recordings and papers, sealed, under names that say nothing; backed up with the register.
SEALED_FILES_DIR = str(BASE_DIR / env.str("SEALED_FILES_DIR", default="var/sealed"))
if not (MASTER_KEY_FILE or MASTER_KEY or VAULT_KEY_PROVIDER):
    raise ImproperlyConfigured(
        "MASTER_KEY_FILE is not set: name the vault's key file, made with "
        "`manage.py generate_keys`, in the environment or in .env (docs/keys.md)."
    )

# -- The controller (P1): used by the notice, letters, PDFs and mails --------------------------

CONTROLLER = {
    "name": env.str("CONTROLLER_NAME", default="LM Group Oy"),
    "trade_name": env.str("CONTROLLER_TRADE_NAME", default="Kesäjetti"),
    "business_id": env.str("CONTROLLER_BUSINESS_ID", default="3204678-3"),
    "street": env.str("CONTROLLER_STREET", default="Alppikatu 5"),
    "postcode": env.str("CONTROLLER_POSTCODE", default="00530"),
    "city": env.str("CONTROLLER_CITY", default="Helsinki"),
    "contact_person": env.str("CONTROLLER_CONTACT_PERSON", default="Mikko Vallinkoski"),
    "phone": env.str("CONTROLLER_PHONE", default="044 254 5939"),
    "email": env.str("CONTROLLER_EMAIL", default="info@kesajetti.fi"),
}

# -- Invoices: where they are paid to, and when --------------------------------------------------

INVOICE_IBAN = account(
    "INVOICE_IBAN",
    default="FI21 1234 5600 0007 85" if DEMO else "",  # the banks' own example
)
INVOICE_BIC = env.str("INVOICE_BIC", default="NDEAFIHH" if DEMO else "")
INVOICE_DUE_DAYS = env.int("INVOICE_DUE_DAYS", default=14)

# -- The rules of the house ---------------------------------------------------------------------


def month_and_day(name: str, default: str) -> tuple[int, int]:
    """`30.4.` → (4, 30)."""
    text = env.str(name, default=default)
    try:
        day, month = (int(part) for part in text.strip(".").split("."))
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} is {text!r}: write day and month, such as 31.12."
        ) from None
    return month, day


FINANCIAL_YEAR_END = month_and_day("FINANCIAL_YEAR_END", "31.12.")
CARD_RETENTION_DAYS = env.int("CARD_RETENTION_DAYS", default=30)
RENTER_MINIMUM_AGE = env.int("RENTER_MINIMUM_AGE", default=18)
HELM_MINIMUM_AGE = env.int("HELM_MINIMUM_AGE", default=15)  # registered craft, water traffic act
REQUEST_CONFIRM_HOURS = env.int("REQUEST_CONFIRM_HOURS", default=72)
PACKAGE_LINK_DAYS = env.int("PACKAGE_LINK_DAYS", default=7)
MAILING_PER_MINUTE = env.int("MAILING_PER_MINUTE", default=60)
MAILING_TWO_PEOPLE_FROM = env.int("MAILING_TWO_PEOPLE_FROM", default=500)  # people reached

# -- Forgetting: the journal of erasures, the brake of the night, backups -------------------------


def place(name: str, default: str) -> Path:
    """A folder; a relative name starts at the clone."""
    return BASE_DIR / str(env.str(name, default=default))


# Outside both databases and their backups, best on another disk: a restore replays it.
ERASURE_JOURNAL_DIR = place("ERASURE_JOURNAL_DIR", "var/erasure-journal")
# On 1 January a whole season leaves at once, about a sixth of the register.
RETENTION_BRAKE_PERCENT = env.int("RETENTION_BRAKE_PERCENT", default=25)
RETENTION_BRAKE_PEOPLE = env.int("RETENTION_BRAKE_PEOPLE", default=200)
RETENTION_WORKERS = env.int("RETENTION_WORKERS", default=2)
RETENTION_TRIES = env.int("RETENTION_TRIES", default=5)
RETENTION_SILENCE_DAYS = env.int("RETENTION_SILENCE_DAYS", default=45)
RETENTION_MAIL_TO = env.list("RETENTION_MAIL_TO", default=[CONTROLLER["email"]])
# Rows of an import while it is worked on, sealed; not backed up.
IMPORT_DIR = place("IMPORT_DIR", "var/imports")
BACKUP_DIR = place("BACKUP_DIR", "var/backups")
BACKUP_RECIPIENTS = env.list("BACKUP_RECIPIENTS", default=[])  # public keys of age
BACKUP_PASSPHRASE = env.str("BACKUP_PASSPHRASE", default="")

# -- Django ------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "register.apps.RegisterConfig",
    "register.vault.apps.VaultConfig",
    "requests_app.apps.RequestsConfig",
    "kesajetti.apps.KesajettiAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_htmx",
    "django_altcha",
    "django_tasks",
    "django_tasks_db",
    "phonenumber_field",
]

MIDDLEWARE = [
    "kesajetti.middleware.headers",
    "kesajetti.middleware.no_store",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "kesajetti.middleware.OnlyWhatIsMeant",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "kesajetti.middleware.Written",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kesajetti.accounts.sessions.KeepWatch",
    "kesajetti.tablet.only_the_agreement",
    "kesajetti.denials.write_down_denials",
]

ROOT_URLCONF = "kesajetti.urls"
WSGI_APPLICATION = "kesajetti.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kesajetti.context.installation",
            ],
        },
    },
]

# -- Databases: the register, and the vault with short-lived backups of its own -----------------

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",  # a writer waits its turn instead of failing at commit
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
}
POSTGRES_OPTIONS = {"connect_timeout": 5}


def database(name: str, file: str) -> dict[str, object]:
    config: dict[str, Any] = env.db_url(name, default=f"sqlite:///{BASE_DIR / 'var' / file}")
    sqlite = str(config["ENGINE"]).endswith("sqlite3")
    asked: dict[str, object] = config.get("OPTIONS", {})  # such as ?sslmode=verify-full
    config["OPTIONS"] = {**(SQLITE_OPTIONS if sqlite else POSTGRES_OPTIONS), **asked}
    config["CONN_MAX_AGE"] = 0 if sqlite else 60
    config["CONN_HEALTH_CHECKS"] = not sqlite
    return config


DATABASES = {
    "default": database("DATABASE_URL", "register.sqlite3"),
    "vault": database("VAULT_DATABASE_URL", "vault.sqlite3"),
}
# Counts of wrong passwords and of forms sent, shared by all processes; the keys are hashed.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "register_tally",
        "KEY_FUNCTION": "kesajetti.accounts.tallies.hashed",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}
DATABASE_ROUTERS = ["kesajetti.routers.VaultRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Background work and mail -------------------------------------------------------------------

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
SMS_BACKEND = env.str("SMS_BACKEND", default="register.texting.console" if DEMO else "")
SMS_FILE_DIR = str(BASE_DIR / env.str("SMS_FILE_DIR", default="var/texts"))
if folder := vars().get("EMAIL_FILE_PATH"):  # a relative name means the same from everywhere
    EMAIL_FILE_PATH = str(BASE_DIR / folder)
EMAIL_TIMEOUT = 30  # seconds: a mail server that does not answer does not hold the worker
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default=f"{CONTROLLER['trade_name']} <{CONTROLLER['email']}>"
)

# A provider of text messages (register.services.sms); a demo writes them into a folder.
SMS_BACKEND = env.str("SMS_BACKEND", default="register.services.sms.FolderBackend" if DEMO else "")
SMS_FOLDER = str(BASE_DIR / env.str("SMS_FOLDER", default="var/text-messages"))

# -- Language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "fi"
LANGUAGES = [("fi", _("Finnish")), ("sv", _("Swedish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Helsinki"
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = "FI"
PHONENUMBER_DB_FORMAT = "E164"
PHONENUMBER_DEFAULT_FORMAT = "INTERNATIONAL"

# -- Proof of work on public forms: a key of its own, made from the site's ------------------------

ALTCHA_HMAC_KEY = hashlib.sha256(b"altcha\0" + SECRET_KEY.encode()).hexdigest()

# -- Static files -------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # uploads are sealed
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or DEMO
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or DEMO
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]  # no temp files
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

# -- Sign-in (kesajetti/accounts): what does not depend on the installation is in its options ----

SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=10) * 3600  # from sign-in, however busy
SESSION_IDLE = env.int("SESSION_IDLE_MINUTES", default=60) * 60
ACCOUNT_REAUTHENTICATION_TIMEOUT = env.int("REAUTHENTICATION_MINUTES", default=5) * 60
PASSWORD_RESET_TIMEOUT = env.int("PASSWORD_LINK_HOURS", default=24) * 3600
MFA_TOTP_ISSUER = CONTROLLER["trade_name"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO and not HTTPS  # a passkey on http://localhost

# -- The web around it --------------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
# Tokens in addresses never leave to another site. Not "no-referrer": browsers then send `Origin:
# null` with a form, and the CSRF check refuses every post.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
)
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# -- Logs hold no personal data: no query strings, no SQL, no values ----------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_tokens": {"()": "kesajetti.logs.WithoutTokens"}},
    "formatters": {"without_values": {"()": "kesajetti.logs.WithoutValues"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["without_tokens"],
            "formatter": "without_values",
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.db.backends": {"level": "WARNING"},  # DEBUG would print every parameter
    },
}
DEFAULT_EXCEPTION_REPORTER_FILTER = "kesajetti.logs.TypesOnly"
ADMINS: list[tuple[str, str]] = []  # error mails would carry request data
