"""A competitor where it is not a row of a result: on its side of an action, in its place of a bracket, in statistics.

What ODF's Competitor holds is the same everywhere (schema of the 2026 generation, common blocks); a kind adds its own
attributes. A field that the venue did not send is left out.
"""

from collections.abc import Iterable
from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.message import Mentions
from schemas.result_parts import Coach, Entry, Member, MemberTeam, Stat
from schemas.xml_names import odf

Text = str | UnsetType
# In the place of a competitor's id: nobody yet, or nobody ever (code set CompetitorPlace).
PLACEHOLDERS = frozenset(("TBD", "BYE", "NOCOMP", "NCT", "NO_AWARD", "NOAWARD", "WSF", "LSF"))


class Contender(msgspec.Struct, frozen=True, kw_only=True):
    """An athlete, or a team with those of its members that are concerned; `id` may be one of PLACEHOLDERS."""

    id: A[str, odf("@Code")]
    kind: A[str | None, odf("@Type", A="athlete", T="team", G="group", H="horse")] = None
    noc: A[str | None, odf("@Organisation")] = None
    name: A[str | None, odf("Description/@TeamName")] = None
    bib: A[Text, odf("@Bib")] = UNSET
    if_id: A[Text, odf("Description/@IFId")] = UNSET
    descriptions: A[tuple[Entry, ...] | UnsetType, odf("Description/ExtendedDescription")] = UNSET
    coaches: A[tuple[Coach, ...] | UnsetType, odf("Coaches/Coach")] = UNSET
    entries: A[tuple[Entry, ...] | UnsetType, odf("EventUnitEntry")] = UNSET
    stats: A[tuple[Stat, ...] | UnsetType, odf("StatsItems/StatsItem")] = UNSET
    members: A[tuple[Member, ...], odf("Composition/Athlete")] = ()
    teams: A[tuple[MemberTeam, ...] | UnsetType, odf("Composition/Team")] = UNSET


def mentions_of(venue: Text, contenders: Iterable[Contender]) -> Mentions:
    """Venue, organisations and athletes, each once, in order of appearance; a placeholder mentions nobody."""
    nocs: dict[str, None] = {}
    athletes: dict[str, None] = {}
    for contender in contenders:
        if contender.noc:
            nocs[contender.noc] = None
        if contender.kind == "athlete" and contender.id and contender.id not in PLACEHOLDERS:
            athletes[contender.id] = None
        teams = () if contender.teams is UNSET else contender.teams
        inner = (member for team in teams if team.members for member in team.members)
        for member in (*contender.members, *inner):
            if member.id:  # one who holds a record since long ago may have none
                athletes[member.id] = None
            if member.noc:
                nocs[member.noc] = None
    return Mentions(venue or None, tuple(nocs), tuple(athletes))
