"""Kind `session`: a part of a day at one venue, as the schedule has it (General Messages, DT_SCHEDULE).

Names always have all languages that were sent; a field that is not named in every message was not sent.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.message import Mentions, Message, Micros
from schemas.result_parts import CHANGE
from schemas.xml_names import odf

Text = str | UnsetType


class SessionBody(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Planned times in microseconds UTC; a session is never running or finished, only its units are.

    `names` maps ODF's language codes (ENG) to texts; `unmapped` keeps what no field holds, by XPath from the session's
    element.
    """

    code: A[str, odf("@SessionCode")]
    names: A[dict[str, str], odf("SessionName")] = {}
    status: A[str | None, odf("@SessionStatus")] = None
    start: A[Micros | None, odf("@StartDate")] = None
    end: A[Micros | None, odf("@EndDate")] = None
    venue: A[str | None, odf("@Venue")] = None
    venue_name: A[str | None, odf("@VenueName")] = None
    start_hidden: A[bool, odf("@HideStartDate")] = False
    end_hidden: A[bool, odf("@HideEndDate")] = False
    session_type: A[Text, odf("@SessionType")] = UNSET
    lead_in: A[Text, odf("@Leadin")] = UNSET
    medal: A[Text, odf("@Medal")] = UNSET
    field_of_play: A[Text, odf("@FOP")] = UNSET
    change: A[Text, CHANGE] = UNSET
    unmapped: dict[str, str] | UnsetType = UNSET

    def mentions(self) -> Mentions:
        return Mentions(self.venue)


class Session(Message, frozen=True, kw_only=True, tag="session"):
    """Key part: the session's code."""

    body: SessionBody | None
