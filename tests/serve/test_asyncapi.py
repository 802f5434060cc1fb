import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from feed.core.traces import TRACEPARENT
from feed.errors import COMPLAINTS
from feed.serve.asyncapi import asyncapi
from feed.serve.parameters import SUBSCRIBER
from feed.serve.samples import CLIENT, CONTROLS
from feed.stream.batch import PART
from feed.stream.history import read
from schemas.control import Control
from schemas.registry import KINDS
from tests.documents import fresh_competition, odf
from tests.matches import people
from tests.serve.raw import Raw, op
from tests.service_fixture import Running

# Fields that the specification of AsyncAPI 3.0 allows, and those that it needs.
FIELDS = {
    "": {"asyncapi", "info", "defaultContentType", "servers", "channels", "operations", "components"},
    "servers": {"host", "protocol", "description", "variables"},
    "channels": {"address", "summary", "servers", "messages", "parameters", "bindings"},
    "operations": {"action", "channel", "summary", "messages", "reply"},
    "messages": {"name", "summary", "headers", "payload", "examples"},
}
NEEDED = {
    "servers": {"host", "protocol"},
    "channels": {"address", "messages"},
    "operations": {"action", "channel", "messages"},
    "messages": {"name", "summary", "payload", "examples"},
}


@cache
def document() -> dict[str, Any]:
    """As programs get it."""
    read: dict[str, Any] = json.loads(json.dumps(asyncapi()))
    return read


def references(part: Any) -> Iterator[str]:
    """All that a part of the document refers to."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from references(each)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def found(reference: str) -> Any:
    """What is there; raises KeyError where nothing is."""
    part: Any = document()
    for name in reference.removeprefix("#/").split("/"):
        part = part[name]
    return found(part["$ref"]) if isinstance(part, dict) and set(part) == {"$ref"} else part


def against(payload: dict[str, Any]) -> Draft202012Validator:
    """What tells whether something has a form of the document."""
    return Draft202012Validator({**payload, "components": document()["components"]})


def test_it_has_the_fields_of_asyncapi():
    """Those that the specification knows, or extensions; none that is needed is left out."""
    parts = {name: document()[name] for name in ("servers", "channels", "operations")}
    parts["messages"] = document()["components"]["messages"]
    assert document()["asyncapi"] == "3.0.0"
    assert document().keys() <= FIELDS[""]
    for name, rows in parts.items():
        for row in rows.values():
            assert NEEDED[name] <= {each for each in row if not each.startswith("x-")} <= FIELDS[name]
    assert {each["action"] for each in document()["operations"].values()} == {"send", "receive"}


def test_every_reference_leads_somewhere():
    """An operation's messages are those of its channel, and a channel's those of the components."""
    leads = set(references(document()))
    assert len(leads) > 100
    for each in leads:
        assert isinstance(found(each), dict)
    for operation in document()["operations"].values():
        start = f"{operation['channel']['$ref']}/messages/"
        assert all(each["$ref"].startswith(start) for each in operation["messages"])


def test_every_message_has_an_example_of_its_form():
    """All kinds, all control frames, all that a client says."""
    messages = document()["components"]["messages"]
    controls = {str(frame.__struct_config__.tag) for frame in Control.__args__}
    assert {str(frame.__struct_config__.tag) for frame in CONTROLS} == controls
    clients = {f"client.{name}" for name in CLIENT}
    assert messages.keys() == {*KINDS, *controls, *clients, "difference", "stored"}
    for message in messages.values():
        (example,) = message["examples"]
        against(message["payload"]).validate(example["payload"])
        assert not against(message["payload"]).is_valid({})


def test_parameters_and_close_codes_are_those_of_the_doors():
    """The WebSocket's binding has its parameters; each close code says what it means."""
    stream, sse = document()["channels"]["stream"], document()["channels"]["sse"]
    assert stream["bindings"]["ws"]["query"]["properties"].keys() == {*SUBSCRIBER, "encoding", "compression"}
    assert sse["x-query"]["properties"].keys() == SUBSCRIBER.keys()
    assert stream["x-close-codes"].keys() >= {str(each.close_code) for each in COMPLAINTS.values()}
    assert "`bad_filter`" in stream["x-close-codes"]["4400"]


async def test_what_is_stored_has_the_headers_that_are_promised(service: Running):
    """Of the NATS stream, for who reads that: those of NATS itself are told by NATS."""
    competition = fresh_competition()
    status, answer = await service.post(people(competition, "7 FIN Aino", "8 SWE Bo"))
    assert status == 200
    first = answer["accepted"][0]["seq"]
    (last,) = await service.store(odf(competition, Version="2", ResultStatus="OFFICIAL"))
    described = document()["components"]["messages"]["stored"]["headers"]
    assert {PART, TRACEPARENT} <= set(described["properties"])  # of a document among others, and of one that is traced
    async with service.broker() as link:
        messages = await read(link, "FEED", first, last + 1 - first)
    assert {message.seq for message in messages} >= {first, last}
    for message in messages:
        names = {name for name in message.headers if not name.startswith("Nats-")}
        assert set(described["required"]) <= names <= set(described["properties"])


@pytest.mark.parametrize("query", ["snapshot=1", "after=0"])
async def test_what_is_sent_has_the_form_that_is_promised(service: Running, query: str):
    """Each frame of a connection, by its type, also what it is answered and how it is closed."""
    competition = fresh_competition()
    await service.store(odf(competition), odf(competition, 2))
    raw = await Raw.open(service.url, f"{query}&filter={competition}.%3E")
    frames = await raw.until("snapshot_end" if query == "snapshot=1" else "replay_end")
    for order in CLIENT.values():
        raw.send(op(**order))
    frames += await raw.until("pong")
    messages = document()["channels"]["stream"]["messages"]
    assert {frame["type"] for frame in frames} >= {"hello", "result", "filtered", "pong"}
    for frame in frames:
        against(found(messages[frame["type"]]["$ref"])["payload"]).validate(frame)
    await raw.end()
