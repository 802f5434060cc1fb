import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from feed.clock import now_micros
from feed.errors import OutcomeUnknownError
from feed.stream import projector, publisher
from feed.stream.batch import is_open, publish_batch
from feed.stream.history import read
from feed.stream.publisher import Bounds
from feed.stream.streams import last_sequence
from tests.core.test_disputes import UNIT, protest
from tests.core.test_medals import result
from tests.schedules import schedule, unit
from tests.service_fixture import House, opened, wait_until


@pytest.fixture
async def soon(tmp_path: Path) -> AsyncIterator[House]:
    """A service that tells almost at once what has no effect."""
    async with opened(tmp_path, mark_seconds=0.05) as house:
        yield house


async def messages(house: House) -> list[tuple[str, int | None]]:
    """Kind and cause of every message."""
    _, page = await house.get("/v1/log?after=0&limit=1000")
    return [(message["type"], message["caused_by"]) for message in page["messages"]]


async def derived(house: House, seq: int) -> None:
    """Return when the mark of a cause is there."""
    board, mark = house.service._worlds["P"].state.board, f'"through":{seq}}}'.encode()
    await wait_until(lambda: any(mark in each.json for each in board.snapshot(lambda each: each.kind == "derived")))


async def test_a_batch_ends_in_its_mark(house: House):
    """Entries, then the tables that they change, then how far all is derived; nothing else between."""
    (seq,) = await house.store(result(1, "1 a XAA"))
    await derived(house, seq)
    kinds = ["ledger", "ledger", *["medal_table"] * 4, "derived"]
    assert await messages(house) == [("result", None), *((kind, seq) for kind in kinds)]


async def test_a_message_without_effect_writes_nothing(house: House):
    """A start list moves no medal."""
    early = result(1, status="START_LIST"), result(2, "1 a XAA", status="LIVE")
    *_, last = await house.store(*early, result(3, "1 a XAA"))
    await derived(house, last)
    assert [kind for kind, _ in await messages(house)][:3] == ["result"] * 3


async def marks(house: House, competition: str = "XA") -> list[int]:
    """How far each mark of a competition goes."""
    _, page = await house.get(f"/v1/log?after=0&limit=1000&filter={competition}.*.*.*.*.*.derived")
    return [message["body"]["through"] for message in page["messages"]]


def start_lists(count: int, competition: str = "XA") -> list[bytes]:
    """Versions of a result from which nothing follows."""
    return [
        result(version, status="START_LIST", Order=str(version), CompetitionCode=competition)
        for version in range(1, count + 1)
    ]


async def test_through_follows_where_nothing_follows_from_messages(soon: House):
    """The table and the records say how far was looked although no medal moved; once for all that came."""
    *_, last = await soon.store(*start_lists(4))
    await derived(soon, last)
    assert (await marks(soon))[-1] == last
    for path in ("/v1/medals", "/v1/medals/ledger", "/v1/records"):
        _, page = await soon.get(f"{path}?competition=XA")
        assert page["through"] == last


async def test_who_has_heard_of_a_message_hears_no_more_of_it(soon: House):
    """While nothing comes nothing is written, and of what the feed made itself nobody hears again."""
    *_, last = await soon.store(*start_lists(1), result(2, "1 a XAA"))
    await derived(soon, last)
    told = await marks(soon)
    for fence in ("XB", "XC"):  # what is told of them is told later than all that would be told of the first
        (seq,) = await soon.store(*start_lists(1, fence))
        await derived(soon, seq)
    assert await marks(soon) == told


async def test_marks_come_no_faster_than_their_pace(tmp_path: Path):
    """However many messages come and however long that takes: one a while, and one for the rest."""
    async with opened(tmp_path, mark_seconds=0.3) as house:
        began = time.monotonic()
        *_, last = await house.store(*start_lists(60))
        await derived(house, last)
        assert len(await marks(house)) <= (time.monotonic() - began) / 0.3 + 1


async def test_what_was_not_told_before_a_restart_is_told_after_it(tmp_path: Path):
    """Also where another competition's mark went further; what was told is not told again."""
    async with opened(tmp_path) as house:
        (untold, last) = await house.store(*start_lists(1), result(2, "1 a XAA", CompetitionCode="XB"))
        await derived(house, last)
        assert not await marks(house)
        told = await marks(house, "XB")
    async with opened(tmp_path, mark_seconds=0.05) as house:
        await derived(house, untold)
        assert await marks(house) == [untold]
        assert await marks(house, "XB") == told


async def test_two_who_look_tell_it_once(soon: House):
    """Whose mark comes second is refused, and both go on deriving."""
    other = asyncio.ensure_future(soon.service._worlds["P"].derive(0.05, now_micros))
    try:
        for version in range(1, 6):
            (seq,) = await soon.store(start_lists(version)[-1])
            await derived(soon, seq)
        (seq,) = await soon.store(result(6, "1 a XAA"))
        await derived(soon, seq)
    finally:
        other.cancel()
    told = await marks(soon)
    assert told == sorted(set(told))
    assert [kind for kind, cause in await messages(soon) if cause == seq].count("ledger") == 2


