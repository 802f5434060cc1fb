"""Of whom the nodes hear: each tells all others of every document it took, whether a message came of it or not.

Over NATS itself and not JetStream: a sign of life is worth nothing a minute later, so it is not stored and nobody waits
for it. Whoever was away asks nobody what it missed, but begins to listen anew, and counts no silence from before.
"""

from collections.abc import Callable

import msgspec

from feed.candidate import Sender
from feed.core.silence import Heard, Signs
from feed.errors import BrokerError, OutcomeUnknownError
from feed.stream.connection import Connection
from feed.stream.wire import Incoming

SUBJECT = "heard"

_decode = msgspec.json.Decoder(Heard).decode
_encode = msgspec.json.Encoder().encode


class Beats:
    """The signs of life of one flag, as far as this process has heard of them."""

    def __init__(self, link: Connection, clock: Callable[[], int]) -> None:
        self.signs = Signs()
        self.link = link
        self._clock = clock

    async def listen(self) -> None:
        """Hear what every node tells, this one too, until the connection is closed; raises OutcomeUnknownError."""
        self.link.listeners.add(self._on_change)
        await self.link.subscribe(SUBJECT, self._take)
        await self.link.round_trip()  # the server hears us from here on
        self.signs.listen(self._clock())

    def tell(self, sender: Sender, recv: int, seq: int) -> None:
        """Tell all nodes who was heard, when (microseconds UTC), and the last message that came of it, or 0.

        Where nobody can be told, it is lost.
        """
        heard = Heard(sender.competition, sender.source, sender.event, recv, seq)
        try:
            self.link.publish(SUBJECT, _encode(heard))
        except (BrokerError, OutcomeUnknownError):
            return  # the next one will do: silence is more than one of them

    def _take(self, incoming: Incoming) -> None:
        self.signs.hear(_decode(incoming.payload), self._clock())

    def _on_change(self, connected: bool) -> None:  # noqa: FBT001 - the shape of a listener
        if connected:
            self.signs.listen(self._clock())
