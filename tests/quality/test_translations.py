"""Every word on a page stands in Finnish and in Swedish."""

import shutil
import string
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("fi", "sv")
SOURCES = ("kesajetti", "register", "requests_app", "templates", "static", "locale")


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, polib.POFile]:
    """The catalogues as `makemessages` would leave them, made in a copy of the tree."""
    copy = tmp_path_factory.mktemp("tree")
    for name in SOURCES:
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, copy / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(copy)
        patch.setattr("django.conf.settings.LOCALE_PATHS", [str(copy / "locale")])
        call_command("makemessages", locale=list(LANGUAGES), no_obsolete=True, verbosity=0)
    return {
        language: polib.pofile(str(copy / "locale" / language / "LC_MESSAGES" / "django.po"))
        for language in LANGUAGES
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_is_translated(gathered: dict[str, polib.POFile], language: str) -> None:
    catalogue = gathered[language]
    missing = [
        f"{entry.msgid!r} ({', '.join(f'{file}:{line}' for file, line in entry.occurrences[:1])})"
        for entry in catalogue
        if not entry.obsolete and (entry.fuzzy or not entry.translated())
    ]
    assert not missing, f"{len(missing)} without {language}:\n" + "\n".join(missing)


def placeholders(text: str) -> set[str]:
    """Names in `%(name)s` and `{name}`."""
    braces = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    return braces | {part.split(")")[0] for part in text.split("%(")[1:]}


def entries(catalogue: polib.POFile) -> Iterator[polib.POEntry]:
    return (entry for entry in catalogue if entry.translated() and not entry.obsolete)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_the_same_gaps(gathered, language: str) -> None:
    for entry in entries(gathered[language]):
        if "{" not in entry.msgid or "%" not in entry.msgid:
            assert placeholders(entry.msgstr) == placeholders(entry.msgid), entry.msgid
