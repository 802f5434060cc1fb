"""WebSocket frames (RFC 6455): bytes from a client become events, texts to a client become frame heads. Sans-I/O.

A server's frames are not masked, so a head is made once and the same bytes go to all. Clients say little: their
messages are limited to 64 kB.
"""

import struct
from enum import IntEnum
from typing import NamedTuple

MESSAGE_BYTES_MAX = 65_536
CONTROL_BYTES_MAX = 125
REASON_BYTES_MAX = 123
_FIN = 0x80
_RESERVED = 0x70
_MASKED = 0x80
_TWO_BYTES = 126
_EIGHT_BYTES = 127
_FIRST_CONTROL = 0x8


class Opcode(IntEnum):
    """The frame types of RFC 6455 section 5.2."""

    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


class CloseCode(IntEnum):
    """The close codes of RFC 6455 section 7.4.1 that we send ourselves (ours are in `feed.errors`)."""

    NORMAL = 1000
    PROTOCOL_ERROR = 1002
    UNSUPPORTED = 1003
    BAD_TEXT = 1007
    TOO_BIG = 1009
    RESTARTING = 1012


class Event(NamedTuple):
    """A whole message or control frame from the client; for CLOSE the payload is code and reason."""

    opcode: Opcode
    payload: bytes


class FrameError(ValueError):
    """The client broke the protocol: close with this code."""

    def __init__(self, code: CloseCode, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def text_frame_head(length: int) -> bytes:
    """The head of one unfragmented text frame of `length` payload bytes."""
    return _head(Opcode.TEXT, length)


def binary_frame(payload: bytes) -> bytes:
    """One unfragmented binary frame."""
    return _head(Opcode.BINARY, len(payload)) + payload


def text_frame(payload: bytes) -> bytes:
    """One unfragmented text frame."""
    return _head(Opcode.TEXT, len(payload)) + payload


def pong_frame(payload: bytes) -> bytes:
    """The answer to a ping of at most 125 bytes."""
    return _head(Opcode.PONG, len(payload)) + payload


def close_frame(code: int, reason: bytes = b"") -> bytes:
    """A close frame; a reason above 123 bytes is cut, never inside a character."""
    payload = struct.pack("!H", code) + reason[:REASON_BYTES_MAX].decode(errors="ignore").encode()
    return _head(Opcode.CLOSE, len(payload)) + payload


def _head(opcode: Opcode, length: int) -> bytes:
    first = _FIN | opcode
    if length < _TWO_BYTES:
        return bytes((first, length))
    if length < 1 << 16:
        return struct.pack("!BBH", first, _TWO_BYTES, length)
    return struct.pack("!BBQ", first, _EIGHT_BYTES, length)


class _Frame(NamedTuple):
    is_final: bool
    opcode: Opcode
    payload: bytes
    end: int


class FrameReader:
    """Turns a client's bytes into events; after a FrameError it must not be fed again.

    What follows a close frame is passed over (RFC 6455 section 5.5.1).
    """

    __slots__ = ("_buffer", "_is_closed", "_opcode", "_parts")

    def __init__(self) -> None:
        self._buffer = b""
        self._is_closed = False
        self._opcode: Opcode | None = None
        self._parts = bytearray()

    def receive(self, data: bytes) -> list[Event]:
        """Events that `data` completes; raises FrameError for bytes RFC 6455 forbids."""
        buffer = self._buffer + data
        at = 0  # the rest is cut off once, not once a frame: many small frames must not cost their square
        events = []
        while not self._is_closed and (frame := self._frame(buffer, at)) is not None:
            at = frame.end
            event = self._join(frame)
            if event is not None:
                events.append(event)
                self._is_closed = event.opcode is Opcode.CLOSE
        self._buffer = b"" if self._is_closed else buffer[at:]
        return events

    def _frame(self, buffer: bytes, at: int) -> _Frame | None:
        if len(buffer) < at + 2:
            return None
        opcode = _opcode(buffer[at])
        start, length = _length(buffer, at)
        if not buffer[at + 1] & _MASKED:
            raise FrameError(CloseCode.PROTOCOL_ERROR, "a client's frame must be masked")
        is_final = bool(buffer[at] & _FIN)
        if opcode < _FIRST_CONTROL:
            if length > MESSAGE_BYTES_MAX - len(self._parts):
                raise FrameError(CloseCode.TOO_BIG, f"a message has at most {MESSAGE_BYTES_MAX} bytes")
        elif not is_final or buffer[at + 1] & 0x7F > CONTROL_BYTES_MAX:
            raise FrameError(CloseCode.PROTOCOL_ERROR, "a control frame has one frame of at most 125 bytes")
        end = start + 4 + length
        if start == 0 or len(buffer) < end:
            return None
        return _Frame(is_final, opcode, _unmask(buffer[start : start + 4], buffer[start + 4 : end]), end)

    def _join(self, frame: _Frame) -> Event | None:
        opcode, payload = frame.opcode, frame.payload
        if opcode >= _FIRST_CONTROL:
            return Event(opcode, payload if opcode is not Opcode.CLOSE else _checked_close(payload))
        if (opcode is Opcode.CONTINUATION) != (self._opcode is not None):
            raise FrameError(CloseCode.PROTOCOL_ERROR, "frames of two messages are mixed")
        self._opcode = self._opcode or opcode
        self._parts += payload
        if not frame.is_final:
            return None
        event = Event(self._opcode, bytes(self._parts))
        self._opcode, self._parts = None, bytearray()
        if event.opcode is Opcode.TEXT:
            _check_text(event.payload)
        return event


def _opcode(first: int) -> Opcode:
    if first & _RESERVED:
        raise FrameError(CloseCode.PROTOCOL_ERROR, "no extension was agreed on, reserved bits must be 0")
    try:
        return Opcode(first & 0x0F)
    except ValueError:
        raise FrameError(CloseCode.PROTOCOL_ERROR, "unknown opcode") from None


def _length(buffer: bytes, at: int) -> tuple[int, int]:
    """(where the mask starts, payload length) of the frame at `at`; (0, 0) while the length itself is not complete."""
    short = buffer[at + 1] & 0x7F
    if short < _TWO_BYTES:
        return at + 2, short
    width, form = (2, "!H") if short == _TWO_BYTES else (8, "!Q")
    if len(buffer) < at + 2 + width:
        return 0, 0
    length = int(struct.unpack_from(form, buffer, at + 2)[0])
    if length < _TWO_BYTES or (width == 8 and length < 1 << 16):  # noqa: PLR2004 - eight bytes for what two hold
        raise FrameError(CloseCode.PROTOCOL_ERROR, "the length is not written in its shortest form")
    return at + 2 + width, length


def _unmask(mask: bytes, payload: bytes) -> bytes:
    size = len(payload)
    stretched = mask * (size // 4 + 1)
    return (int.from_bytes(payload, "big") ^ int.from_bytes(stretched[:size], "big")).to_bytes(size, "big")


def _checked_close(payload: bytes) -> bytes:
    if len(payload) == 1:
        raise FrameError(CloseCode.PROTOCOL_ERROR, "a close code has two bytes")
    if payload:
        code = int(struct.unpack_from("!H", payload)[0])
        if not (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999):  # noqa: PLR2004 - RFC 6455 7.4
            raise FrameError(CloseCode.PROTOCOL_ERROR, f"close code {code} is not allowed")
        _check_text(payload[2:])
    return payload


def _check_text(payload: bytes) -> None:
    try:
        payload.decode()
    except UnicodeDecodeError:
        raise FrameError(CloseCode.BAD_TEXT, "a text must be UTF-8") from None
