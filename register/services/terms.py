"""The terms of rental: data in versions, one text a language. The first version comes with the
program; the owner writes the next ones."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from register.models import Agreement, AgreementTerms

FIRST_VERSION = "2026-06"
FIRST_DAY = date(2026, 6, 1)
TEXTS = Path(__file__).parent / "first_terms"
FIRST = {language: (TEXTS / f"{language}.txt").read_text() for language in ("fi", "sv", "en")}


def install() -> None:
    """Write the first version where there is none at all."""
    if not AgreementTerms.objects.exists():
        AgreementTerms.objects.bulk_create(
            AgreementTerms(
                version=FIRST_VERSION, language=language, in_force_on=FIRST_DAY, text=text
            )
            for language, text in FIRST.items()
        )


def version_on(day: date) -> str:
    """The newest version that is in force on that day and written in every language."""
    rows = AgreementTerms.objects.filter(in_force_on__lte=day).order_by("-in_force_on", "-version")
    languages: dict[str, set[str]] = {}
    for version, language in rows.values_list("version", "language"):
        languages.setdefault(version, set()).add(language)
        if languages[version] == set(FIRST):
            return version
    return FIRST_VERSION


def clauses(*, version: str, language: str, values: Mapping[str, object]) -> list[str]:
    """The clauses with their figures filled in. A version nobody has written is the first one."""
    row = AgreementTerms.objects.filter(version=version, language=language).first()
    text = row.text if row else FIRST[language]
    for name, value in values.items():  # not str.format: the text is an owner's, not a program's
        text = text.replace(f"{{{name}}}", str(value))
    return [line.strip() for line in text.splitlines() if line.strip()]


def is_used(terms: AgreementTerms) -> bool:
    """Whether an agreement names the version: then its words stay as they are."""
    return Agreement.objects.filter(terms_version=terms.version).exists()
