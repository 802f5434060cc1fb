"""TLS before the doorstep: connections are accepted one by one, and shake hands before they may ask.

A loop that listens by itself tells of a connection only once its handshake is done: until then nobody would count it,
and whoever says nothing would stay for a minute. Each is accepted with the certificate of that moment, so that one that
is renewed holds for whoever comes next.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable

from feed.serve.doorstep import Doorstep

PAUSE_SECONDS = 0.1  # until we accept again where there are no descriptors left
CLOSE_SECONDS = 10.0  # until who does not say goodbye is cut off: as long as a stalled reader has


class Handshakes:
    """The way to a doorstep by TLS on a bound socket; `context` is asked for each connection anew."""

    def __init__(
        self, doorstep: Doorstep, bound: socket.socket, context: Callable[[], ssl.SSLContext], seconds: float
    ) -> None:
        self._doorstep = doorstep
        self._bound = bound
        self._context = context
        self._seconds = seconds
        self._accepting: asyncio.Task[None] | None = None
        self._shaking: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Accept from now on."""
        self._accepting = asyncio.ensure_future(self._accept())
        self._accepting.add_done_callback(_report)

    async def stop(self) -> None:
        """Accept nobody any more; who is in the middle of a handshake is left alone with it."""
        tasks = {*self._shaking, *([self._accepting] if self._accepting else [])}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._bound.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(self._bound)
            except OSError:  # it was gone already, or there is no descriptor for it
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            task = loop.create_task(self._shake_hands(connection, str(address[0])))
            self._shaking.add(task)
            task.add_done_callback(self._shaking.discard)
            task.add_done_callback(_report)

    async def _shake_hands(self, connection: socket.socket, address: str) -> None:
        handler = self._doorstep()
        if not self._doorstep.knocks(handler, address):
            connection.close()
            return
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: handler,
                connection,
                ssl=self._context(),
                ssl_handshake_timeout=self._seconds,
                ssl_shutdown_timeout=CLOSE_SECONDS,
            )
        except OSError as error:  # ssl's are, and so are the ends of those who left or took too long
            self._doorstep.leaves(handler, is_slow=isinstance(error, ConnectionAbortedError))


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        context = {"message": "accepting a connection failed", "exception": error, "task": task}
        task.get_loop().call_exception_handler(context)
