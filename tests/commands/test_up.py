import asyncio
import json
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from tests.core.test_medals import result
from tests.documents import odf
from tests.serve.raw import Raw
from tests.service_fixture import ROOT, Child, Running, wait_until
from tests.test_workers import SUBSCRIBERS, lives, scraped

Children = Callable[..., Child]
READERS = 16
FULL_DISK = """
import shutil
asked = shutil.disk_usage
shutil.disk_usage = lambda path: asked(path)._replace(free=1 << 20)
"""


async def ready(up: Child, data: Path) -> Running:
    """The service, once it says where it is."""
    (line,) = await up.lines(1)
    return Running(line.removeprefix("ready ").strip(), data)


def refused(up: Child) -> tuple[str, str]:
    """The lines that it ended with: what is wrong, and what to do."""
    assert up.ended() == 1
    assert not any("Traceback" in text for text in up.errors)
    said, hint = up.errors[-2:]
    return said, hint


async def told_up_to_the_table(raw: Raw) -> list[dict[str, Any]]:
    """What a reader gets up to the first official table of all disciplines."""
    told: list[dict[str, Any]] = []
    while not (told and told[-1]["type"] == "medal_table" and told[-1]["topic"].endswith(".official")):
        told += await raw.messages(1)
    return told


async def posted(running: Running, document: bytes) -> int:
    """The status of an answer, 0 where none came."""
    try:
        return (await running.post(document))[0]
    except aiohttp.ClientError:
        return 0


async def golds(running: Running) -> list[str]:
    """Who has won gold, by the ledger that any of the processes holds."""
    try:
        _, page = await running.get("/v1/medals/ledger?competition=XA")
    except aiohttp.ClientError:
        return []
    held = [row["entry"] for row in page.get("entries", ()) if row["entry"]["medal"] == "gold"]
    taken = {row["winner"]["id"] for row in held if row["action"] == "withdrawn"}
    return [row["winner"]["id"] for row in held if row["action"] == "awarded" and row["winner"]["id"] not in taken]


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
        said, hint = refused(up)
    assert said.startswith(f"feed: cannot listen on 127.0.0.1:{port}: ")
    assert "--port" in hint
    assert not (tmp_path / "data").exists()


def test_a_data_folder_in_use_is_one_clear_line(service: Running, children: Children):
    """Exit 1 with the folder and its owner; the owner goes on."""
    up = children("up", "--port", "0", "--data", str(service.data))
    assert up.ended() == 1
    (said,) = [text for text in up.errors if text.startswith("feed: ")]
    assert f"data folder {service.data} is in use by process " in said
    assert not any("Traceback" in text for text in up.errors)


def test_a_full_disk_is_one_clear_line(tmp_path: Path, children: Children):
    """Exit 1 with the folder, what is free and what is needed; no broker was started."""
    (tmp_path / "sitecustomize.py").write_text(FULL_DISK)  # the system's answer, which a test cannot bring about
    data = tmp_path / "data"
    up = children("up", "--port", "0", "--data", str(data), PYTHONPATH=f"{tmp_path}:{ROOT}")
    said, hint = refused(up)
    assert said.startswith(f"feed: data folder {data}: only 1 MB free, at least ")
    assert "--data" in hint
    assert not (data / "broker").exists()


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


async def test_with_workers_it_is_one_service(tmp_path: Path, children: Children):
    """Any process takes a Version and any reader gets all, in order; medals are counted once; it ends as one."""
    up = children("up", "--workers", "2", "--port", "0", "--data", str(tmp_path))
    running = await ready(up, tmp_path)
    raws = [await Raw.open(running.url, "filter=XA.>") for _ in range(READERS)]
    for raw in raws:
        await raw.text()
    documents = [result(version, "1 a USA", "2 b JAM", status="UNOFFICIAL") for version in range(1, 9)]
    for document in (*documents, result(9, "1 b JAM", "2 a USA")):
        assert (await running.post(document))[0] == 200  # a connection each: by chance one of the workers
    told = [await told_up_to_the_table(raw) for raw in raws]
    assert told == [told[0]] * READERS
    assert [row["document"]["version"] for row in told[0] if row["type"] == "result"] == list(range(1, 10))
    tables = [row["body"]["rows"][0]["noc"] for row in told[0] if row["topic"].endswith(".official")]
    assert tables == ["JAM"]
    assert len({row["seq"] for row in told[0]}) == len(told[0])
    assert len({await scraped(running.url) for _ in range(SUBSCRIBERS)}) == 2
    family = psutil.Process(up.process.pid).children(recursive=True)
    assert await asyncio.to_thread(up.stop) == 0
    codes = [(await raw.closed())[0] for raw in raws]
    assert codes == [1012] * READERS
    await wait_until(lambda: not any(map(lives, family)), 5)
    assert up.errors == []


async def test_workers_come_back_and_so_does_their_broker(tmp_path: Path, children: Children):
    """Kill -9 of the worker that derives, then of the broker: what is sent afterwards is stored, and counted."""
    up = children("up", "--workers", "2", "--port", "0", "--data", str(tmp_path))
    running = await ready(up, tmp_path)
    for number, name in enumerate(("python", "nats-server"), 1):  # of the workers the first is the one that derives
        family = psutil.Process(up.process.pid).children()
        killed = next(
            each for each in family if name in each.name() and "resource_tracker" not in " ".join(each.cmdline())
        )
        killed.kill()
        document = result(number, f"1 {number} USA", "2 b JAM")
        async with asyncio.timeout(20):
            while (await posted(running, document)) != 200:
                await asyncio.sleep(0.02)
            while (await golds(running)) != [str(number)]:
                await asyncio.sleep(0.02)
    assert await asyncio.to_thread(up.stop) == 0


async def test_a_signal_during_the_start_is_heard(tmp_path: Path, children: Children):
    """Once the broker is being started: exit 0, without a word, and nothing is left."""
    up = children("up", "--workers", "2", "--port", "0", "--data", str(tmp_path))
    await wait_until(lambda: bool(psutil.Process(up.process.pid).children()), 20)
    family = psutil.Process(up.process.pid).children(recursive=True)
    assert await asyncio.to_thread(up.stop) == 0
    await wait_until(lambda: not any(map(lives, family)), 5)
    assert (up.output, up.errors) == ([], [])


async def test_nothing_outlives_a_killed_parent(tmp_path: Path, children: Children):
    """Kill -9 of the process that holds workers and broker: they end, and the folder can be used again."""
    up = children("up", "--workers", "2", "--port", "0", "--data", str(tmp_path))
    running = await ready(up, tmp_path)
    (seq,) = await running.store(odf("XA"))
    family = psutil.Process(up.process.pid).children(recursive=True)
    up.process.kill()
    await wait_until(lambda: not any(map(lives, family)), 10)
    again = await ready(children("up", "--port", "0", "--data", str(tmp_path)), tmp_path)
    _, page = await again.get("/v1/log")
    assert [message["seq"] for message in page["messages"]] == [seq]


def test_a_data_folder_in_use_is_one_clear_line_of_workers_too(service: Running, children: Children):
    """Told once, by the process that holds them, before any of them is started."""
    up = children("up", "--workers", "2", "--port", "0", "--data", str(service.data))
    assert up.ended() == 1
    said, *_ = up.errors
    assert f"data folder {service.data} is in use by process " in said
    assert not any("Traceback" in text for text in up.errors)
