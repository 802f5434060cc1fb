"""Kind `medallists`: who has the medals of one event (ODF General Messages, DT_MEDALLISTS).

Its status tells how sure that is: PARTIAL while a unit that decides a medal is still to come, later UNOFFICIAL, then
OFFICIAL.
"""

from typing import Annotated as A

from schemas.contender import mentions_of
from schemas.infos import Infos
from schemas.medal_parts import Medal, medallists_of
from schemas.message import Mentions, Message
from schemas.xml_names import odf


class MedallistsBody(Infos, frozen=True, kw_only=True):
    """The medals of the event that are certain by now, as the venue orders them."""

    medals: A[tuple[Medal, ...], odf("Medal")] = ()

    def mentions(self) -> Mentions:
        """Venue, organisations and athletes who have a medal, each once, in order of appearance."""
        return mentions_of(self.venue, medallists_of(self.medals))


class Medallists(Message, frozen=True, kw_only=True, tag="medallists"):
    """Its topic is the event's code. Key parts: subcode, subtype, language."""

    body: MedallistsBody | None
