import asyncio
import json
from pathlib import Path
from urllib.parse import quote

import aiohttp
import msgspec
import pytest

from feed.serve import pump
from tests.documents import fresh_competition, large, odf
from tests.serve.raw import BINARY, CLOSE, PING, PONG, TEXT, Raw, frame, op
from tests.service_fixture import House, Running, opened, wait_until


def wish(competition: str, more: str = "") -> str:
    return f"filter={competition}.%3E{more}"


async def test_hello_comes_first_and_tells_where_the_stream_stands(service: Running):
    """The first frame names epoch, flag, tip, floor and the cursor that resumes from here."""
    raw = await Raw.open(service.url, "flag=T")
    hello = await raw.text()
    _, page = await service.get("/v1/competitions?flag=T")
    assert hello == {
        "type": "hello",
        "epoch": page["epoch"],
        "flag": "T",
        "tip": page["seq"],
        "floor": 0,
        "cursor": f"{page['epoch']}:{page['seq']}",
    }
    await raw.end()


async def test_live_messages_come_one_a_frame_in_order(service: Running):
    """Without a cursor only what comes from now on is sent, each message once and in order."""
    competition = fresh_competition()
    await service.store(odf(competition, 1))
    raw = await Raw.open(service.url, wish(competition))
    assert (await raw.text())["type"] == "hello"
    seqs = await service.store(*(odf(competition, version) for version in range(2, 12)))
    assert [message["seq"] for message in await raw.messages(10)] == seqs
    await raw.end()


async def test_a_replay_ends_by_name_and_goes_on_live(service: Running):
    """after=0 sends the whole log, then replay_end with the tip of the opening, then what is new."""
    competition = fresh_competition()
    seqs = await service.store(*(odf(competition, version) for version in (1, 2, 3)))
    raw = await Raw.open(service.url, wish(competition, "&after=0"))
    hello, *replay, end = await raw.until("replay_end")
    assert [message["seq"] for message in replay] == seqs
    assert hello["cursor"] == f"{hello['epoch']}:0"
    assert end == {"type": "replay_end", "seq": hello["tip"], "cursor": f"{hello['epoch']}:{hello['tip']}"}
    fresh = await service.store(odf(competition, 4))
    assert [message["seq"] for message in await raw.messages(1)] == fresh
    await raw.end()


async def test_a_snapshot_and_what_follows_are_one_consistent_cut(service: Running):
    """snapshot=1 sends the newest message of each topic in ascending seq, snapshot_end, then only what is newer."""
    competition = fresh_competition()
    one, *_ = await service.store(odf(competition, 1, unit=1))
    seqs = await service.store(
        odf(competition, 1, unit=2),
        odf(competition, 2, unit=2),
        odf(competition, 1, unit=3),
        odf(competition, 2, unit=1),
    )
    raw = await Raw.open(service.url, wish(competition, "&snapshot=1"))
    hello, *state, end = await raw.until("snapshot_end")
    assert [message["seq"] for message in state] == seqs[1:]
    assert one not in [message["seq"] for message in state]
    assert hello["cursor"] is None
    assert end == {"type": "snapshot_end", "seq": hello["tip"], "cursor": f"{hello['epoch']}:{hello['tip']}"}
    fresh = await service.store(odf(competition, 3, unit=3))
    assert [message["seq"] for message in await raw.messages(1)] == fresh
    await raw.end()


async def test_a_withdrawn_document_is_in_the_log_and_not_in_a_snapshot(service: Running):
    """A tombstone is told to who follows and left out of the current state."""
    competition = fresh_competition()
    withdrawal = odf(competition, 2).replace(b"<Competition></Competition>", b"")
    seqs = await service.store(odf(competition, 1), withdrawal)
    raw = await Raw.open(service.url, wish(competition, "&snapshot=1"))
    assert [frame["type"] for frame in await raw.until("snapshot_end")] == ["hello", "snapshot_end"]
    log = await Raw.open(service.url, wish(competition, "&after=0"))
    _, first, last, _ = await log.until("replay_end")
    assert [first["seq"], last["seq"]] == seqs
    assert (last["op"], last["body"], last["supersedes"]) == ("withdrawn", None, first["seq"])
    await raw.end()
    await log.end()


