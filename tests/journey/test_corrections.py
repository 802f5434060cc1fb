"""Results that change, through a real broker: exact outcomes at a WebSocket, an SSE and a pull client."""

import asyncio
import time
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.core.test_disputes import UNIT, protest
from tests.core.test_medals import result
from tests.journey.test_medals import _from_events, _from_socket, counted, settled
from tests.service_fixture import XML, House

APART_SECONDS = 0.1
TOPIC = "XA.ATH.M.100M.FNL.000100.result"
WINDOW_SECONDS = 0.25  # reorder_window_ms, unless it is set
NOTE = (b"</OdfBody>", b"<Note>court ruling</Note></OdfBody>")


def final(version: int, *ranked: str, status: str = "UNOFFICIAL") -> bytes:
    """`1 a USA 9.79` is rank 1 for a of USA, with that result."""
    rows = [text.rsplit(" ", 1) for text in ranked]
    document = result(version, *(row for row, _ in rows), status=status)
    for row, mark in rows:
        plain = f'<Result Rank="{row.split()[0]}"'
        document = document.replace(plain.encode(), plain.replace(" ", f' Result="{mark}" ').encode())
    return document


def photo(version: int, *names: str) -> bytes:
    """The finish of a race whose photo is still read: nobody has a rank."""
    document = result(version, *(f"- {name} {noc}" for name, noc in (name.split() for name in names)), status="LIVE")
    return document.replace(b'Rank="-"', b'PhotoFinish="P"')


class Seen:
    """What three readers were sent from the beginning, each in its own way."""

    def __init__(self, house: House, socket: Any, events: Any) -> None:
        self._house = house
        self._socket = socket
        self._events = events

    async def all(self, tip: int) -> list[dict[str, Any]]:
        """The messages up to a sequence, the same for all three."""
        streamed = await _from_socket(self._socket, tip), await _from_events(self._events, tip)
        _, page = await self._house.get("/v1/log?after=0&limit=1000")
        pulled = [message for message in page["messages"] if message["seq"] <= tip]
        assert list(streamed) == [pulled, pulled]
        return pulled


@asynccontextmanager
async def readers(house: House) -> Any:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{house.url}/v1/stream?after=0") as socket,
        session.get(f"{house.url}/v1/sse?after=0") as events,
    ):
        yield Seen(house, socket, events)


async def tip_of(house: House) -> int:
    _, page = await house.get("/v1/log?after=0&limit=1")
    return page["tip"]


def said(message: dict[str, Any]) -> str:
    changes = [f"{each['who']} {each['field']} {each['from']}->{each['to']}" for each in message["body"]["changes"]]
    return ", ".join(changes)


async def test_a_photo_finish_swapped_after_unofficial(house: House):
    """S1: v3 overtakes v2 by 100 ms; wait, provisional, corrected, official, in this order, once, at every reader."""
    first, *rest = (
        photo(1, "a USA", "b JAM", "c USA"),
        final(2, "1 a USA 9.79", "2 b JAM 9.79", "3 c USA 9.81"),
        final(3, "1 b JAM 9.784", "2 a USA 9.789", "3 c USA 9.81"),
        final(4, "1 b JAM 9.784", "2 a USA 9.789", "3 c USA 9.81", status="OFFICIAL"),
    )
    second, third, fourth = rest
    async with readers(house) as seen:
        await house.store(first)
        async with aiohttp.ClientSession() as session:

            async def post(document: bytes) -> None:
                async with session.post(f"{house.url}/ingest/odf", data=document, headers=XML) as answer:
                    assert answer.status == 200

            early = asyncio.ensure_future(post(third))
            await asyncio.sleep(APART_SECONDS)
            assert not early.done()
            await asyncio.gather(early, post(second))
        *_, seq = await house.store(fourth)
        await settled(house, seq)
        messages = await seen.all(await tip_of(house))
    results = [message for message in messages if message["type"] == "result"]
    assert [(each["version"], each["body"]["call"]) for each in results] == [
        (1, "wait"),
        (2, "provisional"),
        (3, "corrected"),
        (4, "official"),
    ]
    one, two, three, four = results
    assert one["body"]["decision"] == {"pending": True, "reason": "photo_finish", "until": None}
    assert (two["supersedes"], three["supersedes"], four["supersedes"]) == (None, two["seq"], None)
    assert said(three) == "a rank 1->2, a result 9.79->9.789, b rank 2->1, b result 9.79->9.784"
    assert three["body"]["reason"] == "photo_finish"
    assert not any("changes" in each["body"] for each in (one, two, four))
    moved = [each for each in messages if each["type"] == "ledger" and each["caused_by"] == three["seq"]]
    gold = [each["body"] for each in moved if each["body"]["medal"] == "gold"]
    assert [(each["action"], each["winner"]["noc"]) for each in gold] == [("withdrawn", "USA"), ("awarded", "JAM")]
    assert await counted(house) == await counted(house, view="provisional") == ["1 JAM 1-0-0", "2 USA 0-1-1"]


