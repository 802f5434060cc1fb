import asyncio
import json
import time
from pathlib import Path

import aiohttp
import pytest

from feed.core.keys import Right
from feed.serve.routes import READING
from tests.documents import large, odf
from tests.keyring import add, ask, graphics, operator, reader, revoke, sender, socket, store, write
from tests.serve.raw import Raw, op, upgrade
from tests.service_fixture import House, opened, wait_until

SWIMMING = {"DocumentCode": "SWMM100MFR------------FNL-000100--"}
NAMED = {
    "topic": "XA.ATH.M.100M.FNL.000001.result",
    "sha256": "0" * 64,
    "table": "NOC",
    "event": "ATHM100M--------------------------",
    "id": "1",
    "noc": "XAA",
    "unit": "ATHM100M--------------FNL-000001--",
}
NEEDED = {"/v1/odf": "?DocumentCode=ATHM100M--------------FNL-000001--&DocumentType=DT_RESULT"}
OPEN = "/v1/dictionaries"  # bytes of our own making, the same for everybody
PATHS = {route.path.format(**NAMED) for route in READING if not route.path.startswith(OPEN)}
DOORS = sorted(path + NEEDED.get(path, "?") for path in PATHS)


@pytest.mark.parametrize("path", DOORS)
async def test_every_reading_door_asks_for_a_key(house: House, path: str):
    """Once there are keys: none, an unknown one, and a revoked one are 401 (4401); a key of P on T is 403 (4403)."""
    mine, gone = reader(), reader()
    await add(house, mine, gone)
    await revoke(house, gone)
    await wait_until(lambda: house.service._keys._consumer.delivered == 3)
    stranger = reader()
    for held in (None, stranger, gone):
        status, error = await ask(house, path, held)
        assert (status, error["name"]) == (401, "unauthorized")
        assert held is None or held.secret not in str(error)
    for held, name in ((mine, "not_entitled"), (None, "unauthorized"), (stranger, "unauthorized")):
        status, error = await ask(house, f"{path}&flag=T", held)
        assert (status, error["name"]) == ({"not_entitled": 403, "unauthorized": 401}[name], name)
    assert (await ask(house, path, mine))[0] in {200, 404}
    assert (await ask(house, path, sender()))[0] == 401


async def test_operations_and_schemas_stay_open(house: House):
    """Health, readiness and schemas tell no results; figures are for this machine only, once there are keys."""
    assert (await ask(house, "/healthz", X_Forwarded_For="192.0.2.7"))[0] == 200
    await add(house, reader())
    for path in ("/healthz", "/readyz", "/schemas/", "/schemas/result.schema.json"):
        async with aiohttp.ClientSession() as session, session.get(house.url + path) as answer:
            assert answer.status == 200
    assert "feed_denied_total" in await house.text("/metrics")
    status, error = await ask(house, "/metrics", X_Forwarded_For="192.0.2.7")
    assert (status, error["name"]) == (401, "unauthorized")


async def test_figures_are_for_operators_from_elsewhere(house: House):
    """A Prometheus on another machine shows an operator's key; that of a reader, or none that is known, is refused."""
    mine, his = operator(), reader()
    await add(house, mine)
    await add(house, his)
    for key, expected in ((mine.secret, 200), (his.secret, 403), ("nobody's", 401)):
        headers = {"Authorization": f"Bearer {key}", "X-Forwarded-For": "192.0.2.7"}
        async with aiohttp.ClientSession(headers=headers) as session, session.get(f"{house.url}/metrics") as answer:
            assert answer.status == expected


async def test_a_bearer_token_is_a_key_too(house: House):
    """For clients that know nothing but Authorization; another scheme is no key."""
    mine = reader()
    await add(house, mine)
    for scheme, expected in (("Bearer", 200), ("bearer", 200), ("Basic", 401)):
        assert (await ask(house, "/v1/log", Authorization=f"{scheme} {mine.secret}"))[0] == expected


async def test_a_graphics_key_reads_from_an_address(house: House):
    """On every reading door, for its holder's caches alone; a reader's key is refused there, and so are two at once."""
    show, mine = graphics(), reader()
    await add(house, show, mine)
    for path in DOORS:
        join = "" if path.endswith("?") else "&"
        assert (await ask(house, f"{path}{join}key={show.secret}"))[0] in {200, 404}, path
        status, error = await ask(house, f"{path}{join}key={mine.secret}")
        assert (status, error["name"]) == (403, "not_entitled"), path
        assert mine.secret not in str(error)
        assert (await ask(house, f"{path}{join}key={show.secret}", show))[1]["name"] == "bad_request", path
    async with aiohttp.ClientSession() as session, session.get(f"{house.url}/v1/log?key={show.secret}") as answer:
        assert "private" in answer.headers["Cache-Control"]


