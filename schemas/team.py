"""Kind `team`: who compete together in one event (General Messages, DT_PARTIC_TEAMS).

A field that is not named in every message was not sent.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.message import Mentions, Message
from schemas.result_parts import CHANGE, Entry, Member, MemberTeam, Official, RegisteredEvent
from schemas.xml_names import odf

Text = str | UnsetType


class TeamBody(msgspec.Struct, frozen=True, kw_only=True):
    """A team of one discipline; `team_type` tells how its name is made (ORG: the name of the organisation).

    `members`, `officials` and `registered_events` are sent up to 2024; after that the messages of kind `entries` tell
    them, and `teams` are those of a team of teams. `change` tells what an update did (new, updated); `unmapped` keeps
    what no field holds, by XPath from the team's element.
    """

    id: A[str, odf("@Code")]
    status: A[str | None, odf("@Status")] = None
    noc: A[str | None, odf("@Organisation")] = None
    name: A[str | None, odf("@Name")] = None
    short_name: A[str | None, odf("@ShortName")] = None
    tv_name: A[str | None, odf("@TVTeamName")] = None
    gender: A[str | None, odf("@Gender")] = None
    team_type: A[str | None, odf("@TeamType")] = None
    number: A[Text, odf("@Number")] = UNSET
    scoreboard_name: A[Text, odf("@PSCBName")] = UNSET
    scoreboard_short_name: A[Text, odf("@PSCBShortName")] = UNSET
    scoreboard_long_name: A[Text, odf("@PSCBLongName")] = UNSET
    current: A[bool | UnsetType, odf("@Current")] = UNSET
    change: A[Text, CHANGE] = UNSET
    members: A[tuple[Member, ...], odf("Composition/Athlete")] = ()
    teams: A[tuple[MemberTeam, ...] | UnsetType, odf("Composition/Team")] = UNSET
    officials: A[tuple[Official, ...] | UnsetType, odf("TeamOfficials/Official")] = UNSET
    discipline: A[Text, odf("Discipline/@Code")] = UNSET
    if_id: A[Text, odf("Discipline/@IFId")] = UNSET
    discipline_entries: A[tuple[Entry, ...] | UnsetType, odf("Discipline/DisciplineEntry")] = UNSET
    registered_events: A[tuple[RegisteredEvent, ...] | UnsetType, odf("Discipline/RegisteredEvent")] = UNSET
    unmapped: dict[str, str] | UnsetType = UNSET

    def mentions(self) -> Mentions:
        """Organisations and athletes of the team and of the teams in it, each once, in order of appearance."""
        teams = self.teams or ()
        members = [*self.members, *(member for team in teams for member in team.members or ())]
        nocs = [self.noc, *(team.noc for team in teams), *(member.noc for member in members)]
        return Mentions(
            None,
            tuple(dict.fromkeys(noc for noc in nocs if noc)),
            tuple(dict.fromkeys(member.id for member in members)),
        )


class Team(Message, frozen=True, kw_only=True, tag="team"):
    """Key part: the team's code; the topic starts with the discipline of the list."""

    body: TeamBody | None
