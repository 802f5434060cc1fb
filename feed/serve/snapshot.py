"""GET /v1/snapshot: the current state at one sequence, in ascending order, streamed."""

from aiohttp import hdrs, web

from feed.core.entry import Entry
from feed.serve.answers import JSON
from feed.serve.query import check_accept, check_names, read_filter, read_flag
from feed.serve.reading import READINGS

PORTION_BYTES = 256 * 1024
_NAMES = frozenset({"filter", "flag", "type"})


async def snapshot(request: web.Request) -> web.StreamResponse:
    """Board and sequence are taken at one moment; what follows is on the log after `seq`."""
    check_names(request.query, _NAMES)
    check_accept(request.headers)
    reading = read_flag(request.query, request.app[READINGS])
    wish = read_filter(request.query)
    if request.method == hdrs.METH_HEAD:
        return web.Response(content_type=JSON)  # a streamed body would be written behind the headers all the same
    seq = reading.log.tip
    entries = reading.board.snapshot(wish.wants)
    response = web.StreamResponse(headers={"Content-Type": JSON})
    await response.prepare(request)
    await response.write(b'{"epoch":"%b","seq":%d,"messages":[' % (reading.epoch.encode(), seq))
    await _write_all(response, entries)
    await response.write_eof(b"]}")
    return response


async def _write_all(response: web.StreamResponse, entries: list[Entry]) -> None:
    parts: list[bytes] = []
    size = 0
    for number, entry in enumerate(entries):
        parts += (b"," if number else b"", entry.json)
        size += len(entry.json)
        if size >= PORTION_BYTES:
            await response.write(b"".join(parts))
            parts, size = [], 0
    if parts:
        await response.write(b"".join(parts))
