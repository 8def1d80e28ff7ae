"""The forms of the sign-in, in our words."""

from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa import signals
from allauth.mfa.base import forms as mfa
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kesajetti.accounts import tallies
from register import tasks
from register.services import audit

CODE = {
    "autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True,
    "spellcheck": "false", "autocapitalize": "none",
}  # fmt: skip


class CodeInput(forms.TextInput):
    """A code that was wrong is not shown again: the next one is another."""

    def format_value(self, value: Any) -> None:
        return None


def _plain(form: forms.BaseForm, **labels: Any) -> None:
    """Labels instead of placeholders, which vanish when one types."""
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].help_text = ""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class SignInForm(account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, login=_("User name"), password=_("Password"))
        attrs = self.fields["login"].widget.attrs
        attrs |= {"autofocus": True, "autocapitalize": "none", "spellcheck": "false"}
        attrs["autocomplete"] = "username webauthn"


class PasswordAgainForm(account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, password=_("Password"))
        self.fields["password"].widget.attrs["autofocus"] = True


# -- Passwords ------------------------------------------------------------------------------------


class ForgottenForm(account.ResetPasswordForm):
    """Known or not, the answer is one and takes as long: the mail is the worker's task."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, email=_("Your e-mail address at work"))

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        for user_id in [user.pk for user in self.users] or [0]:
            tasks.send_password_link.enqueue(user_id)
        return str(self.cleaned_data["email"])


class LinkForm(account.UserTokenForm):
    """A link that was used, ran out or was tampered with leaves a line; a machine that tries
    thousands does not fill the log."""

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError:
            self._write_down()
            raise
        return cleaned

    def _write_down(self) -> None:
        if ratelimit.consume(
            context.request, app="allauth.account", action="bad_link", limit_get=True
        ):
            audit.record(
                verb="password.link", at=timezone.now(), object=self.reset_user, outcome="denied"
            )


def _twice(form: forms.BaseForm) -> None:
    _plain(form, password1=_("New password"), password2=_("New password again"))
    form.fields["password1"].help_text = password_validators_help_texts()[-1]


class NewPasswordForm(account.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _twice(self)


class ChangePasswordForm(account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _twice(self)
        _plain(self, oldpassword=_("Present password"))


class SetPasswordForm(account.SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _twice(self)


# -- The second step ------------------------------------------------------------------------------


class OnceOnly(mfa.BaseAuthenticateForm):
    """A code is good once, also for the minute in which a slow clock still takes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, code=_("Code"))
        self.fields["code"].widget = CodeInput(attrs=CODE)
        self.fields["code"].max_length = 20

    def clean_code(self) -> str:
        code = "".join(str(self.cleaned_data["code"]).split())
        self.cleaned_data["code"] = code
        if tallies.was_used(user_id=self.user.pk, code=code):
            self._refuse_again()
        super().clean_code()
        tallies.mark_used(user_id=self.user.pk, code=code)
        return code

    def _refuse_again(self) -> None:
        check_rate_limit(self.user)
        app = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.TOTP).first()
        if app is not None:
            self._emit_authentication_failed(app)
        raise ValidationError(
            _("This code has been used already. Wait for the next one."), code="used"
        )


class CodeForm(OnceOnly, mfa.AuthenticateForm):
    pass


class CodeAgainForm(OnceOnly, mfa.ReauthenticateForm):
    pass


class ActivateAppForm(totp.ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, code=_("Code that the app shows now"))
        self.fields["code"].widget = CodeInput(attrs=CODE)

    def clean_code(self) -> str:
        code: str = super().clean_code()
        tallies.mark_used(user_id=self.user.pk, code="".join(code.split()))
        return code


class AddPasskeyForm(webauthn.AddWebAuthnForm):
    """Always one that signs in by itself: it asks for a fingerprint, a face or a PIN."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, name=_("Name of the passkey"))
        self.fields["name"].help_text = _("For yourself, such as “phone” or “desk computer”.")
        self.fields["name"].max_length = 60
        self.fields["passwordless"].widget = forms.HiddenInput()
        self.fields["passwordless"].initial = True


class RenamePasskeyForm(webauthn.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, name=_("Name of the passkey"))
        self.fields["name"].max_length = 60


class NotedPasskey(webauthn.AuthenticateWebAuthnForm):
    """A passkey that is refused leaves a line, as a wrong code does."""

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except ValidationError:
            signals.authentication_failed.send(
                sender=Authenticator, request=context.request, user=self.user, authenticator=None
            )
            raise


class PasskeyForm(NotedPasskey):
    pass


class PasskeyAgainForm(NotedPasskey, webauthn.ReauthenticateWebAuthnForm):
    pass


class PasskeySignInForm(NotedPasskey, webauthn.LoginWebAuthnForm):
    pass
