import asyncio
import contextlib
import gzip
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from msgspec.structs import replace

from replay import venues as venues_module
from replay.link import Answer, address_of
from replay.plan import Planned
from replay.tally import Tally
from replay.venues import Keys, KeysError, UnreachableError, Venues, outcome_of, read_keys
from tests.replay.captured import Came, Door, captured, planned, stored


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venues_module, "RESEND_SECONDS", (0.01, 0.05))


@contextlib.asynccontextmanager
async def venues(door: Door, keys: Keys | None = None, give_up: float = 5.0) -> AsyncIterator[tuple[Venues, Tally]]:
    tally = Tally()
    async with TestServer(door.app) as server:
        made = Venues(address_of(str(server.make_url("/"))), keys or Keys(), tally, give_up)
        yield made, tally
        made.close()


def one(**parts: object) -> Planned:
    """A document that is planned."""
    return replace(planned([captured("XA")])[0], **parts)


@pytest.mark.parametrize(
    "status, body, outcome",
    [
        (200, {"count": 2, "duplicates": 0, "stale": 0}, ("accepted", "")),
        (200, {"count": 1, "duplicates": 3, "stale": 1}, ("accepted", "")),
        (200, {"count": 0, "duplicates": 1, "stale": 0}, ("duplicate", "")),
        (200, {"count": 0, "duplicates": 1, "stale": 1}, ("stale", "")),
        (200, {"count": 0, "duplicates": 0, "stale": 0}, ("accepted", "")),
        (200, {"count": 0, "quarantined": [{"id": "1", "reason": "bad_key"}]}, ("refused", "bad_key")),
        (200, "<html>", None),
        (422, {"error": {"name": "version_conflict"}}, ("refused", "version_conflict")),
        (401, {"error": {"name": "unauthorized"}}, ("refused", "unauthorized")),
        (404, "nothing here", ("refused", "http_404")),
        *((status, {"error": {"name": "later"}}, None) for status in (301, 408, 429, 500, 502, 503)),
    ],
)
def test_what_an_answer_says(status: int, body: object, outcome: object):
    """Stored, refused by name, or nothing that could be relied on."""
    assert outcome_of(Answer(status, msgspec.json.encode(body), None)) == outcome


async def test_a_venue_sends_as_it_did():
    """The same bytes and encoding, over one connection of its own; without a key it is named."""
    door = Door()
    packed = gzip.compress(captured("XA").data)
    async with venues(door) as (made, tally):
        for source in ("STA1", "STA1", "STA2", ""):
            document = replace(captured("XA"), source=source, encoding="gzip", data=packed)
            await made.deliver(one(captured=document), None)
    assert [came.path for came in door.came] == [
        f"/ingest/odf{end}" for end in ("?source=STA1",) * 2 + ("?source=STA2", "")
    ]
    assert all(came.body == gzip.decompress(packed) for came in door.came)
    assert all(came.headers["Content-Encoding"] == "gzip" for came in door.came)
    assert (door.connections, tally.connections, tally.outcomes["accepted"]) == (3, 3, 4)


async def test_an_encoding_of_any_capture_adds_no_header():
    """A capture may come from anybody: what is no name of an encoding is sent as one nobody knows."""
    door = Door(stored)
    async with venues(door) as (made, _):
        for encoding in ("gzip\r\nX-API-KEY: stolen", "\u00f6"):
            document = replace(captured("XA"), encoding=encoding)
            await made.deliver(one(captured=document), None)
    assert [came.headers["Content-Encoding"] for came in door.came] == ["gzip%0D%0AX-API-KEY%3A%20stolen", "%C3%B6"]
    assert not any("X-API-KEY" in came.headers for came in door.came)


async def test_a_source_sends_with_its_key(tmp_path: Path):
    """Its own where the file names one, else the one for all; with a key it is the key that names it."""
    (tmp_path / "keys.toml").write_text('STA1 = "first"\n')
    door = Door()
    async with venues(door, read_keys(tmp_path / "keys.toml", "all")) as (made, _):
        for source in ("STA1", "STA2"):
            await made.deliver(one(captured=captured("XA", source=source)), None)
    assert [came.headers["X-API-KEY"] for came in door.came] == ["first", "all"]
    assert {came.path for came in door.came} == {"/ingest/odf"}


@pytest.mark.parametrize("text", ["STA1 = 1", "STA1", 'STA1 = "a\\r\\nb"'])
def test_a_file_of_keys_that_is_none_is_told(tmp_path: Path, text: str):
    """Before anything is sent; a line break in a key would be a header of its own."""
    (tmp_path / "keys.toml").write_text(text)
    with pytest.raises(KeysError):
        read_keys(tmp_path / "keys.toml")


