"""GET /v1/snapshot: the current state at one sequence, in ascending order, streamed."""

from aiohttp import web

from feed.serve.moments import AS_OF, at_moment, labels_at
from feed.serve.pulls import json_text, lines, send, under_way
from feed.serve.query import LANG, NDJSON, check_names, read_filter, wants
from feed.serve.rights import entitled

_NAMES = frozenset({AS_OF, "filter", "flag", LANG, "type"})


async def snapshot(request: web.Request) -> web.StreamResponse:
    """Board and sequence are taken at one moment; what follows is on the log after `seq`."""
    check_names(request.query, _NAMES)
    reading = entitled(request)
    wish = read_filter(request.query, reading.scope)
    reading = await at_moment(request, reading, lambda board: filter(wish.reaches, board))
    labels = await labels_at(request, reading)
    async with under_way(request, reading):
        epoch, seq, entries = reading.epoch, reading.seq, reading.board.snapshot(wish.wants)
        shown = labels.of_state if labels else None
        if wants(request.headers, NDJSON):
            return await send(request, lines({"Feed-Epoch": epoch, "Feed-Seq": str(seq)}), entries, shown)
        start = b'{"epoch":"%b","seq":%d,"messages":[' % (epoch.encode(), seq)
        return await send(request, json_text(start, b"]}"), entries, shown)
