"""GET /v1/snapshot: the current state at one sequence, in ascending order, streamed."""

from aiohttp import web

from feed.serve.pulls import json_text, lines, send, under_way
from feed.serve.query import NDJSON, check_names, read_filter, wants
from feed.serve.rights import entitled

_NAMES = frozenset({"filter", "flag", "type"})


async def snapshot(request: web.Request) -> web.StreamResponse:
    """Board and sequence are taken at one moment; what follows is on the log after `seq`."""
    check_names(request.query, _NAMES)
    reading = entitled(request)
    wish = read_filter(request.query, reading.scope)
    async with under_way(request, reading):
        epoch, seq, entries = reading.epoch, reading.log.tip, reading.board.snapshot(wish.wants)
        if wants(request.headers, NDJSON):
            return await send(request, lines({"Feed-Epoch": epoch, "Feed-Seq": str(seq)}), entries)
        start = b'{"epoch":"%b","seq":%d,"messages":[' % (epoch.encode(), seq)
        return await send(request, json_text(start, b"]}"), entries)
