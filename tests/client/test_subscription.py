import asyncio
import sys
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from feed.client import (
    Event,
    ExpiredError,
    Feed,
    Gap,
    GapError,
    Interrupted,
    RefusedError,
    Reset,
    Subscription,
    Unmodelled,
    UnreadableError,
)
from feed.client import subscription as following
from feed.serve import farewell
from replay.meet import meet
from schemas.control import Control, ErrorFrame, Filtered, Heartbeat, Hello, SnapshotEnd
from schemas.result import Result
from tests.documents import fresh_competition, odf
from tests.service_fixture import House, Running, opened

FAST = (0.001, 0.01)


async def some(subscription: Subscription, count: int) -> list[Event]:
    """So many events; fails after the deadline."""
    found: list[Event] = []
    async with asyncio.timeout(10):
        async for each in subscription.events():
            if not isinstance(each, Heartbeat):
                found.append(each)
            if len(found) == count:
                break
    return found


def seqs(events: list[Event]) -> list[int | str]:
    """Sequences of messages; of the others their kinds."""
    return [each.seq if isinstance(each, Result) else type(each).__name__ for each in events]


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_messages_are_those_of_the_contract(service: Running, encoding: str):
    """Each is the Struct of its kind, in either encoding, from the oldest on and then as they come."""
    competition = fresh_competition()
    expected = await service.store(*(odf(competition, version) for version in (1, 2)))
    subscription = Feed(service.url).follow(filters=[f"{competition}.>"], after="0", encoding=encoding)
    found = []
    async with asyncio.timeout(10):
        async for message in subscription:
            found.append(message)
            if len(found) == 2:
                expected += await service.store(odf(competition, 3))
            if len(found) == 3:
                break
    assert [message.seq for message in found] == expected
    assert all(isinstance(message, Result) and message.competition == competition for message in found)
    assert subscription.cursor is not None
    assert subscription.cursor.endswith(f":{expected[-1]}")


def test_a_program_without_a_loop_iterates(service: Running):
    """`for` gives what `async for` gives, and ends its connection when it is left."""
    competition = fresh_competition()
    expected = asyncio.run(service.store(*(odf(competition, version) for version in (1, 2, 3))))
    found = []
    for message in Feed(service.url).follow(filters=[f"{competition}.>"], after="0"):
        found.append(message.seq)
        if len(found) == 3:
            break
    assert found == expected


async def test_control_frames_are_values_for_who_asks(service: Running):
    """The state between hello and snapshot_end, in order."""
    competition = fresh_competition()
    stored = await service.store(odf(competition, unit=1), odf(competition, unit=2))
    found = await some(Feed(service.url).follow(filters=[f"{competition}.>"], snapshot=True), 4)
    assert seqs(found) == ["Hello", *stored, "SnapshotEnd"]
    assert isinstance(found[0], Hello)
    assert isinstance(found[-1], SnapshotEnd)


async def test_a_wish_is_changed_without_a_gap(service: Running):
    """What is wanted now comes from `filtered` on, on the same connection, and after a cut too."""
    one, other = fresh_competition(), fresh_competition()
    subscription = Feed(service.url).follow(filters=[f"{one}.>"])
    found: list[Event] = []
    expected: list[int] = []
    async with asyncio.timeout(10):
        async for each in subscription.events():
            found.append(each)
            if isinstance(each, Hello):
                await subscription.change(filters=[f"{other}.>"])
            elif isinstance(each, Filtered):
                await service.store(odf(one))
                expected += await service.store(odf(other))
            elif isinstance(each, Result):
                break
    assert seqs([each for each in found if isinstance(each, Result)]) == expected
    query = subscription._track.query()
    assert (query[0], query[-1][0]) == (("filter", f"{other}.>"), "after")


async def test_a_refusal_is_raised_by_name(service: Running):
    """What trying again would not change ends the iteration, in the service's words."""
    with pytest.raises(RefusedError, match="bad_filter: filter 'x'") as caught:
        await some(Feed(service.url).follow(filters=["x"], encoding="msgpack"), 2)
    assert (caught.value.name, bool(caught.value.hint)) == ("bad_filter", True)


async def test_a_place_that_is_gone_is_raised_or_left_for_the_state(service: Running):
    """By the caller's choice: ExpiredError, or a Reset and then all there is."""
    competition = fresh_competition()
    stored = await service.store(odf(competition))
    feed, filters = Feed(service.url, retry_seconds=FAST), [f"{competition}.>"]
    with pytest.raises(ExpiredError) as caught:
        await some(feed.follow(filters=filters, after="deadbeef:1"), 2)
    assert caught.value.name == "wrong_epoch"
    found = await some(feed.follow(filters=filters, after="deadbeef:1", expired="snapshot"), 5)
    assert seqs(found) == ["ErrorFrame", "Hello", "Reset", *stored, "SnapshotEnd"]
    assert isinstance(found[2], Reset)
    assert found[2].name == "wrong_epoch"


async def test_a_service_that_is_full_is_asked_again(tmp_path: Path):
    """Too many connections pass: the place of another is taken when it leaves."""
    async with opened(tmp_path, connections_max=1) as house:
        feed = Feed(house.url, retry_seconds=FAST)
        first = await aiohttp.ClientSession().__aenter__()
        socket = await first.ws_connect(f"{house.url}/v1/stream")
        await socket.receive()
        found: list[Event] = []
        async with asyncio.timeout(10):
            async for each in feed.follow().events():
                found.append(each)
                if isinstance(each, Interrupted):
                    await socket.close()
                    await first.close()
                if isinstance(each, Hello):
                    break
    assert isinstance(found[0], ErrorFrame)
    assert found[0].name == "too_many"
    assert isinstance(found[1], Interrupted)
    assert found[1].seconds >= 1


