"""Records through a real broker: exact outcomes at a WebSocket, an SSE and a pull client, also after a restart."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import aiohttp

from tests.core.record_makers import EVENT, HEAT, heat, mark, of_type, records, stood, swim
from tests.journey.roles import one_broker
from tests.service_fixture import House, opened

LIMIT = 20.0
WR = mark("WR")
LIST = records(1, of_type("WR", stood("old", "46.40")))
START = heat(1, swim("a", ""), status="START_LIST")
LIVE = heat(2, swim("a", "46.39", WR), swim("b", "47.10"), status="LIVE")


def ranked(*rows: str) -> tuple[str, ...]:
    """The rows from the first on."""
    return tuple(row.replace("<Result ", f'<Result Rank="{rank}" ', 1) for rank, row in enumerate(rows, 1))


SIGNED = heat(3, *ranked(swim("a", "46.39", WR), swim("b", "47.10"), swim("c", "47.20")))
RULED = heat(4, *ranked(swim("b", "47.10"), swim("c", "47.20")), swim("a", "", irm="DSQ"), Time="103600000").replace(
    b"</OdfBody>", b"<Note>SW 10.4</Note></OdfBody>"
)


async def settled(house: Any, seq: int) -> None:
    """Return when all that follows from messages up to one is there."""
    deadline = time.monotonic() + LIMIT
    while (await house.get("/v1/records?competition=XA"))[1]["through"] < seq:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def shown(house: Any, query: str = "") -> list[str]:
    """Each record as `type result holder`, `?` where it is pending."""
    _, page = await house.get(f"/v1/records?competition=XA{query}")
    lines = (line for part in page["records"] for line in part["records"])
    return [
        f"{line['record_type']}{'?' * line['pending']} {line['standing']['result']}"
        f" {line['standing']['holders'][0]['id']}"
        for line in lines
    ]


async def test_a_record_that_did_not_stand(house: House):
    """S6: pending, set, corrected, withdrawn; everyone who got `set` gets `withdrawn`, and the old holder is back."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{house.url}/v1/stream?after=0&type=record_event") as socket,
        session.get(f"{house.url}/v1/sse?after=0&type=record_event") as events,
    ):
        *_, seq = await house.store(LIST, START, LIVE)
        await settled(house, seq)
        assert await shown(house) == ["WR 46.40 old"]
        assert await shown(house, "&view=provisional") == ["WR? 46.39 a"]
        *_, seq = await house.store(SIGNED)
        await settled(house, seq)
        assert await shown(house) == await shown(house, "&view=provisional") == ["WR 46.39 a"]
        between = house.service.tip("P")
        *_, corrected = await house.store(RULED)
        await settled(house, corrected)
        assert await shown(house) == await shown(house, "&view=provisional") == ["WR 46.40 old"]
        assert await shown(house, f"&as_of={between}") == ["WR 46.39 a"]
        _, page = await house.get("/v1/log?after=0&limit=1000")
        pulled = [message for message in page["messages"] if message["type"] == "record_event"]
        assert await _from_socket(socket, len(pulled)) == await _from_events(events, len(pulled)) == pulled
    assert [each["body"]["action"] for each in pulled] == ["pending", "set", "withdrawn"]
    assert {each["body"]["result"] for each in pulled} == {"46.39"}
    assert {each["body"]["previous"]["result"] for each in pulled} == {"46.40"}
    _, was_set, withdrawn = pulled
    assert withdrawn["body"]["withdraws"] == {"seq": was_set["seq"], "topic": was_set["topic"]}
    assert withdrawn["supersedes"] == was_set["seq"]
    assert withdrawn["caused_by"] == withdrawn["body"]["cause"]["seq"] == corrected < withdrawn["seq"]
    cause = withdrawn["body"]["cause"]
    assert (cause["version"], cause["status"], cause["notes"]) == (4, "OFFICIAL", ["SW 10.4"])
    assert (withdrawn["body"]["irm"], withdrawn["body"]["unit"]) == ("DSQ", HEAT)
    (changed,) = [each["body"] for each in page["messages"] if each["seq"] == corrected]
    moved = [(each["who"], each["from"], each["to"]) for each in changed["changes"] if each["field"] == "rank"]
    assert (changed["call"], sorted(moved)) == ("corrected", [("a", "1", None), ("b", "2", "1"), ("c", "3", "2")])
    kinds = [each["type"] for each in page["messages"] if each["caused_by"] == corrected]
    assert [kind for kind in kinds if kind.startswith("record") or kind == "derived"] == [
        "record_event",
        "record_table",
        "derived",
    ]


