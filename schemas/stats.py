"""Kind `stats`: one table of statistics, of a match or beyond it (ODF General Messages, DT_STATS).

Each table is a message of its own, told apart by subtype and subcode (of one team, of one athlete, of the event).
"""

from typing import Annotated as A

from msgspec import UNSET, UnsetType

from schemas.contender import Contender, mentions_of
from schemas.infos import Infos
from schemas.message import Mentions, Message
from schemas.result_parts import Stat
from schemas.xml_names import odf

Text = str | UnsetType


class Counted(Contender, frozen=True, kw_only=True):
    """A competitor of the table; its own figures are `stats`, those of its members stand with them."""

    order: A[Text, odf("@Order")] = UNSET


class StatsBody(Infos, frozen=True, kw_only=True):
    """`code` names the table; `overall` is about no competitor, `stats` in front of it about the message as a whole."""

    code: A[str | None, odf("Stats/@Code")] = None
    overall: A[tuple[Stat, ...], odf("Stats/StatsItems/StatsItem")] = ()
    competitors: A[tuple[Counted, ...], odf("Stats/Competitor")] = ()

    def mentions(self) -> Mentions:
        return mentions_of(self.venue, self.competitors)


class Stats(Message, frozen=True, kw_only=True, tag="stats"):
    """Key parts: subcode, subtype, language."""

    body: StatsBody | None
