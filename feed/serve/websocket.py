"""GET /v1/stream: one subscriber's WebSocket, one message a frame (the contract, "Reading").

A valid upgrade is accepted even when the request cannot be served, because a browser sees nothing of a failed one:
it gets an `error` frame and a close code.
"""

import asyncio

import msgspec
from aiohttp import web

from feed.core.about import ABOUT, read_about
from feed.core.cohorts import CohortKey
from feed.core.cursor import read_cursor, write_cursor
from feed.core.encodings import FRAMES
from feed.core.filters import Filter, parse_filter
from feed.core.limits import Bucket
from feed.errors import ErrorName, ReaderError
from feed.serve.door import Answer, Door, opens
from feed.serve.framed import FrameSubscriber
from feed.serve.handshake import hand_over, upgrade_head
from feed.serve.opening import begin, start_of
from feed.serve.origins import check_origin
from feed.serve.parameters import FORM, SUBSCRIBER
from feed.serve.query import read_stream_wish
from feed.serve.reading import GRANTED, READINGS, Reading
from feed.serve.rights import RIGHTS, check_room, entitled
from schemas.control import Pong


class ClientFrame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client may say: `filter` (with `filter`, `type` and the names of ABOUT) or `ping`."""

    op: str
    filter: list[str] | None = None
    type: list[str] | None = None
    athlete: list[str] = []
    noc: list[str] = []
    venue: list[str] = []
    status: list[str] = []


ORDERS_PER_SECOND = 50
_decoder = msgspec.json.Decoder(ClientFrame)
_REFUSED = CohortKey(Filter((), frozenset()), FRAMES)
_STRANGERS = frozenset({ErrorName.UNAUTHORIZED, ErrorName.NOT_ENTITLED})


class Session:
    """Obeys what a subscriber says, as long as it leaves time for others."""

    __slots__ = ("_orders", "_reading")

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._orders: Bucket | None = None

    def said(self, subscriber: FrameSubscriber, text: bytes) -> None:
        """Obey a client frame, or close the connection by name."""
        try:
            self._count()
            self._obey(subscriber, text)
        except ReaderError as error:
            reading = self._reading
            subscriber.refuse(error, write_cursor(reading.epoch, reading.pump.place(subscriber)))

    def _count(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._orders is None:  # most never say anything
            self._orders = Bucket(ORDERS_PER_SECOND, now)
        if self._orders.take(now):
            detail = f"more than {ORDERS_PER_SECOND} frames a second came from the client"
            raise ReaderError(ErrorName.TOO_MANY, detail, hint="A filter holds until the next one.")

    def _obey(self, subscriber: FrameSubscriber, text: bytes) -> None:
        try:
            frame = _decoder.decode(text)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ReaderError(ErrorName.BAD_FRAME, f"the frame cannot be read: {error}") from error
        match frame.op:
            case "ping":
                subscriber.say(Pong(ts=self._reading.pump.now()))
            case "filter":
                about = read_about({name: getattr(frame, name) for name in ABOUT})
                wish = parse_filter(frame.filter or [], frame.type or [], self._reading.scope, about)
                self._reading.pump.refilter(subscriber, wish)
            case _:
                raise ReaderError(ErrorName.BAD_FRAME, f"there is no op {frame.op!r}", hint="Known: filter, ping.")


STREAM = Door(
    "Follow the feed over a WebSocket, one message a frame.",
    "Follow",
    {101: Answer("The WebSocket. A request that cannot be served is told by an `error` frame and a close code.")},
    SUBSCRIBER | FORM,
    errors=(ErrorName.BAD_REQUEST,),
    checks_names=False,
)


@opens(STREAM)
async def stream(request: web.Request) -> web.StreamResponse:
    """Upgrade, say hello, and leave the connection to the pump."""
    head = upgrade_head(request)
    try:
        check_origin(request)
        wish, encoding = await read_stream_wish(request.query, await entitled(request))
        request.app[RIGHTS].check(wish.reading)
        check_room(request, wish.reading)
    except ReaderError as error:
        _turn_away(request, head, error)
    else:
        begin(request, head, _subscriber(wish.reading, wish.key(encoding), start_of(wish)), wish)
    return web.Response()


def _subscriber(reading: Reading, key: CohortKey, cursor: int) -> FrameSubscriber:
    return FrameSubscriber(reading.pump.leave, Session(reading).said, key, cursor)


def _turn_away(request: web.Request, head: bytes, error: ReaderError) -> None:
    if request.transport is None:
        return  # the client has gone while its place was waited for
    reading = request.get(GRANTED)
    subscriber = _subscriber(reading or request.app[READINGS]["P"], _REFUSED, 0)
    hand_over(request, head, subscriber)
    subscriber.refuse(error, _unserved(request, reading, error) if reading else "")


def _unserved(request: web.Request, reading: Reading, error: ReaderError) -> str:
    """Where a refused reader still stands: at its own cursor, at the tip if it wanted news only, else nowhere.

    Whoever has no right is not told how far the stream has come.
    """
    if error.name in _STRANGERS:
        return ""
    text = request.query.get("after")
    if text is None:
        return "" if "snapshot" in request.query else write_cursor(reading.epoch, reading.log.tip)
    if error.name is ErrorName.NOT_READY:
        return text
    try:
        return write_cursor(reading.epoch, read_cursor(text, reading.epoch, reading.log.floor, reading.log.tip))
    except ReaderError:
        return ""
