import asyncio
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from feed.core.cohorts import Batch
from feed.core.log import AbsentError, Log
from feed.errors import OutcomeUnknownError
from feed.serve import pump as subject
from feed.serve.pump import Pump
from tests.core.makers import entry
from tests.documents import odf
from tests.serve.raw import Raw, op
from tests.service_fixture import House, opened, wait_until


async def test_subscribers_with_the_same_wish_share_a_cohort(house: House):
    """Equal wishes are written together, whatever their order of filters; a leaver leaves no empty cohort behind."""
    queries = ["filter=XA.%3E&filter=XB.%3E", "filter=XB.%3E&filter=XA.%3E", "filter=XA.%3E"]
    raws = [await Raw.open(house.url, query) for query in queries]
    for raw in raws:
        await raw.text()
    assert len(house.pump().cohorts) == 2
    (seq,) = await house.store(odf("XA"))
    assert [(await raw.messages(1))[0]["seq"] for raw in raws] == [seq] * 3
    assert house.pump().counts["writes"] == 3
    for raw in raws:
        await raw.end()
    await wait_until(lambda: not house.pump().subscribers)
    assert len(house.pump().cohorts) == 0


async def test_a_replay_ends_in_the_cohort(house: House):
    """Who has caught up is served with the others, not alone."""
    await house.store(*(odf("XA", version) for version in range(1, 6)))
    raws = [await Raw.open(house.url, query) for query in ("", "after=0", "after=3", "snapshot=1")]
    await wait_until(lambda: all(each.task is None for each in house.pump().subscribers))
    (cohort,) = house.pump().cohorts
    assert len(cohort.members) == 4
    for raw in raws:
        await raw.end()


async def test_a_cohort_whose_place_left_memory_goes_on_alone(house: House):
    """Its members read from the stream, lose nothing, and meet again."""
    raw = await Raw.open(house.url)
    await raw.text()
    (seq,) = await house.store(odf("XA"))
    await raw.messages(1)
    world = house.service._worlds["P"]
    world.reading.pump.wake = lambda: None  # type: ignore[method-assign]  # the pump sleeps while the log grows
    world.state.wake = lambda: None
    seqs = await house.store(*(odf("XA", version) for version in (2, 3)))
    world.reading.log._segments.clear()
    world.reading.pump._run()
    assert [message["seq"] for message in await raw.messages(2)] == seqs
    assert seqs[0] == seq + 1
    assert house.pump().counts["lagging"] == 1
    await raw.end()


async def test_a_broker_that_is_away_costs_nobody_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A load that fails is tried again; the subscriber waits and then gets everything."""
    monkeypatch.setattr(subject, "RETRY_SECONDS", 0.01)
    async with opened(tmp_path) as house:
        seqs = await house.store(*(odf("XA", version) for version in (1, 2, 3)))
        pump = house.pump()
        load, failures = pump._load, 0

        async def ill(absent: AbsentError) -> None:
            nonlocal failures
            failures += 1
            if failures < 4:
                raise OutcomeUnknownError("no answer")
            await load(absent)

        monkeypatch.setattr(pump, "_load", ill)
        pump._log._segments.clear()
        raw = await Raw.open(house.url, "after=0")
        assert [message["seq"] for message in await raw.messages(3)] == seqs
        assert failures == 4
        await raw.end()


async def test_what_fails_in_serving_one_subscriber_reaches_the_loop(house: House, monkeypatch: pytest.MonkeyPatch):
    """A bug of ours is never swallowed: the loop's exception handler gets it, with the task that failed."""
    await house.store(odf("XA"))
    told: list[dict] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))

    async def broken(_: AbsentError) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(house.pump(), "_load", broken)
    house.pump()._log._segments.clear()
    raw = await Raw.open(house.url, "after=0")
    await wait_until(lambda: told)
    assert isinstance(told[0]["exception"], ZeroDivisionError)
    await raw.end()


async def test_many_wakes_are_one_write():
    """However often the log grows within a turn of the loop, a cohort is visited once."""
    log = Log()
    visits = 0
    pump = Pump("e", log, lambda _: asyncio.sleep(0), lambda: 0)
    run = pump._run

    def counted() -> None:
        nonlocal visits
        visits += 1
        run()

    pump._run = counted  # type: ignore[method-assign]  # counts its visits
    for _ in range(10):
        pump.wake()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert visits == 1
    pump.wake()
    await asyncio.sleep(0)
    assert visits == 2


