"""Kind `medals`: the standings as a venue or the centre counts them (ODF General Messages, DT_MEDALS).

The feed counts for itself, from medallists; this is what it is compared with.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.infos import Infos
from schemas.message import Mentions, Message, Micros
from schemas.xml_names import odf

Text = str | UnsetType


class MedalNumber(msgspec.Struct, frozen=True, kw_only=True):
    """Medals in the events of one gender: `gender` is M, W, X (mixed), O (open), or TOT for all of them.

    ODF leaves out what is zero (change request 18622).
    """

    gender: A[str, odf("@Type")]
    gold: A[int, odf("@Gold")] = 0
    silver: A[int, odf("@Silver")] = 0
    bronze: A[int, odf("@Bronze")] = 0
    total: A[int, odf("@Total")] = 0


class MedalLine(msgspec.Struct, frozen=True, kw_only=True):
    """One organisation: `rank` by gold, then silver, then bronze, `rank_total` by all medals.

    Who ties shares a rank; `sort_rank` and `sort_rank_total` are the places to show, each there once.
    """

    noc: A[str, odf("@Organisation")]
    rank: A[str | None, odf("@Rank")] = None
    rank_equal: A[bool, odf("@RankEqual")] = False
    sort_rank: A[int | None, odf("@SortRank")] = None
    rank_total: A[str | None, odf("@RankTotal")] = None
    rank_total_equal: A[bool, odf("@RankTotalEqual")] = False
    sort_rank_total: A[int | None, odf("@SortRankTotal")] = None
    name: A[Text, odf("Description/@OrganisationName")] = UNSET
    numbers: A[tuple[MedalNumber, ...], odf("MedalNumber")] = ()


class MedalsBody(Infos, frozen=True, kw_only=True):
    """The table, and how many medals there are in all; of all disciplines or of the one that the topic names.

    `counted` is when (microseconds UTC) these were the standings, `last_event` the event that changed them;
    `events_total` and `events_finished` count events with medals.
    """

    counted: A[Micros | None, odf("MedalStandings/@DateTime")] = None
    last_event: A[str | None, odf("MedalStandings/@LastEvent")] = None
    events_total: A[int | None, odf("MedalStandings/@TotalEvents")] = None
    events_finished: A[int | None, odf("MedalStandings/@FinishedEvents")] = None
    summary: A[tuple[MedalNumber, ...], odf("MedalStandings/MedalSummary/MedalNumber")] = ()
    lines: A[tuple[MedalLine, ...], odf("MedalStandings/MedalsTable/MedalLine")] = ()

    def mentions(self) -> Mentions:
        """Venue and the organisations of the table, each once, in order of appearance."""
        return Mentions(self.venue or None, tuple(dict.fromkeys(line.noc for line in self.lines if line.noc)))


class Medals(Message, frozen=True, kw_only=True, tag="medals"):
    """Its topic is a discipline's code, or GEN for all. Key parts: subcode, subtype, language."""

    body: MedalsBody | None