async def test_the_same_bytes_go_until_the_outcome_is_known():
    """503 and what is no answer are no outcome; the refusal that follows is one, by its reason."""
    answers = [503, 500, 429]

    async def busy(came: Came) -> web.StreamResponse:
        if answers:
            return web.Response(status=answers.pop())
        return web.json_response({"error": {"name": "bad_version"}}, status=422)

    door = Door(busy)
    async with venues(door) as (made, tally):
        await made.deliver(one(), None)
    assert len({came.body for came in door.came}) == 1
    assert (tally.documents, tally.tries, tally.sent_again) == (1, 4, 3)
    assert tally.refused == {"bad_version": 1}


async def test_a_first_try_is_lost_or_cut_as_planned():
    """The lost one never arrives, the cut one breaks off in its body; both are sent again and stored once."""
    door = Door()
    async with venues(door) as (made, tally):
        await made.deliver(one(is_lost=True), None)
        assert door.connections == 1
        await made.deliver(one(cut_at=0.5), None)
    assert len(door.came) == 2
    assert door.connections == 2
    assert (tally.tries, tally.sent_again, tally.outcomes) == (4, 2, {"accepted": 2})
    assert tally.faults == {"loss": 1, "cut": 1}


async def test_what_gets_no_answer_is_lost_in_the_end():
    """After the time that was agreed it is given up, counted, and nothing waits for it any longer."""

    async def never_ready(_: Came) -> web.StreamResponse:
        return web.Response(status=503)

    async with venues(Door(never_ready), give_up=0.1) as (made, tally):
        begun = time.monotonic()
        await made.deliver(one(), None)
    assert time.monotonic() - begun < 3
    assert tally.outcomes == {"lost": 1}


async def test_a_long_document_is_waited_for_longer(monkeypatch: pytest.MonkeyPatch):
    """A list that is being stored is not asked for again; a short one without an answer is."""
    monkeypatch.setattr(venues_module, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(venues_module, "ANSWER_BYTES", 1_000)
    answers = 0

    async def slow(came: Came) -> web.StreamResponse:
        nonlocal answers
        answers += 1
        await asyncio.sleep(0.5 if answers in {1, 2} else 0)
        return await stored(came)

    async with venues(Door(slow)) as (made, tally):
        listed = replace(captured("XA"), data=bytes(5_000))
        await made.deliver(one(captured=listed), None)
        assert tally.tries == 1
        await made.deliver(one(), None)
    assert tally.tries == 3
    assert tally.outcomes == {"accepted": 2}


async def test_answers_count_from_the_planned_moment():
    """What left late was late for whoever waited for it: the lag is in both."""
    async with venues(Door(stored)) as (made, tally):
        await made.deliver(one(), time.monotonic() - 2)
    assert tally.lag.at(100) >= 1990
    assert tally.answers.at(100) >= tally.lag.at(100)


async def test_nobody_at_the_address():
    """Said before the first document, with what to do."""
    address = address_of(f"http://127.0.0.1:{unused_port()}")
    with pytest.raises(UnreachableError, match="no service at 127"):
        await Venues(address, Keys(), Tally(), 1).reach()


async def test_the_answer_that_tells_an_outcome_is_told_on():
    """Once a document, with the moment that was planned; not what is tried again."""
    answers = iter([(503, {}), (200, {"count": 1}), (422, {"error": {"name": "bad_key"}})])
    heard: list[tuple[float | None, int]] = []

    async def answer(_: Came) -> web.StreamResponse:
        status, body = next(answers)
        return web.json_response(body, status=status)

    async with TestServer(Door(answer).app) as server:
        address = address_of(str(server.make_url("/")))
        made = Venues(address, Keys(), Tally(), 5.0, lambda moment, told: heard.append((moment, told.status)))
        await made.deliver(one(), 12.5)
        await made.deliver(one(), None)
        made.close()
    assert heard == [(12.5, 200), (None, 422)]


async def test_a_source_that_is_cut_off_stays_away():
    """What is under way breaks, connections that wait are gone, others send on; afterwards it sends again."""
    arrived = asyncio.Event()

    async def answer(came: Came) -> web.StreamResponse:
        if b"STA1" in came.body and not arrived.is_set():
            arrived.set()
            await asyncio.sleep(60)
        return await stored(came)

    async with venues(Door(answer)) as (made, tally):
        began = time.monotonic()
        sending = asyncio.ensure_future(made.deliver(one(), None))
        await arrived.wait()
        made.cut("STA1", 0.3)
        await made.deliver(one(captured=captured("XA", source="STA2")), None)
        assert not sending.done()
        await sending
        assert 0.3 <= time.monotonic() - began < 5
    assert (tally.outcomes["accepted"], tally.connections) == (2, 3)
    assert tally.tries > 3
