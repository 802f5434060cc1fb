"""Of whom the nodes hear: each tells all others of the documents it took, whether messages came of them or not.

Over NATS itself and not JetStream: a sign of life is worth nothing a minute later, so it is not stored and nobody waits
for it. Whoever was away asks nobody what it missed, but begins to listen anew, and counts no silence from before.
A node knows at once what it took itself; the others are told what was gathered, so that a busy venue costs them little.
"""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress

import msgspec

from feed.candidate import Sender
from feed.core.silence import Heard, Signs
from feed.errors import BrokerError, OutcomeUnknownError
from feed.stream.connection import Connection
from feed.stream.wire import Incoming

SUBJECT = "heard"
GATHER_SECONDS = 0.25


class Told(msgspec.Struct, frozen=True):
    """What a node has gathered, one row a system."""

    node: str
    heard: list[Heard]


_decode = msgspec.json.Decoder(Told).decode
_encode = msgspec.json.Encoder().encode


class Beats:
    """The signs of life of one flag, as far as this process has heard of them."""

    def __init__(self, link: Connection, clock: Callable[[], int]) -> None:
        self.signs = Signs()
        self.link = link
        self._clock = clock
        self._node = secrets.token_hex(8)
        self._gathered: dict[tuple[str, str], Heard] = {}

    async def listen(self) -> None:
        """Hear what the other nodes tell until the connection is closed; raises OutcomeUnknownError."""
        self.link.listeners.add(self._on_change)
        await self.link.subscribe(SUBJECT, self._take)
        await self.link.round_trip()  # the server hears us from here on
        self.signs.listen(self._clock())

    def tell(self, sender: Sender, recv: int, seq: int) -> None:
        """Take down who was heard, when (microseconds UTC), and the last message that came of it, or 0.

        The other nodes are told within `GATHER_SECONDS`.
        """
        heard = Heard(sender.competition, sender.source, sender.event, recv, seq)
        self.signs.hear(heard, self._clock())
        if not self._gathered:
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self._pass_on)
        known = self._gathered.get(heard.name)
        self._gathered[heard.name] = known.and_then(heard) if known else heard

    def _pass_on(self) -> None:
        """Tell all other nodes; where nobody can be told it is lost, as silence is longer than what was gathered."""
        told = Told(self._node, list(self._gathered.values()))
        self._gathered.clear()
        with suppress(BrokerError, OutcomeUnknownError):
            self.link.publish(SUBJECT, _encode(told))

    def _take(self, incoming: Incoming) -> None:
        told = _decode(incoming.payload)
        if told.node != self._node:
            for heard in told.heard:
                self.signs.hear(heard, self._clock())

    def _on_change(self, connected: bool) -> None:  # noqa: FBT001 - the shape of a listener
        if connected:
            self.signs.listen(self._clock())
