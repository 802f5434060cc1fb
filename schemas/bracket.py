"""Kind `bracket`: who meets whom, and who comes from where (ODF General Messages, DT_BRACKETS).

It says no more than the venue did: as long as a place is not decided its competitor is null, and `code` (TBD, BYE,
NOCOMP ...) and `previous_unit` say why, and what it waits for. Nobody is put into it because a result is known.
"""

from collections.abc import Iterator
from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.contender import Contender, mentions_of
from schemas.infos import Infos
from schemas.message import Mentions, Message, Micros
from schemas.result_parts import Entry
from schemas.xml_names import odf

Text = str | UnsetType
Flag = bool | UnsetType


class Contestant(Contender, frozen=True, kw_only=True):
    """Who holds a place."""

    seed: A[Text, odf("@Seed")] = UNSET
    bracket: A[tuple[Entry, ...] | UnsetType, odf("ExtBracketComps/ExtBracketComp")] = UNSET


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a match: who is there, how it ended for them, and where they come from.

    `previous_wlt` tells whether the winner (W) or the loser (L) of `previous_unit` comes here; `previous_value` is a
    number of a match, or a pool, while that unit is not known. `lane` is ODF's StartOrder, as in a result.
    """

    pos: A[str | None, odf("@Pos")] = None
    code: A[str | None, odf("@Code")] = None
    wlt: A[str | None, odf("@WLT")] = None
    rank: A[Text, odf("@Rank")] = UNSET
    result: A[str | None, odf("@Result")] = None
    result_type: A[str | None, odf("@ResultType")] = None
    diff: A[Text, odf("@Diff")] = UNSET
    irm: A[str | None, odf("@IRM")] = None
    qualification_mark: A[Text, odf("@QualificationMark")] = UNSET
    strike_out: A[Flag, odf("@StrikeOut")] = UNSET
    lane: A[Text, odf("@StartOrder")] = UNSET
    photo_finish: A[Text, odf("@PhotoFinish")] = UNSET
    extended: A[tuple[Entry, ...] | UnsetType, odf("ExtCompPlaces/ExtCompPlace")] = UNSET
    previous_unit: A[str | None, odf("PreviousUnit/@Unit")] = None
    previous_value: A[str | None, odf("PreviousUnit/@Value")] = None
    previous_wlt: A[str | None, odf("PreviousUnit/@WLT")] = None
    competitor: A[Contestant | None, odf("Competitor")] = None


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """BracketItem: `position` is where it is drawn, `order` counts from 1; either `code` or `unit` is its unit's.

    `start` is in microseconds UTC, `date` and `time` say the same as the venue shows it.
    """

    code: A[str | None, odf("@Code")] = None
    order: A[str | None, odf("@Order")] = None
    position: A[str | None, odf("@Position")] = None
    date: A[Text, odf("@Date")] = UNSET
    time: A[Text, odf("@Time")] = UNSET
    start: A[Micros | UnsetType, odf("@TimeStamp")] = UNSET
    unit: A[str | None, odf("@Unit")] = None
    result: A[Text, odf("@Result")] = UNSET
    extended: A[tuple[Entry, ...] | UnsetType, odf("ExtBracketItems/ExtBracketItem")] = UNSET
    places: A[tuple[Place, ...], odf("CompetitorPlace")] = ()


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """BracketItems: the matches of one round (8FNL, QFNL, SFNL, FNL-)."""

    code: A[str | None, odf("@Code")] = None
    matches: A[tuple[Match, ...], odf("BracketItem")] = ()


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """One bracket of the event: FNL to the final, BRN to the bronze medal, others for the places below."""

    code: A[str | None, odf("@Code")] = None
    rounds: A[tuple[Round, ...], odf("BracketItems")] = ()


class BracketBody(Infos, frozen=True, kw_only=True):
    """All brackets of the event, each from its last round back, as sent."""

    brackets: A[tuple[Tree, ...], odf("Bracket")] = ()

    def mentions(self) -> Mentions:
        return mentions_of(self.venue, self._contestants())

    def _contestants(self) -> Iterator[Contestant]:
        for tree in self.brackets:
            for round_ in tree.rounds:
                for match in round_.matches:
                    yield from (place.competitor for place in match.places if place.competitor)


class Bracket(Message, frozen=True, kw_only=True, tag="bracket"):
    """Key parts: subcode, subtype, language."""

    body: BracketBody | None
