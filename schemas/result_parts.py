"""The smaller parts of a result, named after ODF's elements (schema of the 2026 generation, common blocks).

A field that the venue did not send is left out.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.message import Micros
from schemas.xml_names import odf

Text = str | UnsetType
Flag = bool | UnsetType
CHANGE = odf("@ModificationIndicator", N="new", U="updated")  # of an entity in an update, until 2024


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    """A further (code, pos, value) below an extended value."""

    code: A[str, odf("@Code")]
    type: A[Text, odf("@Type")] = UNSET
    pos: A[Text, odf("@Pos")] = UNSET
    value: A[Text, odf("@Value")] = UNSET


class Extended(msgspec.Struct, frozen=True, kw_only=True):
    """ExtendedResult: a sport's own value, told by (type, code, pos); also one split."""

    type: A[str, odf("@Type")]
    code: A[str, odf("@Code")]
    pos: A[Text, odf("@Pos")] = UNSET
    value: A[Text, odf("@Value")] = UNSET
    value2: A[Text, odf("@Value2")] = UNSET
    value_type: A[Text, odf("@ValueType")] = UNSET
    irm: A[Text, odf("@IRM")] = UNSET
    rank: A[Text, odf("@Rank")] = UNSET
    rank_equal: A[Flag, odf("@RankEqual")] = UNSET
    sort_order: A[Text, odf("@SortOrder")] = UNSET
    diff: A[Text, odf("@Diff")] = UNSET
    speed: A[Text, odf("@Speed")] = UNSET
    move: A[Text, odf("@Move")] = UNSET
    penalty: A[Text, odf("@Pty")] = UNSET
    discard: A[Text, odf("@Discard")] = UNSET
    arrive: A[Text, odf("@Arrive")] = UNSET
    unchecked: A[Flag, odf("@Unchecked")] = UNSET
    extensions: A[tuple[Extension, ...] | UnsetType, odf("Extension")] = UNSET


class RecordMark(msgspec.Struct, frozen=True, kw_only=True):
    """RecordIndicator: a record set or equalled; `order` is its place in the hierarchy of record types."""

    record_type: A[str, odf("@RecordType")]
    code: A[str, odf("@Code")]
    order: A[Text, odf("@Order")] = UNSET
    equalled: A[Flag, odf("@Equalled")] = UNSET


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """ResultItem: what one unit or phase added to a total."""

    unit: A[Text, odf("@Unit")] = UNSET
    order: A[Text, odf("@Order")] = UNSET
    rank: A[Text, odf("Result/@Rank")] = UNSET
    rank_equal: A[Flag, odf("Result/@RankEqual")] = UNSET
    sort_order: A[Text, odf("Result/@SortOrder")] = UNSET
    result: A[Text, odf("Result/@Result")] = UNSET
    result_type: A[Text, odf("Result/@ResultType")] = UNSET
    result_points: A[Text, odf("Result/@ResultPoints")] = UNSET
    irm: A[Text, odf("Result/@IRM")] = UNSET
    diff: A[Text, odf("Result/@Diff")] = UNSET
    wlt: A[Text, odf("Result/@WLT")] = UNSET
    qualification_mark: A[Text, odf("Result/@QualificationMark")] = UNSET
    start_order: A[Text, odf("Result/@StartSortOrder")] = UNSET
    lane: A[Text, odf("Result/@StartOrder")] = UNSET
    penalty: A[Text, odf("Result/@Pty")] = UNSET
    photo_finish: A[Text, odf("Result/@PhotoFinish")] = UNSET
    unchecked: A[Flag, odf("Result/@Unchecked")] = UNSET
    played: A[Text, odf("Result/@Played")] = UNSET
    won: A[Text, odf("Result/@Won")] = UNSET
    lost: A[Text, odf("Result/@Lost")] = UNSET
    tied: A[Text, odf("Result/@Tied")] = UNSET
    extended: A[tuple[Extended, ...] | UnsetType, odf("Result/ExtendedResults/ExtendedResult")] = UNSET
    records: A[tuple[RecordMark, ...] | UnsetType, odf("Result/RecordIndicators/RecordIndicator")] = UNSET


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """EventUnitEntry: what is known of a competitor before the start (seed, position, captain ...)."""

    type: A[str, odf("@Type")]
    code: A[str, odf("@Code")]
    pos: A[Text, odf("@Pos")] = UNSET
    value: A[Text, odf("@Value")] = UNSET


class RegisteredEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that a participant or a team is entered in, up to 2024; `gender` is the event's (short codes)."""

    event: A[Text, odf("@Event")] = UNSET
    gender: A[Text, odf("@Gender")] = UNSET
    bib: A[Text, odf("@Bib")] = UNSET
    sport_class: A[Text, odf("@Class")] = UNSET
    status: A[Text, odf("@Status")] = UNSET
    entry_status: A[Text, odf("@EntryStatus")] = UNSET
    substitute: A[Text, odf("@Substitute")] = UNSET
    event_entries: A[tuple[Entry, ...] | UnsetType, odf("EventEntry")] = UNSET


