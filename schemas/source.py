"""Kind `source`: whether a system is sending, as it says itself (General Messages, control messages).

A venue's system speaks for its discipline there, the central one for all of the Games.
"""

from enum import StrEnum
from typing import Annotated as A

import msgspec
from msgspec import UNSET, Meta, UnsetType

from schemas.message import Mentions, Message, Micros
from schemas.xml_names import odf

Text = str | UnsetType
_AS_SENT = Meta(extra={"codec": "number"}, description="What is no whole number stands as it was sent.")
Number = A[int | str, _AS_SENT]


class State(StrEnum):
    """What the system said last."""

    ON = "on"
    OFF = "off"


class SourceBody(msgspec.Struct, frozen=True, kw_only=True):
    """The state since a moment in microseconds UTC.

    While it is on, something comes at least every `keep_alive_seconds`, give or take `tolerance_seconds`; `unmapped`
    keeps what no field holds, by XPath from Competition.
    """

    state: State
    since: Micros
    keep_alive_seconds: A[Number | None, odf("Config/@KADelay")] = None
    tolerance_seconds: A[Number | None, odf("Config/@DelayOffSet")] = None
    competition_day: A[Text, odf("Config/@CompetitionDay")] = UNSET
    unmapped: dict[str, str] | UnsetType = UNSET

    def mentions(self) -> Mentions:
        return Mentions()


class Source(Message, frozen=True, kw_only=True, tag="source"):
    """Key part: the name of the system, as the header's Source has it."""

    body: SourceBody | None
