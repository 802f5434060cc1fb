"""What a subscription tells besides messages and the service's own control frames."""

from typing import Any

import msgspec

from schemas.control import Control
from schemas.registry import AnyMessage


class Unmodelled(msgspec.Struct, frozen=True, kw_only=True):
    """A message that this version has no Struct for, because the contract has grown: `raw` is all of it."""

    seq: int
    prev: int
    topic: str
    type: str
    raw: dict[str, Any]


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Message `seq` says that `prev` came before it on its topic, and that never came; `last` did, if any."""

    topic: str
    seq: int
    prev: int
    last: int | None


class Reset(msgspec.Struct, frozen=True, kw_only=True):
    """The place to resume from is gone (`name` tells why): forget all that was told, the whole state follows."""

    name: str
    detail: str


class Interrupted(msgspec.Struct, frozen=True, kw_only=True):
    """There is no connection now; the next attempt follows in so many seconds."""

    reason: str
    seconds: float


Delivered = AnyMessage | Unmodelled
Notice = Control | Gap | Reset | Interrupted
Event = Delivered | Notice
