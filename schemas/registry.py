"""One row per kind. Adding a kind is its file and one row here."""

from enum import StrEnum
from typing import Protocol

import msgspec

from schemas.achievement import AchievementBody, Achievements
from schemas.action import Action, ActionBody
from schemas.alert import Alert, AlertBody
from schemas.audio import Audio, AudioBody
from schemas.background import Background, BackgroundBody
from schemas.bracket import Bracket, BracketBody
from schemas.call import Call, CallBody
from schemas.ceremony_conflict import CeremonyConflict, CeremonyConflictBody
from schemas.code import Code, CodeBody
from schemas.communication import Communication, CommunicationBody
from schemas.config import Config, ConfigBody
from schemas.cumulative_result import CumulativeResult, CumulativeResultBody
from schemas.current import Current, CurrentBody
from schemas.derived import Derived, DerivedBody
from schemas.document import Document, DocumentBody
from schemas.entries import Entries, EntriesBody
from schemas.extended_start_list import ExtendedStartList, ExtendedStartListBody
from schemas.federation_ranking import FederationRanking, FederationRankingBody
from schemas.flagbearer import Flagbearer, FlagbearerBody
from schemas.horse import Horse, HorseBody
from schemas.horse_biography import HorseBiography, HorseBiographyBody
from schemas.image import Image, ImageBody
from schemas.ledger import Ledger, LedgerBody
from schemas.list import List, ListBody
from schemas.medal_discrepancy import MedalDiscrepancy, MedalDiscrepancyBody
from schemas.medal_table import MedalTable, MedalTableBody
from schemas.medallists import Medallists, MedallistsBody
from schemas.medallists_day import MedallistsDay, MedallistsDayBody
from schemas.medallists_discipline import MedallistsDiscipline, MedallistsDisciplineBody
from schemas.medals import Medals, MedalsBody
from schemas.message import Lane, Mentions, Message
from schemas.name import Name, NameBody
from schemas.news import News, NewsBody
from schemas.noc_biography import NocBiography, NocBiographyBody
from schemas.notification import Notification, NotificationBody
from schemas.pairing import Pairing, PairingBody
from schemas.participant import Participant, ParticipantBody
from schemas.participant_biography import ParticipantBiography, ParticipantBiographyBody
from schemas.phase_result import PhaseResult, PhaseResultBody
from schemas.photo_finish import PhotoFinish, PhotoFinishBody
from schemas.picture import Picture, PictureBody
from schemas.pool_standing import PoolStanding, PoolStandingBody
from schemas.presenter import Presenter, PresenterBody
from schemas.ranking import Ranking, RankingBody
from schemas.record import Record, RecordBody
from schemas.record_event import RecordEvent, RecordEventBody
from schemas.record_table import RecordTable, RecordTableBody
from schemas.report import Report, ReportBody
from schemas.result import Result, ResultBody
from schemas.result_analysis import ResultAnalysis, ResultAnalysisBody
from schemas.schedule_change import ScheduleChange, ScheduleChangeBody
from schemas.session import Session, SessionBody
from schemas.source import Source, SourceBody
from schemas.stats import Stats, StatsBody
from schemas.team import Team, TeamBody
from schemas.team_biography import TeamBiography, TeamBiographyBody
from schemas.unit import Unit, UnitBody
from schemas.venue_condition import VenueCondition, VenueConditionBody
from schemas.weather import Weather, WeatherBody
from schemas.weather_alert import WeatherAlert, WeatherAlertBody


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
CODE_KEY = ("table", "language", "code", "discipline", "type")
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
        Kind("medallists", Medallists, MedallistsBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind(
            name="medallists_discipline",
            message=MedallistsDiscipline,
            body=MedallistsDisciplineBody,
            key_parts=ODF_KEY,
            kind_class=KindClass.DOCUMENT,
            lane=Lane.LIVE,
        ),
        Kind("medallists_day", MedallistsDay, MedallistsDayBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("medals", Medals, MedalsBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("record", Record, RecordBody, ("record",), KindClass.ENTITY, Lane.LIVE),
        Kind("image", Image, ImageBody, ODF_KEY, KindClass.DOCUMENT, Lane.BULK),
        Kind("photo_finish", PhotoFinish, PhotoFinishBody, ("type", *ODF_KEY), KindClass.DOCUMENT, Lane.LIVE),
        Kind("picture", Picture, PictureBody, ODF_KEY, KindClass.DOCUMENT, Lane.BULK),
        Kind("audio", Audio, AudioBody, ODF_KEY, KindClass.DOCUMENT, Lane.BULK),
        Kind("report", Report, ReportBody, ODF_KEY, KindClass.DOCUMENT, Lane.BULK),
        Kind("bracket", Bracket, BracketBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("stats", Stats, StatsBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("config", Config, ConfigBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("action", Action, ActionBody, ("period", "id"), KindClass.EVENT, Lane.LIVE),
        Kind("weather", Weather, WeatherBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("venue_condition", VenueCondition, VenueConditionBody, ODF_KEY, KindClass.DOCUMENT, Lane.BULK),
        Kind("weather_alert", WeatherAlert, WeatherAlertBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("alert", Alert, AlertBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("news", News, NewsBody, ("type", *ODF_KEY), KindClass.DOCUMENT, Lane.BULK),
        Kind("background", Background, BackgroundBody, ("type", *ODF_KEY), KindClass.DOCUMENT, Lane.BULK),
        Kind("communication", Communication, CommunicationBody, ODF_KEY, KindClass.EVENT, Lane.LIVE),
        Kind("achievement", Achievements, AchievementBody, ODF_KEY, KindClass.DOCUMENT, Lane.BULK),
        Kind("flagbearer", Flagbearer, FlagbearerBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("notification", Notification, NotificationBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("presenter", Presenter, PresenterBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind(
            name="participant_biography",
            message=ParticipantBiography,
            body=ParticipantBiographyBody,
            key_parts=("type", *ODF_KEY),
            kind_class=KindClass.DOCUMENT,
            lane=Lane.BULK,
        ),
        Kind("team_biography", TeamBiography, TeamBiographyBody, ("type", *ODF_KEY), KindClass.DOCUMENT, Lane.BULK),
        Kind("noc_biography", NocBiography, NocBiographyBody, ("type", *ODF_KEY), KindClass.DOCUMENT, Lane.BULK),
        Kind("horse_biography", HorseBiography, HorseBiographyBody, ("type", *ODF_KEY), KindClass.DOCUMENT, Lane.BULK),
        Kind("document", Document, DocumentBody, ("type", *ODF_KEY), KindClass.DOCUMENT, Lane.LIVE),
        Kind("ledger", Ledger, LedgerBody, ("view", "entry"), KindClass.EVENT, Lane.LIVE),
        Kind("call", Call, CallBody, (), KindClass.ENTITY, Lane.LIVE),
        Kind("medal_table", MedalTable, MedalTableBody, ("view",), KindClass.DOCUMENT, Lane.LIVE),
        Kind("medal_discrepancy", MedalDiscrepancy, MedalDiscrepancyBody, (), KindClass.DOCUMENT, Lane.LIVE),
        Kind("ceremony_conflict", CeremonyConflict, CeremonyConflictBody, (), KindClass.ENTITY, Lane.LIVE),
        Kind("schedule_change", ScheduleChange, ScheduleChangeBody, ("change",), KindClass.EVENT, Lane.LIVE),
        Kind("pairing", Pairing, PairingBody, (), KindClass.ENTITY, Lane.LIVE),
        Kind("record_event", RecordEvent, RecordEventBody, ("entry",), KindClass.EVENT, Lane.LIVE),
        Kind("record_table", RecordTable, RecordTableBody, (), KindClass.DOCUMENT, Lane.LIVE),
        Kind("derived", Derived, DerivedBody, (), KindClass.ENTITY, Lane.LIVE),
        Kind("list", List, ListBody, ("name", "part"), KindClass.ENTITY, Lane.LIVE),
        Kind("session", Session, SessionBody, ("session",), KindClass.ENTITY, Lane.LIVE),
        Kind("code", Code, CodeBody, CODE_KEY, KindClass.ENTITY, Lane.BULK),
        Kind("unit", Unit, UnitBody, (), KindClass.ENTITY, Lane.LIVE),
        Kind("entries", Entries, EntriesBody, ODF_KEY, KindClass.DOCUMENT, Lane.BULK),
        Kind("participant", Participant, ParticipantBody, ("participant",), KindClass.ENTITY, Lane.BULK),
        Kind("team", Team, TeamBody, ("team",), KindClass.ENTITY, Lane.BULK),
        Kind("horse", Horse, HorseBody, ("horse",), KindClass.ENTITY, Lane.BULK),
        Kind("name", Name, NameBody, ("language", "participant"), KindClass.ENTITY, Lane.BULK),
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
    | Bracket
    | Stats
    | Config
    | Action
    | Medallists
    | MedallistsDiscipline
    | MedallistsDay
    | Medals
    | Record
    | Image
    | PhotoFinish
    | Picture
    | Audio
    | Report
    | Weather
    | VenueCondition
    | WeatherAlert
    | Alert
    | News
    | Background
    | Communication
    | Achievements
    | Flagbearer
    | Notification
    | Presenter
    | ParticipantBiography
    | TeamBiography
    | NocBiography
    | HorseBiography
    | Document
    | Ledger
    | Call
    | MedalTable
    | MedalDiscrepancy
    | RecordEvent
    | RecordTable
    | CeremonyConflict
    | ScheduleChange
    | Pairing
    | Derived
    | List
    | Session
    | Code
    | Unit
    | Entries
    | Participant
    | Team
    | Horse
    | Name
    | Source
)
