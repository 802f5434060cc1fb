import asyncio
import json
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.documents import odf
from tests.serve.raw import Raw
from tests.service_fixture import Child, Running

Children = Callable[..., Child]


async def test_a_term_signal_tells_everybody_and_exits_0(tmp_path: Path, children: Children):
    """SIGTERM: subscribers get 1012 with their cursor, the broker is gone, exit 0 within 5 s; nothing stored is lost."""
    up = children("up", "--port", "0", "--data", str(tmp_path))
    (ready,) = await up.lines(1)
    running = Running(ready.removeprefix("ready ").strip(), tmp_path)
    assert (await running.get("/readyz"))[0] == 200
    raws = [await Raw.open(running.url, query) for query in ("", "after=0", "snapshot=1")]
    for raw in raws:
        await raw.text()
    (seq,) = await running.store(odf("XA"))
    for raw in raws:
        await raw.messages(1)
    (broker,) = psutil.Process(up.process.pid).children()
    began = time.monotonic()
    up.process.send_signal(signal.SIGTERM)
    for raw in raws:
        code, reason = await raw.closed()
        assert (code, json.loads(reason)["name"]) == (1012, "restarting")
        assert json.loads(reason)["cursor"].endswith(f":{seq}")
    assert await asyncio.to_thread(up.ended) == 0, up.errors
    assert time.monotonic() - began < 5
    assert not broker.is_running()
    assert up.output == [ready]
    assert not any("Traceback" in text for text in up.errors)
    again = children("up", "--port", "0", "--data", str(tmp_path))
    (ready,) = await again.lines(1)
    _, page = await Running(ready.removeprefix("ready ").strip(), tmp_path).get("/v1/log")
    assert [message["seq"] for message in page["messages"]] == [seq]
    assert again.stop(signal.SIGINT) == 0


def test_a_port_in_use_is_one_clear_line(tmp_path: Path, children: Children):
    """Exit 1 with the address and what to do, before anything else was started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        up = children("up", "--port", str(port), "--data", str(tmp_path / "data"))
        assert up.ended() == 1
    assert up.errors[0].startswith(f"feed: cannot listen on 127.0.0.1:{port}: ")
    assert len(up.errors) == 2
    assert "--port" in up.errors[1]
    assert not (tmp_path / "data").exists()


def test_a_data_folder_in_use_is_one_clear_line(service: Running, children: Children):
    """Exit 1 with the folder and its owner; the owner goes on."""
    up = children("up", "--port", "0", "--data", str(service.data))
    assert up.ended() == 1
    (said,) = [text for text in up.errors if text.startswith("feed: ")]
    assert f"data folder {service.data} is in use by process " in said
    assert not any("Traceback" in text for text in up.errors)


@pytest.mark.parametrize(
    ("file", "environment", "named"),
    [
        ("prot = 1", {}, "prot"),
        ("port = 99999", {}, "port"),
        ("port =", {}, "settings.toml"),
        ('[competitions.XA]\nzone = "Europe/Atlantis"', {}, "Europe/Atlantis"),
        ("", {"FEED_PROT": "1"}, "prot"),
        ("", {"FEED_ANSWER_MS": "soon"}, "answer_ms"),
        ("", {"FEED_LOG_LEVEL": "loud"}, "loud"),
    ],
)
def test_a_wrong_setting_is_named(
    tmp_path: Path, children: Children, file: str, environment: dict[str, str], named: str
):
    """An unknown or wrong setting refuses to start, exit 1, and names it."""
    settings = tmp_path / "settings.toml"
    settings.write_text(file)
    up = children("up", "--port", "0", "--data", str(tmp_path / "data"), "--config", str(settings), **environment)
    assert up.ended() == 1
    assert named in up.errors[0]
    assert up.errors[0].startswith("feed: ")
    assert not (tmp_path / "data").exists()


def test_a_broker_that_is_not_there_is_one_clear_line(tmp_path: Path, children: Children):
    """--nats with nobody behind it: exit 1 with the address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    up = children("up", "--port", "0", "--nats", f"nats://127.0.0.1:{port}")
    assert up.ended(30) == 1
    said = [text for text in up.errors if text.startswith("feed: cannot connect to NATS")]
    assert len(said) == 1
    assert not any("Traceback" in text for text in up.errors)


async def test_a_stream_that_is_gone_ends_it_with_its_reason(tmp_path: Path, children: Children):
    """What contradicts us ends the program: exit 1, one clear line, and the subscribers are told to come back."""
    up = children("up", "--port", "0", "--data", str(tmp_path))
    (ready,) = await up.lines(1)
    running = Running(ready.removeprefix("ready ").strip(), tmp_path)
    raw = await Raw.open(running.url)
    await raw.text()
    async with running.broker() as link:
        await link.api("STREAM.DELETE.FEED")
    assert (await raw.closed())[0] == 1012
    assert await asyncio.to_thread(up.ended) == 1
    (said,) = [text for text in up.errors if text.startswith("feed: ")]
    assert "stream FEED is gone" in said
    assert not any("Traceback" in text for text in up.errors)


def test_the_commands_explain_themselves(children: Children):
    """`feed --help` lists the commands, each has its own help, and the version is told."""
    helps = {name: children(*name.split(), "--help") for name in ("", "up", "demo", "tail", "get")}
    for name, child in helps.items():
        assert child.ended() == 0
        text = "".join(child.output)
        assert text.startswith(f"Usage: python -m feed {name}".rstrip())
        wanted = ("up", "demo", "tail", "get") if not name else ("--help",)
        assert all(each in text for each in wanted)
        assert child.errors == []


@pytest.mark.parametrize("arguments", [("fly",), ("up", "--prot", "1"), ("up", "--port", "abc")])
def test_a_wrong_command_line_is_told(children: Children, arguments: tuple[str, ...]):
    """Exit 2 with the word that is wrong."""
    child = children(*arguments)
    assert child.ended() == 2
    assert arguments[-1 if arguments[-1] != "1" else 1] in "".join(child.errors)


def test_flags_come_before_the_environment_and_that_before_the_file(tmp_path: Path, children: Children):
    """One setting from each place: the nearest wins."""
    settings = tmp_path / "settings.toml"
    settings.write_text(f'port = 1\ndata = "{tmp_path / "file"}"\nlog_level = "loud"')
    up = children(
        "up", "--port", "0", "--config", str(settings), FEED_DATA=str(tmp_path / "env"), FEED_LOG_LEVEL="error"
    )
    assert up.line().startswith("ready http://127.0.0.1:")
    assert (tmp_path / "env").is_dir()
    assert not (tmp_path / "file").exists()
    assert up.stop() == 0
