import asyncio
import contextlib
import itertools
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from feed.core.stall import StallWatch
from replay.load.fleet import Fleet, FleetError, Outcome
from replay.load.journal import Stretch, read_journal
from replay.load.subscription import Manner, Subscription
from tests.documents import fresh_competition, large, odf
from tests.journey.service import fixed_port, serving
from tests.service_fixture import House, Running

SECONDS = 20.0
Fleets = Callable[..., Fleet]
Log = dict[int, int]  # seq -> mark


@pytest.fixture
def fleets(tmp_path: Path) -> Iterator[Fleets]:
    """Starts a fleet with the journal `journal` of this test, and ends it at the latest with the test."""
    with contextlib.ExitStack() as stack:

        def start(url: str, *subscriptions: Subscription, **wishes: Any) -> Fleet:
            fleet = Fleet(url, subscriptions, tmp_path / "journal", **wishes)
            stack.callback(fleet.stop)
            fleet.start()
            return fleet

        yield start


def wanting(number: int, manner: Manner, competition: str = "", **wishes: Any) -> Subscription:
    """One that wants everything of a competition, or everything."""
    filters = (f"{competition}.>",) if competition else ()
    return Subscription(number=number, tier=manner.value, manner=manner, filters=filters, seed=number, **wishes)


async def log_of(url: str, competition: str = "") -> Log:
    """What the log holds, by pull."""
    found: Log = {}
    query = [("filter", f"{competition}.>")] if competition else []
    after = "0"
    async with aiohttp.ClientSession(headers={"Accept": "application/x-ndjson"}) as session:
        while True:
            page = [*query, ("after", after), ("limit", "1000")]
            async with session.get(f"{url}/v1/log", params=page) as answer:
                after = answer.headers["Feed-Next"]
                for line in (await answer.read()).splitlines():
                    found[int(line[7 : line.index(b",")])] = zlib.crc32(line)
                if int(after.rpartition(":")[2]) >= int(answer.headers["Feed-Tip"]):
                    return found


def journal(tmp_path: Path) -> dict[int, list[Stretch]]:
    return dict(read_journal(tmp_path / "journal"))


def got(stretches: list[Stretch]) -> list[tuple[int, int]]:
    """All messages behind the snapshots, in the order in which they came."""
    return [pair for each in stretches for pair in zip(each.messages.seqs, each.messages.marks, strict=True)]


