import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from feed.commands.keys import keys as group
from feed.commands.keys import what_it_may, wish_of
from feed.core.keys import Key, digest
from feed.core.limits import Limits
from feed.core.scope import Scope
from feed.stream.broker import Broker
from tests.documents import odf
from tests.keyring import ask as ask_as
from tests.serve.raw import Raw, upgrade
from tests.service_fixture import LIMIT, ROOT, Child, Running

Children = Callable[..., Child]
SECRET = re.compile(r"feed_([0-9a-f]{8})_[A-Za-z0-9_-]{43}\n")


async def keys(*arguments: str, code: int = 0) -> tuple[str, str]:
    """What `feed keys` says on its two outputs."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("FEED_")}
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "feed", "keys", *arguments],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        env=kept | {"PYTHONPATH": str(ROOT)},
    )
    assert ended.returncode == code, ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stdout, ended.stderr


async def made(*arguments: str) -> tuple[str, str]:
    """Id and secret of a new key."""
    found = SECRET.fullmatch((await keys("add", *arguments))[0])
    assert found is not None
    return found[1], found[0].strip()


class Presented:
    """A secret as `tests.keyring` presents one."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.headers = {"X-API-KEY": secret}
        self.named = {"X_API_KEY": secret}


@contextlib.asynccontextmanager
async def up(children: Children, data: Path, *arguments: str) -> AsyncIterator[Running]:
    """`feed up` as a child until the context ends; marks come never."""
    child = children("up", "--port", "0", "--data", str(data), *arguments, FEED_MARK_SECONDS="3600")
    (ready,) = await child.lines(1)
    yield Running(ready.removeprefix("ready ").strip(), data)
    assert await asyncio.to_thread(child.stop) == 0, child.errors
    assert not any("Traceback" in text for text in child.errors)
    assert not any(re.search(r"feed_[0-9a-f]{8}_", text) for text in child.errors)  # no log has a secret


async def ask(running: Running, path: str, secret: str | None = None) -> tuple[int, dict[str, Any]]:
    # Presented has what is asked of a Held
    return await ask_as(running, path, Presented(secret) if secret else None)  # type: ignore[arg-type]


async def post(running: Running, document: bytes, secret: str | None = None) -> tuple[int, dict[str, Any]]:
    return await running.post(document, **({"X_API_KEY": secret} if secret else {}))


async def obeyed(ask_now: Callable[[], Any], status: int) -> None:
    """Return once the answer has this status."""
    async with asyncio.timeout(LIMIT):
        while (await ask_now())[0] != status:
            await asyncio.sleep(0.005)


async def test_keys_from_the_first_one_to_its_end(tmp_path: Path, children: Children):
    """Open without keys; a sender and a reader do what theirs allow; a revocation closes 4401; a restart keeps all."""
    data = ("--data", str(tmp_path))
    async with up(children, tmp_path) as running:
        assert (await post(running, odf("XA")))[0] == 200
        assert (await keys("list", *data))[0].startswith("There are no keys")
        _, writes = await made("--type", "odf-sender", "--competition", "XA", *data)
        reader_id, reads = await made("--type", "reader", *data)
        await obeyed(lambda: post(running, odf("XA", 2)), 401)
        assert (await post(running, odf("XA", 2), writes))[0] == 200
        assert (await post(running, odf("XB"), writes))[1]["error"]["name"] == "wrong_competition"
        status, body = await post(running, odf("XA", 3, FeedFlag="T"), writes)
        assert (status, body["error"]["name"]) == (403, "wrong_flag")
        assert await running.kept("QUARANTINE", body["quarantine"]) is not None
        assert (await ask(running, "/v1/log", reads))[1]["tip"] == 2
        assert (await ask(running, "/v1/log?flag=T", reads))[0] == 403
        assert (await ask(running, "/v1/stream?flag=T", reads))[0] == 403
        raw = await Raw.connect(running.url)
        raw.send(upgrade(running.url, "", X_API_KEY=reads))
        await raw.head()
        assert (await raw.text())["type"] == "hello"
        assert f"key {reader_id} is revoked" in (await keys("revoke", reader_id, *data))[0]
        *_, error = await raw.until("error")
        assert error["name"] == "unauthorized"
        assert (await raw.closed())[0] == 4401
    async with up(children, tmp_path) as running:
        assert (await ask(running, "/v1/log", reads))[0] == 401
        assert (await post(running, odf("XA", 3)))[0] == 401
        assert (await post(running, odf("XA", 3), writes))[0] == 200
        listed = [json.loads(line) for line in (await keys("list", "--json", *data))[0].splitlines()]
        assert [(each["type"], each["revoked"] is None) for each in listed] == [("odf-sender", True), ("reader", False)]
        shown = "".join(await keys("list", *data))
        for secret in (writes, reads):
            assert secret not in json.dumps(listed) + shown
            assert digest(secret) not in json.dumps(listed) + shown
        assert reader_id in shown


