"""GET /v1/odf: documents by the attributes of their header, as customers of ODF ask for what they missed.

The parameters are those of Foundation Principles 8 (recovery); several documents come as a ZIP of files.
"""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator

from aiohttp import web
from multidict import MultiMapping

from feed.core.entry import Entry
from feed.errors import ErrorName, ReaderError
from feed.serve.competitions import ZONES, chosen
from feed.serve.odf import XML, Written, read_family, written
from feed.serve.query import check_names, read_number
from feed.serve.reading import Reading
from feed.serve.rights import entitled
from feed.venues.odf import RefusedError, topic_of
from schemas.list import LIST_KIND
from schemas.topic import parse_topic
from schemas.wire import decode

ZIP = "application/zip"
KEY = ("DocumentCode", "DocumentSubcode", "DocumentType", "DocumentSubtype", "Language")
_NAMES = frozenset({*KEY, "Version", "LogicalDate", "Date", "FeedFlag", "competition", "family", "flag"})
STEPS_MAX = 5_000  # versions of one document that are looked at
DOCUMENTS_MAX = 1_000


async def backfill(request: web.Request) -> web.StreamResponse:
    """Answer with the one document that fits, or with a ZIP of all that do; the newest Version first."""
    query = request.query
    check_names(query, _NAMES)
    reading = entitled(request, query.get("FeedFlag"))
    family, zones = read_family(query), request.app[ZONES]
    named = {name: query[name] for name in KEY if name in query}
    try:
        topic = topic_of(named | {"CompetitionCode": chosen(request, reading)})
    except RefusedError as refused:
        hint = "DocumentCode and DocumentType are needed."
        raise ReaderError(ErrorName.BAD_REQUEST, refused.refusal.detail, hint=hint) from refused
    version = read_number(query, "Version", 1, 999_999_999) if "Version" in query else None
    if version is not None and parse_topic(topic).kind == LIST_KIND:
        detail = "a list is written as it is now"
        raise ReaderError(ErrorName.BAD_REQUEST, detail, hint="Leave out Version; earlier entities are on /v1/log.")
    found: list[Written] = []
    async for entry in _versions(reading, topic):
        message = decode(entry.json)
        if version is not None and message.version is not None and message.version < version:
            break
        if version not in {None, message.version}:
            continue
        document = await written(reading, entry, family, zones)
        if _is_of(document, query):
            found.append(document)
        if len(found) == DOCUMENTS_MAX:
            break
    if not found:
        raise ReaderError(ErrorName.NOT_FOUND, "no document fits", hint="Leave out Version or the dates.")
    if len(found) == 1:
        return web.Response(body=found[0].text, content_type=XML, charset="utf-8")
    return web.Response(body=await asyncio.to_thread(_zipped, found), content_type=ZIP)


async def _versions(reading: Reading, topic: str) -> AsyncIterator[Entry]:
    """The messages of a topic, the newest first, as far as the reader may see them."""
    entry = reading.board.get(topic)
    for _ in range(STEPS_MAX):
        if entry is None or entry.within(reading.scope) is None:
            return
        yield entry
        if entry.kind == LIST_KIND:
            return
        prev = decode(entry.json).prev
        entry = (await reading.read(prev - 1, 1))[0] if prev else None


def _is_of(document: Written, query: MultiMapping[str]) -> bool:
    """Whether a document is of the days asked for."""
    _, logical_date, date, *_ = document.name.split("~")
    return query.get("LogicalDate", logical_date) == logical_date and query.get("Date", date) == date


def _zipped(documents: list[Written]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as files:
        for number, document in enumerate(documents):
            files.writestr(f"{number:04d}~{document.name}", document.text)
    return out.getvalue()
