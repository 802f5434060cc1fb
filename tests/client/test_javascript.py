"""The JavaScript client in Node and in a browser, against the real service."""

import asyncio
import contextlib
import itertools
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tests.client.proxy import Proxy, between
from tests.client.test_cuts import CUTS, SHORT, logged, store_until_cut
from tests.documents import fresh_competition, large, odf
from tests.keyring import add, reader, sender, store
from tests.service_fixture import ROOT, House, Running

JS = ROOT / "feed" / "client" / "js"
HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PAGE = """<!doctype html><script type="module">
import * as client from "/client/feed.js";
import { follow } from "/test/follow.js";
const wish = await (await fetch("/test/wish")).json();
const tell = (text) => fetch("/test/told", { method: "POST", body: text });
await follow(client, location.origin, wish, tell);
</script>"""

Told = asyncio.Queue[dict[str, Any]]
Run = Callable[[Proxy, dict[str, Any], Path], contextlib.AbstractAsyncContextManager[Told]]


class Unpacker:
    """Reads frames for a client that has no zstd, with the dictionary that it brought."""

    def __init__(self) -> None:
        self._decompressor = zstandard.ZstdDecompressor()
        self.frames = 0

    def pages(self) -> dict[str, tuple[str, Callable[[bytes], bytes]]]:
        return {"/test/dictionary": ("text/plain", self._take), "/test/frame": ("application/json", self._read)}

    def _take(self, content: bytes) -> bytes:
        dictionary = zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_FULLDICT)
        self._decompressor = zstandard.ZstdDecompressor(dict_data=dictionary)
        return b""

    def _read(self, frame: bytes) -> bytes:
        self.frames += 1
        return self._decompressor.decompress(frame)