class Stat(msgspec.Struct, frozen=True, kw_only=True):
    """StatsItem with its ExtendedStat children."""

    type: A[str, odf("@Type")]
    code: A[str, odf("@Code")]
    pos: A[Text, odf("@Pos")] = UNSET
    value: A[Text, odf("@Value")] = UNSET
    attempt: A[Text, odf("@Attempt")] = UNSET
    avg: A[Text, odf("@Avg")] = UNSET
    percent: A[Text, odf("@Percent")] = UNSET
    rank: A[Text, odf("@Rank")] = UNSET
    rank_equal: A[Flag, odf("@RankEqual")] = UNSET
    sort_order: A[Text, odf("@SortOrder")] = UNSET
    extensions: A[tuple[Extension, ...] | UnsetType, odf("ExtendedStat")] = UNSET


class Guide(msgspec.Struct, frozen=True, kw_only=True):
    """A guide who competes with an athlete."""

    id: A[str, odf("@GuideID")]
    family_name: A[Text, odf("@GuideFamilyName")] = UNSET
    given_name: A[Text, odf("@GuideGivenName")] = UNSET
    order: A[Text, odf("@Order")] = UNSET


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Athlete of a composition; a single athlete is the one member of its own row."""

    id: A[str, odf("@Code")]
    order: A[Text, odf("@Order")] = UNSET
    bib: A[Text, odf("@Bib")] = UNSET
    given_name: A[Text, odf("Description/@GivenName")] = UNSET
    family_name: A[Text, odf("Description/@FamilyName")] = UNSET
    gender: A[Text, odf("Description/@Gender")] = UNSET
    noc: A[Text, odf("Description/@Organisation")] = UNSET
    birth_date: A[Text, odf("Description/@BirthDate")] = UNSET
    if_id: A[Text, odf("Description/@IFId")] = UNSET
    sport_class: A[Text, odf("Description/@Class")] = UNSET
    horse: A[Text, odf("Description/@Horse")] = UNSET
    role: A[Text, odf("@Role")] = UNSET
    start_order: A[Text, odf("@StartSortOrder")] = UNSET
    lane: A[Text, odf("@StartOrder")] = UNSET
    entry_status: A[Text, odf("@EntryStatus")] = UNSET
    substitute: A[Text, odf("@Substitute")] = UNSET
    entries: A[tuple[Entry, ...] | UnsetType, odf("EventUnitEntry")] = UNSET
    descriptions: A[tuple[Entry, ...] | UnsetType, odf("Description/ExtendedDescription")] = UNSET
    event_entries: A[tuple[Entry, ...] | UnsetType, odf("ExtendedEntry", "EventEntry")] = UNSET
    extended: A[tuple[Extended, ...] | UnsetType, odf("ExtendedResults/ExtendedResult")] = UNSET
    stats: A[tuple[Stat, ...] | UnsetType, odf("StatsItems/StatsItem")] = UNSET
    medals: A[tuple[Entry, ...] | UnsetType, odf("ExtAthMedals/ExtAthMedal")] = UNSET
    bracket: A[tuple[Entry, ...] | UnsetType, odf("ExtBracketAths/ExtBracketAth")] = UNSET
    records: A[tuple[Entry, ...] | UnsetType, odf("ExtRecords/ExtRecord")] = UNSET
    guides: A[tuple[Guide, ...] | UnsetType, odf("Guide")] = UNSET


class MemberTeam(msgspec.Struct, frozen=True, kw_only=True):
    """Team of a composition, where teams compete together (a team of teams)."""

    id: A[str, odf("@Code")]
    name: A[Text, odf("Description/@TeamName", "@Name")] = UNSET
    noc: A[Text, odf("@Organisation")] = UNSET
    if_id: A[Text, odf("Description/@IFId", "@IFId")] = UNSET
    order: A[Text, odf("@Order")] = UNSET
    bib: A[Text, odf("@Bib")] = UNSET
    entry_status: A[Text, odf("@EntryStatus")] = UNSET
    substitute: A[Text, odf("@Substitute")] = UNSET
    entries: A[tuple[Entry, ...] | UnsetType, odf("EventUnitEntry")] = UNSET
    event_entries: A[tuple[Entry, ...] | UnsetType, odf("ExtendedEntry", "EventEntry")] = UNSET
    extended: A[tuple[Extended, ...] | UnsetType, odf("ExtendedResults/ExtendedResult")] = UNSET
    medals: A[tuple[Entry, ...] | UnsetType, odf("ExtCompMedals/ExtCompMedal")] = UNSET
    records: A[tuple[Entry, ...] | UnsetType, odf("ExtRecords/ExtRecord")] = UNSET
    members: A[tuple[Member, ...] | UnsetType, odf("Composition/Athlete")] = UNSET


class Opponent(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a competitor of a pool meets, when, and how it ended, seen from the competitor (DT_POOL_STANDING).

    `pos` is the opponent's own row (its sort order); `home` tells whether the opponent is at home (H or A).
    """

    id: A[Text, odf("@Code")] = UNSET
    kind: A[Text, odf("@Type", A="athlete", T="team", G="group", H="horse")] = UNSET
    noc: A[Text, odf("@Organisation")] = UNSET
    name: A[Text, odf("Description/@TeamName")] = UNSET
    pos: A[Text, odf("@Pos")] = UNSET
    unit: A[Text, odf("@Unit")] = UNSET
    start: A[Micros | UnsetType, odf("@TimeStamp")] = UNSET
    date: A[Text, odf("@Date")] = UNSET
    time: A[Text, odf("@Time")] = UNSET
    home: A[Text, odf("@HomeAway")] = UNSET
    result: A[Text, odf("@Result")] = UNSET
    if_id: A[Text, odf("Description/@IFId")] = UNSET
    extended: A[tuple[Extended, ...] | UnsetType, odf("ExtendedResults/ExtendedResult")] = UNSET
    members: A[tuple[Member, ...] | UnsetType, odf("Composition/Athlete")] = UNSET


