"""Who reads with a delay learns nothing of what is newer, by no door; the clock is the test's."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from feed import app
from feed import service as running
from feed.clock import now_micros
from feed.serve import delays, reading
from feed.serve.farewell import say_farewell
from feed.stream.blobs import Blobs
from feed.stream.moments import Moments
from tests.documents import fresh_competition
from tests.keyring import add, reader, revoke, socket
from tests.matches import people
from tests.serve.hunting import BLOB, ELSEWHERE, HOUR, MARKER, Clock, Hunted, hunt, hunt_streams, readings
from tests.serve.raw import Raw
from tests.service_fixture import Running, opened, wait_until


@pytest.fixture
async def hunted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hunted]:
    """A service of this test's own, whose clock can be set."""
    clock = Clock()
    monkeypatch.setattr(app, "now_micros", clock)
    monkeypatch.setattr(running, "now_micros", clock)
    monkeypatch.setattr(delays, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(reading, "AHEAD_SECONDS", 0.01)
    async with opened(tmp_path, mark_seconds=3600) as house:
        yield Hunted(house, clock)


async def test_no_door_tells_what_is_newer(hunted: Hunted):
    """Neither a byte nor a sequence, in whatever way it is asked; nor does a tag tell of it."""
    await hunted.tell_old()
    await hunted.tell_new()
    async with hunted.house.broker() as link:
        await Blobs(link).put(BLOB, "application/json")
    await hunted.caught_up()
    good = await hunt(hunted)
    pages = ("log", "snapshot", "competitions", "schedule", "sources", "codes", "codes/NOC", "athletes/7", "odf")
    assert {f"/v1/{page}" for page in pages} <= good
    assert not {"/v1/athletes/8"} & good
    assert not any(path.startswith("/v1/blobs") for path in good)
    await hunt_streams(hunted)


async def test_a_key_may_be_told_no_sooner_than_it_says(hunted: Hunted):
    """Without `delay=`, and with a shorter one, its own holds; with a longer one that."""
    await hunted.tell_old()
    await hunted.tell_new()
    late = reader(delay_seconds=HOUR)
    await add(hunted.house, late)
    await hunted.caught_up("", late.headers)
    await hunt(hunted, "", late.headers)
    await hunt_streams(hunted, "", late.headers)
    await hunt_streams(hunted, "delay=1", late.headers)
    async with aiohttp.ClientSession(hunted.house.url, headers=late.headers) as session:
        for query, seq in (("delay=1", hunted.tip), (f"delay={3 * HOUR}", 0)):
            async with session.get(f"/v1/snapshot?{query}") as answer:
                assert (await answer.json())["seq"] == seq


async def test_all_is_told_when_the_delay_is_over(hunted: Hunted):
    """On an open connection, to who waits at /v1/log, and by the views, under other tags."""
    await hunted.tell_old()
    await hunted.tell_new()
    await hunted.caught_up()
    url, query = hunted.house.url, f"delay={HOUR}"
    raw = await Raw.open(url, query)
    hello = await raw.text()
    assert (hello["tip"], hello["delay"]) == (hunted.tip, HOUR)
    async with aiohttp.ClientSession(url) as session:
        before = (await session.get(f"/v1/snapshot?{query}")).headers
        waiting = asyncio.create_task(session.get(f"/v1/log?{query}&after={hunted.tip}&wait=20"))
        await wait_until(lambda: any(late.pump.polls._waiting for late in readings(hunted)))
        hunted.clock.offset += HOUR + 1
        page = json.loads(await (await waiting).read())
        assert page["messages"][0]["seq"] == hunted.tip + 1
        message = (await raw.messages(1))[0]
        assert (message["seq"], MARKER in json.dumps(message)) == (hunted.tip + 1, True)
        hunted.tip = hunted.newest
        await hunted.caught_up()
        async with session.get(f"/v1/snapshot?{query}", headers={"If-None-Match": before["ETag"]}) as answer:
            assert answer.status == 200
            assert MARKER in await answer.text()
        assert MARKER in await (await session.get(f"/v1/athletes/8?{query}&competition={hunted.competition}")).text()
        assert ELSEWHERE in await (await session.get(f"/v1/competitions?{query}")).text()
        told = (await (await session.get(f"/v1/snapshot?{query}")).json())["messages"]
        assert told == (await (await session.get("/v1/snapshot")).json())["messages"]
    await raw.end()


async def test_one_clock_for_everything(hunted: Hunted):
    """Hello, heartbeat, log, snapshot and tags name the same tip."""
    await hunted.tell_old()
    await hunted.tell_new()
    await hunted.caught_up()
    query = f"delay={HOUR}"
    raw = await Raw.open(hunted.house.url, query)
    hello = await raw.text()
    (late,) = readings(hunted)[1:]
    late.pump.beat()
    heartbeat = (await raw.until("heartbeat"))[-1]
    _, page = await hunted.house.get(f"/v1/log?{query}&limit=1000")
    _, snapshot = await hunted.house.get(f"/v1/snapshot?{query}")
    async with aiohttp.ClientSession(hunted.house.url) as session, session.get(f"/v1/snapshot?{query}") as answer:
        tag = answer.headers["ETag"]
    assert {hello["tip"], heartbeat["tip"], heartbeat["seq"], page["tip"], snapshot["seq"]} == {hunted.tip}
    assert page["next"] == f"{hunted.epoch}:{hunted.tip}"
    assert f":{hunted.tip}:" in tag
    await raw.end()


async def test_a_later_moment_is_embargoed(hunted: Hunted):
    """By sequence and by time, whether there is something or not; at what is old enough it is as for everybody."""
    await hunted.tell_old()
    await hunted.tell_new()
    await hunted.caught_up()
    for place in (hunted.newest, f"{hunted.epoch}:{hunted.newest}", hunted.newest + 1000, "2090-01-01T00:00:00Z"):
        status, body = await hunted.house.get(f"/v1/snapshot?delay={HOUR}&as_of={place}")
        assert (status, body["error"]["name"]) == (403, "embargoed")
    status, late = await hunted.house.get(f"/v1/snapshot?delay={HOUR}&as_of={hunted.tip}")
    assert (status, late) == await hunted.house.get(f"/v1/snapshot?as_of={hunted.tip}")


async def test_it_begins_where_the_time_is(hunted: Hunted):
    """What was old enough when it is first asked for is there at once, as the state and on the log."""
    await hunted.tell_old()
    between = now_micros()
    await hunted.tell_new()
    hunted.clock.stopped_at = between + HOUR * 1_000_000
    _, snapshot = await hunted.house.get(f"/v1/snapshot?delay={HOUR}")
    assert snapshot["seq"] == hunted.tip
    assert (snapshot["messages"], MARKER in json.dumps(snapshot)) == (
        (await hunted.house.get(f"/v1/snapshot?as_of={hunted.tip}"))[1]["messages"],
        False,
    )
    _, page = await hunted.house.get(f"/v1/log?delay={HOUR}&limit=1000")
    assert page["messages"][-1]["seq"] == page["tip"] == hunted.tip


async def test_a_cursor_that_is_ahead_is_waited_for_and_refused_without_a_word(hunted: Hunted):
    """By the name that it has for everybody, with no other place than the tip that is told anyway."""
    await hunted.tell_old()
    await hunted.tell_new()
    await hunted.caught_up()
    for cursor, name in ((hunted.newest, "bad_cursor"), (f"{hunted.epoch}:{hunted.newest}", "not_ready")):
        _, there = await hunted.house.get(f"/v1/log?delay={HOUR}&after={cursor}")
        _, nowhere = await hunted.house.get(f"/v1/log?delay={HOUR}&after={cursor}0")
        assert there["error"]["name"] == nowhere["error"]["name"] == name
        assert there["detail"].replace(str(hunted.newest), "N") == nowhere["detail"].replace(f"{hunted.newest}0", "N")


async def test_a_cursor_that_is_ahead_is_served_once_it_is_not(hunted: Hunted, monkeypatch: pytest.MonkeyPatch):
    """As when another node is ahead: what lies there already makes no difference."""
    monkeypatch.setattr(reading, "AHEAD_SECONDS", 10.0)
    await hunted.tell_old()
    await hunted.tell_new()
    await hunted.caught_up()
    path = f"/v1/log?delay={HOUR}&after={hunted.epoch}:{hunted.newest}"
    asked = asyncio.create_task(hunted.house.get(path))
    await wait_until(lambda: readings(hunted)[1].passed.__self__._moved._waiters)
    hunted.clock.offset += HOUR + 1
    status, page = await asked
    assert (status, page["tip"]) == (200, hunted.newest)


async def test_a_copy_of_the_stream_that_is_behind_is_not_believed(hunted: Hunted, monkeypatch: pytest.MonkeyPatch):
    """It finds nothing that was stored later: then what it finds must be old enough itself."""

    async def nothing_later(_: Moments, __: int, tip: int) -> int:
        return tip

    monkeypatch.setattr(Moments, "stored", nothing_later)
    await hunted.tell_old()
    await hunted.tell_new()
    status, body = await hunted.house.get(f"/v1/snapshot?delay={HOUR}")
    assert (status, body["error"]["name"], len(readings(hunted))) == (503, "not_ready", 1)


async def test_who_reads_late_is_sent_away_as_everybody(hunted: Hunted):
    """When the key is revoked, and when the service ends; with the place to come back to."""
    await hunted.tell_old()
    late, other = reader(delay_seconds=HOUR), reader(delay_seconds=HOUR)
    await add(hunted.house, late, other)
    await hunted.caught_up("", late.headers)
    async with socket(hunted.house.url, "", late) as first, socket(hunted.house.url, "", other) as second:
        assert (await first.text())["tip"] == (await second.text())["tip"] == hunted.tip
        await revoke(hunted.house, late)
        assert (await first.until("error"))[-1]["name"] == "unauthorized"
        assert (await first.closed())[0] == 4401
        await say_farewell([readings(hunted)[0]])
        code, reason = await second.closed()
        assert (code, json.loads(reason)["cursor"]) == (1012, f"{hunted.epoch}:{hunted.tip}")


async def test_what_came_as_one_is_known_as_one(tmp_path: Path):
    """While it comes, and when it is read again."""
    async with opened(tmp_path, mark_seconds=3600) as house:
        await house.store(people(fresh_competition(), "7 FIN Aino", "8 FIN Bo"))
        assert [entry.is_open for entry in house.pump()._log.read(0, 3)] == [True, True, False]
    async with opened(tmp_path, mark_seconds=3600) as house:
        assert [entry.is_open for entry in house.pump()._log.read(0, 3)] == [True, True, False]


async def test_so_many_delays_and_no_more(hunted: Hunted, monkeypatch: pytest.MonkeyPatch):
    """One more is refused with those in use; one that nobody reads makes room."""
    monkeypatch.setattr(delays, "DELAYS_MAX", 2)
    await hunted.tell_old()
    raw = await Raw.open(hunted.house.url, "delay=3600")
    assert (await hunted.house.get("/v1/snapshot?delay=60"))[0] == 200
    status, body = await hunted.house.get("/v1/snapshot?delay=120")
    assert (status, body["error"]["name"], "60, 3600" in body["error"]["hint"]) == (429, "too_many", True)
    monkeypatch.setattr(delays, "GRACE_SECONDS", 0.0)
    assert (await hunted.house.get("/v1/snapshot?delay=120"))[0] == 200
    assert [late.delay for late in readings(hunted)] == [0, 3600, 120]
    await raw.end()


async def test_who_reads_late_is_counted(tmp_path: Path):
    """Among the connections that there may be, and in the figures."""
    async with opened(tmp_path, connections_max=1) as house:
        raw = await Raw.open(house.url, "delay=60")
        await raw.until("hello")
        assert [figure.subscribers for figure in house.service.figures()] == [1, 0]
        for query in ("", "?delay=60"):
            status, body = await house.get(f"/v1/log{query}")
            assert (status, body["error"]["name"]) == (429, "too_many")
        await raw.end()


async def test_it_ends_when_nobody_reads_it(hunted: Hunted, monkeypatch: pytest.MonkeyPatch):
    """Not while somebody is connected."""
    monkeypatch.setattr(delays, "IDLE_SECONDS", 0.05)
    raw = await Raw.open(hunted.house.url, "delay=3600")
    await hunted.house.get("/v1/snapshot?delay=60")
    await wait_until(lambda: [late.delay for late in readings(hunted)] == [0, 3600])
    await raw.end()
    await wait_until(lambda: [late.delay for late in readings(hunted)] == [0])


@pytest.mark.parametrize("delay", ["0", "-1", "604801", "1.5", "x", ""])
async def test_a_delay_is_whole_seconds_up_to_a_week(service: Running, delay: str):
    """Anything else is refused."""
    status, body = await service.get(f"/v1/snapshot?delay={delay}")
    assert (status, body["error"]["name"]) == (400, "bad_request")
