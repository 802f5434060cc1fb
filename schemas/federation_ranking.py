"""Kind `federation_ranking`: the ranking that a federation keeps (ODF General Messages, DT_FED_RANKING)."""

from schemas.competitor import Rows
from schemas.message import Message


class FederationRankingBody(Rows, frozen=True, kw_only=True):
    """The rows of the ranking as the federation has it."""


class FederationRanking(Message, frozen=True, kw_only=True, tag="federation_ranking"):
    """Key parts: subcode, subtype, language."""

    body: FederationRankingBody | None
