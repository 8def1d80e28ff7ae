"""Settings of the staff's sign-in that are the same in every installation.

Taken in by `kesajetti.settings`; what an installation chooses (lifetimes) stands there.
"""

AUTH_USER_MODEL = "register.User"
AUTHENTICATION_BACKENDS = ["kesajetti.accounts.backend.StaffBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "account_login"

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "kesajetti.accounts.passwords.NotCommonValidator"},
]

# -- django-allauth: user name and password, then an app's code or a passkey --------------------

ACCOUNT_ADAPTER = "kesajetti.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # no page signs up: its address is not routed
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_UNIQUE_EMAIL = False
ACCOUNT_SESSION_REMEMBER = True  # the cookie lives as long as the session: settings
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False  # the second factor is asked as ever
ACCOUNT_FORMS = {
    "login": "kesajetti.accounts.forms.SignInForm",
    "reset_password": "kesajetti.accounts.forms.ForgottenForm",
    "user_token": "kesajetti.accounts.forms.LinkForm",
    "reset_password_from_key": "kesajetti.accounts.forms.NewPasswordForm",
    "change_password": "kesajetti.accounts.forms.ChangePasswordForm",
    "set_password": "kesajetti.accounts.forms.SetPasswordForm",
    "reauthenticate": "kesajetti.accounts.forms.PasswordAgainForm",
}
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    # A key is the account and the address together: adapters.AccountAdapter.
    "login_failed": "60/15m/ip,10/15m/key",
    "login_failed_account": "60/h/key",
    "bad_link": "20/h/ip",
    "reauthenticate": "20/m/user",
}

MFA_ADAPTER = "kesajetti.accounts.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # mail addresses are the owner's to give
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_DIGITS = 10
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "kesajetti.accounts.forms.CodeForm",
    "reauthenticate": "kesajetti.accounts.forms.CodeAgainForm",
    "activate_totp": "kesajetti.accounts.forms.ActivateAppForm",
    "add_webauthn": "kesajetti.accounts.forms.AddPasskeyForm",
    "authenticate_webauthn": "kesajetti.accounts.forms.PasskeyForm",
    "reauthenticate_webauthn": "kesajetti.accounts.forms.PasskeyAgainForm",
    "login_webauthn": "kesajetti.accounts.forms.PasskeySignInForm",
    "edit_webauthn": "kesajetti.accounts.forms.RenamePasskeyForm",
}
USERSESSIONS_TRACK_ACTIVITY = True  # by kesajetti.accounts.sessions, once a minute
