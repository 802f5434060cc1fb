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
    hears_goodbye = True

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
        if not self.is_open and self._is_half_closed():
            return
        try:
            events = self._reader.receive(data)
        except FrameError as error:
            self.close(error.code, error.detail.encode())
            return
        for event in events:
            if self.is_open:
                self._take(event)
            if event.opcode is Opcode.CLOSE and self.transport is not None and not self._is_half_closed():
                self.transport.close()  # both have said goodbye (RFC 6455 section 7.1.1)

    def close(self, code: int, reason: bytes = b"") -> None:
        """Say goodbye; nothing follows a close frame (RFC 6455 section 5.5.1)."""
        self.end_with(close_frame(code, reason))

    def refuse(self, error: ReaderError, cursor: str) -> None:
        """A close reason is too short for a detail: it comes in a frame of its own, in the same write."""
        self.end_with(self.key.encoding.control(error_frame(error)) + _closing(error, cursor))

    def close_by(self, error: ReaderError, cursor: str) -> None:
        self.end_with(_closing(error, cursor))

    def _is_half_closed(self) -> bool:
        """Whether our direction has its own end; TLS has none, and waits for the client's goodbye."""
        return self.transport is None or self.transport.can_write_eof()

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


def _closing(error: ReaderError, cursor: str) -> bytes:
    return close_frame(error.complaint.close_code, msgspec.json.encode(CloseReason(error.name.value, cursor)))