@pytest.mark.parametrize("with_epoch", [True, False])
async def test_a_cursor_resumes_behind_its_message(service: Running, with_epoch: bool):  # noqa: FBT001 - a case
    """EPOCH:SEQ and a bare SEQ are exclusive: what follows is sent once, nothing is sent twice."""
    competition = fresh_competition()
    seqs = await service.store(*(odf(competition, version) for version in range(1, 6)))
    first = await Raw.open(service.url, wish(competition, "&after=0"))
    hello = await first.text()
    await first.end()
    prefix = f"{hello['epoch']}:" if with_epoch else ""
    raw = await Raw.open(service.url, wish(competition, f"&after={prefix}{seqs[1]}"))
    _, *missed, _ = await raw.until("replay_end")
    assert [message["seq"] for message in missed] == seqs[2:]
    await raw.end()


async def test_the_cursor_of_hello_resumes_where_it_was_handed_out(service: Running):
    """A cursor handed out is a cursor taken."""
    competition = fresh_competition()
    raw = await Raw.open(service.url, wish(competition))
    cursor = (await raw.text())["cursor"]
    await raw.end()
    seqs = await service.store(odf(competition))
    raw = await Raw.open(service.url, wish(competition, f"&after={cursor}"))
    assert [message["seq"] for message in await raw.messages(1)] == seqs
    await raw.end()


async def test_several_filters_are_joined_and_types_narrow(service: Running):
    """Patterns are joined by OR, types by AND."""
    competition = fresh_competition()
    first, second, third, _ = await service.store(
        odf(competition, unit=1),
        odf(competition, unit=2),
        odf(competition, unit=3),
        large(competition, unit=1, size=10),
    )
    topics = [f"{competition}.ATH.M.100M.FNL.00000{unit}.{'*' if unit == 1 else 'result'}" for unit in (1, 3)]
    query = "&".join(f"filter={quote(topic)}" for topic in topics) + "&type=result&after=0"
    raw = await Raw.open(service.url, query)
    _, *found, _ = await raw.until("replay_end")
    assert [message["seq"] for message in found] == [first, third]
    assert second not in [message["seq"] for message in found]
    await raw.end()


