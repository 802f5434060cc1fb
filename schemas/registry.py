"""One row per kind. Adding a kind is its file and one row here."""

from enum import StrEnum
from typing import Protocol

import msgspec

from schemas.cumulative_result import CumulativeResult, CumulativeResultBody
from schemas.current import Current, CurrentBody
from schemas.document import Document, DocumentBody
from schemas.extended_start_list import ExtendedStartList, ExtendedStartListBody
from schemas.federation_ranking import FederationRanking, FederationRankingBody
from schemas.list import List, ListBody
from schemas.message import Lane, Mentions, Message
from schemas.phase_result import PhaseResult, PhaseResultBody
from schemas.pool_standing import PoolStanding, PoolStandingBody
from schemas.ranking import Ranking, RankingBody
from schemas.result import Result, ResultBody
from schemas.result_analysis import ResultAnalysis, ResultAnalysisBody
from schemas.session import Session, SessionBody
from schemas.source import Source, SourceBody
from schemas.unit import Unit, UnitBody


class KindClass(StrEnum):
    """What a later message means for an earlier one of the same topic; `event` is never conflated."""

    DOCUMENT = "document"
    ENTITY = "entity"
    EVENT = "event"


class Body(Protocol):
    """What every kind's body can tell about itself."""

    def mentions(self) -> Mentions: ...


class Kind(msgspec.Struct, frozen=True):
    """Columns: name, Struct of the whole message, Struct of its body, key parts in topic order, class, lane."""

    name: str
    message: type[Message]
    body: type[msgspec.Struct]
    key_parts: tuple[str, ...]
    kind_class: KindClass
    lane: Lane


ODF_KEY = ("subcode", "subtype", "language")
KINDS: dict[str, Kind] = {
    row.name: row
    for row in (
        Kind("result", Result, ResultBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("phase_result", PhaseResult, PhaseResultBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("cumulative_result", CumulativeResult, CumulativeResultBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("pool_standing", PoolStanding, PoolStandingBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("ranking", Ranking, RankingBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("current", Current, CurrentBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("result_analysis", ResultAnalysis, ResultAnalysisBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("extended_start_list", ExtendedStartList, ExtendedStartListBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("federation_ranking", FederationRanking, FederationRankingBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("document", Document, DocumentBody, ("type", *ODF_KEY), KindClass.DOCUMENT, Lane.LIVE),
        Kind("list", List, ListBody, ("name", "part"), KindClass.ENTITY, Lane.LIVE),
        Kind("session", Session, SessionBody, ("session",), KindClass.ENTITY, Lane.LIVE),
        Kind("unit", Unit, UnitBody, (), KindClass.ENTITY, Lane.LIVE),
        Kind("source", Source, SourceBody, ("source",), KindClass.ENTITY, Lane.LIVE),
    )
}

AnyMessage = (
    Result
    | PhaseResult
    | CumulativeResult
    | PoolStanding
    | Ranking
    | Current
    | ResultAnalysis
    | ExtendedStartList
    | FederationRanking
    | Document
    | List
    | Session
    | Unit
    | Source
)
