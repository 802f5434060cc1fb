"""How entries and control frames become a subscriber's bytes; one row a variant, shared by all who chose it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

from feed.core.compression import compress
from feed.core.control import encode_control
from feed.core.dictionaries import CURRENT
from feed.core.entry import Entry
from feed.core.events import END, event, event_head
from feed.core.frames import binary_frame, text_frame
from feed.core.kept import Kept
from schemas.control import Control, Heartbeat, Hello, Skipped, SnapshotEnd

PACKED_BYTES = 16 * 1024 * 1024  # of frames in MessagePack that are kept
COMPRESSED_BYTES = 2 * 1024 * 1024  # of each sort of compressed ones; the texts they are kept by are ten times as long
# A replay's end may stand behind messages that are newer than it: taken for a place, it would repeat them.
_PLACES = (Heartbeat, Hello, Skipped, SnapshotEnd)


@dataclass(frozen=True, slots=True, eq=False)
class Encoding:
    """`batch(entries, epoch)` joins messages of the log, `state(entries)` those of a snapshot.

    `dictionary` is the id of the one that messages are compressed with, None where they are not.
    """

    name: str
    batch: Callable[[Iterable[Entry], str], bytes]
    state: Callable[[Iterable[Entry]], bytes]
    control: Callable[[Control], bytes]
    dictionary: int | None = None


class _Made:
    """Binary frames, each made of a message's text when it is first asked for, then shared while it is kept.

    By text: with labels or as a difference an entry is made anew each time.
    """

    def __init__(self, make: Callable[[bytes], bytes], most: int) -> None:
        self._make = make
        self._kept = Kept[bytes](most)

    def frames(self, entries: Iterable[Entry], epoch: str = "") -> bytes:  # noqa: ARG002 - a frame carries no cursor
        return b"".join([self._frame(entry.json) for entry in entries])

    def _frame(self, text: bytes) -> bytes:
        kept = self._kept.get(text)
        return kept if kept is not None else self._kept.keep(text, binary_frame(self._make(text)))


def _frames(entries: Iterable[Entry], epoch: str = "") -> bytes:  # noqa: ARG001 - a frame carries no cursor
    return b"".join([part for entry in entries for part in (entry.frame, entry.json)])


def _frame(control: Control) -> bytes:
    return text_frame(encode_control(control))


def _packed(text: bytes) -> bytes:
    return _pack(msgspec.json.decode(text))


def _compressed_packed(text: bytes) -> bytes:
    return compress(_packed(text))


def _packed_frame(control: Control) -> bytes:
    return binary_frame(_pack(control))


def _events(entries: Iterable[Entry], epoch: str) -> bytes:
    return b"".join([part for entry in entries for part in (entry.event_head(epoch), entry.json, END)])


def _state_events(entries: Iterable[Entry]) -> bytes:
    """Without a place: who is cut off inside a snapshot gets it whole again, not a log whose beginning it never saw."""
    return b"".join([part for entry in entries for part in (event_head(entry.kind), entry.json, END)])


def _event(control: Control) -> bytes:
    name = str(control.__struct_config__.tag)
    return event(name, encode_control(control), control.cursor if isinstance(control, _PLACES) else None)


def _binary(
    name: str,
    make: Callable[[bytes], bytes],
    control: Callable[[Control], bytes],
    most: int,
    dictionary: int | None = None,
) -> Encoding:
    made = _Made(make, most)
    return Encoding(name, made.frames, made.frames, control, dictionary)


_pack = msgspec.msgpack.Encoder().encode
FRAMES = Encoding("frames", _frames, _frames, _frame)
PACKED = _binary("msgpack", _packed, _packed_frame, PACKED_BYTES)
EVENTS = Encoding("events", _events, _state_events, _event)
FRAMED = {"json": FRAMES, "msgpack": PACKED}  # those of a WebSocket, as `encoding=` names them
# The same with `compression=zstd`; control frames stay as they are.
COMPRESSED = {
    "json": _binary("zstd", compress, _frame, COMPRESSED_BYTES, CURRENT.id),
    "msgpack": _binary("msgpack.zstd", _compressed_packed, _packed_frame, COMPRESSED_BYTES, CURRENT.id),
}
FRAMINGS = {"none": FRAMED, "zstd": COMPRESSED}  # as `compression=` names them
