"""How every subscriber begins, whatever its encoding: hello, then the state or the log from its place on."""

from aiohttp import web
from msgspec.structs import replace

from feed.core.control import hello
from feed.core.pace import Pace
from feed.serve.handshake import hand_over
from feed.serve.query import Wish
from feed.serve.quotas import holders
from feed.serve.subscriber import Subscriber


def start_of(wish: Wish) -> int:
    """The sequence behind which a wish begins."""
    return wish.reading.log.tip if wish.after is None else wish.after


def begin(request: web.Request, head: bytes, subscriber: Subscriber, wish: Wish) -> None:
    """Take over the connection and serve it.

    The cut, the snapshot and the place in the log are those of one moment: nothing waits from `start_of` to here.
    """
    if request.transport is None:
        return  # the client has gone while its place was waited for
    reading = wish.reading
    tip = reading.log.tip
    subscriber.key_id = reading.key
    subscriber.holders = holders(request, reading)
    subscriber.newest = reading.board.get if wish.conflate else None
    subscriber.pace = Pace(wish.speed) if wish.speed else None
    early = hand_over(request, head, subscriber)
    place = None if wish.snapshot else subscriber.cursor
    greeting = hello(reading.epoch, reading.flag, tip, reading.log.floor, place, wish.speed)
    subscriber.say(replace(greeting, dictionary=subscriber.key.encoding.dictionary, delay=reading.delay or None))
    snapshot = reading.board.snapshot(subscriber.key.filter.keeps) if wish.snapshot else None
    reading.pump.open(subscriber, snapshot, None if wish.after is None else tip)
    if early:
        subscriber.data_received(early)
