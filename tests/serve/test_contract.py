"""One suite for all reading doors: what they refuse, they refuse by the same names and in the same form."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode

import aiohttp
import pytest

from feed.errors import COMPLAINTS, ErrorName
from feed.serve.door import door_of
from feed.serve.routes import READING
from tests.documents import fresh_competition, odf
from tests.serve.eventsource import EventSource
from tests.serve.raw import Raw
from tests.service_fixture import Running

NAMED = {
    "unit": "ATHM100M--------------FNL-000100--",
    "event": "ATHM100M",
    "id": "1",
    "noc": "XAA",
    "table": "NOC",
    "topic": "XX.-.-.-.-.-.document",
    "sha256": "0" * 64,
}
# Every reading door, also those of tomorrow; the dictionaries are the same for everybody and take whatever is said.
DOOR_OF = {
    route.path.removeprefix("/v1/").format(**NAMED): door_of(route.handler)
    for route in READING
    if not route.path.startswith("/v1/dictionaries")
}
DOORS = tuple(DOOR_OF)
PULL = tuple(door for door in DOORS if door not in {"stream", "sse"})
OF_A_MOMENT = tuple(name for name, door in DOOR_OF.items() if door is not None and "as_of" in door.query)
FILTERED = ("stream", "sse", "log", "snapshot")
WITH_CURSOR = ("stream", "sse", "log")
Read = Callable[[Running, str], Awaitable[list[str]]]
FIELDS = {"error", "type", "title", "status", "detail"}


class Answer(NamedTuple):
    """A refusal: HTTP status or close code, and what was said."""

    code: int
    error: dict[str, Any]


async def ask(service: Running, door: str, query: str) -> Answer:
    """Ask a door for something it must refuse, and check the form of its refusal."""
    if door == "stream":
        return await ask_stream(service, query)
    if door == "sse":
        return await ask_sse(service, query)
    async with aiohttp.ClientSession() as session, session.get(f"{service.url}/v1/{door}?{query}") as answer:
        body = await answer.json(content_type="application/problem+json")
    assert set(body) == FIELDS
    assert body["status"] == answer.status
    assert body["detail"] == body["error"]["detail"]
    assert body["type"] == f"urn:feed:{body['error']['name']}"
    assert body["title"] == body["error"]["name"].replace("_", " ")
    return Answer(answer.status, body["error"])


async def ask_stream(service: Running, query: str) -> Answer:
    raw = await Raw.open(service.url, query)
    error = await raw.text()
    code, reason = await raw.closed()
    assert error.pop("type") == "error"
    assert len(reason) <= 123
    said = json.loads(reason)
    assert set(said) == {"name", "cursor"}
    assert said["name"] == error["name"]
    epoch, _, seq = said["cursor"].partition(":")
    assert bool(epoch) == seq.isdigit()
    # A reader that stood nowhere is sent nowhere, and whoever may read nothing is not told how far the stream has come.
    assert epoch or any(name in query for name in ("after", "snapshot", "flag")) or error["name"] == "unauthorized"
    return Answer(code, error)


async def ask_sse(service: Running, query: str) -> Answer:
    async with EventSource(service.url, query) as source:
        error = await source.event()
        assert error is not None
        assert await source.event() is None
    said = error.json
    assert (source.answer.status, error.name, said.pop("type")) == (200, "error", "error")
    complaint = COMPLAINTS[ErrorName(said["name"])]
    assert error.id == ("" if complaint.status == 503 else f"error:{said['name']}")
    return Answer(complaint.status, said)


async def refused(service: Running, door: str, query: str, name: str) -> dict[str, Any]:
    """The error, after its name, its code and its fields have been checked."""
    code, error = await ask(service, door, query)
    passing = {"retry_ms"} if door in {"stream", "sse"} and name == "not_ready" else set()
    assert set(error) == {"name", "detail", "hint"} | passing
    assert error["name"] == name, error
    complaint = COMPLAINTS[ErrorName(name)]
    assert code == (complaint.close_code if door == "stream" else complaint.status)
    return error


@pytest.mark.parametrize("door", DOORS)
async def test_an_unknown_parameter_is_named(service: Running, door: str):
    """Nothing that is asked for is ignored: an unknown parameter is an error that lists the known ones."""
    error = await refused(service, door, "fliter=a.%3E", "unknown_parameter")
    assert "fliter" in error["detail"]
    assert "flag" in error["hint"]


@pytest.mark.parametrize("text", ["", "x", f"ticket_{'0' * 16}_{'a' * 43}"])
@pytest.mark.parametrize("door", ["stream", "sse"])
async def test_a_ticket_that_lets_nobody_in_is_refused(service: Running, door: str, text: str):
    """Also where no key is needed: who shows one wants to be somebody. The hint says where there are new ones."""
    assert "POST /v1/tickets" in (await refused(service, door, f"ticket={text}", "unauthorized"))["hint"]


@pytest.mark.parametrize("door", PULL)
async def test_a_pull_takes_no_ticket(service: Running, door: str):
    """Tickets are for what browsers cannot send headers with; one that is shown elsewhere stays good."""
    await refused(service, door, "ticket=x", "unknown_parameter")


@pytest.mark.parametrize("door", DOORS)
async def test_a_key_given_twice_is_refused(service: Running, door: str):
    """Of two keys in the address none is silently dropped, and none is repeated."""
    error = await refused(service, door, "key=one-of-them&key=the-other", "bad_request")
    assert "the-other" not in str(error)


@pytest.mark.parametrize("method, path", [("POST", "tickets"), ("GET", "keys"), ("POST", "keys"), ("DELETE", "keys/x")])
async def test_the_doors_of_keys_refuse_as_all_others_do(service: Running, method: str, path: str):
    """An unknown parameter by its name; from a page of nobody knows where, without a key, nothing is done."""
    far = {"X-Forwarded-For": "192.0.2.7"}
    for query, headers, name in (("?x=1", {}, "unknown_parameter"), ("", far, "unauthorized")):
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, f"{service.url}/v1/{path}{query}") as answer,
        ):
            body = await answer.json(content_type=None)
        if path != "tickets" or query:  # whoever may read without a key may have a ticket
            assert (answer.status, body["error"]["name"]) == (COMPLAINTS[ErrorName(name)].status, name)


async def test_an_unknown_encoding_is_refused(service: Running):
    """The answer names those there are."""
    assert "json and msgpack" in (await refused(service, "stream", "encoding=cbor", "bad_request"))["detail"]


@pytest.mark.parametrize("flag", ["X", "p", "", "PT"])
@pytest.mark.parametrize("door", DOORS)
async def test_an_unknown_flag_is_refused(service: Running, door: str, flag: str):
    """There are the flags P and T and no others."""
    await refused(service, door, f"flag={flag}", "bad_request")


@pytest.mark.parametrize("door", DOORS)
async def test_a_flag_given_twice_is_refused(service: Running, door: str):
    """A connection carries one flag: of two, none is silently dropped."""
    assert "flag" in (await refused(service, door, "flag=P&flag=T", "bad_request"))["detail"]


@pytest.mark.parametrize(
    "query",
    [
        "filter=",
        "filter=a%20b.%3E",
        "filter=OG2024.ATH",
        "filter=OG2024.ATH.M.100M.FNL.000100",
        "filter=OG2024.%3E.result",
        "filter=OG2024..%3E",
        "filter=OG2024.ATH.M.100M.FNL.000100.reslut",
        "filter=OG2024.ATH.M.100M.FNL.000100.result.a.b.c.d",
        "filter=OG2024.A*.%3E",
        "type=reslut",
        "type=",
        "type=result,reslut",
        "&".join(["filter=OG2024.%3E"] * 201),
    ],
)
@pytest.mark.parametrize("door", FILTERED)
async def test_a_filter_that_can_never_match_is_an_error(service: Running, door: str, query: str):
    """A mistake in a filter is told, it never becomes an empty feed."""
    await refused(service, door, query, "bad_filter")


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "1:2:3", ":1", "9" * 19, "0x10", "%D9%A1", "abc:", "1%0A"])
@pytest.mark.parametrize("door", WITH_CURSOR)
async def test_a_text_that_is_no_cursor_is_refused(service: Running, door: str, text: str):
    """A cursor is EPOCH:SEQ or SEQ."""
    await refused(service, door, f"after={text}", "bad_cursor")


@pytest.mark.parametrize("door", WITH_CURSOR)
async def test_a_cursor_of_another_epoch_is_refused(service: Running, door: str):
    """A stream that was made anew is never taken for the old one."""
    assert "snapshot=1" in (await refused(service, door, "after=deadbeef:0", "wrong_epoch"))["hint"]


@pytest.mark.parametrize(
    "place, name",
    [
        ("x", "bad_cursor"),
        ("1:2:3", "bad_cursor"),
        ("2026-13-01T00:00:00Z", "bad_cursor"),
        ("2999-01-01T00:00:00Z", "bad_cursor"),
        ("deadbeef:1", "wrong_epoch"),
        ("2000-01-01T00:00:00Z", "not_found"),
    ],
)
@pytest.mark.parametrize("door", OF_A_MOMENT)
async def test_a_moment_that_there_is_not_is_refused(service: Running, door: str, place: str, name: str):
    """By every door that shows the past; what was before the first message was nothing."""
    competition = fresh_competition()
    await service.store(odf(competition))
    described = DOOR_OF[door]
    assert described is not None
    needed = {each.name: each.example for each in described.query.values() if each.is_needed}
    if "competition" in described.query:
        needed["competition"] = competition
    await refused(service, door, urlencode(needed | {"as_of": place}), name)


@pytest.mark.parametrize("with_epoch", [True, False])
@pytest.mark.parametrize("door", WITH_CURSOR)
# `with_epoch` is a case
async def test_a_cursor_beyond_the_tip_is_refused(service: Running, door: str, with_epoch: bool):  # noqa: FBT001
    """Another process may have handed it out when its epoch is the right one; without, nothing tells that."""
    _, page = await service.get("/v1/competitions")
    prefix = f"{page['epoch']}:" if with_epoch else ""
    name = "not_ready" if with_epoch else "bad_cursor"
    await refused(service, door, f"after={prefix}{page['seq'] + 1_000_000}", name)


@pytest.mark.parametrize(
    "door, query",
    [
        ("stream", "snapshot=2"),
        ("stream", "snapshot="),
        ("stream", "encoding=xml"),
        ("stream", "snapshot=1&after=0"),
        ("stream", "after=0&after=1"),
        ("stream", "after=0&speed=0"),
        ("stream", "speed=60"),
        ("sse", "after=0&speed=0"),
        ("sse", "snapshot=2"),
        ("sse", "snapshot=1&after=0"),
        ("sse", "after=0&after=1"),
        ("log", "wait=61"),
        ("log", "wait=-1"),
        ("log", "wait=soon"),
        ("log", "wait=1&wait=2"),
        ("log", "limit=0"),
        ("log", "limit=1001"),
        ("log", "limit=ten"),
        ("log", "limit=-1"),
        ("log", "limit=%D9%A1"),
        ("log", "limit=" + "9" * 5_000),
        ("log", "limit=1&limit=2"),
        ("log", "after=0&after=1"),
    ],
)
async def test_a_value_out_of_range_is_refused(service: Running, door: str, query: str):
    """Values are checked, and of two that exclude each other none is dropped."""
    await refused(service, door, query, "bad_request")


@pytest.mark.parametrize(
    "door, query",
    [
        ("log", "snapshot=1"),
        ("log", "speed=1"),
        ("snapshot", "limit=1"),
        ("snapshot", "after=0"),
        ("snapshot", "wait=1"),
        ("competitions", "filter=a.%3E"),
        ("sse", "encoding=json"),
        ("sse", "lastEventId=0"),
    ],
)
async def test_a_parameter_of_another_door_is_unknown_here(service: Running, door: str, query: str):
    """What one door knows is no parameter of another."""
    await refused(service, door, query, "unknown_parameter")


async def read_stream(service: Running, query: str) -> list[str]:
    raw = await Raw.open(service.url, query)
    _, *found, _ = await raw.until("replay_end")
    await raw.end()
    return [json.dumps(message) for message in found]


async def read_sse(service: Running, query: str) -> list[str]:
    async with EventSource(service.url, query) as source:
        _, *found, _ = await source.until("replay_end")
    return [json.dumps(event.json) for event in found]


async def read_log(service: Running, query: str) -> list[str]:
    _, page = await service.get(f"/v1/log?limit=1000&{query}")
    return [json.dumps(message) for message in page["messages"]]


@pytest.mark.parametrize("read", [read_stream, read_sse, read_log])
async def test_the_same_wish_is_given_the_same_messages(service: Running, read: Read):
    """By WebSocket, events or pull: filters are joined, kinds narrow, a cursor is exclusive, the order is the log's."""
    one, other = fresh_competition(), fresh_competition()
    seqs = await service.store(odf(one), odf(other), odf(one, DocumentType="DT_TEXT"), odf(one, 2), odf(one, unit=2))
    for query, expected in (
        (f"after=0&filter={one}.%3E", [0, 2, 3, 4]),
        (f"after=0&filter={one}.%3E&filter={other}.%3E", [0, 1, 2, 3, 4]),
        (f"after=0&filter={one}.%3E&type=document", [2]),
        (f"after=0&filter={one}.ATH.M.100M.FNL.000001.result", [0, 3]),
        (f"after={seqs[2]}&filter={one}.%3E", [3, 4]),
        (f"after={seqs[4]}&filter={one}.%3E", []),
        (f"after=0&filter={one}.%3E&flag=T", []),
    ):
        found = await read(service, query)
        assert [json.loads(text)["seq"] for text in found] == [seqs[number] for number in expected], query
        assert found == await read_log(service, query)


