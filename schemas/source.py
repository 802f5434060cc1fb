"""Kind `source`: whether a system is sending, as it says itself (General Messages, control messages).

A venue's system speaks for its discipline there, the central one for all of the Games. Where one that is on falls
silent, the feed says so in its place, and again when it is back.
"""

from enum import StrEnum
from typing import Annotated as A

import msgspec
from msgspec import UNSET, Meta, UnsetType

from schemas.message import Mentions, Message, Micros, Seq
from schemas.xml_names import odf

Text = str | UnsetType
_AS_SENT = Meta(extra={"codec": "number"}, description="What is no whole number stands as it was sent.")
Number = A[int | str, _AS_SENT]


class State(StrEnum):
    """What the system said last; `stale` says the feed: it is on, and nothing came for longer than it may be silent."""

    ON = "on"
    STALE = "stale"
    OFF = "off"


class LastHeard(msgspec.Struct, frozen=True, kw_only=True):
    """The newest document of a system: when it made it and when it was here.

    `seq` is the last message that came of its documents, 0 for none: a sign of life, or what is known, makes none.
    """

    seq: Seq
    event: Micros
    recv: Micros


class SourceBody(msgspec.Struct, frozen=True, kw_only=True):
    """The state since a moment in microseconds UTC: one the system named, or of receipt where the feed tells the state.

    While a system is on, something comes at least every `keep_alive_seconds`, give or take `tolerance_seconds`. It is
    `stale` since what was heard of it last, and on again since what came then: `last` is that document, left out by who
    has not heard the system since it began to listen. `unmapped` keeps what no field holds, by XPath from Competition.
    """

    state: State
    since: Micros
    keep_alive_seconds: A[Number | None, odf("Config/@KADelay")] = None
    tolerance_seconds: A[Number | None, odf("Config/@DelayOffSet")] = None
    competition_day: A[Text, odf("Config/@CompetitionDay")] = UNSET
    last: LastHeard | UnsetType = UNSET
    unmapped: dict[str, str] | UnsetType = UNSET

    def mentions(self) -> Mentions:
        return Mentions()


class Source(Message, frozen=True, kw_only=True, tag="source"):
    """Key part: the name of the system, as the header's Source has it."""

    body: SourceBody | None
