"""How a view leaves by HTTP: as JSON under an entity tag, which is looked at before anything is made."""

from collections.abc import Callable, Mapping

import msgspec
from aiohttp import hdrs, web
from multidict import istr

from feed.core.scope import WHOLE, Scope
from feed.serve.answers import JSON
from feed.serve.pulls import PORTION_BYTES, under_way
from feed.serve.query import is_known
from feed.serve.reading import Reading

VIEW_NAMES = frozenset({"competition", "flag"})


async def answer(
    request: web.Request, reading: Reading, seq: int, make: Callable[[int], msgspec.Struct], variant: str = ""
) -> web.StreamResponse:
    """Send what `make` makes, unless the reader has it: the same sequence, scope and `variant` give the same bytes.

    `make` is given the sequence to tell. Raises ReaderError too_many.
    """
    if reading.scope.venues:
        seq = reading.seq  # what left these venues long ago is not known everywhere: its sequence tells nothing
    tag = ":".join(filter(None, (reading.epoch, str(seq), "json", variant, _told(reading.scope))))
    headers = {hdrs.ETAG: f'"{tag}"'}
    if is_known(request, tag):
        return web.Response(status=304, headers=headers)
    text = msgspec.json.encode(make(seq))
    if request.method == hdrs.METH_HEAD:
        return web.Response(body=text, headers=headers, content_type=JSON)
    async with under_way(request, reading):
        return await _send(request, headers | {hdrs.CONTENT_TYPE: JSON}, memoryview(text))


def _told(scope: Scope) -> str:
    """What part of the flag it is of: readers of another part must not take it for theirs."""
    return "" if scope == WHOLE else "/".join(map(",".join, msgspec.structs.astuple(scope)))


async def _send(request: web.Request, headers: Mapping[istr, str], text: memoryview) -> web.StreamResponse:
    """Portion by portion; a reader who leaves in the middle is let go."""
    response = web.StreamResponse(headers=headers)
    response.content_length = len(text)
    try:
        await response.prepare(request)
        for start in range(0, len(text), PORTION_BYTES):
            await response.write(text[start : start + PORTION_BYTES])
        await response.write_eof()
    except ConnectionError:
        response.force_close()
    return response
