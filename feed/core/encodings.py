"""How entries and control frames become a subscriber's bytes; one row a variant, shared by all who chose it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

from feed.core.control import encode_control
from feed.core.entry import Entry
from feed.core.events import END, event, event_head
from feed.core.frames import binary_frame, text_frame
from feed.core.kept import Kept
from schemas.control import Control, Heartbeat, Hello, Skipped, SnapshotEnd

PACKED_BYTES = 16 * 1024 * 1024  # of frames in MessagePack that are kept
# A replay's end may stand behind messages that are newer than it: taken for a place, it would repeat them.
_PLACES = (Heartbeat, Hello, Skipped, SnapshotEnd)


@dataclass(frozen=True, slots=True, eq=False)
class Encoding:
    """`batch(entries, epoch)` joins messages of the log, `state(entries)` those of a snapshot."""

    name: str
    batch: Callable[[Iterable[Entry], str], bytes]
    state: Callable[[Iterable[Entry]], bytes]
    control: Callable[[Control], bytes]


def _frames(entries: Iterable[Entry], epoch: str = "") -> bytes:  # noqa: ARG001 - a frame carries no cursor
    return b"".join([part for entry in entries for part in (entry.frame, entry.json)])


def _frame(control: Control) -> bytes:
    return text_frame(encode_control(control))


def _packed_frames(entries: Iterable[Entry], epoch: str = "") -> bytes:  # noqa: ARG001 - as above
    return b"".join(map(_packed, entries))


def _packed(entry: Entry) -> bytes:
    """The message in MessagePack: made when it is first asked for, then shared while it is kept."""
    kept = _PACKED.get(entry.json)
    return kept if kept is not None else _PACKED.keep(entry.json, binary_frame(_pack(msgspec.json.decode(entry.json))))


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


_PACKED = Kept[bytes](PACKED_BYTES)  # by text: with labels or as a difference an entry is made anew each time
_pack = msgspec.msgpack.Encoder().encode
FRAMES = Encoding("frames", _frames, _frames, _frame)
PACKED = Encoding("msgpack", _packed_frames, _packed_frames, _packed_frame)
EVENTS = Encoding("events", _events, _state_events, _event)
FRAMED = {"json": FRAMES, "msgpack": PACKED}  # those of a WebSocket, as `encoding=` names them
