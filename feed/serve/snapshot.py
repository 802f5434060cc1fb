"""GET /v1/snapshot: the current state at one sequence, in ascending order, streamed."""

from collections.abc import Mapping

import msgspec
from aiohttp import hdrs, web

from feed.serve.door import ETAG, IF_NONE_MATCH, JSON, Answer, Door, opens
from feed.serve.moments import at_moment, labels_at
from feed.serve.parameters import DELAY, FILTERS, FLAG, LANGUAGE, PAST, named
from feed.serve.pulls import Form, json_text, length, lines, parts, send, under_way
from feed.serve.query import NDJSON, read_filter, wants
from feed.serve.reading import Reading
from feed.serve.representation import A_MOMENT, Representation
from feed.serve.rights import entitled
from feed.serve.views import send_whole, tag_of
from schemas.registry import AnyMessage

SHARED_BYTES = 32 << 20  # what is longer is compressed for each reader as it leaves, instead of waiting in memory


class SnapshotPage(msgspec.Struct, frozen=True):
    """The newest message of each topic that is there, as delivered, in ascending seq, as of `seq`."""

    epoch: str
    seq: int
    messages: tuple[AnyMessage, ...]


SNAPSHOT = Door(
    "The current state at one sequence, or the state as it was.",
    "Follow",
    {
        200: Answer(
            "The state; as NDJSON the cut is in headers.",
            {JSON: SnapshotPage, NDJSON: None},
            {"Feed-Epoch": "With NDJSON: `epoch`.", "Feed-Seq": "With NDJSON: `seq`.", **ETAG},
        ),
        304: Answer("The reader has it.", headers=ETAG),
    },
    FILTERS | named(PAST, DELAY, LANGUAGE, FLAG),
    headers=named(IF_NONE_MATCH),
)


@opens(SNAPSHOT)
async def snapshot(request: web.Request) -> web.StreamResponse:
    """Board and sequence are taken at one moment; what follows is on the log after `seq`."""
    reading = await entitled(request)
    wish = read_filter(request.query, reading.scope)
    reading = await at_moment(request, reading, lambda board: filter(wish.reaches, board))
    labels = await labels_at(request, reading)
    media = NDJSON if wants(request.headers, NDJSON) else JSON
    shape = Representation(request, tag_of(reading, reading.seq, media.rpartition("/")[2], labels=labels), hdrs.ACCEPT)
    shape.lies_at(reading, A_MOMENT)
    if unchanged := shape.unchanged():
        return unchanged
    async with under_way(request, reading):
        form, entries = _form(reading, media, shape.headers), reading.board.snapshot(wish.keeps)
        is_alone = labels or request.method == hdrs.METH_HEAD or length(form, entries) > SHARED_BYTES
        if is_alone or not shape.is_coded:
            return await send(request, form, entries, labels.of_state if labels else None)
        body = await shape.packed(lambda: parts(form, entries))
        return await send_whole(request, form.headers, body)


def _form(reading: Reading, media: str, headers: Mapping[str, str]) -> Form:
    """The cut stands before the messages, where those are lines in headers."""
    epoch, seq = reading.epoch, reading.seq
    if media == NDJSON:
        return lines({**headers, "Feed-Epoch": epoch, "Feed-Seq": str(seq)})
    start = b'{"epoch":"%b","seq":%d,"messages":[' % (epoch.encode(), seq)
    form = json_text(start, b"]}")
    return form._replace(headers={**form.headers, **headers})
