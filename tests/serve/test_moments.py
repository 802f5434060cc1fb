"""`as_of` on every view: what it answers now is what was answered then."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from feed.core.entry import Entry
from feed.serve.routes import READING
from feed.stream import history, moments
from tests.core.test_medals import medallists, result
from tests.documents import fresh_competition, odf
from tests.journey.test_medals import settled
from tests.keyring import Held, add, ask, reader, sender, store
from tests.schedules import local, schedule, session, unit, unit_code
from tests.serve.test_codes import table
from tests.serve.test_contract import ask as refused
from tests.service_fixture import House, Running, opened

Entries = Callable[[moments.Moment, Collection[str]], Awaitable[list[Entry]]]
Answer = tuple[int, str]  # status, and the text of a 200
START = "2030-07-03T10:00:00+02:00"
UPDATE = {"DocumentType": "DT_SCHEDULE_UPDATE"}
FINAL = "ATHM100M--------------FNL-000100--"
DOORS = (
    "snapshot",
    "snapshot?filter=XA.ATH.*.*.*.*.unit&filter=XA.*.*.*.*.*.result",
    "competitions",
    "schedule?competition=XA",
    f"units/{unit_code(1)}?competition=XA",
    f"units/{FINAL}?competition=XA",
    f"units/{FINAL}/result?competition=XA",
    "sources?competition=XA",
    "codes?competition=XA",
    "codes/NOC?competition=XA&lang=FRA",
    "medals?competition=XA",
    "medals?competition=XA&view=provisional&discipline=ATH",
    "medals/ledger?competition=XA",
    "documents/XA.ATH.M.100M.HEAT.000100.unit",
    "documents/XA.ATH.-.-.-.-.list.schedule",
    "snapshot?lang=FRA",
    f"units/{FINAL}?competition=XA&lang=FRA",
    "medals?competition=XA&lang=FRA",
    "documents/XA.ATH.M.100M.FNL.000100.result?lang=FRA",
)
WITHOUT = {"stream", "sse", "log", "blobs", "odf", "quarantine", "dictionaries", "latency"}
NAMES = {
    "unit": FINAL,
    "table": "NOC",
    "topic": "XA.ATH.M.100M.FNL.000100.result",
    "event": "ATHM100M",
    "noc": "FRA",
    "id": "1",
    "athlete": "1",
}
HEARD = frozenset({"heard", "age_seconds", "lag_seconds", "documents"})
ODF = ("documents/XA.ATH.-.-.-.-.list.schedule", "documents/XA.ATH.M.100M.FNL.000100.result")


def documents(chance: random.Random) -> Iterator[bytes]:
    """A day of XA in random order: lists that lose units, withdrawals, medals that move, systems, codes."""
    for version in range(1, 15):
        numbers = chance.sample(range(1, 6), 3)
        units = [unit(number, START, Order=str(version), Venue=chance.choice(["STA", "POO"])) for number in numbers]
        rows = [f"{rank} {name} X{name.upper() * 2}" for rank, name in enumerate(chance.sample("abcd", 3), 1)]
        kind = chance.choice(["list", "list", "update", "result", "result", "withdrawal", "source", "code", "other"])
        when = {"Time": f"10{version:02}00000"}
        match kind:
            case "list":
                yield schedule("XA", session("S1", START), *units, version=version, **when)
            case "update":
                yield schedule("XA", *units, version=version, **UPDATE, **when)
            case "result":
                yield result(version, *rows, **when)
            case "withdrawal":
                yield result(version, **when).replace(b"<Competition>", b"").replace(b"</Competition>", b"")
            case "source":
                yield local("XA", chance.choice(["ON", "OFF"]), version, **when)
            case "code":
                codes = [f"{noc} FRA:{version},ENG:{version}" for noc in chance.sample(["XAA", "XBB", "XCC"], 2)]
                yield table("XA", *codes, name="NOC", version=version)
            case "other":
                yield medallists(version, "GOLD a XAA", f"BRONZE {rows[0].split()[1]} XBB")


async def same(house: House, then: dict[tuple[int, str, str, Held | None], Answer]) -> None:
    """Fail unless what was seen is what is answered for its place."""
    for (seq, door, media, held), expected in then.items():
        assert (seq, await answered(house, at(door, seq), media, held)) == (seq, expected), door


async def seen(house: House, *asked: tuple[str, str, Held | None]) -> dict[tuple[int, str, str, Held | None], Answer]:
    """What these doors answer at one place, by it and what was asked: door, media and key."""
    async with asyncio.timeout(10):
        while True:
            seq = house.service.tip("P")
            found = {(seq, *each): await answered(house, *each) for each in asked}
            if house.service.tip("P") == seq:  # nothing was derived meanwhile
                return found


def said(text: str) -> str:
    """What the systems said of themselves; what this process has heard of them is kept nowhere."""
    page = json.loads(text)
    rows = [{name: value for name, value in row.items() if name not in HEARD} for row in page["sources"]]
    return json.dumps(page | {"sources": rows, "listening": None})


def counted(entries: Entries, asked: list[int]) -> Entries:
    """The same, each call of it noted."""

    async def noted(moment: moments.Moment, topics: Collection[str]) -> list[Entry]:
        asked.append(len(topics))
        return await entries(moment, topics)

    return noted


async def answered(house: House, door: str, media: str = "*/*", held: Held | None = None) -> Answer:
    """What an error says in its own words is left out."""
    headers = {"Accept": media} | (held.headers if held else {})
    async with aiohttp.ClientSession(headers=headers) as session, session.get(f"{house.url}/v1/{door}") as answer:
        text = await answer.text() if answer.status == 200 else ""
        return answer.status, said(text) if door.startswith("sources") else text


def at(door: str, moment: int | str) -> str:
    return f"{door}{'&' if '?' in door else '?'}as_of={moment}"


@pytest.mark.parametrize("seed", range(3))
async def test_what_was_answered_then_is_answered_for_then(tmp_path: Path, seed: int):
    """Every door, JSON and ODF, byte for byte, at every place at which it was asked; and again after a restart."""
    chance = random.Random(seed)
    asked = [*((door, "*/*", None) for door in DOORS), *((door, "application/xml", None) for door in ODF)]
    then: dict[tuple[int, str, str, Held | None], Answer] = {}
    async with opened(tmp_path) as house:
        await house.store(odf("XA", unit=9))
        for document in documents(chance):
            assert (await house.post(document))[0] == 200
            then |= await seen(house, *asked)
        assert len({text for _, text in then.values()}) > 30
        await same(house, then)
    async with opened(tmp_path) as house:
        await same(house, then)


async def test_a_snapshot_is_the_fold_of_the_log_at_every_sequence(house: House):
    """Inside a batch it is that of the last whole batch before it, and says so."""
    for document in documents(random.Random(5)):
        await house.post(document)
    _, page = await house.get("/v1/log?after=0&limit=1000")
    messages: list[dict[str, Any]] = page["messages"]
    last = len(messages)
    assert messages[-1]["seq"] == last
    ends: set[int] = set()
    for seq in range(1, last + 1):
        status, page = await house.get(f"/v1/snapshot?as_of={seq}")
        if status == 404:
            assert not ends  # inside of the first batch
            continue
        newest = {message["topic"]: message for message in messages[: page["seq"]]}
        living = [message for message in newest.values() if message["op"] == "put"]
        assert page["messages"] == sorted(living, key=lambda message: message["seq"])
        assert page["seq"] <= seq
        ends.add(page["seq"])
    assert 5 < len(ends) < last


async def test_as_of_in_between_shows_the_old_bronze(house: House):
    """S2: before the ruling the table and the ledger have the bronze where it was, by sequence and by time."""
    first = result(1, "1 a BRA", "2 b ITA", "3 c USA", "4 d ROU")
    ruled = result(2, "1 a BRA", "2 b ITA", "3 d ROU", Date="2030-07-09")
    (seq, _) = await house.store(first, medallists(1, "GOLD a BRA", "SILVER b ITA", "BRONZE c USA"))
    await settled(house, seq)
    before = house.service.tip("P")
    time_before = datetime.now(UTC).isoformat().replace("+", "%2B")
    (seq,) = await house.store(ruled)
    await settled(house, seq)

    async def bronze(query: str = "") -> list[str]:
        _, page = await house.get(f"/v1/medals?competition=XA{query}")
        return [row["noc"] for row in page["rows"] if row["bronze"]]

    assert await bronze() == ["ROU"]
    for moment in (before, time_before):
        assert await bronze(f"&as_of={moment}") == ["USA"]
        _, page = await house.get(f"/v1/medals/ledger?competition=XA&as_of={moment}")
        assert {row["entry"]["action"] for row in page["entries"]} == {"awarded"}
        assert page["through"] < before


async def test_a_time_is_the_place_up_to_which_all_was_received(service: Running):
    """A microsecond before the receipt of a message is the place before it; the place is told."""
    competition = fresh_competition()
    first, second = await service.store(odf(competition), odf(competition, 2))
    _, page = await service.get(f"/v1/log?filter={competition}.%3E&after=0")
    received = page["messages"][1]["ts"]["recv"]
    topic = page["messages"][0]["topic"]
    path = f"/v1/documents/{topic}?as_of="
    async with aiohttp.ClientSession(service.url) as session:
        for micros, seq in ((received - 1, first), (received, second)):
            moment = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros)
            async with session.get(path + moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")) as answer:
                assert (await answer.json())["seq"] == seq
                assert int(answer.headers["Feed-As-Of"].partition(":")[2]) >= seq
                assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "moment, status, name",
    [
        ("", 400, "bad_cursor"),
        ("x", 400, "bad_cursor"),
        ("-1", 400, "bad_cursor"),
        ("1.5", 400, "bad_cursor"),
        ("999999999", 400, "bad_cursor"),
        ("00000000:1", 410, "wrong_epoch"),
        ("{epoch}:999999999", 503, "not_ready"),
        ("0", 404, "not_found"),
        ("1999-01-01T00:00:00Z", 404, "not_found"),
        ("0001-01-01T00:00:00Z", 404, "not_found"),
        ("2999-01-01T00:00:00Z", 400, "bad_cursor"),
        ("9999-12-31T23:59:59.999999Z", 400, "bad_cursor"),
        ("2024-08-04", 400, "bad_cursor"),
        ("2024-08-04T10:00", 400, "bad_cursor"),
        ("2024-08-04T10:00:00+02:00", 400, "bad_cursor"),
        ("1&as_of=1", 400, "bad_request"),
    ],
)
@pytest.mark.parametrize("door", ["snapshot", "schedule?competition={}", "documents/{}.ATH.M.100M.FNL.000100.result"])
async def test_a_moment_that_is_none_is_refused_by_name(
    service: Running, monkeypatch: pytest.MonkeyPatch, door: str, moment: str, status: int, name: str
):
    """Nothing is guessed: a cursor, a sequence up to the tip, or a time that is past and written as RFC 3339 has it."""
    competition = fresh_competition()
    await service.store(odf(competition))
    _, page = await service.get("/v1/competitions")
    code, body = await service.get("/v1/" + at(door.format(competition), moment.format(epoch=page["epoch"])))
    assert (code, body["error"]["name"]) == (status, name), body


async def test_a_time_below_the_floor_of_now_is_the_newest(service: Running):
    """Between the last message and now there is the last message."""
    await service.store(odf(fresh_competition()))
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    _, page = await service.get("/v1/competitions")
    status, then = await service.get(f"/v1/competitions?as_of={now}")
    assert (status, then["competitions"]) == (200, page["competitions"])


def views() -> list[str]:
    """Every reading door but those that have no moment, with something in the place of its names."""
    paths = [route.path.removeprefix("/v1/") for route in READING if route.path.startswith("/v1/")]
    return [path.format(**NAMES) for path in paths if path.split("/")[0] not in WITHOUT]


@pytest.mark.parametrize("door", views())
async def test_every_view_has_a_past(service: Running, door: str):
    """Whoever adds a view adds this: as_of is looked at, never ignored."""
    competition = fresh_competition()
    await service.store(odf(competition))
    query = (
        "" if door == "competitions" or door.startswith(("snapshot", "documents")) else f"?competition={competition}"
    )
    status, body = await service.get(f"/v1/{at(door + query, 'x')}")
    assert (status, body["error"]["name"]) == (400, "bad_cursor"), body


@pytest.mark.parametrize("door", ["log", "stream", "sse", "blobs/" + "0" * 64])
async def test_who_has_a_cursor_has_no_moment(service: Running, door: str):
    """The log and the streams go by `after`, blobs never change: as_of is no parameter there."""
    code, error = await refused(service, door, "as_of=1")
    assert (code in {400, 4400}, error["name"]) == (True, "unknown_parameter")


async def test_a_place_with_its_epoch_is_for_ever(service: Running):
    """It may be kept; a bare sequence and a competition not named may mean something else one day."""
    competition = fresh_competition()
    (seq,) = await service.store(local(competition, "ON"))
    _, page = await service.get("/v1/competitions")
    seq, cursor = page["seq"], f"{page['epoch']}:{page['seq']}"
    for_ever = "public, max-age=31536000, immutable"
    path = f"/v1/sources?competition={competition}&as_of="
    async with aiohttp.ClientSession(service.url) as session:
        for moment, caching in ((cursor, for_ever), (seq, "no-cache")):
            async with session.get(f"{path}{moment}") as answer:
                tag = answer.headers["ETag"]
                assert (answer.headers["Cache-Control"], answer.headers["Feed-As-Of"]) == (caching, cursor)
            async with session.get(f"{path}{moment}", headers={"If-None-Match": tag}) as answer:
                assert (answer.status, answer.headers["Cache-Control"]) == (304, caching)
        async with session.get(f"/v1/documents/{competition}.-.-.-.-.-.code?as_of={cursor}") as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (404, "no-cache")
        async with session.get(f"/v1/sources?competition={competition}") as answer:
            assert "Feed-As-Of" not in answer.headers


async def test_a_default_may_change(tmp_path: Path):
    """Without competition= an answer is not kept, however its moment is named."""
    async with opened(tmp_path) as house, aiohttp.ClientSession(house.url) as session:
        await house.store(odf("XA"))
        _, page = await house.get("/v1/competitions")
        cursor = f"{page['epoch']}:{page['seq']}"
        async with session.get(f"/v1/sources?as_of={cursor}") as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")
        async with session.get(f"/v1/snapshot?as_of={cursor}") as answer:
            assert "immutable" in answer.headers["Cache-Control"]


async def test_a_key_sees_no_more_of_the_past(tmp_path: Path):
    """Discipline and venue hold for what was there then, also for what has left the venue before anybody looked."""
    writer, stadium, pool = sender(), reader(venues=("STA",)), reader(venues=("POO",))
    held = (stadium, pool, reader(disciplines=("SWM",)), reader())
    doors = ("snapshot", "schedule?competition=XA", f"units/{unit_code(1)}?competition=XA")
    then: dict[tuple[int, str, str, Held | None], Answer] = {}
    async with opened(tmp_path) as house:
        await add(house, writer, *held)
        for version, venues in enumerate(("STA POO", "POO POO", "HAL STA", "STA HAL", "HAL HAL", "HAL HAL"), 1):
            units = [unit(n, START, Venue=venue, Order=str(version)) for n, venue in enumerate(venues.split(), 1)]
            await store(house, writer, schedule("XA", *units, version=version, Time=f"10{version:02}00000"))
            then |= await seen(house, *((door, "*/*", each) for door in doors for each in held))
        assert len({text for _, text in then.values()}) > 20
        await same(house, then)
    async with opened(tmp_path) as house:  # whose boards of the venues have never heard of either unit
        await same(house, then)
        _, page = await ask(house, "/v1/snapshot", stadium)
        async with (
            aiohttp.ClientSession(house.url, headers=stadium.headers) as session,
            session.get(f"/v1/snapshot?as_of={page['epoch']}:{page['seq']}") as answer,
        ):
            caching = "private, max-age=31536000, immutable"
            assert (answer.status, answer.headers["Cache-Control"]) == (200, caching)
        assert (await ask(house, "/v1/snapshot?as_of=1"))[0] == 401


async def test_many_who_want_the_same_past_cost_one(house: House, monkeypatch: pytest.MonkeyPatch):
    """Pages of people by the thousand are of one moment: what they are made of is asked for once."""
    await house.post(result(1, "1 a XAA"))
    place, asked = house.service.tip("P"), []
    monkeypatch.setattr(moments.Moment, "entries", counted(moments.Moment.entries, asked))
    doors = [at(f"{door}?competition=XA", place) for door in ("athletes/a", "nocs/XAA", "athletes/a", "nocs/XBB")]
    answers = await asyncio.gather(*(answered(house, door) for door in doors))
    assert [status for status, _ in answers] == [200] * 4
    assert answers[0] == answers[2] == await answered(house, doors[0])
    assert len(asked) == 1


async def test_a_broker_that_does_not_answer_is_not_ready(house: House, monkeypatch: pytest.MonkeyPatch):
    """The past is asked of the stream: 503 by name, in its time."""
    monkeypatch.setattr(history, "TIMEOUT", 0.3)
    await house.store(odf("XA"), odf("XA", 2))
    start = time.monotonic()
    with house.frozen_broker():
        status, body = await house.get("/v1/snapshot?as_of=1")
    assert (status, body["error"]["name"]) == (503, "not_ready")
    assert time.monotonic() - start < 3
    assert (await house.get("/v1/snapshot?as_of=1"))[0] == 200
