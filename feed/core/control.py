"""Our own frames on a subscriber's connection, as JSON text. `type` tells them from messages."""

import msgspec

from feed.core.cursor import write_cursor
from feed.errors import ReaderError


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="hello"):
    """First frame: where the stream stands. `cursor` resumes from here."""

    epoch: str
    flag: str
    tip: int
    floor: int
    cursor: str


class SnapshotEnd(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="snapshot_end"):
    """The current state as of `seq` has been sent; what follows is newer."""

    seq: int
    cursor: str


class ReplayEnd(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="replay_end"):
    """Everything up to `seq`, the tip when this connection was opened, has been sent."""

    seq: int
    cursor: str


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="heartbeat"):
    """Everything that matches up to `seq` has been written to this connection; `ts` microseconds UTC."""

    seq: int
    tip: int
    ts: int
    cursor: str


class Filtered(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="filtered"):
    """The new filter holds for everything after `seq`."""

    seq: int
    cursor: str


class Pong(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="pong"):
    """Answer to `{"op":"ping"}`; `ts` microseconds UTC."""

    ts: int


class ErrorFrame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="error"):
    """Why the connection is about to be closed."""

    name: str
    detail: str
    hint: str


Control = Hello | SnapshotEnd | ReplayEnd | Heartbeat | Filtered | Pong | ErrorFrame
_encoder = msgspec.json.Encoder()


def encode_control(control: Control) -> bytes:
    """The JSON text of a control frame."""
    return _encoder.encode(control)


def hello(epoch: str, flag: str, tip: int, floor: int) -> Hello:
    """The first frame; its cursor stands at the tip."""
    return Hello(epoch=epoch, flag=flag, tip=tip, floor=floor, cursor=write_cursor(epoch, tip))


def error_frame(error: ReaderError) -> ErrorFrame:
    """The frame that tells an error before the close frame does."""
    return ErrorFrame(name=error.name.value, detail=error.detail, hint=error.hint)
