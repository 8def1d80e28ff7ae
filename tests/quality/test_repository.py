"""Habits that a reviewer would have to look for: here they are looked for."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
CODE_FILE_LINES = 400


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def text_of(path: Path) -> str:
    """The text of a file; empty for pictures, fonts and the like."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


FORBIDDEN_BY_THE_CSP = {
    "a script within the page": r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>",
    "a style within the page": r"<style\b",
    "a style on an element": r"<[a-z][^>]*\sstyle=",
    "an event handler on an element": r"<[a-z][^>]*\son[a-z]+=\"",
    "a javascript: address": r"javascript:",
}


@pytest.mark.parametrize("what", FORBIDDEN_BY_THE_CSP)
def test_no_template_holds_what_the_content_security_policy_refuses(what: str) -> None:
    pattern = re.compile(FORBIDDEN_BY_THE_CSP[what], re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}: {match.group()[:80]}"
        for path in TEMPLATES
        if path.suffix in {".html", ".svg"}
        and not {"pdf", "mail"} & set(path.parts)  # no browser reads these
        for match in pattern.finditer(text_of(path))
    ]
    assert not found, f"{what}: {found}"


def test_the_locks_name_no_index_and_hash_every_package() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        text = re.sub(r"^#.*\n", "", lock.read_text(), flags=re.MULTILINE)
        assert "://" not in text, f"{lock.name} names an address"
        assert not re.search(r"^\s*--(index|extra-index|find-links|trusted)", text, re.MULTILINE)
        for entry in re.split(r"\n(?=[a-z0-9])", text.strip(), flags=re.IGNORECASE):
            assert "--hash=sha256:" in entry, entry.splitlines()[0]


MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:home|root|work|Users)/[a-z]")


def test_nothing_names_a_place_on_somebodys_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked()
        if path != Path(__file__)
        for match in MACHINE_PATHS.finditer(text_of(path))
    ]
    assert not found


def test_no_code_file_has_grown_a_second_subject() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked()
        if path.suffix == ".py"
        and not {"migrations", "tests", "bench"} & set(path.relative_to(ROOT).parts)
        and path.name != "policy.py"  # one declaration, read from top to bottom
        and (lines := len(text_of(path).splitlines())) > CODE_FILE_LINES
    }
    assert not long, f"over {CODE_FILE_LINES} lines: {long}"


def test_every_dependency_says_why_it_is_there() -> None:
    declared = (ROOT / "pyproject.toml").read_text().partition("\n[tool.")[0]
    reasons = re.findall(r'^    "[A-Za-z][^"]*",(.*)$', declared, re.MULTILINE)
    assert len(reasons) > 20
    assert all(reason.strip().startswith("# ") for reason in reasons)


def test_every_setting_is_explained() -> None:
    read = re.findall(
        r'(?:env\.[a-z_]+|required|month_and_day|database|place|account)\(\s*"([A-Z_]+)"',
        (ROOT / "kesajetti" / "settings.py").read_text(),
    )
    explained = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text()))
    assert len(read) > 20
    assert set(read) <= explained, f"docs/settings.md lacks {set(read) - explained}"


def test_documents_point_at_what_is_there() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in tracked()
        if path.suffix == ".md"
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text_of(path))
        if not (path.parent / target).exists()
    ]
    assert not broken