async def test_a_revocation_holds_on_every_node(tmp_path: Path, children: Children):
    """Two services on one NATS server: a key made for one opens both, and closes both within a second."""
    broker = Broker(tmp_path / "nats")
    await broker.start()
    place, place_test = broker.address("P"), broker.address("T")
    both = ("--nats", place, "--nats-test", place_test)
    try:
        async with up(children, tmp_path / "a", *both) as one, up(children, tmp_path / "b", *both) as other:
            key_id, reads = await made("--type", "reader", "--flag", "P", "--flag", "T", "--nats", place)
            for running in (one, other):
                for flag in "PT":
                    await obeyed(lambda at=running, on=flag: ask(at, f"/v1/log?flag={on}"), 401)
                    assert (await ask(running, f"/v1/log?flag={flag}", reads))[0] == 200
            raws = [await Raw.connect(running.url) for running in (one, other) for _ in "PT"]
            for raw, flag in zip(raws, "PTPT", strict=True):
                raw.send(upgrade(one.url, f"flag={flag}", X_API_KEY=reads))
                await raw.head()
                await raw.text()
            await keys("revoke", key_id, "--nats", place)
            began = time.monotonic()
            for raw in raws:
                assert (await raw.closed())[0] == 4401
            assert time.monotonic() - began < 1
    finally:
        await broker.stop()


async def test_a_key_opens_tail_and_get(tmp_path: Path, children: Children):
    """Given as FEED_KEY or --key; without it the refusal is one clear line."""
    async with up(children, tmp_path) as running:
        _, reads = await made("--type", "reader", "--data", str(tmp_path))
        await obeyed(lambda: ask(running, "/v1/log"), 401)
        for command in (["get", "/v1/competitions"], ["tail", "--snapshot"]):
            denied = children(*command, "--url", running.url)
            assert await asyncio.to_thread(denied.ended) == 1
            assert any("unauthorized" in text for text in denied.errors)
        opened = children("get", "/v1/competitions", "--url", running.url, FEED_KEY=reads)
        assert '"competitions":[]' in (await opened.lines(1))[0]
        followed = children("tail", "--url", running.url, "--key", reads)
        await obeyed(lambda: _subscribers(running), 1)
        followed.stop()


async def _subscribers(running: Running) -> tuple[int, str]:
    text = await running.text("/metrics")
    return int('feed_subscribers{flag="P"} 1.0' in text), text


async def test_where_no_service_runs_is_one_clear_line(tmp_path: Path, children: Children):
    """A folder nobody uses, one whose service has stopped, an id that is not there: what is wrong and what to do."""
    empty = tmp_path / "empty"
    for data in (empty, tmp_path):
        _, said = await keys("add", "--type", "reader", "--data", str(data), code=1)
        assert f"no service runs in data folder {data}" in said
        assert f"feed up --data {data}" in said
        if data == empty:
            async with up(children, tmp_path) as running:
                _, said = await keys("revoke", "abc", "--data", str(running.data), code=1)
                assert "there is no key abc" in said
                assert "feed keys list" in said
    assert not empty.exists()


def asked(**wishes: Any) -> Key:
    nothing = {"source": None, "flags": (), "competitions": (), "disciplines": (), "venues": ()}
    plain = {"key_type": "odf-sender", "bulk": False, "ack_refused": None} | nothing
    return wish_of(**(plain | wishes)).key("k", "h", 1)


def test_limits_are_kept_as_given():
    """Repeated options are one limit; codes are written as in topics."""
    key = asked(source="S", flags=("T", "T"), competitions=("É",), disciplines=("SWM", "ATH"), venues=("B", "A"))
    assert (key.source, key.flags) == ("S", ("T",))
    assert key.scope == Scope(("~C3~89",), ("ATH", "SWM"), ("A", "B"))
    assert what_it_may(asked(key_type="reader", venues=("B", "A"))) == "read, flag P; venue A, B"


def test_what_a_key_is_held_to_is_shown():
    """How late it reads, and how much."""
    key = asked(key_type="graphics", delay_seconds=30, connections=5, requests=20)
    assert (key.delay_seconds, key.limits) == (30, Limits(connections=5, requests=20))
    assert what_it_may(key) == "read, url, flag P; 30 s late; at most 5 connections; at most 20 requests"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--type", "odf-sender", "--flag", "P", "--flag", "T"],
        ["--type", "reader", "--bulk"],
        ["--type", "admin", "--competition", "XA"],
        ["--type", "reader", "--venue", "\udcff"],
        ["--type", "reader", "--delay", "-1"],
        ["--type", "reader", "--certificate", "venue.example"],
        ["--type", "odf-sender", "--no-secret"],
    ],
)
def test_a_key_that_cannot_be_is_told(arguments: list[str]):
    """Before anybody is asked for anything: exit code 2, one line that says why, no traceback."""
    ended = CliRunner().invoke(group, ["add", *arguments])
    assert ended.exit_code == 2
    assert "Error: " in ended.output
    assert isinstance(ended.exception, SystemExit)


def test_what_a_key_is_bound_to_is_shown():
    """The name in the certificate, beside what it may."""
    wish = wish_of("odf-sender", certificate="venue.example", secret=False)
    assert what_it_may(wish.key("k", "h", 1)).endswith("certificate of venue.example")
