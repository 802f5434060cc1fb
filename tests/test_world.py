import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from feed import world
from feed.core.index import headers_of
from feed.errors import ContradictionError, OutcomeUnknownError
from feed.stream.acks import publish_acked
from feed.stream.consumer import StreamMessage, last_per_subject
from feed.stream.pull import Pull
from feed.stream.wire import Incoming
from feed.world import State
from schemas.topic import SUBJECT_PREFIX
from schemas.wire import encode
from tests.core.makers import candidate
from tests.core.set_makers import LIST_TOPIC, listing
from tests.documents import odf
from tests.serve.raw import Raw
from tests.service_fixture import opened


async def test_a_restart_finds_log_board_and_heads_as_they_were(tmp_path: Path):
    """Snapshot and log are byte for byte the same, a duplicate is still one, and numbers go on."""
    async with opened(tmp_path) as house:
        await house.store(*(odf("XA", version, unit=unit) for version in (1, 2) for unit in (1, 2, 3)))
        before = await house.text("/v1/snapshot"), await house.text("/v1/log"), await house.text("/v1/competitions")
    async with opened(tmp_path) as house:
        after = await house.text("/v1/snapshot"), await house.text("/v1/log"), await house.text("/v1/competitions")
        assert after == before
        _, body = await house.post(odf("XA", 2, unit=3))
        assert body["duplicates"] == 1
        assert await house.store(odf("XA", 3, unit=3)) == [7]


async def test_a_reader_has_what_was_acknowledged_before_it_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Its copy from the stream is passed over."""
    held: list[tuple[Pull, Incoming]] = []
    on_message = Pull._on_message
    async with opened(tmp_path) as house:
        raw = await Raw.open(house.url)
        await raw.text()
        await house.store(odf("XA"))
        await raw.messages(1)  # it came from the stream, or would have: the following has begun
        monkeypatch.setattr(Pull, "_on_message", lambda *each: held.append(each))
        seqs = [(await house.post(odf("XA", version)))[1]["accepted"][0]["seq"] for version in (2, 3)]
        assert [message["seq"] for message in await raw.messages(2)] == seqs == [2, 3]
        monkeypatch.setattr(Pull, "_on_message", on_message)
        for each in held:
            on_message(*each)
        await house.store(odf("XA", 4))
        assert [message["seq"] for message in await raw.messages(1)] == [4]
        await raw.end()


async def test_what_the_broker_has_lost_is_below_the_floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A cursor of before is refused by name, by every way to follow; the oldest that is left can still be asked for."""

    async def lost(*_: Any, **__: Any) -> int:
        return 3

    async with opened(tmp_path) as house:
        await house.store(*(odf("XA", version) for version in range(1, 6)))
    monkeypatch.setattr(world, "floor_of", lost)
    async with opened(tmp_path) as house:
        status, page = await house.get("/v1/log")
        assert (status, [each["seq"] for each in page["messages"]]) == (200, [4, 5])
        raw = await Raw.open(house.url, "after=0")
        hello, *found, _ = await raw.until("replay_end")
        assert (hello["floor"], [each["seq"] for each in found]) == (3, [4, 5])
        await raw.end()
        status, page = await house.get("/v1/log?after=2")
        assert (status, page["error"]["name"]) == (410, "cursor_too_old")
        raw = await Raw.open(house.url, f"after={hello['epoch']}:2")
        assert (await raw.text())["name"] == "cursor_too_old"
        assert (await raw.closed())[0] == 4410


async def test_a_start_asks_again_where_a_copy_is_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What the first one tells is dropped: board and log are those of the tip."""
    async with opened(tmp_path) as house:
        await house.store(odf("XA", 1), odf("XA", 2), odf("XB", 1))
        before = await house.text("/v1/snapshot")
    asked = []

    async def behind(*args: Any, **options: Any) -> AsyncIterator[StreamMessage]:
        asked.append(args)
        async for message in last_per_subject(*args, **options):
            yield message
            if len(asked) == 1:
                raise OutcomeUnknownError("whoever answered is behind")

    monkeypatch.setattr(world, "last_per_subject", behind)
    async with opened(tmp_path) as house:
        assert await house.text("/v1/snapshot") == before
    assert len(asked) == 3  # and flag T


async def test_a_message_that_is_not_ours_is_a_contradiction(tmp_path: Path):
    """Somebody else on feed.> ends the service: what it is cannot be told to readers."""
    with pytest.raises(ContradictionError, match="not of our making"):
        State(0).remember(StreamMessage(1, "feed.XA.b", {}, b"{}"))
    with pytest.raises(ContradictionError, match=r"seq 1 on feed\.XA\.b is not of our making"):
        await _with_a_foreign_message(tmp_path)


def stored(seq: int, headers: Mapping[str, str] = MappingProxyType({})) -> StreamMessage:
    """The result of a unit of its own."""
    new = candidate(topic=f"XG2030.ATH.M.100M.FNL.00000{seq}00.result")
    return StreamMessage(seq, SUBJECT_PREFIX + new.message.topic, headers_of(new, "id") | headers, encode(new.message))


def test_a_batch_is_taken_over_at_its_commit():
    """Nobody sees a part of it: not the log, not the board, not who waits; then all are woken once."""
    state = State(0)
    woken = []
    state.wake = lambda: woken.append(state.log.tip)
    for seq, commit in enumerate(({}, {}, {"Nats-Batch-Commit": "1"}), 1):
        assert (state.log.tip, len(state.board), state.tide.seq) == (0, 0, 0)
        state.deliver(stored(seq, {"Nats-Batch-Id": "b", "Nats-Batch-Sequence": str(seq)} | commit))
    assert (state.log.tip, len(state.board), state.tide.seq) == (3, 3, 3)
    assert woken == [3]


async def test_readers_have_a_message_before_the_venue_is_answered():
    """Who waits for the tide runs behind what `wake` asked the loop for."""
    state, ran, loop = State(0), list[str](), asyncio.get_running_loop()
    state.wake = lambda: loop.call_soon(ran.append, "readers")

    async def answer() -> None:
        await state.tide.passed(1)
        ran.append("venue")

    answering = asyncio.create_task(answer())
    await asyncio.sleep(0)
    state.deliver(stored(1))
    await answering
    assert ran == ["readers", "venue"]


def test_the_head_of_a_set_tells_its_documents():
    """The gate of sets reads them from the heads after a restart."""
    state = State(0)
    new = listing(3, 30, "x").head
    state.remember(StreamMessage(1, SUBJECT_PREFIX + LIST_TOPIC, headers_of(new, "id"), encode(new.message)))
    head = state.heads.get(LIST_TOPIC)
    assert head is not None
    assert head.list == new.message.body


async def _with_a_foreign_message(data: Path) -> None:
    async with opened(data) as house:
        async with house.broker() as link:
            await publish_acked(link, "feed.XA.b", b"{}", {"Some-Header": "x"}, timeout=2)
        await asyncio.wait({house.running}, timeout=5)
