"""GET /v1/blobs/{sha256}: what a message refers to: a body too large for it, a picture, a report; streamed whole.

Who may read the flag may read its blobs: a name is the digest of the bytes, so only who was told it, or has them, knows
it. What a venue sent must do no harm at our address: a browser gets it without scripts, under the one media type that
its first bytes told, and saves what it could otherwise run.
"""

import logging
import re
from contextlib import aclosing

from aiohttp import hdrs, web

from feed.errors import DamagedError, ErrorName, OutcomeUnknownError, ReaderError
from feed.serve.door import ETAG, IF_NONE_MATCH, Answer, Door, opens
from feed.serve.parameters import DELAY, FLAG, Text, named
from feed.serve.pulls import under_way
from feed.serve.query import is_known
from feed.serve.reading import Reading
from feed.serve.rights import entitled
from schemas.message import BodyRef

FOR_EVER = "max-age=31536000, immutable"
# Shown in place. A PDF or an SVG may have scripts of its own: a page shows it as <img>, or from the bytes it fetched.
_SHOWN = frozenset(
    (
        *("application/json", "image/png", "image/jpeg", "image/gif", "image/webp"),
        *("audio/mpeg", "audio/mp4", "audio/wav", "audio/ogg", "audio/flac"),
    )
)
_ENDINGS = {"application/pdf": ".pdf", "image/svg+xml": ".svg", "image/tiff": ".tif"}
_GUARDS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
_SHA256 = re.compile(r"[0-9a-f]{64}")

_log = logging.getLogger("feed.serve.blobs")


BLOB = Door(
    "The bytes that a message refers to.",
    "Views",
    {
        200: Answer("The bytes; they never change.", {"*/*": None}, ETAG),
        304: Answer("The reader has them.", headers=ETAG),
    },
    named(DELAY, FLAG),
    named(Text(name="sha256", meaning="Their SHA-256.", pattern=_SHA256.pattern, example="0" * 64)),
    named(IF_NONE_MATCH),
    errors=(ErrorName.NOT_FOUND, ErrorName.DAMAGED),
)


@opens(BLOB)
async def blob(request: web.Request) -> web.StreamResponse:
    """Answer with a blob of the flag asked for; its name is its entity tag."""
    reading = await entitled(request)
    name = request.match_info["sha256"]
    if not _SHA256.fullmatch(name):
        detail = f"{name[:80]!r} is no name of a blob"
        raise ReaderError(ErrorName.BAD_REQUEST, detail, hint="It is a SHA-256 in 64 lower-case hex digits.")
    try:
        ref = await reading.blobs.find(name, reading.until if reading.delay else None)
        if ref is None:
            raise ReaderError(ErrorName.NOT_FOUND, f"flag {reading.flag} has no blob {name}")
        headers = {hdrs.ETAG: f'"{name}"', hdrs.CACHE_CONTROL: f"{public_if(reading)}, {FOR_EVER}"}
        if is_known(request, name):
            return web.Response(status=304, headers=headers)
        response = web.StreamResponse(headers=headers | _described(ref))
        response.content_length = ref.bytes
        await _send(request, response, reading, ref)
    except OutcomeUnknownError as error:
        raise ReaderError(ErrorName.NOT_READY, error.detail, hint="Ask again in a second.") from error
    except DamagedError as error:
        _log.error("%s", error.detail)
        raise ReaderError(ErrorName.DAMAGED, error.detail, hint="Tell the operator; asking again is no use.") from error
    return response


def _described(ref: BodyRef) -> dict[str, str]:
    """What a browser is told of the bytes."""
    headers = {hdrs.CONTENT_TYPE: ref.media, **_GUARDS}
    if ref.media not in _SHOWN:
        headers[hdrs.CONTENT_DISPOSITION] = f'attachment; filename="{ref.sha256}{_ENDINGS.get(ref.media, "")}"'
    return headers


def public_if(reading: Reading) -> str:
    """Whether a shared cache may keep it: what a key gave goes to nobody else."""
    return "public" if reading.key is None else "private"


async def _send(request: web.Request, response: web.StreamResponse, reading: Reading, ref: BodyRef) -> None:
    """Write headers and bytes; raises only before the headers, afterwards a failure cuts the connection off."""
    if request.method == hdrs.METH_HEAD:
        await response.prepare(request)
        return
    async with under_way(request, reading), aclosing(reading.blobs.read(ref)) as parts:
        part = await anext(parts, b"")
        await response.prepare(request)
        try:
            await response.write(part)
            async for part in parts:
                await response.write(part)
        except (OutcomeUnknownError, DamagedError) as error:
            _log.error("blob %s was cut off: %s", ref.sha256, error.detail)
            if request.transport is not None:
                request.transport.abort()
            return
    await response.write_eof()