async def test_a_test_message_never_appears_in_production(service: Running):
    """P and T are two worlds on every door: stream, log, snapshot and competitions."""
    competition = fresh_competition()
    live = {flag: await Raw.open(service.url, f"flag={flag}&filter={competition}.%3E") for flag in "PT"}
    for raw in live.values():
        await raw.text()
    await service.store(odf(competition, FeedFlag="T", ResultStatus="OFFICIAL"))
    (message,) = await live["T"].messages(1)
    assert message["status"] == "OFFICIAL"
    await service.store(odf(competition, FeedFlag="P", ResultStatus="LIVE"))
    (message,) = await live["P"].messages(1)  # the first that reaches P is P's own
    assert message["status"] == "LIVE"
    for flag, status in (("P", "LIVE"), ("T", "OFFICIAL")):
        for door in ("log", "snapshot"):
            _, page = await service.get(f"/v1/{door}?flag={flag}&filter={competition}.%3E")
            assert [found["status"] for found in page["messages"]] == [status]
        _, page = await service.get(f"/v1/competitions?flag={flag}")
        assert {"code": competition, "zone": None, "topics": 1} in page["competitions"]
    for raw in live.values():
        await raw.end()


async def test_the_flags_have_epochs_of_their_own(service: Running):
    """A cursor of T is refused on P."""
    _, test = await service.get("/v1/competitions?flag=T")
    await refused(service, "log", f"after={test['epoch']}:0", "wrong_epoch")
