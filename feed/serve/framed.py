"""A subscriber on a WebSocket: its client may say something, and is told goodbye by a close frame."""

from collections.abc import Callable

import msgspec

from feed.core.cohorts import CohortKey
from feed.core.control import error_frame
from feed.core.frames import CloseCode, Event, FrameError, FrameReader, Opcode, close_frame, pong_frame
from feed.errors import ReaderError
from feed.serve.subscriber import Subscriber


class CloseReason(msgspec.Struct, frozen=True):
    """The reason text of a close frame: the error's name and where to resume."""

    name: str
    cursor: str


class FrameSubscriber(Subscriber):
    """`said` is told each text of the client."""

    __slots__ = ("_reader", "_said")

    def __init__(
        self,
        leave: Callable[[Subscriber], None],
        said: Callable[["FrameSubscriber", bytes], None],
        key: CohortKey,
        cursor: int,
    ) -> None:
        super().__init__(leave, key, cursor)
        self._reader = FrameReader()
        self._said = said

    def data_received(self, data: bytes) -> None:
        """Obey what the bytes complete; once a close frame went out, whatever the client still says is late."""
        if not self.is_open:
            return
        try:
            events = self._reader.receive(data)
        except FrameError as error:
            self.close(error.code, error.detail.encode())
            return
        for event in events:
            if self.is_open:
                self._take(event)

    def close(self, code: int, reason: bytes = b"") -> None:
        """Say goodbye; nothing follows a close frame (RFC 6455 section 5.5.1)."""
        self.end_with(close_frame(code, reason))

    def refuse(self, error: ReaderError, cursor: str) -> None:
        """A close reason is too short for a detail: it comes in a frame of its own."""
        self.say(error_frame(error))
        self.close_by(error, cursor)

    def close_by(self, error: ReaderError, cursor: str) -> None:
        reason = msgspec.json.encode(CloseReason(error.name.value, cursor))
        self.close(error.complaint.close_code, reason)

    def _take(self, event: Event) -> None:
        match event.opcode:
            case Opcode.PING:
                self.write(pong_frame(event.payload))
            case Opcode.PONG:
                pass
            case Opcode.CLOSE:
                code = int.from_bytes(event.payload[:2], "big") if event.payload else CloseCode.NORMAL
                self.close(code)
            case Opcode.TEXT:
                self._said(self, event.payload)
            case _:
                self.close(CloseCode.UNSUPPORTED, b"send texts")
