"""One row of a table of competitors, as results, rankings and standings have it (ODF General Messages, Result).

Every value keeps the venue's text and precision. Fields named in the contract are always there; the others are
left out where the venue did not send them. Each field's place in the XML stands beside it.
"""

from typing import Annotated as A
from typing import ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from schemas.infos import Infos
from schemas.message import Mentions, Micros
from schemas.result_parts import Coach, Entry, Extended, Item, Member, MemberTeam, Opponent, RecordMark, Stat
from schemas.xml_names import odf

Text = str | UnsetType
TypeKind = odf("Competitor/@Type", A="athlete", T="team", G="group", H="horse")


class Decision(msgspec.Struct, frozen=True):
    """Whether something about the result is still open, why, and (microseconds UTC) until when if known."""

    pending: bool
    reason: str | None = None
    until: Micros | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is no longer as it was said: a competitor (`who`, an id), a field of its row, its value then and now.

    Of a competitor who appeared the field is `id`, null before; of one who vanished everything is null now.
    """

    who: str
    field: str
    from_: str | bool | tuple[RecordMark, ...] | None = msgspec.field(name="from")
    to: str | bool | tuple[RecordMark, ...] | None


class Competitor(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the result, an athlete or a team with its members.

    `start_order` is ODF's StartSortOrder (place in the start list), `lane` its StartOrder (lane, gate, colour).
    """

    id: A[str, odf("Competitor/@Code")]
    kind: A[str, TypeKind]
    noc: A[str | None, odf("Competitor/@Organisation")] = None
    name: A[str | None, odf("Competitor/Description/@TeamName")] = None
    bib: A[str | None, odf("Competitor/@Bib")] = None
    start_order: A[int | None, odf("@StartSortOrder")] = None
    lane: A[str | None, odf("@StartOrder")] = None
    rank: A[str | None, odf("@Rank")] = None
    rank_equal: A[bool, odf("@RankEqual")] = False
    sort_order: A[int | None, odf("@SortOrder")] = None
    result: A[str | None, odf("@Result")] = None
    result_type: A[str | None, odf("@ResultType")] = None
    diff: A[str | None, odf("@Diff")] = None
    irm: A[str | None, odf("@IRM")] = None
    qualification_mark: A[str | None, odf("@QualificationMark")] = None
    records: A[tuple[RecordMark, ...], odf("RecordIndicators/RecordIndicator")] = ()
    splits: tuple[Extended, ...] = ()
    members: A[tuple[Member, ...], odf("Competitor/Composition/Athlete")] = ()
    wlt: A[Text, odf("@WLT")] = UNSET
    photo_finish: A[Text, odf("@PhotoFinish")] = UNSET
    unchecked: A[bool | UnsetType, odf("@Unchecked")] = UNSET
    penalty: A[Text, odf("@Pty")] = UNSET
    played: A[Text, odf("@Played")] = UNSET
    won: A[Text, odf("@Won")] = UNSET
    lost: A[Text, odf("@Lost")] = UNSET
    tied: A[Text, odf("@Tied")] = UNSET
    points_for: A[Text, odf("@For")] = UNSET
    points_against: A[Text, odf("@Against")] = UNSET
    ratio: A[Text, odf("@Ratio")] = UNSET
    result_mark: A[Text, odf("@ResultMark")] = UNSET  # draft of 2028: yet to bat, for example
    current: A[Text, odf("Competitor/@Current")] = UNSET
    if_id: A[Text, odf("Competitor/Description/@IFId")] = UNSET
    extended: A[tuple[Extended, ...] | UnsetType, odf("ExtendedResults/ExtendedResult")] = UNSET
    items: A[tuple[Item, ...] | UnsetType, odf("ResultItems/ResultItem")] = UNSET
    entries: A[tuple[Entry, ...] | UnsetType, odf("Competitor/EventUnitEntry")] = UNSET
    stats: A[tuple[Stat, ...] | UnsetType, odf("Competitor/StatsItems/StatsItem")] = UNSET
    coaches: A[tuple[Coach, ...] | UnsetType, odf("Competitor/Coaches/Coach")] = UNSET
    descriptions: A[tuple[Entry, ...] | UnsetType, odf("Competitor/Description/ExtendedDescription")] = UNSET
    teams: A[tuple[MemberTeam, ...] | UnsetType, odf("Competitor/Composition/Team")] = UNSET
    opponents: A[tuple[Opponent, ...] | UnsetType, odf("Competitor/Opponent")] = UNSET


class Rows(Infos, frozen=True, kw_only=True):
    """Competitors in sort order, and what may be said of them: `call` is wait, provisional, official or corrected.

    `changes` are against the message before (`prev`), there if it said something otherwise that could be called; null
    where its body is kept apart. `reason` tells what this version was decided by: photo_finish, inquiry, protest,
    review, jury, or note where the document's own notes say it.
    """

    competitors: A[tuple[Competitor, ...], odf("Result")] = ()
    decision: Decision = Decision(pending=False)
    call: str = "wait"
    changes: tuple[Change, ...] | UnsetType | None = UNSET
    reason: Text = UNSET
    is_outcome: ClassVar[bool] = True

    def mentions(self) -> Mentions:
        """Venue, organisations and athletes of the rows, each once, in order of appearance."""
        nocs: dict[str, None] = {}
        athletes: dict[str, None] = {}
        for competitor in self.competitors:
            if competitor.noc:
                nocs[competitor.noc] = None
            if competitor.kind == "athlete":
                athletes[competitor.id] = None
            for member in competitor.members:
                athletes[member.id] = None
                if member.noc:
                    nocs[member.noc] = None
        return Mentions(self.venue or None, tuple(nocs), tuple(athletes))
