"""What stands in every message in front of its own elements (ODF schema of the 2026 generation, Competition).

A field that the venue did not send is left out.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.message import Mentions, Micros
from schemas.result_parts import Clock, Contest, Info, Official, Period, Progress, Stat
from schemas.xml_names import odf

Text = str | UnsetType


class Infos(msgspec.Struct, frozen=True, kw_only=True):
    """What the message is about as a whole, and where; times are microseconds UTC.

    `started` and `ended` are what happened, never what was planned. `unmapped` keeps what the venue sent and no field
    holds yet, as XML path -> text.
    """

    discipline_name: A[Text, odf("ExtendedInfos/SportDescription/@DisciplineName")] = UNSET
    event_name: A[Text, odf("ExtendedInfos/SportDescription/@EventName")] = UNSET
    unit_name: A[Text, odf("ExtendedInfos/SportDescription/@SubEventName")] = UNSET
    gender: A[Text, odf("ExtendedInfos/SportDescription/@Gender")] = UNSET
    unit_num: A[Text, odf("ExtendedInfos/SportDescription/@UnitNum")] = UNSET
    venue: A[Text, odf("ExtendedInfos/VenueDescription/@Venue")] = UNSET
    venue_name: A[Text, odf("ExtendedInfos/VenueDescription/@VenueName")] = UNSET
    location: A[Text, odf("ExtendedInfos/VenueDescription/@Location")] = UNSET
    location_name: A[Text, odf("ExtendedInfos/VenueDescription/@LocationName")] = UNSET
    attendance: A[Text, odf("ExtendedInfos/VenueDescription/@Attendance")] = UNSET
    updated: A[Text, odf("ExtendedInfos/DateTime/@Update")] = UNSET
    started: A[Micros | UnsetType, odf("ExtendedInfos/UnitDateTime/@StartDate")] = UNSET
    ended: A[Micros | UnsetType, odf("ExtendedInfos/UnitDateTime/@EndDate")] = UNSET
    duration: A[Text, odf("ExtendedInfos/UnitDateTime/@Duration")] = UNSET
    infos: A[tuple[Info, ...] | UnsetType, odf("ExtendedInfos/ExtendedInfo")] = UNSET
    contests: A[tuple[Contest, ...] | UnsetType, odf("ExtendedInfos/ListComp")] = UNSET
    progress: A[Progress | UnsetType, odf("ExtendedInfos/Progress")] = UNSET
    clock: A[Clock | UnsetType, odf("Clock")] = UNSET
    stats: A[tuple[Stat, ...] | UnsetType, odf("StatsItems/StatsItem")] = UNSET
    officials: A[tuple[Official, ...] | UnsetType, odf("Officials/Official")] = UNSET
    home: A[Text, odf("Periods/@Home")] = UNSET
    away: A[Text, odf("Periods/@Away")] = UNSET
    actions_home: A[Text, odf("Actions/@Home")] = UNSET
    actions_away: A[Text, odf("Actions/@Away")] = UNSET
    periods: A[tuple[Period, ...] | UnsetType, odf("Periods/Period")] = UNSET
    unmapped: dict[str, str] | UnsetType = UNSET

    def mentions(self) -> Mentions:
        """Whom and where the message is about: what its index headers tell."""
        return Mentions(self.venue or None)
