import asyncio
import json
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.documents import odf
from tests.serve.raw import Raw
from tests.service_fixture import Child, Running

Children = Callable[..., Child]


async def test_a_term_signal_tells_everybody_and_exits_0(tmp_path: Path, children: Children):
    """Subscribers get 1012 with their cursor, the broker is gone, exit 0 within 5 s; nothing stored is lost."""
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
    said, hint = up.errors[-2:]
    assert said.startswith(f"feed: cannot listen on 127.0.0.1:{port}: ")
    assert "--port" in hint
    assert not any("Traceback" in text for text in up.errors)
    assert not (tmp_path / "data").exists()


def test_a_data_folder_in_use_is_one_clear_line(service: Running, children: Children):
    """Exit 1 with the folder and its owner; the owner goes on."""
    up = children("up", "--port", "0", "--data", str(service.data))
    assert up.ended() == 1
    (said,) = [text for text in up.errors if text.startswith("feed: ")]
    assert f"data folder {service.data} is in use by process " in said
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


async def test_a_broker_that_takes_no_step_does_not_hold_up_the_end(tmp_path: Path, children: Children):
    """SIGTERM while the broker is stopped: still exit 0 within 5 s, and the broker is gone."""
    up = children("up", "--port", "0", "--data", str(tmp_path))
    (ready,) = await up.lines(1)
    running = Running(ready.removeprefix("ready ").strip(), tmp_path)
    assert (await running.get("/healthz"))[0] == 200
    raw = await Raw.open(running.url)
    await raw.text()
    (broker,) = psutil.Process(up.process.pid).children()
    broker.suspend()
    began = time.monotonic()
    up.process.send_signal(signal.SIGTERM)
    assert (await raw.closed())[0] == 1012
    assert await asyncio.to_thread(up.ended) == 0
    assert time.monotonic() - began < 5
    assert not broker.is_running()
