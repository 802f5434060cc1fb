"""GET /v1/sse: the feed as Server-Sent Events, for whoever cannot open a WebSocket (the contract, "Reading").

A browser sees nothing of a failed request and asks again for ever: an error is a 200 with an `error` event, and where
asking again is no use its id is one that is answered with 204, which ends an EventSource.
"""

import random
from email.utils import formatdate

from aiohttp import hdrs, web

from feed.core.control import encode_control, error_frame
from feed.core.encodings import EVENTS
from feed.core.events import event, retry_line
from feed.errors import ReaderError
from feed.serve.cors import shared_with
from feed.serve.door import Answer, Door, opens
from feed.serve.opening import begin, start_of
from feed.serve.parameters import SUBSCRIBER, Text, named
from feed.serve.query import read_event_wish
from feed.serve.rights import RIGHTS, check_room, entitled
from feed.serve.subscriber import Subscriber

RETRY_MILLISECONDS = (1_000, 3_000)  # readers that were sent away together must not come back together
ERROR_ID = "error:"
_HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class EventSubscriber(Subscriber):
    """A subscriber that listens: what its client sends behind the request is passed over."""

    __slots__ = ()

    def close_by(self, error: ReaderError, cursor: str) -> None:  # noqa: ARG002 - its last id stands
        again = retry_line(round(1000 * error.again)) if error.is_passing else b""
        self.end_with(again + _error_event(error))


SSE = Door(
    "Follow the feed as Server-Sent Events.",
    "Follow",
    {
        200: Answer("Events without end; an error is one `error` event.", {"text/event-stream": None}),
        204: Answer("To a `Last-Event-ID` of an error: coming back is no use."),
    },
    SUBSCRIBER,
    headers=named(
        Text(
            name="Last-Event-ID",
            meaning="Go on behind this event; wins over `after` and `snapshot`.",
            example="a1b2c3:42",
        )
    ),
    checks_names=False,
)


@opens(SSE)
async def sse(request: web.Request) -> web.StreamResponse:
    """Answer with events without end, or with one that says why not."""
    last_event_id = request.headers.get("Last-Event-ID", "")
    if last_event_id.startswith(ERROR_ID):
        return web.Response(status=204)
    try:
        wish = await read_event_wish(request.query, await entitled(request), last_event_id)
        request.app[RIGHTS].check(wish.reading)
        check_room(request, wish.reading)
    except ReaderError as error:
        return web.Response(body=_retry(error.again) + _error_event(error), headers=_HEADERS)
    subscriber = EventSubscriber(wish.reading.pump.leave, wish.key(EVENTS), start_of(wish))
    begin(request, _head(request), subscriber, wish)
    return web.Response()


def _head(request: web.Request) -> bytes:
    """Neither a length nor chunks: the body is whatever comes until the end, the same bytes for every reader."""
    headers = _HEADERS | shared_with(request) | {hdrs.DATE: formatdate(usegmt=True), hdrs.CONNECTION: "close"}
    lines = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
    return f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode() + _retry()


def _retry(again: float = 1) -> bytes:
    return retry_line(round(again * random.uniform(*RETRY_MILLISECONDS)))  # noqa: S311 - spreads reconnects


def _error_event(error: ReaderError) -> bytes:
    """Where coming back may help, the reader keeps its last id and comes back with it."""
    place = None if error.is_passing else ERROR_ID + error.name.value
    return event("error", encode_control(error_frame(error)), place)
