"""GET /v1/odf: documents by the attributes of their header, as customers of ODF ask for what they missed.

The parameters are those of Foundation Principles 8 (recovery); several documents come as a ZIP of files, which is made
as it leaves: two documents are in memory, however many there are and however slowly they are read.
"""

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from aiohttp import hdrs, web
from multidict import MultiMapping

from feed.core.entry import Entry
from feed.errors import ErrorName, OutcomeUnknownError, ReaderError
from feed.serve.competitions import ZONES, chosen
from feed.serve.door import Answer, Door, opens
from feed.serve.odf import FAMILY_WANTED, XML, Written, read_family, send_document, written
from feed.serve.parameters import COMPETITION, DELAY, FLAG, Choice, Number, Text, named
from feed.serve.pulls import under_way
from feed.serve.query import read_number
from feed.serve.reading import Reading
from feed.serve.rights import entitled
from feed.serve.views import send_portions
from feed.serve.zipping import Zip
from feed.venues.odf import RESULT, RefusedError, topic_of
from schemas.list import LIST_KIND
from schemas.topic import parse_topic
from schemas.wire import decode

ZIP = "application/zip"
KEY = ("DocumentCode", "DocumentSubcode", "DocumentType", "DocumentSubtype", "Language")
STEPS_MAX = 5_000  # versions of one document that are looked at
DOCUMENTS_MAX = 1_000

_log = logging.getLogger("feed.serve.backfill")

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
VERSION = Number(name="Version", meaning="This Version alone.", highest=999_999_999, example="3")
BACKFILL = Door(
    "ODF documents by the attributes of their header, also earlier Versions.",
    "Views",
    {200: Answer("The one document that fits, or all that do as files of a ZIP.", {XML: None, ZIP: None})},
    named(
        Text(name=KEY[0], meaning="Of the header.", example="ATHM100M--------------FNL-000100--", is_needed=True),
        Text(name=KEY[2], meaning="Of the header.", example=RESULT, is_needed=True),
        Text(name=KEY[1], meaning="Of the header.", example="0001"),
        Text(name=KEY[3], meaning="Of the header.", example="WR"),
        Text(name=KEY[4], meaning="Of the header.", example="ENG"),
        VERSION,
        Text(name="LogicalDate", meaning="Documents of this day.", pattern=_DAY, example="2024-08-04"),
        Text(name="Date", meaning="Documents that were made on this day.", pattern=_DAY, example="2024-08-04"),
        Choice(name="FeedFlag", meaning="The same as `flag`.", of=FLAG.of, default=FLAG.default, example="P"),
        FAMILY_WANTED,
        COMPETITION,
        DELAY,
        FLAG,
    ),
    errors=(ErrorName.NOT_FOUND, ErrorName.DAMAGED),
)


@opens(BACKFILL)
async def backfill(request: web.Request) -> web.StreamResponse:
    """Answer with the one document that fits, or with a ZIP of all that do; the newest Version first."""
    query = request.query
    reading = await entitled(request, query.get("FeedFlag"))
    family, zones = read_family(query), request.app[ZONES]
    named = {name: query[name] for name in KEY if name in query}
    try:
        topic = topic_of(named | {"CompetitionCode": chosen(request, reading)})
    except RefusedError as refused:
        hint = "DocumentCode and DocumentType are needed."
        raise ReaderError(ErrorName.BAD_REQUEST, refused.refusal.detail, hint=hint) from refused
    version = read_number(query, VERSION) if VERSION.name in query else None
    if version is not None and parse_topic(topic).kind == LIST_KIND:
        detail = "a list is written as it is now"
        raise ReaderError(ErrorName.BAD_REQUEST, detail, hint="Leave out Version; earlier entities are on /v1/log.")
    documents = _fitting(reading, topic, query, version, family, zones)
    async with under_way(request, reading), aclosing(documents):
        try:
            first, second = await anext(documents, None), await anext(documents, None)
        except OutcomeUnknownError as error:
            raise ReaderError(ErrorName.NOT_READY, error.detail, hint="Ask again in a second.") from error
        if first is None:
            raise ReaderError(ErrorName.NOT_FOUND, "no document fits", hint="Leave out Version or the dates.")
        if second is None:
            return await send_document(request, first.text)
        return await _send_all(request, [first, second], documents)


async def _send_all(
    request: web.Request, found: list[Written], others: AsyncGenerator[Written, None]
) -> web.StreamResponse:
    """All of them as files; raises nothing once the headers are written: a failure then cuts the connection off."""
    if request.method == hdrs.METH_HEAD:
        return web.Response(content_type=ZIP)
    response, files = web.StreamResponse(headers={hdrs.CONTENT_TYPE: ZIP}), Zip()
    try:
        await response.prepare(request)
        while found:
            document = found.pop(0)
            await send_portions(response, await files.add(document.name, document.text))
        async for document in others:
            await send_portions(response, await files.add(document.name, document.text))
        await send_portions(response, files.end())
        await response.write_eof()
    except (ReaderError, OutcomeUnknownError) as error:
        _log.error("a ZIP was cut off: %s", error.detail)
        if request.transport is not None:
            request.transport.abort()
    except ConnectionError:
        response.force_close()
    return response


async def _fitting(
    reading: Reading,
    topic: str,
    query: MultiMapping[str],
    version: int | None,
    family: str,
    zones: Mapping[str, str],
) -> AsyncGenerator[Written, None]:
    """The documents of a topic that fit, the newest first, each made when it is asked for; raises ReaderError."""
    count = 0
    async with aclosing(_versions(reading, topic)) as versions:
        async for entry in versions:
            message = decode(entry.json)
            if version is not None and message.version is not None and message.version < version:
                return
            if version not in {None, message.version}:
                continue
            document = await written(reading, entry, family, zones)
            if _is_of(document, query):
                yield document
                count += 1
            if count == DOCUMENTS_MAX:
                return


async def _versions(reading: Reading, topic: str) -> AsyncGenerator[Entry, None]:
    """The messages of a topic, the newest first, as far as the reader may see them."""
    entry = reading.board.get(topic)
    for _ in range(STEPS_MAX):
        if entry is None or entry.within(reading.scope) is None:
            return
        yield entry
        if entry.kind == LIST_KIND:
            return
        prev = decode(entry.json).prev
        found = await reading.read(prev - 1, 1) if prev else []
        entry = found[0] if found and found[0].seq == prev else None  # the broker may have lost it


def _is_of(document: Written, query: MultiMapping[str]) -> bool:
    """Whether a document is of the days asked for."""
    _, logical_date, date, *_ = document.name.split("~")
    return query.get("LogicalDate", logical_date) == logical_date and query.get("Date", date) == date
