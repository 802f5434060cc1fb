"""GET /v1/stream: one subscriber's WebSocket, one message a frame (the contract, "Reading").

A valid upgrade is accepted even when the request cannot be served, because a browser sees nothing of a failed one:
it gets an `error` frame and a close code.
"""

from collections.abc import Mapping

import msgspec
from aiohttp import web

from feed.core.control import encode_control, error_frame, hello
from feed.core.cursor import write_cursor
from feed.core.filters import Filter, parse_filter
from feed.errors import ErrorName, ReaderError
from feed.serve.handshake import accept_key, hand_over
from feed.serve.query import Wish, read_after, read_stream_wish
from feed.serve.reading import CONNECTIONS_MAX, READINGS, Reading
from feed.serve.subscriber import Subscriber
from schemas.control import Pong


class ClientFrame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client may say: `filter` (with `filter` and `type`) or `ping`."""

    op: str
    filter: list[str] | None = None
    type: list[str] | None = None


_decoder = msgspec.json.Decoder(ClientFrame)
EVERYTHING = Filter((), frozenset())


class Session:
    """The owner of one flag's subscribers: what they say and when they leave."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def said(self, subscriber: Subscriber, text: bytes) -> None:
        """Obey a client frame, or close the connection by name."""
        try:
            self._obey(subscriber, text)
        except ReaderError as error:
            reading = self._reading
            _refuse(subscriber, error, write_cursor(reading.epoch, reading.pump.place(subscriber)))

    def left(self, subscriber: Subscriber) -> None:
        self._reading.pump.leave(subscriber)

    def _obey(self, subscriber: Subscriber, text: bytes) -> None:
        try:
            frame = _decoder.decode(text)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ReaderError(ErrorName.BAD_FRAME, f"the frame cannot be read: {error}") from error
        match frame.op:
            case "ping":
                subscriber.say(encode_control(Pong(ts=self._reading.pump.now())))
            case "filter":
                self._reading.pump.refilter(subscriber, parse_filter(frame.filter or [], frame.type or []))
            case _:
                raise ReaderError(ErrorName.BAD_FRAME, f"there is no op {frame.op!r}", hint="Known: filter, ping.")


async def stream(request: web.Request) -> web.StreamResponse:
    """Upgrade, say hello, and leave the connection to the pump."""
    accept = accept_key(request)
    readings = request.app[READINGS]
    try:
        wish = read_stream_wish(request.query, readings)
        _check_room(readings, request.app[CONNECTIONS_MAX])
    except ReaderError as error:
        reading = readings.get(request.query.get("flag", "P"), readings["P"])
        subscriber = Subscriber(Session(reading), EVERYTHING, reading.log.tip)
        hand_over(request, accept, subscriber)
        _refuse(subscriber, error, _unserved(request, reading))
    else:
        _serve(request, accept, wish)
    return web.Response()


def _serve(request: web.Request, accept: bytes, wish: Wish) -> None:
    """Fix the cut, the snapshot and the place in the log at one moment: nothing here waits."""
    reading = wish.reading
    tip = reading.log.tip
    start = tip if wish.after is None else wish.after
    shared = reading.pump.cohorts.shared(wish.filter)
    subscriber = Subscriber(Session(reading), shared, start)
    early = hand_over(request, accept, subscriber)
    place = None if wish.snapshot else start
    subscriber.say(encode_control(hello(reading.epoch, reading.flag, tip, reading.log.floor, place)))
    snapshot = reading.board.snapshot(shared.wants) if wish.snapshot else None
    reading.pump.open(subscriber, snapshot, None if wish.after is None else tip)
    if early:
        subscriber.data_received(early)


def _unserved(request: web.Request, reading: Reading) -> str:
    """Where a refused reader still stands: at its own cursor, at the tip if it wanted news only, else nowhere."""
    if "after" not in request.query:
        return "" if "snapshot" in request.query else write_cursor(reading.epoch, reading.log.tip)
    try:
        after = read_after(request.query, reading)
    except ReaderError:
        return ""
    return "" if after is None else write_cursor(reading.epoch, after)


def _check_room(readings: Mapping[str, Reading], limit: int) -> None:
    if sum(len(reading.pump.subscribers) for reading in readings.values()) >= limit:
        raise ReaderError(ErrorName.TOO_MANY, f"{limit} subscribers are connected", hint="Try again later.")


def _refuse(subscriber: Subscriber, error: ReaderError, cursor: str) -> None:
    subscriber.say(encode_control(error_frame(error)))
    subscriber.close_by(error, cursor)
