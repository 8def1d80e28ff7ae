"""`script/bootstrap` on machines that lack something, played with a PATH of stand-ins."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.scripts.conftest import ROOT, refusal

PLAIN_TOOLS = (
    *("bash", "cat", "chmod", "cut", "dirname", "env", "find", "grep", "head", "mkdir", "mktemp"),
    *("rm", "sort", "tail"),
)


class Machine:
    """A copy of the scripts, and a PATH on which only plain tools and our stand-ins are."""

    def __init__(self, home: Path) -> None:
        self.root = home / "clone"
        self.bin = home / "bin"
        self.bin.mkdir()
        shutil.copytree(ROOT / "script", self.root / "script")
        shutil.copytree(ROOT / "requirements", self.root / "requirements")
        for name in PLAIN_TOOLS:
            found = shutil.which(name)
            assert found, name
            (self.bin / name).symlink_to(found)

    def has(self, name: str, does: str) -> None:
        program = self.bin / name
        program.write_text(f"#!{shutil.which('bash')}\n{does}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def bootstrap(self, *arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.root / "script" / "bootstrap"), *arguments],
            env={"PATH": str(self.bin), "HOME": str(self.root), **options},
            capture_output=True,
            text=True,
            timeout=30,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def debian(machine: Machine, *, user: int, installed: str) -> None:
    machine.has("apt-get", "exit 1")
    machine.has("id", f"echo {user}")
    machine.has(
        "dpkg-query",
        f'for last; do :; done; case " {installed} " in *" $last "*) echo "install ok installed";; '
        "*) exit 1;; esac",
    )


def test_without_rights_exactly_the_missing_packages_are_named(machine: Machine) -> None:
    debian(machine, user=1000, installed="libpango-1.0-0 gettext fonts-dejavu-core")
    said = refusal(machine.bootstrap("--run"))
    assert said.endswith("sudo apt-get install libpangoft2-1.0-0 libharfbuzz-subset0")


def test_what_only_tests_need_is_not_asked_of_a_machine_that_serves(machine: Machine) -> None:
    debian(machine, user=1000, installed="")
    assert "chromium" not in refusal(machine.bootstrap("--run"))
    assert "chromium" in refusal(machine.bootstrap())


def test_a_browser_that_came_by_another_way_serves_as_well(machine: Machine) -> None:
    debian(machine, user=1000, installed="")
    machine.has("google-chrome", "echo 156")
    assert "chromium" not in refusal(machine.bootstrap())


def test_a_browser_that_does_not_start_is_none(machine: Machine) -> None:
    debian(machine, user=1000, installed="")
    machine.has("chromium", "echo 'install the snap' >&2; exit 1")
    assert "chromium" in refusal(machine.bootstrap())


def test_a_python_too_old_is_told_with_a_way_out(machine: Machine) -> None:
    machine.has("python3", "exit 1")
    machine.has("msgfmt", "exit 0")
    machine.has("pango-view", "exit 0")
    assert "Python 3.11 or newer is needed" in refusal(machine.bootstrap("--run"))


def test_a_newer_python_than_the_default_one_is_found(machine: Machine) -> None:
    machine.has("python3", "exit 1")
    machine.has("python3.12", 'case "$*" in *-m\\ venv*) echo "made by 3.12" >&2; exit 1;; esac')
    machine.has("msgfmt", "exit 0")
    machine.has("pango-view", "exit 0")
    assert "made by 3.12" in machine.bootstrap("--run").stderr


def test_an_unknown_option_is_refused(machine: Machine) -> None:
    assert "does not know --fast" in refusal(machine.bootstrap("--fast"))


def test_every_package_says_when_and_what_for() -> None:
    for line in (ROOT / "script" / "apt-packages").read_text().splitlines():
        if not line.startswith("#"):
            name, when, *why = line.split()
            assert when in {"run", "test"}, name
            assert why, name


@pytest.mark.parametrize("script", ["bootstrap", "server", "test", "with-postgres", "../.ci/run"])
def test_scripts_are_executable(script: str) -> None:
    assert os.access(ROOT / "script" / script, os.X_OK)
