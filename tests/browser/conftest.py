"""A real Chromium, in which a console error, a refused script or an axe finding fails the test."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, WebError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def chromium() -> str:
    """Path of the browser: CHROMIUM, or the first one on the PATH."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.exit("No Chromium: install it, or name one in CHROMIUM.", returncode=2)
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses root otherwise
    return {
        **browser_type_launch_args,
        "executable_path": chromium(),
        "args": [*QUIET, *sandbox],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "fi-FI", "timezone_id": "Europe/Helsinki"}


@pytest.fixture
def allowed_console() -> list[str]:
    """Patterns of console errors that this test provokes on purpose: `.append(r"403")`."""
    return []


@pytest.fixture
def console(allowed_console: list[str]) -> Iterator[list[str]]:
    """What the browser complained about. Not empty at the end: the test fails."""
    complaints: list[str] = []
    yield complaints
    left = [line for line in complaints if not any(re.search(p, line) for p in allowed_console)]
    assert not left, "The browser complained:\n" + "\n".join(left)


@pytest.fixture
def new_context(
    new_context: Callable[..., BrowserContext], console: list[str]
) -> Callable[..., BrowserContext]:
    """As pytest-playwright's, with every page of the context listened to."""

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.page.url if message.page else ""
            console.append(f"{where}: {message.text}")

    def thrown(error: WebError) -> None:
        console.append(str(error.error))

    def make(**options: Any) -> BrowserContext:
        context = new_context(**options)
        context.on("console", listen)
        context.on("weberror", thrown)
        return context

    return make


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)` fails on any WCAG 2.2 A or AA violation, naming rule and element."""

    def check(page: Page) -> None:
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
        broken = [
            f"{page.url}: {violation['id']} ({violation['help']}): {node['html'][:160]}"
            for violation in found.response["violations"]
            for node in violation["nodes"]
        ]
        assert not broken, "axe found:\n" + "\n".join(broken)

    return check
