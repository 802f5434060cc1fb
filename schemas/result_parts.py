"""The smaller parts of a result, named after ODF's elements (schema of the 2026 generation, common blocks).

A field that the venue did not send is left out.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.xml_names import odf

Text = str | UnsetType
Flag = bool | UnsetType


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
    extended: A[tuple[Extended, ...] | UnsetType, odf("Result/ExtendedResults/ExtendedResult")] = UNSET
    records: A[tuple[RecordMark, ...] | UnsetType, odf("Result/RecordIndicators/RecordIndicator")] = UNSET


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """EventUnitEntry: what is known of a competitor before the start (seed, position, captain ...)."""

    type: A[str, odf("@Type")]
    code: A[str, odf("@Code")]
    pos: A[Text, odf("@Pos")] = UNSET
    value: A[Text, odf("@Value")] = UNSET


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
    extended: A[tuple[Extended, ...] | UnsetType, odf("ExtendedResults/ExtendedResult")] = UNSET
    stats: A[tuple[Stat, ...] | UnsetType, odf("StatsItems/StatsItem")] = UNSET
    guides: A[tuple[Guide, ...] | UnsetType, odf("Guide")] = UNSET


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
    if_id: A[Text, odf("Description/@IFId")] = UNSET


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