async def test_a_record_in_a_final_comes_with_its_medal(house: House):
    """One batch has the effects on both; the withdrawal still names the very message that is taken back."""
    final = {"DocumentCode": "SWMM100MFR------------FNL-000100--"}
    won = swim("a", "46.39", WR).replace("<Result ", '<Result Rank="1" ', 1)
    *_, seq = await house.store(LIST, heat(1, won, **final), heat(2, swim("a", "", irm="DSQ"), **final))
    await settled(house, seq)
    _, page = await house.get("/v1/log?after=0&limit=1000")
    by_seq = {message["seq"]: message for message in page["messages"]}
    (was_set, withdrawn) = [each for each in page["messages"] if each["type"] == "record_event"]
    assert "ledger" in {each["type"] for each in page["messages"] if each["caused_by"] == was_set["caused_by"]}
    assert by_seq[withdrawn["supersedes"]] == was_set
    assert withdrawn["body"]["withdraws"]["topic"] == was_set["topic"]


async def test_records_are_chosen(house: House):
    """By discipline, event and type; a part of the distance belongs to its event. `seq` is the newest table."""
    half, other = "SWMM100MFR----------------50M-----", "ATHM100M" + 26 * "-"
    both = of_type("WR", stood("old", "46.40")), of_type("OR", stood("older", "47.00"), order=2)
    *_, seq = await house.store(
        records(1, *both),
        records(1, of_type("WR", stood("half", "22.00")), code=half, DocumentCode="SWMM" + 30 * "-"),
        records(1, of_type("WR", stood("fast", "9.58")), code=other, DocumentCode="ATH" + 31 * "-"),
    )
    await settled(house, seq)
    assert await shown(house) == ["WR 9.58 fast", "WR 46.40 old", "OR 47.00 older", "WR 22.00 half"]
    assert await shown(house, "&discipline=ATH") == ["WR 9.58 fast"]
    assert await shown(house, f"&event={EVENT}&type=WR") == ["WR 46.40 old", "WR 22.00 half"]
    assert await shown(house, "&type=OR,AF") == ["OR 47.00 older"]
    assert await shown(house, "&discipline=BKB") == []
    status, page = await house.get("/v1/records?competition=XA&view=all")
    assert (status, page["error"]["name"]) == (400, "bad_request")
    _, page = await house.get("/v1/records?competition=XA")
    assert page["seq"] == max(part["seq"] for part in page["records"])
    (historical,) = [part["records"][0]["standing"] for part in page["records"] if part["code"] == other]
    assert (historical["unit"], historical["holders"][0]["noc"]) == (None, "XBB")


async def test_nothing_is_said_twice_after_a_restart(tmp_path: Path):
    """The next process goes on where the last batch ended, and knows what it has to take back."""
    async with opened(tmp_path) as house:
        *_, seq = await house.store(LIST, LIVE, SIGNED)
        await settled(house, seq)
        before = await house.text("/v1/snapshot?type=record_event,record_table")
    async with opened(tmp_path) as house:
        assert await house.text("/v1/snapshot?type=record_event,record_table") == before
        *_, seq = await house.store(RULED)
        await settled(house, seq)
        assert await shown(house) == ["WR 46.40 old"]
        _, page = await house.get("/v1/log?after=0&limit=1000&type=record_event")
    assert [each["body"]["action"] for each in page["messages"]] == ["pending", "set", "withdrawn"]


async def test_two_projectors_say_it_once(tmp_path: Path):
    """Two nodes derive from the same results, and what came while nobody did is taken up in its order."""
    async with (
        one_broker(tmp_path) as nodes,
        nodes.node("ingest") as ingest,
        nodes.node("serve") as serve,
        aiohttp.ClientSession() as session,
    ):
        for document in (LIST, LIVE, SIGNED, RULED):
            async with session.post(f"{ingest.url}/ingest/odf", data=document) as answer:
                seq = (await answer.json())["accepted"][0]["seq"]
        async with nodes.node("derive"), nodes.node("derive"):
            deadline = time.monotonic() + LIMIT
            page: dict[str, Any] = {}
            while page.get("through", 0) < seq:
                assert time.monotonic() < deadline, page
                async with session.get(f"{serve.url}/v1/records?competition=XA") as answer:
                    page = await answer.json()
                await asyncio.sleep(0.02)
        async with session.get(f"{serve.url}/v1/log?after=0&limit=1000&type=record_event") as answer:
            messages = (await answer.json())["messages"]
    assert [each["body"]["action"] for each in messages] == ["pending", "set", "withdrawn"]
    assert messages[2]["body"]["withdraws"]["seq"] == messages[1]["seq"]


async def _from_socket(socket: aiohttp.ClientWebSocketResponse, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(LIMIT):
        while len(found) < count:
            message = await socket.receive_json()
            if "prev" in message:
                found.append(message)
    return found


async def _from_events(events: aiohttp.ClientResponse, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(LIMIT):
        while len(found) < count:
            text = await events.content.readline()
            if text.startswith(b"data:") and "prev" in (message := json.loads(text[5:])):
                found.append(message)
    return found
