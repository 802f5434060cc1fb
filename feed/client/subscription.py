"""One wish, followed over any number of connections."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from typing import TypeVar, Unpack

import aiohttp
import msgspec

from feed.client.access import Access, Socket
from feed.client.errors import ExpiredError, GapError, LostError, RefusedError, UnreadableError
from feed.client.events import Delivered, Event, Gap, Interrupted, Notice, Reset
from feed.client.patience import Patience
from feed.client.track import Arrival, Track
from feed.client.wish import Narrowing, Wish, narrowed
from schemas.control import ErrorFrame, Heartbeat

RETRY_SECONDS_MAX = 60.0
UNREADABLE_MAX = 5  # times that the same place is resumed behind a frame that cannot be read
Raw = Arrival | Notice
Told = TypeVar("Told")


class Telling(AsyncIterator[Told]):
    """What `tell` makes of each item of `raw`, but None. `aclose` ends the connection.

    No generator of its own: a loop that is shut down closes one generator, not two that hold each other.
    """

    def __init__(self, raw: AsyncGenerator[Raw], tell: Callable[[Raw], Told | None]) -> None:
        self._raw = raw
        self._tell = tell

    async def __anext__(self) -> Told:
        while (told := self._tell(await anext(self._raw))) is None:
            pass
        return told

    async def aclose(self) -> None:
        await self._raw.aclose()


class Subscription:
    """What `Feed.follow` returns: iterate over it with `async for` or `for`, once.

    Every message comes once, in order, over any cut. Iterating raises RefusedError when the service says no for good,
    ExpiredError when the place to resume from is gone, GapError when a message is provably missing, UnreadableError
    when what comes cannot be read, however often.
    """

    def __init__(self, access: Access, wish: Wish, patience: Callable[[], Patience]) -> None:
        self._access = access
        self._wish = wish
        self._patience = patience
        self._track = Track(wish)
        self._socket: Socket | None = None
        self._unread: tuple[str | None, int] = None, 0  # a place, and how often what follows it could not be read

    @property
    def cursor(self) -> str | None:
        """Where another subscription would go on behind what this one told; None before there is such a place."""
        return self._track.cursor

    def __aiter__(self) -> Telling[Delivered]:
        return Telling(self.raw(), _message)

    def __iter__(self) -> Iterator[Delivered]:
        """The messages, for a program without a loop; while it does something else nothing is read."""
        with asyncio.Runner() as runner:
            messages = aiter(self)
            while True:
                yield runner.run(_next(messages))

    def events(self) -> Telling[Event]:
        """Messages, control frames, and Gap, Reset and Interrupted as values; a Gap is no error here."""
        return Telling(self.raw(), _event)

    async def raw(self) -> AsyncGenerator[Raw]:
        """As `events`, but each message as the bytes it came in, or that its differences made."""
        patience = self._patience()
        async with self._access.session() as session:
            while True:
                wish, why = self._wish, None
                try:
                    async with await self._access.connect(session, self._track.query()) as socket:
                        await self._attach(socket, wish)
                        while True:
                            for each in self._track.take(*await self._access.receive(session, socket)):
                                if isinstance(each, Arrival | Heartbeat):
                                    patience.reset()
                                why = each if isinstance(each, ErrorFrame) else why
                                yield each
                except (LostError, msgspec.DecodeError) as error:
                    lost = (
                        error if isinstance(error, LostError) else UnreadableError(f"a frame cannot be read: {error}")
                    )
                    if isinstance(lost, UnreadableError):
                        self._stumble(lost)
                    seconds = patience.wait(max(lost.seconds, _asked_for(why)))
                    yield Interrupted(reason=lost.detail, seconds=seconds)
                    await asyncio.sleep(seconds)
                except RefusedError as error:
                    self._take_no(error, why)
                    await asyncio.sleep(patience.wait())
                finally:
                    self._socket = None

    async def change(self, **narrowing: Unpack[Narrowing]) -> None:
        """Want something else from here on, all there is without keywords; `Filtered` tells from where. No gap."""
        rest = {name: each for name, each in self._wish.items() if name not in Narrowing.__annotations__}
        self._wish = Wish(**{**rest, **narrowing})  # type: ignore[typeddict-item]  # what is left are keys of a Wish
        self._track.change(self._wish)
        if self._socket is not None:
            await self._refilter(self._socket)

    async def _attach(self, socket: Socket, wish: Wish) -> None:
        self._socket = socket
        if self._wish is not wish:  # it was changed while this connection was made
            await self._refilter(socket)

    async def _refilter(self, socket: Socket) -> None:
        frame = {"op": "filter", **narrowed(self._wish)}
        try:
            await socket.send_str(msgspec.json.encode(frame).decode())
        except (aiohttp.ClientError, ConnectionError):
            return  # the next connection asks for it

    def _stumble(self, error: UnreadableError) -> None:
        """Raise it when the same place was resumed often enough."""
        place, times = self._unread
        times = times + 1 if place == self._track.cursor else 1
        self._unread = self._track.cursor, times
        if times >= UNREADABLE_MAX:
            raise error

    def _take_no(self, error: RefusedError, why: ErrorFrame | None) -> None:
        """Begin with the state where that was asked for, else raise the refusal in the words of its frame."""
        if why is not None:
            error = type(error)(why.name, why.detail, hint=why.hint)
        if not isinstance(error, ExpiredError) or self._wish.get("expired") != "snapshot":
            raise error
        self._track.begin_anew(Reset(name=error.name, detail=error.detail))


def _asked_for(why: ErrorFrame | None) -> float:
    """Seconds that the service asked to be left alone for; not for ever, whatever it says."""
    return min((why.retry_ms or 0) / 1000, RETRY_SECONDS_MAX) if why else 0.0


def _event(each: Raw) -> Event:
    return each.wire.message(each.payload) if isinstance(each, Arrival) else each


def _message(each: Raw) -> Delivered | None:
    if isinstance(each, Gap):
        raise GapError(each)
    return each.wire.message(each.payload) if isinstance(each, Arrival) else None


async def _next(messages: AsyncIterator[Delivered]) -> Delivered:
    return await anext(messages)
