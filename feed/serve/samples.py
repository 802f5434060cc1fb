"""What the contract documents show beside the messages of `schemas.examples`: bodies, answers, errors, frames."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from feed.core.dictionaries import CURRENT
from feed.errors import COMPLAINTS, ErrorName
from feed.refusals import HINTS, Reason
from feed.serve.answers import ErrorText, Problem
from feed.serve.door import JSON
from schemas.control import (
    Control,
    ErrorFrame,
    Filtered,
    Heartbeat,
    Hello,
    Pong,
    ReplayEnd,
    Skipped,
    SnapshotEnd,
)

RECORDED = Path(__file__).parent / "recorded"
SENT = Path(__file__).parent / "sent"
KEPT = 422
_MEDIA = {".json": JSON, ".xml": "application/xml", ".csv": "text/csv"}
_EPOCH = "5f2c9a0b"
_AT = 1_722_787_200_000_000

# What each error says, and what to do, at a request that meets it.
SAID: dict[ErrorName, tuple[str, str]] = {
    ErrorName.UNAUTHORIZED: ("flag P is read with a key", "Send it as X-API-KEY or Authorization: Bearer."),
    ErrorName.NOT_ENTITLED: ("this key does not read flag T", "Use a key that does."),
    ErrorName.BAD_REQUEST: ("flag=X: there are the flags P and T", ""),
    ErrorName.UNKNOWN_PARAMETER: ("nocs= is no parameter here", "Known: after, filter, flag, lang, limit, type, wait."),
    ErrorName.EMBARGOED: (
        "as_of=42 is less than 3600 s ago",
        "Ask later, or without as_of for the newest that may be told.",
    ),
    ErrorName.BAD_FILTER: ("noc='fra' can never match", "Codes have capitals, digits and _."),
    ErrorName.COMPETITION_NEEDED: ("there are several competitions", "Choose one: OG2024, OWG2026."),
    ErrorName.BAD_CURSOR: ("x is no cursor", "A cursor is EPOCH:SEQ or SEQ."),
    ErrorName.WRONG_EPOCH: ("cursor 00000000:7 is of another stream", "Start again with snapshot=1."),
    ErrorName.CURSOR_TOO_OLD: ("cursor 3 is below the floor 1000", "Start again with snapshot=1."),
    ErrorName.BAD_FRAME: ("there is no op 'subscribe'", "Known: filter, ping."),
    ErrorName.TOO_LARGE: ("a message has more than 65536 bytes", ""),
    ErrorName.NOT_FOUND: ("there is no message of OG2024.ATH.-.-.-.-.document", "/v1/snapshot shows all."),
    ErrorName.METHOD_NOT_ALLOWED: ("POST is not served at /v1/log", "Allowed: GET, HEAD."),
    ErrorName.NOT_HELD: ("it was released", ""),
    ErrorName.SUPERSEDED: ("Version 4 was published since", ""),
    ErrorName.REFUSED: ("rule two_winners is against it", ""),
    ErrorName.DAMAGED: ("the bytes are not those of their name", "Tell the operator; asking again is no use."),
    ErrorName.TOO_MANY: ("30000 readers are connected", "Try again later."),
    ErrorName.NOT_READY: ("the broker does not answer", "Ask again in a second."),
    ErrorName.RESTARTING: ("the service is being stopped", "Come back with the cursor."),
}
# Answers to venues whose names are neither readers' errors nor reasons of a refusal.
VENUES: dict[str, tuple[str, str]] = {
    "request_timeout": ("the body did not arrive within 30 s", "Send it again."),
    "outcome_unknown": ("the broker did not answer in time", "Send the same bytes again; it is safe."),
    "not_stored": ("the stream is full", "The broker is full or ill; send the same bytes again later."),
}
CONTROLS: tuple[Control, ...] = (
    Hello(epoch=_EPOCH, flag="P", tip=4211, floor=0, cursor=f"{_EPOCH}:4211", dictionary=CURRENT.id),
    SnapshotEnd(seq=4211, cursor=f"{_EPOCH}:4211"),
    ReplayEnd(seq=4211, cursor=f"{_EPOCH}:4211"),
    Heartbeat(seq=4230, tip=4230, ts=_AT, cursor=f"{_EPOCH}:4230"),
    Filtered(seq=4230, cursor=f"{_EPOCH}:4230"),
    Skipped(seq=4230, count=17, cursor=f"{_EPOCH}:4230"),
    Pong(ts=_AT),
    ErrorFrame(name="bad_filter", detail=SAID[ErrorName.BAD_FILTER][0], hint=SAID[ErrorName.BAD_FILTER][1]),
)
DIFFERENCE: dict[str, Any] = {
    "seq": 4230,
    "type": "result",
    "prev": 4211,
    "topic": "OG2024.ATH.M.100M.FNL.000100.result",
    "base": 4211,
    "patch": [
        {"op": "replace", "path": "/seq", "value": 4230},
        {"op": "replace", "path": "/prev", "value": 4211},
        {"op": "replace", "path": "/body/competitors/0/result", "value": "9.79"},
    ],
}
CLIENT: dict[str, dict[str, Any]] = {
    "filter": {"op": "filter", "filter": ["OG2024.ATH.>"], "type": ["result"], "noc": ["FRA"]},
    "ping": {"op": "ping"},
}


@cache
def bodies() -> dict[str, dict[str, Any]]:
    """Operation -> what may be sent to it, by media type: JSON as values, anything else as text."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(SENT.iterdir()):
        text = path.read_text("utf-8")
        media = _MEDIA[path.suffix]
        found.setdefault(path.stem, {})[media] = json.loads(text) if media == JSON else text
    return found


@cache
def answers() -> dict[str, Any]:
    """Operation -> what the service answered when it was asked, without whatever happened; see `schemas.examples`."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(RECORDED.glob("*.json"))}


def problem_of(name: ErrorName) -> dict[str, Any]:
    """A reader's error as its answer has it."""
    return _problem(COMPLAINTS[name].status, name.value, *SAID.get(name, (COMPLAINTS[name].meaning, "")))


def refusal_of(status: int, name: str) -> dict[str, Any]:
    """What a venue is told that is not answered 200; what is refused and kept names its place in quarantine."""
    if name in VENUES:
        return _problem(status, name, *VENUES[name])
    reason = Reason(name)
    detail = f"the document is refused: {name.replace('_', ' ')}"
    return _problem(status, name, detail, HINTS[reason], "00064f0c2f1a9d00a1b2c3d4" if status == KEPT else None)


def _problem(status: int, name: str, detail: str, hint: str, quarantine: str | None = None) -> dict[str, Any]:
    text, title = ErrorText(name, detail, hint), name.replace("_", " ")
    body: dict[str, Any] = msgspec.to_builtins(Problem(text, f"urn:feed:{name}", title, status, detail, quarantine))
    return body
