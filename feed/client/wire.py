"""Frames of the service as values: JSON texts or MessagePack, messages and control frames."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from feed.client.events import Delivered, Unmodelled
from schemas.control import Control
from schemas.registry import AnyMessage


class Head(msgspec.Struct, frozen=True):
    """What a frame says before it is read as a whole; `topic` tells messages from control frames."""

    type: str
    topic: str | None = None
    seq: int = 0
    prev: int = 0
    base: int = 0
    patch: Raw | UnsetType = UNSET


class Wire:
    """One encoding."""

    def __init__(self, decoder: Callable[..., Any], encode: Callable[[Any], bytes]) -> None:
        self.head: Callable[[bytes], Head] = decoder(Head).decode
        self.plain: Callable[[bytes], Any] = decoder().decode
        self.encode = encode
        self._control: Callable[[bytes], Control] = decoder(Control).decode
        self._message: Callable[[bytes], AnyMessage] = decoder(AnyMessage).decode

    def control(self, payload: bytes) -> Control | None:
        """A control frame; None for one that this version does not know."""
        try:
            return self._control(payload)
        except msgspec.ValidationError:
            return None

    def message(self, payload: bytes) -> Delivered:
        """A message as the Struct of its kind, or with what is told of it where there is none."""
        try:
            return self._message(payload)
        except msgspec.ValidationError:
            raw, head = self.plain(payload), self.head(payload)
            return Unmodelled(seq=head.seq, prev=head.prev, topic=head.topic or "", type=head.type, raw=raw)


TEXTS = Wire(msgspec.json.Decoder, msgspec.json.encode)
PACKED = Wire(msgspec.msgpack.Decoder, msgspec.msgpack.encode)
