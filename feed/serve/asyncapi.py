"""What is told without being asked each time, in AsyncAPI 3: the WebSocket, the events, and the NATS stream itself."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from feed.core import index
from feed.core.traces import TRACEPARENT
from feed.errors import COMPLAINTS
from feed.serve.openapi import SCHEMAS, about, sample
from feed.serve.parameters import Parameters
from feed.serve.samples import CLIENT, CONTROLS, DIFFERENCE
from feed.serve.sse import SSE
from feed.serve.websocket import STREAM, ClientFrame
from schemas.control import Control
from schemas.examples import examples
from schemas.published import components
from schemas.registry import KINDS, Kind

VERSION: Final = "3.0.0"
# Closes of RFC 6455 section 7.4 that no error of ours has.
_PLAIN_CLOSES: Final = {1002: "A broken frame.", 1003: "A binary message.", 1007: "Text that is not UTF-8."}
_ALWAYS: Final = (index.VERSION, index.EVENT, index.RECV, index.HASH, index.OP, index.RAW)
_SOMETIMES: Final = (
    *(index.STATUS, index.VENUE, index.NOCS, index.ATHLETES, index.OFFICIAL, index.LIST, index.KEY),
    *(index.STATUS_BEFORE, index.VENUE_BEFORE, index.NOCS_BEFORE, index.ATHLETES_BEFORE, TRACEPARENT),
    "Feed-Part",  # of several documents that share a batch: NUMBER/COUNT of its own
)

Messages = dict[str, dict[str, Any]]


class Difference(msgspec.Struct, frozen=True):
    """A message as its difference (RFC 6902) from the one of its topic whose `seq` is `base`; with `delta=1`."""

    seq: int
    type: str
    prev: int
    topic: str
    base: int
    patch: list[dict[str, Any]]


def asyncapi() -> dict[str, Any]:
    """The document; where the service is reached is a variable of it."""
    frames = tuple(type(frame) for frame in CONTROLS)
    forms = (*(kind.message for kind in KINDS.values()), *frames, Difference, ClientFrame)
    _, definitions = components(forms, SCHEMAS + "{name}")
    kinds = {kind.name: _kind(kind) for kind in KINDS.values()}
    controls = {_tag(frame): _control(frame) for frame in CONTROLS}
    told = [*kinds, "difference", *controls]
    orders = {f"client.{name}": _order(name, frame) for name, frame in CLIENT.items()}
    return {
        "asyncapi": VERSION,
        "info": about(),
        "defaultContentType": "application/json",
        "servers": {
            "sockets": _server("ws", "WebSockets; `wss` behind TLS.", "localhost:8080"),
            "events": _server("http", "Server-Sent Events; `https` behind TLS.", "localhost:8080"),
            "broker": _server("nats", "The account of flag P or T on the NATS server of `--nats`.", "localhost:4222"),
        },
        "channels": {
            "stream": _stream([*told, *orders]),
            "sse": _channel("/v1/sse", "events", SSE.summary, told) | {"x-query": _asked(SSE.query)},
            "subjects": _subjects(),
        },
        "operations": {
            "follow": _operation("send", "stream", "Messages and control frames, one a frame.", told),
            "refilter": _operation("receive", "stream", "Change the filter on the open socket.", ["client.filter"])
            | {"reply": _reply("stream", "filtered")},
            "ping": _operation("receive", "stream", "Ask for a pong.", ["client.ping"])
            | {"reply": _reply("stream", "pong")},
            "listen": _operation("send", "sse", "The same as events: `event` is the type, `id` the cursor.", told),
            "store": _operation("send", "subjects", "Every message, once it is stored.", ["stored"]),
        },
        "components": {
            "messages": {**kinds, "difference": _difference(), **controls, **orders, "stored": _stored()},
            "schemas": {name: _plain(form) for name, form in sorted(definitions.items())},
        },
    }


def _kind(kind: Kind) -> dict[str, Any]:
    summary = f"{kind.kind_class.value.capitalize()}, lane {kind.lane.value}; its topic ends in `.{kind.name}`."
    return _message(kind.name, summary, kind.message.__name__, examples()[kind.name])


def _control(frame: Control) -> dict[str, Any]:
    meaning = (type(frame).__doc__ or "").strip()
    return _message(_tag(frame), meaning, type(frame).__name__, msgspec.to_builtins(frame))


def _difference() -> dict[str, Any]:
    meaning = "With `delta=1` in the place of a message that it makes of the one before of its topic."
    return _message("difference", meaning, Difference.__name__, DIFFERENCE)


def _order(name: str, frame: dict[str, Any]) -> dict[str, Any]:
    return _message(f"client.{name}", f"What a client says: `{name}`.", ClientFrame.__name__, frame)


def _message(name: str, summary: str, form: str, example: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "summary": summary,
        "payload": {"$ref": f"{SCHEMAS}{form}"},
        "examples": [{"name": name, "payload": example}],
    }


def _stored() -> dict[str, Any]:
    """A message as it lies in the stream: its number is the stream's own."""
    payload = {name: value for name, value in examples()["result"].items() if name != "seq"}
    headers = {name: {"type": "string"} for name in (*_ALWAYS, *_SOMETIMES)}
    return {
        "name": "stored",
        "summary": "A message of any kind without `seq`, which is the sequence in the stream.",
        "headers": {"type": "object", "required": list(_ALWAYS), "properties": headers},
        "payload": {
            "type": "object",
            "required": ["type", "prev", "topic", "op"],
            "properties": {"type": {"enum": list(KINDS)}},
            "not": {"required": ["seq"]},
        },
        "examples": [{"name": "stored", "payload": payload}],
    }


