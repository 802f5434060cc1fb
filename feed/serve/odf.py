"""A message as an ODF document, for those who read ODF: `Accept: application/xml` at /v1/documents."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from aiohttp import hdrs, web
from multidict import MultiMapping

from feed.core.entry import Entry
from feed.errors import DamagedError, ErrorName, OutcomeUnknownError, ReaderError
from feed.serve.competitions import NO_ZONE, ZONES
from feed.serve.parameters import Choice
from feed.serve.pulls import under_way
from feed.serve.reading import Reading
from feed.serve.representation import Representation
from feed.serve.views import send_whole, tag_of
from feed.venues.odf import FAMILIES, NoDocumentError, Writer, references
from schemas.list import LIST_KIND
from schemas.message import BodyRef
from schemas.registry import AnyMessage
from schemas.wire import decode, with_body

Encode = Callable[[Writer, AnyMessage, Sequence[AnyMessage]], bytes]
XML = "application/xml"
FAMILY = "2026"
AT_ONCE = 500  # entities that are read before others get their turn
NO_MORE: Final[Mapping[str, str]] = {}
FAMILY_WANTED = Choice(
    name="family", meaning="The generation of an ODF document.", of=tuple(FAMILIES), default=FAMILY, example="2028"
)


async def as_odf(request: web.Request, reading: Reading, entry: Entry) -> web.StreamResponse:
    """The document that a message came from, or could have come from, of the generation in `family=`.

    Raises ReaderError: bad_request for a generation there is not, not_found for what no document says, not_ready,
    damaged, too_many.
    """
    family = read_family(request.query)
    seq = reading.seq if entry.kind == LIST_KIND else entry.seq  # entities change without their head
    shape = Representation(request, tag_of(reading, seq, f"odf-{family}"), hdrs.ACCEPT)
    shape.lies_at(reading)
    if unchanged := shape.unchanged():
        return unchanged
    zones = request.app[ZONES]

    async def text() -> bytes:
        return (await written(reading, entry, family, zones)).text

    async with under_way(request, reading):
        return await send_document(request, await shape.body(text), shape.headers)


async def send_document(request: web.Request, text: bytes, headers: Mapping[str, str] = NO_MORE) -> web.StreamResponse:
    """Answer with a document."""
    if request.method == hdrs.METH_HEAD:
        return web.Response(body=text, headers=headers, content_type=XML, charset="utf-8")
    return await send_whole(request, {**headers, hdrs.CONTENT_TYPE: f"{XML}; charset=utf-8"}, text)


class Written(NamedTuple):
    """A document, and what it is called where documents are files."""

    name: str
    text: bytes


def read_family(query: MultiMapping[str]) -> str:
    """The generation asked for; raises ReaderError bad_request for one there is not."""
    family = query.get("family", FAMILY)
    if family not in FAMILIES:
        raise ReaderError(ErrorName.BAD_REQUEST, f"family={family}: there are {', '.join(FAMILIES)}")
    return family


async def written(reading: Reading, entry: Entry, family: str, zones: Mapping[str, str]) -> Written:
    """The document of a message; `zones` are those of competitions. Raises ReaderError as `as_odf` does."""
    entries = [entry]
    if entry.kind == LIST_KIND:
        entries += reading.board.snapshot(lambda each: each.index.list == entry.topic)
    return await drawn_up(reading, entries, family, zones)


async def drawn_up(
    reading: Reading, entries: Iterable[Entry], family: str, zones: Mapping[str, str], encode: Encode = Writer.encode
) -> Written:
    """What `encode` makes of a message and its entities; raises ReaderError as `as_odf` does."""
    try:
        message, *entities = await _all(reading, entries)
        contents = await _contents(reading, (message, *entities))
        zone = ZoneInfo(zones.get(message.competition, NO_ZONE))
        writer = Writer(reading.flag, FAMILIES[family], zone, contents.__getitem__)
        return Written(writer.file_name(message), await asyncio.to_thread(encode, writer, message, entities))
    except NoDocumentError as error:
        raise ReaderError(ErrorName.NOT_FOUND, str(error), hint="Ask for JSON.") from error
    except OutcomeUnknownError as error:
        raise ReaderError(ErrorName.NOT_READY, error.detail, hint="Ask again in a second.") from error
    except DamagedError as error:
        raise ReaderError(ErrorName.DAMAGED, error.detail, hint="Tell the operator; asking again is no use.") from error


async def _all(reading: Reading, entries: Iterable[Entry]) -> list[AnyMessage]:
    """Their messages; others get their turn in a long list."""
    found: list[AnyMessage] = []
    for entry in entries:
        found.append(await _whole(reading, entry))
        if len(found) % AT_ONCE == 0:
            await asyncio.sleep(0)
    return found


async def _whole(reading: Reading, entry: Entry) -> AnyMessage:
    """A message with its body, also one that is kept apart from it."""
    message = decode(entry.json)
    if isinstance(message.body_ref, BodyRef):
        return with_body(message, await _blob(reading, message.body_ref))
    return message


async def _contents(reading: Reading, messages: Iterable[AnyMessage]) -> dict[BodyRef, bytes]:
    refs = {ref for message in messages for ref in references(message.body)}
    return {ref: await _blob(reading, ref) for ref in refs}


async def _blob(reading: Reading, ref: BodyRef) -> bytes:
    return b"".join([part async for part in reading.blobs.read(ref)])