async def test_a_version_that_never_comes(house: House):
    """S1: the next one goes out after the reorder window and says so; the one that comes late is nobody's any more."""
    await house.store(photo(1, "a USA", "b JAM"))
    began = time.monotonic()
    (seq,) = await house.store(final(3, "1 b JAM 9.784", "2 a USA 9.789"))
    assert time.monotonic() - began >= WINDOW_SECONDS
    _, message = await house.get(f"/v1/documents/{TOPIC}")
    assert (message["seq"], "version_missing" in message["remarks"]) == (seq, True)
    status, told = await house.post(final(2, "1 a USA 9.79", "2 b JAM 9.79"))
    assert (status, told["count"], told["stale"]) == (200, 0, 1)
    assert 'feed_remarks_total{flag="P",remark="version_missing"} 1.0' in await house.text("/metrics")


async def test_what_a_correction_did_to_the_medals_is_found_from_it(house: House):
    """By its sequence, in the ledger; what others did is not among it."""
    seqs = await house.store(
        final(1, "1 a USA 9.79", "2 b JAM 9.80", status="OFFICIAL"),
        final(2, "1 b JAM 9.80", "2 a USA 9.81", status="OFFICIAL").replace(*NOTE),
    )
    await settled(house, seqs[-1])
    _, page = await house.get(f"/v1/documents/{TOPIC}")
    assert (page["supersedes"], page["body"]["call"], page["body"]["reason"]) == (seqs[0], "corrected", "note")
    _, page = await house.get(f"/v1/medals/ledger?competition=XA&cause={page['seq']}")
    told = [(row["entry"]["action"], row["entry"]["medal"], row["entry"]["winner"]["noc"]) for row in page["entries"]]
    assert told == [
        ("withdrawn", "gold", "USA"),
        ("withdrawn", "silver", "JAM"),
        ("awarded", "gold", "JAM"),
        ("awarded", "silver", "USA"),
    ]


async def test_a_protest_that_is_opened_after_the_result(house: House):
    """The result stays as it was sent; a call beside it takes it back, and gives it back when it is closed."""
    hearing = {"HearingTime": "2030-07-03T12:00:00+00:00"}
    official = final(1, "1 a USA 9.79", status="OFFICIAL")
    async with readers(house) as seen:
        first, opened = await house.store(official, protest(1, "OPN", **hearing))
        await settled(house, opened)
        held = await _called(house)
        assert (held["call"], held["decision"]["pending"], held["decision"]["reason"]) == ("wait", True, "protest")
        again, closed = await house.store(final(2, "1 a USA 9.79", status="OFFICIAL"), protest(2, "CLS", **hearing))
        await settled(house, closed)
        assert (await _called(house))["call"] == "official"
        messages = await seen.all(await tip_of(house))
    calls = [message for message in messages if message["type"] == "call"]
    assert [(each["caused_by"], each["body"]["call"], each["body"]["result"]) for each in calls] == [
        (opened, "wait", first),
        (closed, "official", again),
    ]
    assert calls[0]["body"]["decision"]["until"] == 1_909_310_400_000_000
    told = {each["seq"]: each["body"]["call"] for each in messages if each["type"] == "result"}
    assert told == {first: "official", again: "wait"}


async def _called(house: House) -> dict[str, Any]:
    _, page = await house.get(f"/v1/units/{UNIT}?competition=XA")
    return page["call"]
