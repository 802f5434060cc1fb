"""One line of a log: a message as it was delivered, or a control frame; and how two messages are compared."""

import json
from hashlib import blake2b
from typing import Any, Final, NamedTuple, get_args

import msgspec

from replay.verify.findings import Name
from schemas.control import Control
from schemas.message import Op

_DIGEST: Final = 16
_CONTROL: Final = frozenset(str(frame.__struct_config__.tag) for frame in get_args(Control))


class _Fields(msgspec.Struct):
    type: str
    seq: int = 0
    prev: int = 0
    topic: str = ""
    op: Op = Op.PUT


_fields = msgspec.json.Decoder(_Fields)
_control: msgspec.json.Decoder[Control] = msgspec.json.Decoder(Control)


class Delivered(NamedTuple):
    """A message: the fields that the rules look at, and its JSON as it came."""

    seq: int
    prev: int
    topic: str
    op: Op
    raw: bytes


class Kept(NamedTuple):
    """What is remembered of a message until the other side's comes: `mark` is of all but `prev`."""

    topic: str
    prev: int
    mark: bytes

    @classmethod
    def of(cls, message: Delivered) -> "Kept":
        fields = json.loads(message.raw)
        fields.pop("prev", None)
        return cls(message.topic, message.prev, blake2b(canonical(fields), digest_size=_DIGEST).digest())


def read_line(raw: bytes) -> Delivered | Control | None:
    """What a line holds; None when it is neither a message nor a control frame."""
    raw = raw.strip()
    try:
        fields = _fields.decode(raw)
        if fields.type in _CONTROL:
            return _control.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if fields.seq < 1 or not fields.topic:
        return None
    return Delivered(fields.seq, fields.prev, fields.topic, fields.op, raw)


def canonical(value: Any) -> bytes:  # noqa: ANN401 - any JSON
    """The one text of a JSON value: names ascending by code point, no spaces, UTF-8, only what must be is escaped."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def difference(mine: Delivered, held: Delivered) -> tuple[Name, str] | None:
    """What is wrong with a message of the log beside the stream's of the same sequence."""
    if mine.raw == held.raw:
        return None
    ours, theirs = json.loads(mine.raw), json.loads(held.raw)
    names = sorted(
        name
        for name in ours.keys() | theirs.keys()
        if name not in ours or name not in theirs or canonical(ours[name]) != canonical(theirs[name])
    )
    if not names:
        return None
    if mine.topic != held.topic:
        return Name.MISPLACED, f"the stream has {held.topic}"
    if names == ["prev"]:
        return Name.BROKEN_CHAIN, f"prev is {mine.prev}, the stream has {held.prev}"
    return Name.ALTERED, f"differs in {', '.join(names)}"


def late_difference(mine: Kept, held: Kept) -> tuple[Name, str] | None:
    """As `difference`, from what was kept of both."""
    if mine.topic != held.topic:
        return Name.MISPLACED, f"the stream has {held.topic}"
    if mine.mark != held.mark:
        return Name.ALTERED, ""
    if mine.prev != held.prev:
        return Name.BROKEN_CHAIN, f"prev is {mine.prev}, the stream has {held.prev}"
    return None