def _stream(names: Iterable[str]) -> dict[str, Any]:
    closes: dict[int, list[str]] = {each.close_code: [] for each in COMPLAINTS.values()}
    for name, each in COMPLAINTS.items():
        closes[each.close_code].append(f"`{name}`: {each.meaning}")
    told = {code: " ".join(rows) for code, rows in closes.items()}
    return _channel("/v1/stream", "sockets", STREAM.summary, names) | {
        "bindings": {"ws": {"method": "GET", "query": _asked(STREAM.query)}},
        "x-close-codes": {str(code): meaning for code, meaning in sorted({**_PLAIN_CLOSES, **told}.items())},
        "x-close-reason": {"type": "object", "properties": {"name": {"type": "string"}, "cursor": {"type": "string"}}},
    }


def _subjects() -> dict[str, Any]:
    channel = _channel("feed.{topic}", "broker", "JetStream `FEED`, for those who run NATS.", ["stored"])
    meaning = "A topic: competition, discipline, gender, event, phase, unit, kind and its key parts."
    topic = examples()["result"]["topic"]
    return channel | {"parameters": {"topic": {"description": meaning, "examples": [topic]}}}


def _server(protocol: str, description: str, host: str) -> dict[str, Any]:
    where = {"host": {"default": host, "description": "Where it is reached."}}
    return {"host": "{host}", "protocol": protocol, "description": description, "variables": where}


def _channel(address: str, server: str, summary: str, names: Iterable[str]) -> dict[str, Any]:
    return {
        "address": address,
        "summary": summary,
        "servers": [{"$ref": f"#/servers/{server}"}],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
    }


def _asked(query: Parameters) -> dict[str, Any]:
    """The parameters of an address as one object; of HTTP no binding has a place for them at a channel."""
    forms = {
        name: {**each.schema(), "description": each.meaning, "examples": [sample(each)]} for name, each in query.items()
    }
    return {"type": "object", "properties": forms}


def _operation(action: str, channel: str, summary: str, names: Iterable[str]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": summary,
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names],
    }


def _reply(channel: str, name: str) -> dict[str, Any]:
    return {
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"}],
    }


def _tag(frame: Control) -> str:
    return str(frame.__struct_config__.tag)


def _plain(form: Any) -> Any:  # noqa: ANN401 - a part of a schema
    """A schema without `discriminator`, which is an object in OpenAPI and a name in AsyncAPI."""
    if isinstance(form, dict):
        return {name: _plain(each) for name, each in form.items() if name != "discriminator"}
    return [_plain(each) for each in form] if isinstance(form, list | tuple) else form
