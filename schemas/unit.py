"""Kind `unit`: one item of the schedule, a heat, a match or a ceremony (General Messages, DT_SCHEDULE).

Planned times stay what they were; what happened has its own. A field that is not named in every message was not sent.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.message import Mentions, Message, Micros
from schemas.result_parts import CHANGE, Coach, Entry, Member
from schemas.xml_names import odf

Text = str | UnsetType
STATUSES = (
    *("UNSCHEDULED", "SCHEDULED", "GETTING_READY", "RUNNING", "SCHEDULED_BREAK", "INTERRUPTED", "FINISHED"),
    *("DELAYED", "RESCHEDULED", "POSTPONED", "CANCELLED"),
)
_STATUS = odf("@ScheduleStatus", **{status: status for status in STATUSES})


class Starter(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a head-to-head unit: a competitor, or, while `id` is null, where it will come from.

    `lane` is ODF's StartOrder, as in a result; `previous_wlt` tells whether the winner (W) or the loser (L) of
    `previous_unit` comes here, `previous_value` names that unit otherwise.
    """

    id: A[str | None, odf("Competitor/@Code")] = None
    kind: A[str | None, odf("Competitor/@Type", A="athlete", T="team", G="group", H="horse")] = None
    noc: A[str | None, odf("Competitor/@Organisation")] = None
    name: A[str | None, odf("Competitor/Description/@TeamName")] = None
    bib: A[str | None, odf("Competitor/@Bib")] = None
    sort_order: A[int | None, odf("@SortOrder")] = None
    lane: A[str | None, odf("@StartOrder")] = None
    members: A[tuple[Member, ...], odf("Competitor/Composition/Athlete")] = ()
    previous_unit: A[Text, odf("PreviousUnit/@Unit", "@PreviousUnit")] = UNSET
    previous_wlt: A[Text, odf("PreviousUnit/@WLT", "@PreviousWLT")] = UNSET
    previous_value: A[Text, odf("PreviousUnit/@Value", "@PreviousValue")] = UNSET
    if_id: A[Text, odf("Competitor/Description/@IFId")] = UNSET
    entries: A[tuple[Entry, ...] | UnsetType, odf("Competitor/EventUnitEntry")] = UNSET
    coaches: A[tuple[Coach, ...] | UnsetType, odf("Competitor/Coaches/Coach")] = UNSET


class UnitBody(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Times in microseconds UTC: `start` and `end` are planned, `started` and `ended` are what happened.

    `status` is ODF's ScheduleStatus, one of STATUSES as far as it is known. Where `start_hidden`, the planned start is
    for sorting only and `start_texts` stand in its place. Texts map ODF's language codes (ENG) to texts; `unmapped`
    keeps what no field holds, by XPath from the unit's element.
    """

    code: A[str, odf("@Code")]
    names: A[dict[str, str], odf("ItemName")] = {}
    status: A[str | None, _STATUS] = None
    phase_type: A[str | None, odf("@PhaseType")] = None
    start: A[Micros | None, odf("@StartDate")] = None
    end: A[Micros | None, odf("@EndDate")] = None
    started: A[Micros | None, odf("@ActualStartDate")] = None
    ended: A[Micros | None, odf("@ActualEndDate")] = None
    start_hidden: A[bool, odf("@HideStartDate")] = False
    end_hidden: A[bool, odf("@HideEndDate")] = False
    order: A[str | None, odf("@Order")] = None
    session: A[str | None, odf("@SessionCode")] = None
    venue: A[str | None, odf("@Venue")] = None
    venue_name: A[str | None, odf("VenueDescription/@VenueName")] = None
    location: A[str | None, odf("@Location")] = None
    location_name: A[str | None, odf("VenueDescription/@LocationName")] = None
    medal: A[str | None, odf("@Medal")] = None
    start_list: A[tuple[Starter, ...], odf("StartList/Start")] = ()
    start_texts: A[dict[str, str] | UnsetType, odf("StartText")] = UNSET
    descriptions: A[dict[str, str] | UnsetType, odf("ItemDescription")] = UNSET
    unit_num: A[Text, odf("@UnitNum")] = UNSET
    unit_num_hidden: A[bool | UnsetType, odf("@HideUnitNum")] = UNSET
    media_access: A[Text, odf("@MediaAccess")] = UNSET
    schedule_flag: A[Text, odf("@ScheduleFlag")] = UNSET
    change: A[Text, CHANGE] = UNSET
    unmapped: dict[str, str] | UnsetType = UNSET

    def mentions(self) -> Mentions:
        """Venue, and organisations and athletes of the start list, each once, in order of appearance."""
        nocs: dict[str, None] = {}
        athletes: dict[str, None] = {}
        for starter in self.start_list:
            if starter.noc:
                nocs[starter.noc] = None
            if starter.id and starter.kind == "athlete":
                athletes[starter.id] = None
            for member in starter.members:
                athletes[member.id] = None
                if member.noc:
                    nocs[member.noc] = None
        return Mentions(self.venue, tuple(nocs), tuple(athletes))


class Unit(Message, frozen=True, kw_only=True, tag="unit"):
    """Its topic is the unit's own code; no key parts."""

    body: UnitBody | None
