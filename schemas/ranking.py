"""Kind `ranking`: the final ranking of an event (ODF General Messages, DT_RANKING)."""

from schemas.competitor import Rows
from schemas.message import Message


class RankingBody(Rows, frozen=True, kw_only=True):
    """Every competitor of the event, as far as the sport ranks them."""


class Ranking(Message, frozen=True, kw_only=True, tag="ranking"):
    """Key parts: subcode, subtype, language."""

    body: RankingBody | None
