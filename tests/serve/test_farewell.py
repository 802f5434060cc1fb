import asyncio
import json
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from feed.serve import farewell
from tests.documents import large, odf
from tests.serve.eventsource import EventSource
from tests.serve.raw import BINARY, CLOSE, TEXT, Raw
from tests.service_fixture import opened, wait_until


async def test_every_subscriber_is_told_to_come_back_with_its_cursor(tmp_path: Path):
    """1012 with the place up to which everything was written, on both flags; resumed there, nothing is missing."""
    async with opened(tmp_path) as house:
        (seq,) = await house.store(odf("XA"))
        raws = {flag: await Raw.open(house.url, f"flag={flag}") for flag in "PT"}
        hellos = {flag: await raw.text() for flag, raw in raws.items()}
        (seq,) = await house.store(odf("XA", 2))
        await raws["P"].messages(1)
    for flag, raw in raws.items():
        code, reason = await raw.closed()
        assert code == 1012
        assert len(reason) <= 123
        cursor = f"{hellos[flag]['epoch']}:{seq if flag == 'P' else 0}"
        assert json.loads(reason) == {"name": "restarting", "cursor": cursor}
    async with opened(tmp_path) as house:
        raw = await Raw.open(house.url, f"after={hellos['P']['epoch']}:{seq}")
        seqs = await house.store(odf("XA", 3))
        assert [message["seq"] for message in await raw.messages(1)] == seqs
        await raw.end()


async def test_readers_come_back_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Each is told a moment of its own, evenly over the window, by every way to follow."""
    monkeypatch.setattr(farewell, "WINDOW_SECONDS", (8.0, 30.0))
    async with opened(tmp_path) as house:
        raws = [await Raw.open(house.url, query) for query in ("", "encoding=msgpack", "")]
        for raw in raws:
            await raw.frame()
        source = await EventSource(house.url).__aenter__()
        await source.event()
    told = [await _last_words(raw) for raw in raws]
    event = await source.event()
    assert event is not None
    assert (event.json["name"], event.json["retry_ms"]) == ("restarting", source.retries[-1])
    assert event.said_id is False
    told.append(event.json)
    assert sorted(each["retry_ms"] for each in told) == [1000, 3000, 5000, 7000]
    await source.drop()


def test_the_window_grows_with_those_who_are_sent_away():
    """A thousand a second, not sooner than in a second, not later than in half a minute; who comes late begins anew."""
    for count, window in ((1, 1), (500, 1), (4_000, 4), (25_000, 25), (100_000, 30)):
        moments = farewell.spread(count)
        told = [next(moments) for _ in range(count)]
        assert 0 < told[0] < window / count
        assert window * (1 - 1 / count) < told[-1] < window
        assert next(moments) == told[0]
    assert 0 < next(farewell.spread(0)) < 1


async def test_a_reader_in_a_replay_is_told_how_far_it_came(tmp_path: Path):
    """The cursor of the farewell is the last message that was written to that reader, not the tip."""
    async with opened(tmp_path) as house:
        await house.store(*(large("XA", version) for version in range(1, 21)))
        raw = await Raw.open(house.url, "after=0", buffer=4096)
        (one,) = house.pump().subscribers
        await wait_until(lambda: one.is_clogged)
        reading = asyncio.ensure_future(_all(raw))
    seqs, reason = await reading
    assert json.loads(reason)["cursor"].endswith(f":{seqs[-1]}")
    assert len(seqs) < 20


@pytest.mark.alone
async def test_who_does_not_take_the_farewell_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A reader that never reads does not hold up the end."""
    monkeypatch.setattr(farewell, "FAREWELL_SECONDS", 0.2)
    async with opened(tmp_path) as house:
        await house.store(*(large("XA", version) for version in range(1, 21)))
        raw = await Raw.open(house.url, "after=0", buffer=4096)
        raw.writer.transport.pause_reading()
        (one,) = house.pump().subscribers
        await wait_until(lambda: one.is_clogged)
        began = time.monotonic()
        await farewell.say_farewell([world.reading for world in house.service._worlds.values()])
        assert time.monotonic() - began < 0.5
        await wait_until(lambda: not house.pump().subscribers)
        raw.reset()


async def _last_words(raw: Raw) -> dict[str, Any]:
    """The error frame before the close frame."""
    before: dict[str, Any] = {}
    while (frame := await raw.frame())[0] != CLOSE:
        opcode, payload = frame
        before = msgspec.msgpack.decode(payload) if opcode == BINARY else json.loads(payload)
    await raw.end()
    return before


async def _all(raw: Raw) -> tuple[list[int], bytes]:
    seqs = []
    while True:
        opcode, payload = await raw.frame()
        if opcode == CLOSE:
            return seqs, payload[2:]
        assert opcode == TEXT
        message = json.loads(payload)
        seqs += [message["seq"]] if "topic" in message else []