async def test_heartbeats_tell_how_far_everything_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A heartbeat names the last sequence scanned, also when nothing matched, and a cursor to resume with."""
    monkeypatch.setattr(pump, "HEARTBEAT_SECONDS", 0.05)
    async with opened(tmp_path) as house:
        raw = await Raw.open(house.url, "filter=NOBODY.%3E")
        hello = await raw.text()
        (seq,) = await house.store(odf("XT"))
        beat = await raw.text()
        while beat["seq"] < seq:
            beat = await raw.text()
        assert set(beat) == {"type", "seq", "tip", "ts", "cursor"}
        assert (beat["type"], beat["seq"], beat["tip"]) == ("heartbeat", seq, seq)
        assert beat["cursor"] == f"{hello['epoch']}:{seq}"
        later = await raw.text()
        assert later["ts"] > beat["ts"]
        await raw.end()


async def test_a_reader_that_is_served_alone_gets_heartbeats_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """While its segment cannot be loaded a reader waits, alive, at the place it has reached."""
    async with opened(tmp_path) as house:
        seqs = await house.store(*(odf("XT", version) for version in (1, 2, 3)))
    monkeypatch.setattr(pump, "HEARTBEAT_SECONDS", 0.05)
    async with opened(tmp_path) as house:
        house.pump()._log._segments.clear()
        with house.frozen_broker():
            raw = await Raw.open(house.url, "after=0")
            assert [(await raw.text())["type"] for _ in range(3)] == ["hello", "heartbeat", "heartbeat"]
        assert [message["seq"] for message in await raw.messages(3)] == seqs
        await raw.end()


async def test_a_new_filter_holds_from_a_named_place_on(service: Running):
    """A filter change on the open socket is answered by its place; before it the old wish held, after it the new."""
    one, other = fresh_competition(), fresh_competition()
    raw = await Raw.open(service.url, wish(one))
    await raw.text()
    first, _ = await service.store(odf(one), odf(other))
    assert (await raw.messages(1))[0]["seq"] == first
    raw.send(op(op="filter", filter=[f"{other}.>"], type=["result"]))
    filtered = await raw.text()
    assert filtered["type"] == "filtered"
    assert filtered["seq"] >= first
    _, second = await service.store(odf(one, 2), odf(other, 2))
    assert (await raw.messages(1))[0]["seq"] == second
    await raw.end()


async def test_filter_changes_under_load_leave_no_gap_and_no_repeat(house: House):
    """While messages flow, each message is sent by the wish that held at its place: all of them, once, in order."""
    raw = await Raw.open(house.url, "filter=XA.%3E&filter=XB.%3E")
    await raw.text()

    async def venue(competition: str) -> list[int]:
        return await house.store(*(odf(competition, version) for version in range(1, 41)))

    writing = asyncio.gather(venue("XA"), venue("XB"))
    names = [["XA"], ["XA", "XB"], ["XB"], ["XA", "XB"]]
    wishes = {0: {"XA", "XB"}}
    got: list[dict] = []
    for place in range(20):
        chosen = names[place % len(names)]
        raw.send(op(op="filter", filter=[f"{name}.>" for name in chosen]))
        *found, filtered = await raw.until("filtered")
        got += found
        wishes[filtered["seq"]] = set(chosen)
        got += await raw.messages(1) if not writing.done() else []
    await writing
    raw.send(op(op="ping"))
    tip = house.service.tip("P")
    await wait_until(lambda: house.pump().cohorts.front == tip)
    raw.send(op(op="ping"))
    pongs = 0
    while pongs < 2:
        found = await raw.text()
        pongs += found["type"] == "pong"
        got += [found] if "topic" in found else []
    _, page = await house.get("/v1/log?limit=1000")
    expected = [
        message["seq"]
        for message in page["messages"]
        if message["competition"] in wishes[max(place for place in wishes if place < message["seq"])]
    ]
    assert [message["seq"] for message in got] == expected
    await raw.end()


async def test_a_filter_change_during_a_snapshot_holds_behind_it(house: House):
    """The snapshot is finished as it was asked for; then the new filter holds, without gap or repeat."""
    seqs = await house.store(*(large("XA", unit=unit) for unit in range(1, 31)))
    raw = await Raw.open(house.url, "filter=XA.%3E&snapshot=1", buffer=4096)
    assert (await raw.text())["type"] == "hello"
    (subscriber,) = house.pump().subscribers
    await wait_until(lambda: subscriber.is_clogged)
    raw.send(op(op="filter", filter=["XB.>"]))
    _, missed = await house.store(large("XA", 2, size=10), odf("XB"))
    *state, end = await raw.until("snapshot_end")
    assert [message["seq"] for message in state] == seqs
    filtered = await raw.text()
    assert (filtered["type"], filtered["seq"]) == ("filtered", end["seq"])
    assert (await raw.messages(1))[0]["seq"] == missed
    (fresh,) = await house.store(odf("XB", 2))
    assert (await raw.messages(1))[0]["seq"] == fresh
    await raw.end()


async def test_ping_is_answered(service: Running):
    """The op ping is answered by pong with a time, a ping frame by a pong frame with its payload."""
    raw = await Raw.open(service.url)
    await raw.text()
    raw.send(op(op="ping"))
    pong = await raw.text()
    assert set(pong) == {"type", "ts"}
    assert pong["type"] == "pong"
    raw.send(frame(PING, b"are you there") + frame(PONG, b"unasked"))
    assert await raw.frame() == (PONG, b"are you there")
    await raw.end()


@pytest.mark.parametrize(
    "text, name",
    [
        (b"{", "bad_frame"),
        (b"[]", "bad_frame"),
        (b"{}", "bad_frame"),
        (b'{"op":1}', "bad_frame"),
        (b'{"op":"fliter"}', "bad_frame"),
        (b'{"op":"filter","filters":[]}', "bad_frame"),
        (b'{"op":"filter","filter":"a.>"}', "bad_frame"),
        (b"[" * 60_000, "bad_frame"),
        (b'{"op":"filter","filter":["a"]}', "bad_filter"),
        (b'{"op":"filter","type":["reslut"]}', "bad_filter"),
    ],
)
async def test_a_wrong_client_frame_closes_by_name(service: Running, text: bytes, name: str):
    """A client frame that cannot be obeyed is answered by an error frame and 4400 with name and cursor."""
    raw = await Raw.open(service.url)
    hello = await raw.text()
    raw.send(frame(TEXT, text))
    error = await raw.text()
    assert (error["type"], error["name"]) == ("error", name)
    code, reason = await raw.closed()
    assert code == 4400
    said = json.loads(reason)
    assert said["name"] == name
    assert said["cursor"].startswith(hello["epoch"] + ":")


async def test_a_client_that_says_too_much_is_told_so(service: Running):
    """What it asks for costs everybody's time: some at once are obeyed, then it is closed by name, 4429."""
    raw = await Raw.open(service.url)
    raw.send(op(op="filter", filter=["XA.>"]) * 100 + op(op="ping") * 50)
    found = await raw.until("error")
    assert [each["type"] for each in found[1:101]] == ["filtered"] * 100
    assert found[-1]["name"] == "too_many"
    assert (await raw.closed())[0] == 4429


