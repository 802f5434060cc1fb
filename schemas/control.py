"""Our own frames on a subscriber's connection. `type` tells them from messages: no kind is named like one of them."""

import msgspec


class Hello(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="hello"):
    """First frame: where the stream stands. `cursor` is where this connection starts; null before a snapshot.

    `speed` is there for a reader that asked for a replay at a pace: so many times that of then; `dictionary` for one
    that asked for compression: the id of the one that its messages are made with; `delay` for one that is told
    everything so many seconds later, by its own wish or that of its key.
    """

    epoch: str
    flag: str
    tip: int
    floor: int
    cursor: str | None
    speed: float | None = None
    dictionary: int | None = None
    delay: int | None = None


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


class Skipped(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="skipped"):
    """`count` messages up to `seq` were left out: newer ones of their topics came before or will follow."""

    seq: int
    count: int
    cursor: str


class Pong(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="pong"):
    """Answer to `{"op":"ping"}`; `ts` microseconds UTC."""

    ts: int


class ErrorFrame(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="error"):
    """Why the connection is about to be closed; where coming back helps, after how many milliseconds."""

    name: str
    detail: str
    hint: str
    retry_ms: int | None = None


Control = Hello | SnapshotEnd | ReplayEnd | Heartbeat | Filtered | Skipped | Pong | ErrorFrame
