"""GET /v1/snapshot: the current state at one sequence, in ascending order, streamed."""

from collections.abc import Mapping

from aiohttp import hdrs, web

from feed.core.about import ABOUT
from feed.serve.answers import JSON
from feed.serve.moments import AS_OF, at_moment, labels_at
from feed.serve.pulls import Form, json_text, lines, send, under_way
from feed.serve.query import LANG, NDJSON, check_names, read_filter, wants
from feed.serve.reading import Reading
from feed.serve.representation import A_MOMENT, Representation
from feed.serve.rights import entitled
from feed.serve.views import send_whole, tag_of

_NAMES = frozenset({AS_OF, "filter", "flag", LANG, "type", *ABOUT})


async def snapshot(request: web.Request) -> web.StreamResponse:
    """Board and sequence are taken at one moment; what follows is on the log after `seq`."""
    check_names(request.query, _NAMES)
    reading = entitled(request)
    wish = read_filter(request.query, reading.scope)
    reading = await at_moment(request, reading, lambda board: filter(wish.reaches, board))
    labels = await labels_at(request, reading)
    media = NDJSON if wants(request.headers, NDJSON) else JSON
    shape = Representation(request, tag_of(reading, reading.seq, media.rpartition("/")[2], labels=labels), hdrs.ACCEPT)
    shape.lies_at(reading, A_MOMENT)
    if unchanged := shape.unchanged():
        return unchanged
    async with under_way(request, reading):
        form = _form(reading, media, shape.headers)
        if (kept := shape.kept()) is not None:
            return await send_whole(request, form.headers, kept)
        entries, shown = reading.board.snapshot(wish.keeps), labels.of_state if labels else None
        return await send(request, form, entries, shown, shape.keep)


def _form(reading: Reading, media: str, headers: Mapping[str, str]) -> Form:
    """The cut stands before the messages, where those are lines in headers."""
    epoch, seq = reading.epoch, reading.seq
    if media == NDJSON:
        return lines({**headers, "Feed-Epoch": epoch, "Feed-Seq": str(seq)})
    start = b'{"epoch":"%b","seq":%d,"messages":[' % (epoch.encode(), seq)
    form = json_text(start, b"]}")
    return form._replace(headers={**form.headers, **headers})