async def test_too_many_subscribers_are_told_so(tmp_path: Path):
    """Above connections_max a subscriber is told too_many and closed with 4429; a free place is given away."""
    async with opened(tmp_path, connections_max=2) as house:
        kept = [await Raw.open(house.url, f"flag={flag}") for flag in "PT"]
        raw = await Raw.open(house.url)
        assert (await raw.text())["name"] == "too_many"
        code, reason = await raw.closed()
        assert code == 4429
        assert json.loads(reason)["name"] == "too_many"
        await kept[0].end()
        await wait_until(lambda: not house.pump().subscribers)
        raw = await Raw.open(house.url)
        assert (await raw.text())["type"] == "hello"
        await raw.end()
        await kept[1].end()


async def test_a_usual_client_library_gets_on_with_it(service: Running):
    """Aiohttp's client connects, reads, and closes by handshake."""
    competition = fresh_competition()
    await service.store(odf(competition))
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(f"{service.url}/v1/stream?{wish(competition, '&after=0')}")
        frames = [await socket.receive_json(timeout=5) for _ in range(3)]
        assert [found["type"] for found in frames] == ["hello", "result", "replay_end"]
        await socket.close(code=1000)
        assert socket.close_code == 1000


async def test_what_one_subscriber_does_wrong_costs_others_nothing(service: Running):
    """While others break the protocol in every way, a subscriber gets everything."""
    competition = fresh_competition()
    raw = await Raw.open(service.url, wish(competition))
    await raw.text()
    for bad in (frame(TEXT, b"x", masked=False), frame(BINARY, b"x"), frame(TEXT, b"\xff"), frame(CLOSE, b"1")):
        other = await Raw.open(service.url, wish(competition))
        other.send(bad)
        await other.closed()
    seqs = await service.store(odf(competition))
    assert [message["seq"] for message in await raw.messages(1)] == seqs
    await raw.end()


@pytest.mark.parametrize("query", ["after=0", "snapshot=1"])
async def test_a_reader_of_messagepack_gets_the_same_messages(house: House, query: str):
    """All in binary frames, control frames too; what it says itself is JSON as before."""
    await house.store(*(odf("XA", unit=unit) for unit in range(1, 4)))
    raw, packed = [await Raw.open(house.url, f"{query}{more}") for more in ("", "&encoding=msgpack")]
    packed.send(op(op="ping"))
    found = []
    while len(found) < 3:
        opcode, payload = await packed.frame()
        assert opcode == BINARY
        message = msgspec.msgpack.decode(payload)
        found += [message] if "topic" in message else []
    assert found == await raw.messages(3)
    for each in (raw, packed):
        await each.end()
