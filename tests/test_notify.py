import logging
import socket
from pathlib import Path

import pytest

from feed.notify import notify
from tests.service_fixture import LIMIT, Child


def listening(name: str) -> socket.socket:
    """What systemd hears with."""
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(name)
    heard.settimeout(LIMIT)
    return heard


@pytest.mark.parametrize("shown", ["{folder}/told", "@feed-{folder}"])
def test_the_socket_is_a_file_or_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: str):
    """As sd_notify(3) has it: an `@` stands for the zero byte of a name without a file."""
    name = shown.format(folder=tmp_path)
    with listening(f"\0{name[1:]}" if name.startswith("@") else name) as heard:
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        notify("READY=1")
        assert heard.recv(64) == b"READY=1"


def test_what_cannot_be_told_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """Without a socket nothing is said; one that is gone is a line in the log."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    with caplog.at_level(logging.WARNING):
        notify("READY=1")
        assert caplog.messages == []
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
        notify("STOPPING=1")
    assert len(caplog.messages) == 1


def test_a_service_tells_that_it_may_be_used_and_that_it_stops(tmp_path: Path):
    """Ready when the line says so, and not before; stopping as soon as it is asked to."""
    with listening(str(tmp_path / "told")) as heard:
        up = Child("up", "--port", "0", "--data", str(tmp_path / "data"), NOTIFY_SOCKET=str(tmp_path / "told"))
        assert heard.recv(64) == b"READY=1"
        assert up.line().startswith("ready http://")
        assert up.stop() == 0
        assert heard.recv(64) == b"STOPPING=1"