@contextlib.asynccontextmanager
async def node(proxy: Proxy, wish: dict[str, Any], tmp_path: Path, **options: str) -> AsyncIterator[Told]:
    """The client in Node; without one the test is skipped."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("no node")
    child = await asyncio.create_subprocess_exec(
        *(program, "--experimental-websocket", str(HERE / "follow_node.mjs")),
        *(str(JS / "feed.js"), proxy.url, json.dumps(wish), json.dumps(options)),
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )
    told: Told = asyncio.Queue()
    reading = asyncio.ensure_future(_read(child, told))
    try:
        yield told
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
        await reading


async def _read(child: asyncio.subprocess.Process, told: Told) -> None:
    assert child.stdout is not None
    async for line in child.stdout:
        told.put_nowait(json.loads(line))


@contextlib.asynccontextmanager
async def browser(proxy: Proxy, wish: dict[str, Any], tmp_path: Path) -> AsyncIterator[Told]:
    """The client in a page that imports it from the service; without a browser the test is skipped."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)}")
    told: Told = asyncio.Queue()

    def take(body: bytes) -> bytes:
        told.put_nowait(json.loads(body))
        return b""

    proxy.pages |= {
        "/test/page": ("text/html", lambda _: PAGE.encode()),
        "/test/follow.js": ("text/javascript", lambda _: (HERE / "follow.js").read_bytes()),
        "/test/wish": ("application/json", lambda _: json.dumps(wish).encode()),
        "/test/told": ("text/plain", take),
    }
    child = await asyncio.create_subprocess_exec(
        *(program, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"),
        *(f"--user-data-dir={tmp_path / 'profile'}", f"{proxy.url}/test/page"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield told
    finally:
        os.killpg(child.pid, signal.SIGKILL)
        await child.wait()


async def check_course(service: Running, proxy: Proxy, run: Run, folder: Path, **wish: str) -> None:
    """Fail unless every message came once, in order, and as everybody else gets it, over all cuts of a proxy."""
    competition = fresh_competition()
    await service.store(*(large(competition, unit=unit, size=1500) for unit in (1, 2, 3)))
    told_wish = {"filters": [f"{competition}.>"], "snapshot": True, "delta": True, **wish}
    found: list[dict[str, Any]] = []
    async with run(proxy, told_wish, folder) as told, asyncio.timeout(60):
        found.append(await told.get())
        seqs = await store_until_cut(service, competition, proxy)
        while found[-1]["seq"] < seqs[-1]:
            found.append(await told.get())
    expected = (await logged(service, competition))[-len(found) :]
    assert len(found) > proxy.most // 2
    assert [each["seq"] for each in found] == [each["seq"] for each in expected]
    assert found == expected
    assert (proxy.cuts, proxy.repeats > 5) == (proxy.most, True)


@pytest.mark.parametrize("run, cuts", [(node, CUTS), (browser, 50 if shutil.which("node") else CUTS)])
async def test_two_hundred_cuts_leave_no_gap_and_no_repeat(service: Running, run: Run, cuts: int, tmp_path: Path):
    """From a snapshot on and told by differences."""
    async with between(service.url, cuts) as proxy:
        await check_course(service, proxy, run, tmp_path)


async def test_compressed_messages_are_the_same(service: Running, tmp_path: Path):
    """Whoever brings a `decompress` is given frame and dictionary, and reads what everybody reads."""
    unpacker = Unpacker()
    async with between(service.url, 30, spacing=SHORT) as proxy:
        proxy.pages = unpacker.pages()
        await check_course(service, proxy, node, tmp_path, compression="zstd")
    assert unpacker.frames > 20


async def test_a_key_becomes_a_ticket_for_each_connection(house: House, tmp_path: Path):
    """A socket of a browser has no header; a ticket is good once, so every attempt asks for another."""
    mine = reader("P", competitions=("XA",))
    venue = sender()
    await add(house, mine, venue)
    wish = {"filters": ["XA.>"], "after": "0"}
    async with between(house.url, 5) as proxy, node(proxy, wish, tmp_path, key=mine.secret) as told:
        seqs: list[int] = []
        found: list[int] = []
        async with asyncio.timeout(20):
            for version in itertools.count(1):
                seqs += await store(house, venue, large("XA", version, size=1500))
                found.append((await told.get())["seq"])
                if proxy.cuts == 5:
                    break
    assert found == seqs


async def test_the_client_has_the_manners_of_the_python_one(service: Running):
    """Plain calls, refusals by name, resets, another wish, frames as bytes, dictionaries that never come, a flood."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("no node")
    one, other = fresh_competition(), fresh_competition()
    stored = await service.store(odf(one, 1), odf(one, 2))
    child = await asyncio.create_subprocess_exec(
        *(program, "--experimental-websocket", str(HERE / "manners.mjs"), str(JS / "feed.js"), service.url, one, other),
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(20):
        text, _ = await child.communicate()
    found = json.loads(text)
    messages = await logged(service, one)
    assert found["log"] == found["snapshot"] == messages[:1]
    assert found["view"] == "official"
    assert found["refused"] == ["RefusedError", "unknown_parameter", True]
    assert found["badFilter"] == ["RefusedError", "bad_filter", True]
    assert found["expired"] == ["ExpiredError", "wrong_epoch", True]
    kinds = [each["type"] for each in found["reset"]]
    assert (kinds, found["reset"][2]["name"]) == (["error", "hello", "reset", "result", "snapshot_end"], "wrong_epoch")
    assert found["reset"][3]["seq"] == stored[-1]
    assert found["changed"] == [True, messages]
    kinds, why, asked, is_whole = found["compressed"]
    assert (kinds, asked, is_whole) == (["hello", "interrupted", "hello", "result"], ["zstd", "zstd"], True)
    assert "404" in why or "no dictionary" in why
    assert (found["deaf"][0], found["deaf"][2], "timeout" in found["deaf"][1]) == ("hello", "hello", True)
    assert found["noDecompress"][0] == "ClientError"
    assert found["left"] == [1_500, 60_000]
    assert found["flooded"] == ["more comes than is taken", "hello", [None, "e:10000"]]
    assert found["noSocket"][0] == "ClientError"