class Coach(msgspec.Struct, frozen=True, kw_only=True):
    """A coach named with a competitor."""

    id: A[Text, odf("@Code")] = UNSET
    function: A[Text, odf("@Function")] = UNSET
    order: A[Text, odf("@Order")] = UNSET
    bib: A[Text, odf("@Bib")] = UNSET
    given_name: A[Text, odf("Description/@GivenName")] = UNSET
    family_name: A[Text, odf("Description/@FamilyName")] = UNSET
    gender: A[Text, odf("Description/@Gender")] = UNSET
    nationality: A[Text, odf("Description/@Nationality")] = UNSET
    description_bib: A[Text, odf("Description/@Bib")] = UNSET
    if_id: A[Text, odf("Description/@IFId")] = UNSET
    extended: A[tuple[Entry, ...] | UnsetType, odf("ExtCoach")] = UNSET


class Official(msgspec.Struct, frozen=True, kw_only=True):
    """A referee, judge or umpire of the unit."""

    id: A[str, odf("@Code")]
    function: A[Text, odf("@Function")] = UNSET
    order: A[Text, odf("@Order")] = UNSET
    bib: A[Text, odf("@Bib")] = UNSET
    given_name: A[Text, odf("Description/@GivenName")] = UNSET
    family_name: A[Text, odf("Description/@FamilyName")] = UNSET
    gender: A[Text, odf("Description/@Gender")] = UNSET
    noc: A[Text, odf("Description/@Organisation")] = UNSET
    if_id: A[Text, odf("Description/@IFId")] = UNSET
    extended: A[tuple[Entry, ...] | UnsetType, odf("ExtOfficial")] = UNSET


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """ExtendedInfo: what is said of the unit as a whole (wind, qualification rule, who is shown now)."""

    type: A[str, odf("@Type")]
    code: A[str, odf("@Code")]
    pos: A[Text, odf("@Pos")] = UNSET
    value: A[Text, odf("@Value")] = UNSET
    extensions: A[tuple[Extension, ...] | UnsetType, odf("Extension")] = UNSET


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a phase has come."""

    last_unit: A[Text, odf("@LastUnit")] = UNSET
    units_total: A[Text, odf("@UnitsTotal")] = UNSET
    units_complete: A[Text, odf("@UnitsComplete")] = UNSET
    extensions: A[tuple[Extension, ...] | UnsetType, odf("Extension")] = UNSET


class Contest(msgspec.Struct, frozen=True, kw_only=True):
    """ListComp: one of the competitions a series consists of."""

    date: A[Text, odf("@Date")] = UNSET
    place: A[Text, odf("@Place")] = UNSET
    country: A[Text, odf("@Country")] = UNSET
    pos: A[Text, odf("@Pos")] = UNSET
    add_info: A[Text, odf("@AddInfo")] = UNSET
    status: A[Text, odf("@ScheduleStatus")] = UNSET


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """The game clock at the moment of the message."""

    period: A[Text, odf("@Period")] = UNSET
    running: A[Flag, odf("@Running")] = UNSET
    time: A[Text, odf("@Time")] = UNSET


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """One set, quarter or game: running score and the period's own."""

    code: A[str, odf("@Code")]
    home_score: A[Text, odf("@HomeScore")] = UNSET
    away_score: A[Text, odf("@AwayScore")] = UNSET
    home_period_score: A[Text, odf("@HomePeriodScore")] = UNSET
    away_period_score: A[Text, odf("@AwayPeriodScore")] = UNSET
    duration: A[Text, odf("@Duration")] = UNSET
    extended: A[tuple[Extension, ...] | UnsetType, odf("ExtendedPeriods/ExtendedPeriod")] = UNSET
