"""What a request waits for."""

import asyncio
from collections.abc import Callable
from typing import Final

from feed.stream.wire import Incoming

NOBODY: Final = 503  # the status of the reply NATS itself gives when nobody listens on a subject


class Answer:
    """The replies to one request, up to and including the one that `last` recognises or NATS's own refusal."""

    def __init__(self, last: Callable[[Incoming], bool]) -> None:
        self.replies: list[Incoming] = []
        self.complete: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._last = last

    def take(self, reply: Incoming) -> None:
        """Keep one reply."""
        self.replies.append(reply)
        if reply.status == NOBODY or self._last(reply):
            self.end(complete=True)

    def end(self, *, complete: bool) -> None:
        """Wake the caller: everything is here, or the connection is lost."""
        if not self.complete.done():
            self.complete.set_result(complete)
