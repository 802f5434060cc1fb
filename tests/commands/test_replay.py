import json
import os
import pty
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from feed.commands.replay import command_of
from replay.capture import Captured, CaptureWriter
from tests.documents import fresh_competition
from tests.replay.captured import captured, games
from tests.service_fixture import LIMIT, Child, Running

Children = Callable[..., Child]


def write(path: Path, documents: list[Captured]) -> str:
    with CaptureWriter(path) as writer:
        for each in documents:
            writer.append(each)
    return str(path)


async def test_a_capture_is_replayed_and_reported(service: Running, children: Children, tmp_path: Path):
    """At max speed with faults every document is stored; the report is JSON, with command and seed to repeat it."""
    competition = fresh_competition()
    path = write(tmp_path / "games.capture", games(competition))
    faults = [f"--{name}=0.2" for name in ("loss", "duplicate", "cut", "reorder")]
    child = children(
        "replay", path, "--url", service.url, "--speed", "max", "--json", "--jitter", "20", "--seed", "5", *faults
    )
    report = json.loads(child.line())
    assert child.ended() == 0, "".join(child.errors)
    assert report["documents"] == sum(report["outcomes"].values()) == 48 + report["faults"]["duplicate"]
    assert set(report["faults"]) == {"loss", "cut", "duplicate", "reorder"}
    assert (report["seed"], report["is_whole"], report["refused"]) == (5, True, {})
    assert report["command"].startswith(f"feed replay {path} --url")
    _, snapshot = await service.get(f"/v1/snapshot?filter={competition}.%3E")
    assert [message["version"] for message in snapshot["messages"]] == [6] * 8


def test_the_pace_is_kept_and_told(service: Running, children: Children, tmp_path: Path):
    """Ten times as fast: about half a second for five, lag and answers in the report; only the window is sent."""
    documents = [captured(fresh_competition(), unit=unit, after=unit) for unit in range(1, 20)]
    path = write(tmp_path / "games.capture", documents)
    window = ("--window", "2030-06-18T08:00:02Z", "2030-06-18T08:00:08+00:00")
    child = children("replay", path, "--url", service.url, "--speed", "10", *window)
    assert child.ended() == 0, "".join(child.errors)
    text = "".join(child.output)
    assert "replayed: 6 documents" in text
    assert " of 10.0 offered" in text
    assert "late at sending (ms): p50" in text
    assert "answered after (ms): p50" in text
    assert "outcomes: accepted 6" in text
    assert "--window 2030-06-18T08:00:02Z" in text


def test_steps_and_quit_by_keys_in_a_terminal(service: Running, tmp_path: Path):
    """A key sends one document, q ends; the terminal shows the clock of the Games and is left as it was."""
    path = write(tmp_path / "games.capture", games(fresh_competition()))
    pid, terminal = pty.fork()
    if pid == 0:
        words = [sys.executable, "-m", "feed", "replay", path, "--url", service.url, "--step"]
        os.execv(words[0], words)  # noqa: S606 - no shell is wanted
    shown = _until(terminal, b"any key the next document")
    os.write(terminal, b"  ")
    shown += _until(terminal, b"sent 2")
    assert b"2030-06-18 08:00:00Z" in shown
    os.write(terminal, b"q")
    shown += _until(terminal, b"seed 0")
    assert b"ended before the end of the capture: 2 documents" in shown
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)


def _until(terminal: int, wanted: bytes) -> bytes:
    """What is shown up to these bytes; fails after the deadline."""
    shown = b""
    late = threading.Event()
    timer = threading.Timer(LIMIT, late.set)
    timer.start()
    while wanted not in shown and not late.is_set():
        try:
            shown += os.read(terminal, 4096)
        except OSError:
            break
    timer.cancel()
    assert wanted in shown, shown
    return shown


def test_ctrl_c_ends_in_order(service: Running, children: Children, tmp_path: Path):
    """What was sent is answered, the report says that it is not all, and nothing was lost."""
    documents = [captured(fresh_competition(), unit=unit, after=3600 * unit) for unit in range(1, 4)]
    child = children("replay", write(tmp_path / "games.capture", documents), "--url", service.url)
    assert "sent 1" in _error(child)
    child.process.send_signal(signal.SIGINT)
    assert child.ended() == 0
    assert "ended before the end of the capture: 1 documents" in "".join(child.output)


def _error(child: Child) -> str:
    """The first plain line of its status."""
    assert child.process.stderr is not None
    deadline = threading.Event()
    while not child.errors and not deadline.wait(0.05):
        assert child.process.poll() is None, child.errors
    return child.errors[0]


def test_lost_documents_are_a_failure(children: Children, tmp_path: Path):
    """A service that accepts and never answers: the exit code is 1, and the report says why."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        closing = threading.Thread(target=_refuse, args=(silent,), daemon=True)
        closing.start()
        path = write(tmp_path / "games.capture", [captured("XA")])
        child = children("replay", path, "--url", url, "--give-up", "0.3")
        assert child.ended() == 1
    assert "1 DOCUMENTS LOST" in "".join(child.output)


def _refuse(listening: socket.socket) -> None:
    while True:
        try:
            listening.accept()[0].close()
        except OSError:
            return


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("--speed", "0"), "neither a number above 0 nor max"),
        (("--give-up", "nan"), "'nan' is not a number"),
        (("--loss", "nan"), "'nan' is not a number"),
        (("--window", "yesterday", "today"), "is no moment"),
        (("--window", "2030-01-02", "2030-01-01"), "the window ends before it begins"),
        (("--url", "here"), "here is no address"),
        (("--url", "http://127.0.0.1:9"), "no service at 127.0.0.1:9"),
        (("--keys", "nowhere.toml"), "nowhere.toml"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    children: Children, tmp_path: Path, arguments: tuple[str, ...], said: str
):
    """Nothing is sent, and no traceback is shown."""
    child = children("replay", write(tmp_path / "games.capture", [captured("XA")]), *arguments)
    assert child.ended() != 0
    assert said in "".join(child.errors)
    assert "Traceback" not in "".join(child.errors)


def test_the_secret_is_not_in_the_command_to_repeat():
    """Reports are shown to others."""
    assert command_of(["feed", "replay", "a b", "--key", "s", "--keys", "f", "--key=s"]) == "feed replay 'a b' --keys f"