async def test_a_key_in_an_address_does_nothing_but_read(house: House):
    """No venue's document, and nobody's quarantine, whatever else the key may do: refused by name, not overlooked."""
    show, writer = graphics(), sender()
    await add(house, show, writer)
    for held in (show, writer):
        status, body = await write(house, odf("XA"), None, f"?key={held.secret}")
        assert (status, body["error"]["name"]) == (403, "not_entitled")
        assert (await ask(house, f"/v1/quarantine?key={held.secret}"))[0] == 403
    assert (await write(house, odf("XA"), writer, f"?key={writer.secret}"))[0] == 403
    assert house.service.tip("P") == 0


async def test_production_may_be_left_open(tmp_path: Path):
    """readers_need_keys = false: P is read by everybody, T and writing still need a key."""
    async with opened(tmp_path, readers_need_keys=False) as house:
        await add(house, sender())
        assert (await ask(house, "/v1/log"))[0] == 200
        assert (await ask(house, "/v1/log?flag=T"))[0] == 401
        assert (await write(house, odf("XA")))[0] == 401


@pytest.mark.parametrize("path", ["/v1/stream", "/v1/sse", "/v1/log", "/v1/snapshot"])
async def test_a_filter_outside_the_key_is_told(house: House, path: str):
    """Not an empty feed: 403 (4403), also when another pattern of it lies inside."""
    mine = reader(competitions=("XA",), disciplines=("ATH", "SWM"))
    await add(house, mine)
    for query in ("filter=XA.FEN.%3E", "filter=XB.%3E", "filter=XA.ATH.%3E&filter=XB.*.%3E"):
        status, error = await ask(house, f"{path}?{query}", mine)
        assert (status, error["name"]) == (403, "not_entitled")
        assert "XA, ATH, SWM" in error["hint"]


async def test_a_filter_frame_outside_the_key_ends_the_connection(house: House):
    """What a reader may not ask for at the door, it may not ask for inside."""
    mine = reader(disciplines=("SWM",))
    await add(house, mine)
    async with socket(house.url, "", mine) as raw:
        await raw.text()
        raw.send(op(op="filter", filter=["*.ATH.>"]))
        assert (await raw.text())["name"] == "not_entitled"
        assert (await raw.closed())[0] == 4403


async def test_readers_of_different_keys_share_bytes_within_one_scope_only(house: House):
    """Equal scopes are one cohort; a wider key is another, whatever both ask for."""
    narrow, same, wide = reader(disciplines=("SWM",)), reader(disciplines=("SWM",)), reader()
    await add(house, narrow, same, wide)
    async with (
        socket(house.url, "filter=%3E", narrow) as one,
        socket(house.url, "filter=%3E", same) as two,
        socket(house.url, "filter=%3E", wide) as three,
    ):
        for raw in (one, two, three):
            await raw.text()
        assert sorted(len(cohort.members) for cohort in house.pump().cohorts) == [1, 2]


async def test_a_revoked_reader_is_sent_away_within_a_second(house: House):
    """4401 behind an error frame on its sockets, an error event, a 401 to who waits; nobody else is disturbed."""
    gone, stays, writer = reader(), reader(), sender()
    await add(house, gone, stays, writer)
    headers = gone.headers
    async with (
        socket(house.url, "", gone) as mine,
        socket(house.url, "snapshot=1", gone) as more,
        socket(house.url, "", stays) as others,
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{house.url}/v1/sse") as events,
    ):
        await asyncio.gather(mine.text(), more.until("snapshot_end"), others.text())
        waiting = asyncio.ensure_future(ask(house, "/v1/log?wait=30", gone))
        await wait_until(lambda: house.pump().polls._waiting)
        began = time.monotonic()
        await revoke(house, gone)
        for raw in (mine, more):
            error = await raw.text()
            assert (error["type"], error["name"]) == ("error", "unauthorized")
            code, reason = await raw.closed()
            assert (code, json.loads(reason)["name"]) == (4401, "unauthorized")
        assert b"event: error" in await events.read()
        assert (await waiting)[0] == 401
        assert time.monotonic() - began < 1
        (seq,) = await store(house, writer, odf("XA"))
        assert [each["seq"] for each in await others.messages(1)] == [seq]
        assert len(house.pump().subscribers) == 1


async def test_the_first_key_sends_away_whoever_came_without(house: House):
    """From that moment on reading needs one, also for those who are in already."""
    async with socket(house.url) as raw:
        await raw.text()
        await add(house, reader())
        assert (await raw.text())["name"] == "unauthorized"
        assert (await raw.closed())[0] == 4401


