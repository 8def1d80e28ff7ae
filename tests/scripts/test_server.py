"""`script/server`: says where it is, stops whole, leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scripts.conftest import ROOT, refusal

PATIENCE_S = 90.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def call(*arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["script/server", *arguments],
        cwd=ROOT,
        env={**os.environ, **options},
        capture_output=True,
        text=True,
        timeout=60,
    )


def hear_ctrl_c() -> None:
    """A shell that starts us in the background has us ignore it, and what we start likewise."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Server:
    """A running `script/server` in a process group of its own, as in a terminal."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self.log = log
        with log.open("w") as out:
            self.process = subprocess.Popen(
                ["script/server", "--port", str(self.port)],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=hear_ctrl_c,
            )

    def wait_until_up(self) -> None:
        end = time.monotonic() + PATIENCE_S
        while "Ctrl-C stops everything." not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.1)

    def family(self) -> list[int]:
        """Every process of the session that the script leads."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                if int(fields[3]) == self.process.pid and fields[0] != "Z":
                    found.append(int(entry.name))
        return found

    def stop(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=30)


@pytest.fixture
def server(installation: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    running = Server(installation, tmp_path / "server.log")
    try:
        running.wait_until_up()
        yield running
    finally:
        if running.process.poll() is None:
            running.stop(signal.SIGTERM)


def test_ctrl_c_stops_server_and_worker_without_orphans(server: Server) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/healthz") as answer:
        assert answer.read() == b"ok"
    assert len(server.family()) >= 4, "script, gunicorn, its workers, the background worker"
    assert server.stop(signal.SIGINT) == 0, server.log.read_text()
    assert server.family() == []
    assert "Traceback" not in server.log.read_text()


def test_the_notice_is_served_as_in_production_until_terminated(server: Server) -> None:
    home = f"http://127.0.0.1:{server.port}"
    with urllib.request.urlopen(home + "/") as answer:
        page = answer.read().decode()
    sheets = re.findall(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)
    assert sheets, "style sheets bear the hash of their content"
    for sheet in sheets:
        with urllib.request.urlopen(home + sheet) as answer:
            assert "immutable" in answer.headers["Cache-Control"]
    assert server.stop(signal.SIGTERM) == 0, server.log.read_text()
    assert server.family() == []


def test_the_death_of_the_worker_ends_the_server_too(server: Server) -> None:
    for pid in server.family():
        if b"db_worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
    assert server.process.wait(timeout=30) == 1
    assert server.family() == []
    assert "stopped by itself" in server.log.read_text()


def test_a_port_in_use_is_told_with_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for done in (call("--port", str(port)), call(PORT=str(port))):
            assert f"Port {port} is in use" in refusal(done)
            assert f"--port {port + 1}" in refusal(done)


@pytest.mark.parametrize("port", ["0", "65536", "http", "80 81", ""])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    assert "is no port" in refusal(call(f"--port={port}"))


def test_an_unknown_option_is_refused_with_those_that_are_known() -> None:
    assert "--port N and --dev" in refusal(call("--prot", "8001"))
