import asyncio
import os
import signal
import socket
import time
from pathlib import Path

import pytest
import uvloop

from feed import app
from feed.config import Settings
from feed.errors import BrokerError, ContradictionError
from feed.listen import ListenError
from tests.documents import odf
from tests.serve.raw import Raw
from tests.service_fixture import House, Running, opened, wait_until


async def test_both_flags_are_served_from_the_embedded_broker(house: House):
    """Without a NATS server named, one is embedded and has an account for each flag."""
    assert [figure.flag for figure in house.service.figures()] == ["P", "T"]
    assert await house.store(odf("XA"), odf("XB", FeedFlag="T")) == [1, 1]


async def test_an_existing_server_is_used_instead(house: House, tmp_path: Path):
    """With `nats` alone production is served by that server, nothing is embedded, and T is refused by name."""
    await house.store(odf("XA"))
    broker = house.service._broker
    assert broker is not None
    login = broker.credentials("P")
    url = f"nats://{login.user}:{login.password}@{broker.url.removeprefix('nats://')}"
    async with opened(tmp_path / "unused", nats=url) as second:
        assert not (tmp_path / "unused").exists()
        _, page = await second.get("/v1/log")
        assert [message["competition"] for message in page["messages"]] == ["XA"]
        status, body = await second.post(odf("XB", FeedFlag="T"))
        assert (status, body["error"]["name"]) == (400, "bad_request")
        assert (await second.get("/v1/log?flag=T"))[0] == 400
        assert await second.get("/healthz") == (200, {"status": "ok"})
        assert await second.store(odf("XB")) == [2]
        await house.known(2)  # and the first one follows


async def test_the_two_flags_never_share_an_account(house: House, tmp_path: Path):
    """Test messages would be told as results: the start is refused by name."""
    settings = Settings(port=0, data=str(tmp_path / "unused"), nats=house.nats(), nats_test=house.nats())
    with pytest.raises(BrokerError, match="lead to the same account"):
        async with app.started(settings):
            pass


async def test_who_says_nothing_is_sent_away(tmp_path: Path):
    """Nobody holds a connection for long without asking for something; the figures tell how often that was."""
    async with opened(tmp_path, head_seconds=0.5) as house:
        raw = await Raw.connect(house.url)
        assert (await raw.head()).startswith(b"HTTP/1.1 408 ")
        assert 'feed_turned_away_total{reason="slow"} 1.0' in await house.text("/metrics")
        await raw.end()


async def test_a_server_that_is_not_there_ends_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """BrokerError with the address, and the port is free again."""
    monkeypatch.setattr(app, "CONNECT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = Settings(port=port, data=str(tmp_path), nats="nats://127.0.0.1:1")
    with pytest.raises(BrokerError, match="cannot connect to NATS"):
        async with app.started(settings):
            pass
    with socket.create_server(("127.0.0.1", port)):
        pass


async def test_a_taken_port_ends_the_start_before_the_broker(tmp_path: Path):
    """ListenError, and the data folder was not touched."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(port=taken.getsockname()[1], data=str(tmp_path / "data"))
        with pytest.raises(ListenError):
            async with app.started(settings):
                pass
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_run(tmp_path: Path, number: signal.Signals):
    """`run` returns after SIGTERM and SIGINT, and is quick about it."""
    told: list[str] = []

    def ready(url: str) -> None:
        told.append(url)
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), number)

    began = time.monotonic()
    uvloop.run(app.run(Settings(port=0, data=str(tmp_path)), ready))
    assert len(told) == 1
    assert time.monotonic() - began < 5


def test_what_must_not_go_on_ends_the_run_with_its_reason(tmp_path: Path):
    """A stream that was removed under us is a ContradictionError, not a group of errors."""

    async def life() -> None:
        async def remove(url: str) -> None:
            async with Running(url, tmp_path).broker() as link:
                await link.api("STREAM.DELETE.FEED")

        removing: list[asyncio.Task[None]] = []
        await app.run(
            Settings(port=0, data=str(tmp_path)), lambda url: removing.append(asyncio.ensure_future(remove(url)))
        )

    with pytest.raises(ContradictionError, match="FEED is gone"):
        uvloop.run(life())


@pytest.mark.parametrize("error", [ContradictionError("we disagree"), ValueError("a bug")])
def test_what_nobody_caught_ends_the_run(tmp_path: Path, error: Exception):
    """An exception in the loop, of a task or a callback, is told and raised by `run`."""

    def fail() -> None:
        raise error

    def ready(_: str) -> None:
        asyncio.get_running_loop().call_soon(fail)

    with pytest.raises(type(error), match=str(error)):
        uvloop.run(app.run(Settings(port=0, data=str(tmp_path)), ready))


def test_a_peer_that_went_away_does_not_end_the_run(tmp_path: Path):
    """A lost connection that nobody caught is the peer's business."""

    def fail() -> None:
        raise ConnectionResetError

    def ready(_: str) -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(fail)
        loop.call_later(0.1, os.kill, os.getpid(), signal.SIGTERM)

    uvloop.run(app.run(Settings(port=0, data=str(tmp_path)), ready))


async def test_nobody_new_comes_in_while_the_others_are_sent_away(tmp_path: Path):
    """The port is closed before the farewell: who comes back at once finds nobody, not a service that is ending."""
    async with opened(tmp_path) as house:
        raw = await Raw.open(house.url)
        await raw.text()
        ending = asyncio.ensure_future(_refused_after(raw, house))
    await ending


async def _refused_after(raw: Raw, house: House) -> None:
    assert (await raw.text())["name"] == "restarting"
    assert (await raw.frame())[0] == 0x8
    with pytest.raises(OSError, match=r"Connect call failed|refused"):
        await Raw.connect(house.url)
    await raw.end()


async def test_a_failed_broker_is_restarted_and_everything_goes_on(house: House):
    """Kill -9 of the broker: subscribers keep their connection and get what is stored afterwards."""
    raw = await Raw.open(house.url)
    await raw.text()
    first = await house.store(odf("XA", 1))
    broker = house.service._broker
    assert broker is not None
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGKILL)
    await wait_until(lambda: broker.restarts == 1)
    async with asyncio.timeout(15):
        while (await house.post(odf("XA", 2)))[0] != 200:
            pass
    assert [message["version"] for message in await raw.messages(2)] == [1, 2]
    assert first == [1]
    await raw.end()
