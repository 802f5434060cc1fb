"""GET /v1/units/{unit} and its result: all that is known of one unit, by its code of 34 or 9 characters."""

from operator import attrgetter

import msgspec
from aiohttp import web

from feed.core.entry import Entry
from feed.core.units import About, Units
from feed.errors import ErrorName, ReaderError
from feed.serve.competitions import chosen
from feed.serve.documents import as_delivered
from feed.serve.door import opens, view
from feed.serve.moments import at_moment, labels_at, of_code
from feed.serve.parameters import LABELLED, Text, named
from feed.serve.reading import Reading
from feed.serve.rights import entitled
from feed.serve.views import answer
from schemas.competitor import Decision
from schemas.registry import AnyMessage
from schemas.rsc import Code, PlainCode, parse_code


class DocumentRow(msgspec.Struct, frozen=True):
    """A message that has the unit's code; `/v1/documents/{topic}` answers it."""

    topic: str
    seq: int
    type: str


class CallRow(msgspec.Struct, frozen=True):
    """What may be said of the result, as the newest of it and the calls beside it tells."""

    topic: str
    seq: int
    call: str
    decision: Decision


class UnitPage(msgspec.Struct, frozen=True):
    """The unit as scheduled and its newest result, both as they were delivered, and all documents in ascending seq."""

    epoch: str
    seq: int
    competition: str
    unit: msgspec.Raw | None
    result: msgspec.Raw | None
    call: CallRow | None
    documents: tuple[DocumentRow, ...]


_UNIT = named(
    Text(name="unit", meaning="Its code of 34 or 9 characters.", example="ATHM100M--------------FNL-000100--")
)
UNIT = view(
    "What is known of a unit: as scheduled, its newest result, what may be called, its documents.",
    "The unit.",
    UnitPage,
    LABELLED,
    _UNIT,
    (ErrorName.NOT_FOUND,),
)
UNIT_RESULT = view(
    "The newest result of a unit, as delivered.",
    "A message of kind `result`.",
    AnyMessage,
    LABELLED,
    _UNIT,
    (ErrorName.NOT_FOUND,),
)


@opens(UNIT)
async def unit(request: web.Request) -> web.StreamResponse:
    """Answer with what is known of this very code; not found when that is nothing."""
    reading, competition, about = await _about(request)
    if not about.entries:
        raise _not_found(request, competition, "nothing is known of unit {}")

    def page(seq: int) -> UnitPage:
        documents = tuple(DocumentRow(entry.topic, entry.seq, entry.kind) for entry in about.entries)
        shown = _raw(about.newest("unit")), _raw(about.newest("result")), _call(about)
        return UnitPage(reading.epoch, seq, competition, *shown, documents)

    return await answer(request, reading, about.seq, page)


@opens(UNIT_RESULT)
async def unit_result(request: web.Request) -> web.StreamResponse:
    """Answer with the newest result as it was delivered."""
    reading, competition, about = await _about(request)
    result = about.newest("result")
    if result is None:
        raise _not_found(request, competition, "unit {} has no result")
    return await as_delivered(request, reading, result, await labels_at(request, reading))


async def _about(request: web.Request) -> tuple[Reading, str, About]:
    reading = await entitled(request)
    code = _code(request.match_info["unit"])
    competition = chosen(request, reading)
    reading = await at_moment(request, reading, of_code(competition, code))
    return reading, competition, reading.board.view(Units).about(competition, code)


def _code(text: str) -> Code:
    code = parse_code(text)
    if isinstance(code, PlainCode):
        hint = "It has 34 characters, filling included, or the 9 of the Games up to 2016."
        raise ReaderError(ErrorName.BAD_REQUEST, f"{text[:40]!r} is no code of a unit", hint=hint)
    return code


def _not_found(request: web.Request, competition: str, detail: str) -> ReaderError:
    named = f"{request.match_info['unit']} of {competition}"
    return ReaderError(ErrorName.NOT_FOUND, detail.format(named), hint="/v1/schedule lists the units.")


class _Said(msgspec.Struct):
    call: str
    decision: Decision


class _Message(msgspec.Struct):
    body: _Said | None


_MESSAGE = msgspec.json.Decoder(_Message)


def _call(about: About) -> CallRow | None:
    """Null without a result, and where its body is kept apart."""
    found = (about.newest("result"), about.newest("call"))
    newest = max((entry for entry in found if entry is not None), key=attrgetter("seq"), default=None)
    said = _MESSAGE.decode(newest.json).body if newest else None
    return CallRow(newest.topic, newest.seq, said.call, said.decision) if newest and said else None


def _raw(entry: Entry | None) -> msgspec.Raw | None:
    return None if entry is None else msgspec.Raw(entry.json)