async def test_what_comes_behind_a_long_round_is_in_the_next(monkeypatch: pytest.MonkeyPatch):
    """Two messages read one turn apart right behind a round share the next; long after a round nobody waits a turn."""
    now = 100.0
    monkeypatch.setattr(subject, "time", SimpleNamespace(monotonic=lambda: now, perf_counter=time.perf_counter))
    log, rounds = Log(), list[int]()
    pump = Pump("e", log, lambda _: asyncio.sleep(0), lambda: 0)
    pump.told = lambda front, *_: rounds.append(front)
    # whose batch it is does not matter here
    monkeypatch.setattr(pump.cohorts, "next_portion", lambda log: ([Batch(None, [], [])], log.tip))  # type: ignore[arg-type]

    def come() -> None:
        log.append(entry(log.tip + 1))
        pump.wake()

    def write(_: object) -> None:
        nonlocal now
        now += 0.005

    monkeypatch.setattr(pump, "_write_all", write)
    come()
    await asyncio.sleep(0)
    assert rounds == [1]
    come()
    await asyncio.sleep(0)
    come()
    assert rounds == [1]
    await asyncio.sleep(0)
    assert rounds == [1, 3]
    now += 0.006
    come()
    await asyncio.sleep(0)
    assert rounds == [1, 3, 4]


async def test_what_comes_alone_is_written_at_once(house: House, monkeypatch: pytest.MonkeyPatch):
    """When the stream has nothing more behind it, a message does not wait for the loop's next turn."""
    raw = await Raw.open(house.url)
    await raw.text()
    pump, loop = house.pump(), asyncio.get_running_loop()

    def in_an_hour() -> None:
        pump._woken = loop.call_later(3600, pump._run)

    monkeypatch.setattr(house.service._worlds["P"].state, "wake", in_an_hour)
    (seq,) = await house.store(odf("XA"))
    assert pump.counts["writes"] == 1  # when the venue was answered already
    assert [message["seq"] for message in await raw.messages(1)] == [seq]
    await raw.end()


async def test_a_flush_keeps_to_the_order_of_rounds(monkeypatch: pytest.MonkeyPatch):
    """It writes what was asked for once, nothing that was not, and lets sockets take the round before first."""
    now = 100.0
    monkeypatch.setattr(subject, "time", SimpleNamespace(monotonic=lambda: now, perf_counter=time.perf_counter))
    pump = Pump("e", Log(), lambda _: asyncio.sleep(0), lambda: 0)
    rounds = 0

    def counted() -> None:
        nonlocal rounds
        rounds += 1
        pump._woken = None

    monkeypatch.setattr(pump, "_run", counted)
    pump.flush()
    assert rounds == 0
    pump.wake()
    pump.flush()
    await asyncio.sleep(0)
    assert rounds == 1
    pump.wake()
    pump._busy_until = 100.1
    pump.flush()
    pump._busy_until, pump._is_behind = 0.0, True
    pump.flush()
    assert rounds == 1


async def test_stop_ends_the_heartbeats(monkeypatch: pytest.MonkeyPatch):
    """After `stop` no timer of the pump runs any more."""
    monkeypatch.setattr(subject, "HEARTBEAT_SECONDS", 0.01)
    pump = Pump("e", Log(), lambda _: asyncio.sleep(0), lambda: 0)
    beats = 0

    def beat() -> None:
        nonlocal beats
        beats += 1

    pump.beat = beat  # type: ignore[method-assign]  # counts beats
    pump.start()
    await wait_until(lambda: beats >= 3)
    pump.stop()
    before = beats
    await asyncio.sleep(0.05)
    assert beats == before


async def test_several_filter_changes_in_one_snapshot_leave_the_last(house: House):
    """During a snapshot only the newest wish is kept; one `filtered` tells its place."""
    await house.store(*(odf("XA", unit=unit) for unit in range(1, 4)))
    early = op(op="filter", filter=["XB.>"]) + op(op="filter", filter=["XC.>"])
    raw = await Raw.open(house.url, "snapshot=1", early=early)
    assert [found["type"] for found in await raw.until("filtered")][-2:] == ["snapshot_end", "filtered"]
    _, seq = await house.store(odf("XB"), odf("XC"))
    assert (await raw.messages(1))[0]["seq"] == seq
    await raw.end()
