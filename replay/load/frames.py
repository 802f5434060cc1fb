"""A WebSocket server's frames (RFC 6455), wherever its bytes are cut, and the few frames a subscriber sends. Sans-I/O.

A payload is copied once while it fits one read, and joined once at its end if it does not: a long frame in many reads
costs its length, not its square.
"""

from typing import Final

TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA
FRAME_BYTES_MAX: Final = 64 << 20
CONTROL_BYTES_MAX: Final = 125
_FIN: Final = 0x80
_MASKED: Final = 0x80
_TWO_BYTES: Final = 126
_EIGHT_BYTES: Final = 127
_FIRST_BYTES: Final = frozenset(_FIN | opcode for opcode in (TEXT, BINARY, CLOSE, PING, PONG))

Frame = tuple[int, bytes]  # opcode and payload


class Frames:
    """Takes bytes as they come and gives whole frames.

    `fault` says what the server did that it must not do (a masked, fragmented or unknown frame); what came before it is
    given all the same, and nothing after it.
    """

    __slots__ = ("_head", "_left", "_opcode", "_parts", "fault")

    def __init__(self) -> None:
        self.fault = ""
        self._head = b""  # of a frame whose length is not known yet
        self._opcode = 0  # of the frame that is not whole, whose payload lacks `_left` bytes
        self._left = 0
        self._parts: list[bytes] = []

    @property
    def is_inside(self) -> bool:
        """Whether a frame has begun and is not whole."""
        return bool(self._left or self._head)

    def take(self, view: memoryview) -> list[Frame]:
        """The frames that these bytes complete. The view may be overwritten afterwards."""
        if self.fault:
            return []
        found: list[Frame] = []
        at = 0
        if self._left:
            at = self._go_on(view, found)
        elif self._head:
            view = memoryview(self._head + view)
            self._head = b""
        end = len(view)
        while end - at > 1:
            first, length, start = view[at], view[at + 1], at + 2
            if length >= _TWO_BYTES:
                start += 2 if length == _TWO_BYTES else 8
                if start > end and length <= _EIGHT_BYTES:
                    break
                length = int.from_bytes(view[at + 2 : start], "big")
            if first not in _FIRST_BYTES or view[at + 1] & _MASKED or not _fits(first, length):
                self.fault = _fault(first, view[at + 1], length)
                return found
            at = start + length
            if at > end:
                self._opcode, self._left, self._parts = first & 0x0F, at - end, [view[start:].tobytes()]
                return found
            found.append((first & 0x0F, view[start:at].tobytes()))
        if at < end:
            self._head = view[at:].tobytes()
        return found

    def _go_on(self, view: memoryview, found: list[Frame]) -> int:
        """Where the bytes of the frame that was begun earlier end."""
        part = view[: self._left]
        self._parts.append(part.tobytes())
        self._left -= len(part)
        if not self._left:
            found.append((self._opcode, b"".join(self._parts)))
            self._parts = []
        return len(part)


def client_frame(opcode: int, payload: bytes = b"") -> bytes:
    """A frame of at most 125 bytes as clients send it.

    Its mask is zero: masks guard proxies against what browsers can be made to send, and here is neither.
    """
    return bytes((_FIN | opcode, _MASKED | len(payload), 0, 0, 0, 0)) + payload


def close_frame(code: int) -> bytes:
    """A client's close frame without a reason."""
    return client_frame(CLOSE, code.to_bytes(2, "big"))


def read_close(payload: bytes) -> tuple[int, str]:
    """Code and reason of a close frame; 1005 stands for none (RFC 6455 section 7.4.1)."""
    if len(payload) < 2:  # noqa: PLR2004 - a code has two bytes
        return 1005, ""
    return int.from_bytes(payload[:2], "big"), payload[2:].decode(errors="replace")


def _fits(first: int, length: int) -> bool:
    return length <= (CONTROL_BYTES_MAX if first & CLOSE else FRAME_BYTES_MAX)


def _fault(first: int, second: int, length: int) -> str:
    if second & _MASKED:
        return "a server's frame is masked"
    if first not in _FIRST_BYTES:
        return f"a frame begins with 0x{first:02x}: fragmented, of an extension, or unknown"
    return f"a frame of {length} bytes"
