import pytest

from feed.stream import projector
from tests.core.test_medals import result
from tests.service_fixture import House, wait_until


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


async def test_the_place_is_written_down_from_time_to_time(house: House, monkeypatch: pytest.MonkeyPatch):
    """So that a restart does not read everything again."""
    monkeypatch.setattr(projector, "MARK_EVERY", 3)
    seqs = await house.store(*(result(version, status="START_LIST", Order=str(version)) for version in range(1, 5)))
    await derived(house, seqs[2])
    assert ("derived", seqs[2]) in await messages(house)


async def test_what_the_broker_did_not_answer_is_asked_again(house: House):
    """A batch on its way when the broker stands still is there once."""
    (seq,) = await house.store(result(1, "1 a XAA", status="UNOFFICIAL"))
    await derived(house, seq)
    (seq,) = await house.store(result(2, "1 b XBB", status="UNOFFICIAL"))
    with house.frozen_broker():
        pass
    await derived(house, seq)
    assert [kind for kind, cause in await messages(house) if cause == seq].count("ledger") == 2