async def batches(house: House) -> list[int]:
    """How many messages of the feed's own making each batch has."""
    async with house.broker() as link:
        stored = await read(link, "FEED", 2, await last_sequence(link))
    found = [0]
    for message in stored:
        found[-1] += 1
        found += [] if is_open(message.headers) else [0]
    return found[:-1]


async def gold(house: House) -> dict[str, int]:
    """The official table."""
    _, page = await house.get("/v1/medals?competition=XA")
    return {row["noc"]: row["gold"] for row in page["rows"]}


async def test_very_many_effects_are_one_batch(house: House):
    """As many as the server takes, and more bytes than a batch of a list has: three hundred share the first place."""
    (seq,) = await house.store(result(1, *(f"1 a{number} X{number % 90:02d}" for number in range(300))))
    await derived(house, seq)
    (count,) = await batches(house)
    assert count == 300 * 2 + 4 + 1
    _, page = await house.get("/v1/log?after=1&limit=1000")
    assert len(msgspec.json.encode(page["messages"])) > 256 * 1024
    assert sum((await gold(house)).values()) == 300


async def test_what_no_batch_can_hold_ends_in_its_mark(house: House, monkeypatch: pytest.MonkeyPatch):
    """Who waits for `through` sees all of it, whoever reads on sees entries before the tables that count them."""
    monkeypatch.setattr(projector, "OF_ONE_CAUSE", Bounds(3, 1 << 20))
    (seq,) = await house.store(result(1, "1 a XAA", "2 b XBB", "3 c XCC"))
    await derived(house, seq)
    assert await batches(house) == [3, 3, 3, 2]
    kinds = [kind for kind, _ in (await messages(house))[1:]]
    assert kinds == ["ledger"] * 6 + ["medal_table"] * 4 + ["derived"]


@pytest.mark.parametrize("what", ["lost", "stored"])
@pytest.mark.parametrize("broken", [2, 3, 4])
async def test_half_of_the_effects_are_completed(house: House, monkeypatch: pytest.MonkeyPatch, broken: int, what: str):
    """Where one of several batches was not answered, stored or not: every entry once, and the tables are their sum."""
    sent = 0

    async def once_silent(*arguments: Any, **options: Any) -> list[int]:
        nonlocal sent
        sent += len(arguments[1]) > 1
        if sent == broken and len(arguments[1]) > 1:
            if what == "stored":
                await publish_batch(*arguments, **options)
            raise OutcomeUnknownError("a test")
        return await publish_batch(*arguments, **options)

    monkeypatch.setattr(projector, "OF_ONE_CAUSE", Bounds(3, 1 << 20))
    monkeypatch.setattr(publisher, "publish_batch", once_silent)
    (seq,) = await house.store(result(1, "1 a XAA", "2 b XBB", "3 c XCC"))
    await derived(house, seq)
    assert sent >= broken
    kinds = [kind for kind, cause in await messages(house) if cause == seq]
    assert kinds.count("ledger") == 6
    assert kinds[-1] == "derived"
    assert await gold(house) == {"XAA": 1, "XBB": 0, "XCC": 0}
    (seq,) = await house.store(result(2, "1 b XBB", "2 a XAA", "3 c XCC"))
    await derived(house, seq)
    assert await gold(house) == {"XAA": 0, "XBB": 1, "XCC": 0}


async def test_what_the_broker_did_not_answer_is_asked_again(house: House):
    """A batch on its way when the broker stands still is there once."""
    (seq,) = await house.store(result(1, "1 a XAA", status="UNOFFICIAL"))
    await derived(house, seq)
    (seq,) = await house.store(result(2, "1 b XBB", status="UNOFFICIAL"))
    with house.frozen_broker():
        pass
    await derived(house, seq)
    assert [kind for kind, cause in await messages(house) if cause == seq].count("ledger") == 2


async def test_what_is_derived_is_where_its_unit_is(house: House):
    """A call reaches the readers of the venue although the result names none; a unit that moves takes it along."""
    board = house.service._worlds["P"].state.board
    for number, venue, before, status in ((1, "STA", None, "OPN"), (2, "POO", "STA", "CLS")):
        moved = schedule("XA", unit(1, Code=UNIT, Venue=venue), version=number)
        outcome = result(number, "1 a XAA", status="UNOFFICIAL")
        *_, seq = await house.store(moved, outcome, protest(number, status))
        await derived(house, seq)
        (call,) = board.snapshot(lambda each: each.kind == "call")
        assert (call.index.venue, call.index.left.venue) == (venue, before)