def up_to(seq: int, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What the feed itself adds behind the last document may come late."""
    return [pair for pair in pairs if pair[0] <= seq]


def start_of(stretches: list[Stretch], *, is_snapshot: bool) -> int:
    """The sequence behind which it was to get everything: of its first whole snapshot, or of its first greeting."""
    if is_snapshot:
        return next(each.snapshot_seq for each in stretches if each.snapshot_seq is not None)
    return next(each.tip for each in stretches if each.epoch)


async def ended(fleet: Fleet, seq: int) -> Outcome:
    return await asyncio.to_thread(fleet.finish, seq, SECONDS)


async def store(url: str, *documents: bytes) -> int:
    """The sequence of the last of these documents; tries again for as long as the service is away."""
    seq = 0
    async with aiohttp.ClientSession() as session:
        for document in documents:
            deadline = time.monotonic() + SECONDS
            while True:
                try:
                    async with session.post(f"{url}/ingest/odf", data=document) as answer:
                        body = await answer.json(content_type=None)
                        if answer.status == 200:
                            accepted = body["accepted"]
                            seq = max([seq, *(each["seq"] for each in accepted)])
                            break
                except aiohttp.ClientError:
                    pass
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)
    return seq


async def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_followers_get_everything_once_and_in_order(service: Running, fleets: Fleets, tmp_path: Path):
    """Live only, after a snapshot and by pull: sequences and checksums are those of the log."""
    competition = fresh_competition()
    before = await service.store(*(odf(competition, version) for version in range(1, 4)))
    fleet = fleets(
        service.url,
        wanting(0, Manner.FOLLOW, competition),
        wanting(1, Manner.FOLLOW, competition, snapshot=True),
        wanting(2, Manner.POLL, competition),
        wanting(3, Manner.POLL, competition, snapshot=True, every=0.1),
        wanting(4, Manner.FOLLOW, competition, kinds=("medals",)),
    )
    began = time.monotonic()
    after = await service.store(*(odf(competition, version) for version in range(4, 40)))
    outcome = await ended(fleet, after[-1])
    log = await log_of(service.url, competition)
    held = journal(tmp_path)
    expected = [(seq, mark) for seq, mark in log.items() if seq > before[-1]]
    assert outcome.behind == []
    assert outcome.closed == {0: 5}
    assert outcome.received == sum(len(each.messages) + len(each.snapshot) for all_ in held.values() for each in all_)
    for number in range(4):
        (stretch,) = held[number]
        assert got([stretch])[: len(expected)] == expected
        assert stretch.after is None
        assert stretch.code == stretch.unreadable == stretch.late == 0
        assert began < stretch.messages.moments[0] <= stretch.messages.moments[-1] <= stretch.closed
        assert stretch.promised >= after[-1] or number < 2
    for number in (1, 3):
        (stretch,) = held[number]
        assert list(stretch.snapshot.seqs) == [before[-1]]
        assert stretch.snapshot_seq >= before[-1]
    assert got(held[4]) == []


async def test_those_who_break_off_miss_and_repeat_nothing(service: Running, fleets: Fleets, tmp_path: Path):
    """Politely, by a reset and half-way in a frame: each resumes behind what it wholly had."""
    competition = fresh_competition()
    numbers = range(12)
    fleet = fleets(
        service.url,
        *(wanting(number, Manner.RECONNECT, competition, every=0.3, snapshot=number % 2 > 0) for number in numbers),
    )
    for version in range(1, 60):
        last = await store(service.url, large(competition, version, size=60_000))
        await asyncio.sleep(0.03)
    outcome = await ended(fleet, last)
    log = list((await log_of(service.url, competition)).items())
    held = journal(tmp_path)
    assert outcome.behind == []
    assert outcome.reconnects == sum(len(held[number]) - 1 for number in numbers) > 3 * len(numbers)
    assert {each.reason for number in numbers for each in held[number]} >= {"left", "cut off", "cut off in a frame"}
    for number in numbers:
        stretches = held[number]
        begin = start_of(stretches, is_snapshot=number % 2 > 0)
        assert up_to(last, got(stretches)) == [(seq, mark) for seq, mark in up_to(last, log) if seq > begin]
        for earlier, later in itertools.pairwise(stretches):
            assert earlier.closed <= later.opened
            assert later.after is None or later.after >= max([earlier.promised, *earlier.messages.seqs])


async def test_a_killed_and_a_stopped_service_cost_nobody_a_message(fleets: Fleets, tmp_path: Path):
    """Who follows, polls or reads slowly comes back by cursor after SIGKILL and after close code 1012."""
    async with serving(tmp_path / "service") as feed:
        manners = {0: Manner.FOLLOW, 1: Manner.POLL, 2: Manner.SLOW, 3: Manner.RECONNECT}
        wishes = {"every": 0.2, "bytes_per_second": 1e6}
        fleet = fleets(feed.url, *(wanting(number, manner, **wishes) for number, manner in manners.items()))
        start = await store(feed.url, *(odf("XA", version) for version in range(1, 10)))
        await until(lambda: fleet.progress().slowest >= start)
        await feed.kill9()
        await feed.start()
        middle = await store(feed.url, *(odf("XA", version) for version in range(10, 20)))
        await until(lambda: fleet.progress().slowest >= middle)
        assert await feed.stop() == 0
        await feed.start()
        await until(lambda: fleet.progress().connected == len(manners))
        last = await store(feed.url, *(odf("XA", version) for version in range(20, 30)))
        outcome = await ended(fleet, last)
        log = list((await log_of(feed.url)).items())
    held = journal(tmp_path)
    assert outcome.behind == []
    assert outcome.closed[1006] >= 3
    assert outcome.closed[1012] >= 2
    for number in manners:
        found = up_to(last, got(held[number]))
        assert found == up_to(last, log)[: len(found)]
        assert found[-1][0] == last or number == 2
    assert [each.code for each in held[0]][-2:] == [1012, 0]
    assert "restarting" in held[0][-2].reason


async def test_a_slow_reader_takes_no_more_than_its_pace(service: Running, fleets: Fleets, tmp_path: Path):
    """It is behind while others have everything, and what it has is the beginning of the log."""
    competition = fresh_competition()
    slow = wanting(0, Manner.SLOW, competition, bytes_per_second=100_000.0)
    fleet = fleets(service.url, slow, wanting(1, Manner.FOLLOW, competition))
    began = time.monotonic()
    last = await store(service.url, *(large(competition, version, size=50_000) for version in range(1, 40)))
    await asyncio.sleep(2)
    await ended(fleet, last)
    seconds = time.monotonic() - began
    log = list((await log_of(service.url, competition)).items())
    held = journal(tmp_path)
    (stretch,) = held[0]
    assert got(held[1])[: len(log)] == log
    assert got(held[0]) == log[: len(stretch.messages)]
    assert 0 < len(stretch.messages) * 50_000 < 100_000 * (seconds + 1)


async def test_a_stalled_reader_is_found_closed_and_does_not_come_back(
    house: House, fleets: Fleets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The service gives it up after its window; the outcome tells so, and the one beside it has everything."""
    monkeypatch.setattr(StallWatch.is_stalled, "__defaults__", (2_000_000,))
    stalled, reader = wanting(0, Manner.STALL), wanting(1, Manner.FOLLOW)
    fleet = await asyncio.to_thread(fleets, house.url, stalled, reader)
    seqs = await house.store(*(large("XA", version) for version in range(1, 20)))
    await until(lambda: house.pump().counts["stalled"])
    outcome = await ended(fleet, seqs[-1])
    held = journal(tmp_path)
    (stretch,) = held[0]
    assert stretch.code == 1006
    assert len(stretch.messages) < 3
    assert len(held[1][0].messages) >= len(seqs)
    assert outcome.closed == {0: 1, 1006: 1}
    assert outcome.behind == []


@pytest.mark.parametrize("documents", [0, 15])
async def test_a_stalled_reader_that_was_not_closed_is_ended_by_us(
    service: Running, fleets: Fleets, tmp_path: Path, documents: int
):
    """It is found open, whether it is owed something or not, when it has not been waited for long enough."""
    competition = fresh_competition()
    fleet = fleets(service.url, wanting(0, Manner.STALL, competition))
    await store(service.url, *(large(competition, version) for version in range(1, 1 + documents)))
    outcome = await ended(fleet, 0)
    assert outcome.closed == {0: 1}
    assert [each.code for each in journal(tmp_path)[0]] == [0]


async def test_one_that_joins_later_joins_then(service: Running, fleets: Fleets, tmp_path: Path):
    """It is not waited for at the start; it is there in time and not before."""
    competition = fresh_competition()
    fleet = fleets(
        service.url, wanting(0, Manner.FOLLOW, competition), wanting(1, Manner.FOLLOW, competition, since=0.8)
    )
    assert fleet.progress().connected == 1
    await until(lambda: fleet.progress().connected == 2)
    await ended(fleet, 0)
    first, second = (stretches[0] for stretches in journal(tmp_path).values())
    assert second.opened >= first.opened + 0.6


def test_what_the_service_refuses_is_told_in_its_words(service: Running, fleets: Fleets):
    """By WebSocket and by pull: a filter that can never match."""
    for manner in (Manner.FOLLOW, Manner.POLL):
        wish = Subscription(number=7, tier="x", manner=manner, filters=("a.b.c.d.e.f.nonsense",), snapshot=True)
        with pytest.raises(FleetError, match=r"subscriber 7 cannot join: (4400|400) .*bad_filter") as failed:
            fleets(service.url, wish)
        assert failed.value.hint


async def test_who_comes_while_the_service_starts_is_let_in_then(fleets: Fleets, tmp_path: Path):
    """A start tries again for some seconds."""
    async with serving(tmp_path / "service") as feed:
        await feed.stop()
        starting = asyncio.ensure_future(asyncio.to_thread(fleets, feed.url, wanting(0, Manner.FOLLOW)))
        await asyncio.sleep(0.3)
        await feed.start()
        fleet = await starting
        assert fleet.progress().connected == 1
        await ended(fleet, 0)


def test_nobody_at_the_address_is_told(fleets: Fleets):
    """And so is an address that is none, or that asks for encryption."""
    with pytest.raises(FleetError, match="Connection refused"):
        fleets(f"http://127.0.0.1:{fixed_port()}", wanting(0, Manner.FOLLOW))
    with pytest.raises(FleetError, match="plain HTTP"):
        fleets("https://127.0.0.1", wanting(0, Manner.FOLLOW))


def test_a_manner_without_its_figure_is_refused(tmp_path: Path):
    """A slow one needs a pace, one that reconnects a mean."""
    for manner in (Manner.SLOW, Manner.RECONNECT):
        with pytest.raises(FleetError, match="needs"):
            Fleet("http://127.0.0.1:1", [wanting(0, manner)], tmp_path / "journal")


async def test_a_fleet_that_is_killed_is_missed(service: Running, fleets: Fleets, tmp_path: Path):
    """Whoever asks next is told, and what its journal holds can be read."""
    competition = fresh_competition()
    fleet = fleets(service.url, wanting(0, Manner.FOLLOW, competition))
    last = await store(service.url, *(odf(competition, version) for version in range(1, 101)))
    await until(lambda: fleet.progress().slowest >= last)
    await until(lambda: len(got(journal(tmp_path).get(0, []))) >= 64)
    fleet.stop()
    with pytest.raises(FleetError, match=r"process \d+ of a fleet has ended"):
        fleet.progress()
    (stretch,) = journal(tmp_path)[0]
    assert stretch.code == 1006
    assert stretch.reason == "the journal ends here"


async def test_local_addresses_are_used_in_turn(service: Running, fleets: Fleets, tmp_path: Path):
    """Ports of one address are not enough for a large run."""
    subscriptions = [wanting(number, Manner.FOLLOW) for number in range(4)]
    fleet = fleets(service.url, *subscriptions, local_addresses=("127.0.0.1", "127.0.0.2"))
    peers = [each.laddr.ip for each in psutil.Process(fleet.pid).net_connections("tcp4")]
    await ended(fleet, 0)
    assert sorted(peers) == ["127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.2"]