async def test_a_revoked_reader_that_does_not_read_is_cut_off(house: House):
    """What is still owed to it is not its any more: the connection is gone within a second."""
    held, writer = reader(), sender("P", Right.BULK)
    await add(house, held, writer)
    raw = await Raw.connect(house.url, buffer=4_096)
    raw.send(upgrade(house.url, "", **held.named))
    await raw.head()
    for version in range(1, 12):
        await store(house, writer, large("XA", version, size=400_000))
    (subscriber,) = house.pump().subscribers
    await wait_until(lambda: subscriber.owed > 500_000)
    began = time.monotonic()
    await revoke(house, held)
    await wait_until(lambda: not house.pump().subscribers)
    assert time.monotonic() - began < 1
    raw.reset()


async def test_an_answer_that_is_read_slowly_is_cut_off_too(house: House):
    """A snapshot that its reader takes byte by byte ends with its key."""
    held, writer = reader(), sender("P", Right.BULK)
    await add(house, held, writer)
    for unit in range(1, 12):
        await store(house, writer, large("XA", unit=unit, size=400_000))
    raw = await Raw.connect(house.url, buffer=4_096)
    raw.send(upgrade(house.url, "", path="/v1/snapshot", Connection="close", Upgrade=None, **held.named))
    await raw.head()
    await wait_until(lambda: any(pull.owed for pull in house.pump().pulls))
    began = time.monotonic()
    await revoke(house, held)
    await wait_until(lambda: not house.pump().pulls)
    assert time.monotonic() - began < 2
    raw.reset()


async def test_a_limited_reader_sees_its_part_on_every_door(house: House):
    """State, log, documents and competitions of one discipline; the rest is not there."""
    writer, mine = sender(), reader(disciplines=("SWM",))
    await add(house, writer, mine)
    _, seq, _ = await store(house, writer, odf("XA"), odf("XB", **SWIMMING), odf("XB"))
    found = [{"code": "XB", "zone": None, "topics": 1}]
    assert (await ask(house, "/v1/competitions", mine))[1]["competitions"] == found
    for path in ("/v1/snapshot", "/v1/log", "/v1/log?filter=%3E", "/v1/snapshot?filter=*.*.M.%3E"):
        assert [each["seq"] for each in (await ask(house, path, mine))[1]["messages"]] == [seq]
    assert (await ask(house, "/v1/documents/XB.SWM.M.100MFR.FNL.000100.result", mine))[0] == 200
    assert (await ask(house, "/v1/documents/XA.ATH.M.100M.FNL.000001.result", mine))[0] == 404


@pytest.mark.parametrize("query", ["after=0", "snapshot=1", "after=0&filter=*.*.M.%3E"])
async def test_a_limited_reader_sees_its_part_of_the_stream(house: House, query: str):
    """Replay, state and what is new; a filter sent later, wide as it may be, opens no more."""
    writer, mine = sender(), reader(disciplines=("SWM",))
    await add(house, writer, mine)
    _, seq, _ = await store(house, writer, odf("XA"), odf("XB", **SWIMMING), odf("XB"))
    async with socket(house.url, query, mine) as raw:
        assert [each["seq"] for each in await raw.messages(1)] == [seq]
        raw.send(op(op="filter", filter=[">", "*.*.M.>"]))
        await raw.until("filtered")
        _, seq, _ = await store(house, writer, odf("XA", 2), odf("XB", 2, **SWIMMING), odf("XB", 2))
        assert [each["seq"] for each in await raw.messages(1)] == [seq]
        await wait_until(lambda: house.service.tip("P") == seq + 1)
        raw.send(op(op="ping"))
        assert [each["type"] for each in await raw.until("pong")] == ["pong"]


async def test_a_key_that_is_revoked_while_a_place_is_waited_for_opens_nothing(house: House):
    """The right is asked for again when the reader is let in."""
    held, writer = reader(), sender()
    await add(house, held, writer)
    epoch = (await ask(house, "/v1/log", held))[1]["next"].partition(":")[0]
    opening = asyncio.ensure_future(ask(house, f"/v1/stream?after={epoch}:1", held))
    await wait_until(lambda: house.service._worlds["P"].state.tide._waiting)
    await revoke(house, held)
    await wait_until(lambda: house.service._keys._consumer.delivered == 3)
    await store(house, writer, odf("XA"))
    status, error = await opening
    assert (status, error["name"]) == (401, "unauthorized")
    assert not house.pump().subscribers


@pytest.mark.parametrize("path", [path for path in DOORS if path not in {"/v1/stream?", "/v1/sse?"}])
async def test_no_cache_hands_an_answer_on(house: House, path: str):
    """It depends on the key, and with one it is for its holder alone."""
    mine = reader()
    await add(house, mine)
    keyed = aiohttp.ClientSession(headers={"X-API-KEY": mine.secret})
    async with keyed as session, session.get(house.url + path) as answer:
        assert "private" in answer.headers["Cache-Control"]
        assert "X-API-KEY" in answer.headers["Vary"]