async def test_a_service_that_ends_is_left_alone_as_long_as_it_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The first attempt comes no sooner than `retry_ms` of the last error frame, and no later than the client's cap."""
    monkeypatch.setattr(farewell, "WINDOW_SECONDS", (30.0, 30.0))
    for cap in (60.0, 7.0):
        monkeypatch.setattr(following, "RETRY_SECONDS_MAX", cap)
        async with opened(tmp_path) as house:
            events = Feed(house.url, retry_seconds=FAST).follow().events()
            assert isinstance(await anext(events), Hello)
        found = [await anext(events), await anext(events)]
        while not isinstance(found[-1], Interrupted):
            found.append(await anext(events))
        assert isinstance(found[-2], ErrorFrame)
        assert (found[-2].name, found[-2].retry_ms) == ("restarting", 15_000)
        assert min(cap, 15) <= found[-1].seconds < min(cap, 15) + 1
        await events.aclose()


async def test_a_gap_is_raised_and_told(house: House):
    """A service that leaves out a message is found out by the next one of its topic."""
    stored = await house.store(*(odf("XA", version) for version in (1, 2, 3)))
    log = house.service._worlds["P"].reading.log
    held, cursor = log.read, f"{house.service._worlds['P'].reading.epoch}:0"

    def forgetful(seq: int, limit: int) -> list[object]:
        return [entry for entry in held(seq, limit) if entry.seq != stored[1]]

    log.read = forgetful  # type: ignore[method-assign,assignment]  # leaves one out
    found = await some(Feed(house.url).follow(after=cursor), 4)
    assert seqs(found) == ["Hello", stored[0], "Gap", stored[2]]
    assert found[2] == Gap(topic="XA.ATH.M.100M.FNL.000001.result", seq=stored[2], prev=stored[1], last=stored[0])
    messages = aiter(Feed(house.url).follow(after=cursor))
    assert (await anext(messages)).seq == stored[0]
    with pytest.raises(GapError) as caught:
        await asyncio.wait_for(anext(messages), 10)
    assert caught.value.gap == found[2]


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_a_whole_meet_is_told_in_structs_and_without_a_gap(house: House, encoding: str):
    """Whatever kinds there are, what is derived, and what was told by differences."""
    feed, first, *documents = Feed(house.url), *(document for _, document in meet(1))
    await house.store(first)
    subscription = feed.follow(snapshot=True, delta=True, encoding=encoding)
    found: list[Event] = []
    last = sys.maxsize
    async with asyncio.timeout(20):
        async for each in subscription.events():
            if isinstance(each, SnapshotEnd):
                last = (await house.store(*documents))[-1]
            elif not isinstance(each, Control):
                found.append(each)
                if not isinstance(each, Gap | Reset | Interrupted) and each.seq >= last:
                    break
    assert found == [each for each in (await feed.log(limit=1000)).messages if each.seq in {one.seq for one in found}]
    assert {type(each).__name__ for each in found} >= {"Result", "Ledger", "MedalTable"}


async def test_silence_is_a_lost_connection(service: Running):
    """Who hears nothing at all for so long comes again, where it was."""
    found = await some(Feed(service.url, retry_seconds=FAST, silence_seconds=0.05).follow(), 3)
    assert seqs(found) == ["Hello", "Interrupted", "Hello"]


async def test_what_this_version_does_not_know_is_handed_over_as_it_is():
    """A kind of tomorrow is a message all the same; a frame of tomorrow is passed over."""

    async def tomorrow(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str('{"type":"hello","epoch":"e","flag":"P","tip":1,"floor":0,"cursor":"e:1"}')
        await socket.send_str('{"type":"confetti"}')
        await socket.send_str('{"seq":2,"type":"sheet","prev":0,"topic":"X.-.-.-.-.-.sheet","body":1}')
        await socket.receive()
        return socket

    app = web.Application()
    app.router.add_get("/v1/stream", tomorrow)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found = await some(Feed(f"http://127.0.0.1:{runner.addresses[0][1]}").follow(), 2)
    assert isinstance(found[1], Unmodelled)
    assert (found[1].seq, found[1].type, found[1].raw["body"]) == (2, "sheet", 1)
    await runner.cleanup()


async def test_what_can_never_be_read_is_given_up_by_name():
    """It is asked for again behind the same place, a few times; where there is progress that counts anew."""
    asked: list[str] = []

    async def damaged(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        asked.append(request.query.get("after", ""))
        seq = 7 if len(asked) < 3 else 8
        await socket.send_str(f'{{"type":"hello","epoch":"e","flag":"P","tip":9,"floor":0,"cursor":"e:{seq}"}}')
        await socket.send_str('{"seq":')
        await socket.receive()
        return socket

    app = web.Application()
    app.router.add_get("/v1/stream", damaged)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    feed = Feed(f"http://127.0.0.1:{runner.addresses[0][1]}", retry_seconds=FAST)
    with pytest.raises(UnreadableError, match="a frame cannot be read"):
        await some(feed.follow(), 100)
    assert asked == ["", "e:7", "e:7", *["e:8"] * (following.UNREADABLE_MAX - 1)]
    await runner.cleanup()
