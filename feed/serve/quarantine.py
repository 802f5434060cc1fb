"""/v1/quarantine: what is refused or held, and an operator's decision about it.

Needs a key with the right `operate`; while there are no keys, a program on this machine may.
"""

from typing import Protocol

import msgspec
from aiohttp import web

from feed.core.keys import Key
from feed.core.quarantine import Action, Audit, Case
from feed.errors import DamagedError, ErrorName, OutcomeUnknownError, ReaderError
from feed.serve.answers import json_answer
from feed.serve.door import JSON, Answer, Door, opens
from feed.serve.parameters import FLAG, Number, Switch, Text, named
from feed.serve.query import read_flag, read_number, read_switch
from feed.serve.reading import READINGS
from feed.serve.rights import RIGHTS

LOCAL = "local"  # who operates without a key


class Desk(Protocol):
    """The quarantines of all flags, and what may be done there; see `feed.quarantine`."""

    async def held(self, flag: str) -> list[Case]: ...

    async def newest(self, flag: str, limit: int) -> list[Case]: ...

    async def find(self, flag: str, id_: str) -> Case | None: ...

    async def release(self, flag: str, case: Case, by: str) -> Audit: ...

    async def discard(self, flag: str, case: Case, by: str) -> Audit: ...


DESK: web.AppKey[Desk] = web.AppKey("desk")


class QuarantinePage(msgspec.Struct, frozen=True):
    """Documents with what became of them."""

    documents: tuple[Case, ...]


LIMIT = Number(name="limit", meaning="The most documents of a page.", default=100, highest=1_000, example="20")
ALL = Switch(name="all", meaning="What was refused or held last, newest first, also what was decided.")
_ID = named(Text(name="id", meaning="The id of the document in quarantine.", example="00064f0c2f1a9d00a1b2c3d4"))
_AGAINST = (ErrorName.NOT_FOUND, ErrorName.NOT_HELD, ErrorName.SUPERSEDED, ErrorName.REFUSED, ErrorName.DAMAGED)
QUARANTINE = Door(
    "What is held and not decided, oldest first.",
    "Quarantine",
    {200: Answer("Documents with what became of them.", {JSON: QuarantinePage})},
    named(ALL, LIMIT, FLAG),
)
QUARANTINED = Door(
    "One document of the quarantine.",
    "Quarantine",
    {200: Answer("The document's record, and the decision if there is one.", {JSON: Case})},
    named(FLAG),
    _ID,
    errors=(ErrorName.NOT_FOUND,),
)
RELEASE = Door(
    "Publish a held document.",
    "Quarantine",
    {200: Answer("The decision.", {JSON: Audit})},
    named(FLAG),
    _ID,
    errors=_AGAINST,
)
DISCARD = Door(
    "Decide that a held document is never published.",
    "Quarantine",
    {200: Answer("The decision.", {JSON: Audit})},
    named(FLAG),
    _ID,
    errors=(ErrorName.NOT_FOUND, ErrorName.NOT_HELD),
)


@opens(QUARANTINE)
async def quarantine(request: web.Request) -> web.StreamResponse:
    """List what is held and not decided, oldest first; with `all=1` the newest `limit` that were refused or held."""
    flag, key = await _operator(request)
    desk = request.app[DESK]
    limit = read_number(request.query, LIMIT)
    try:
        found = await (desk.newest(flag, limit) if read_switch(request.query, "all") else desk.held(flag))
    except OutcomeUnknownError as error:
        raise _again(error) from error
    return json_answer(QuarantinePage(tuple(each for each in found if _is_for(key, each))[:limit]))


@opens(QUARANTINED)
async def quarantined(request: web.Request) -> web.StreamResponse:
    """Show one document of the quarantine."""
    flag, key = await _operator(request)
    return json_answer(await _found(request, flag, key))


@opens(RELEASE)
async def release(request: web.Request) -> web.StreamResponse:
    """Publish a held document as it came."""
    return await _decide(request, Action.RELEASED)


@opens(DISCARD)
async def discard(request: web.Request) -> web.StreamResponse:
    """Never publish a held document."""
    return await _decide(request, Action.DISCARDED)


async def _decide(request: web.Request, action: Action) -> web.Response:
    flag, key = await _operator(request)
    case = await _found(request, flag, key)
    desk = request.app[DESK]
    act = desk.release if action is Action.RELEASED else desk.discard
    try:
        return json_answer(await act(flag, case, key.bearer if key else LOCAL))
    except OutcomeUnknownError as error:
        raise _again(error) from error
    except DamagedError as error:
        raise ReaderError(ErrorName.DAMAGED, error.detail) from error


async def _operator(request: web.Request) -> tuple[str, Key | None]:
    flag = read_flag(request.query, request.app[READINGS]).flag
    return flag, await request.app[RIGHTS].operator(request, flag)


async def _found(request: web.Request, flag: str, key: Key | None) -> Case:
    id_ = request.match_info["id"]
    try:
        case = await request.app[DESK].find(flag, id_)
    except OutcomeUnknownError as error:
        raise _again(error) from error
    if case is None or not _is_for(key, case):
        raise ReaderError(ErrorName.NOT_FOUND, f"there is no document {id_} in quarantine", hint="Look into the list.")
    return case


def _is_for(key: Key | None, case: Case) -> bool:
    """A key that is for a part of the flag sees no document that does not tell where it belongs."""
    topic = case.record.topic
    return key is None or key.scope.is_whole or (topic is not None and key.scope.covers(topic))


def _again(error: OutcomeUnknownError) -> ReaderError:
    return ReaderError(ErrorName.NOT_READY, error.detail, hint="Ask again; it is safe.")
