"""The entities of lists of participants: persons, teams, horses, and names in other languages (General Messages)."""

from lxml import etree

from feed.venues.odf.header import Header
from feed.venues.odf.listing import Entities, Entity
from feed.venues.odf.plan import compile_plan
from schemas.horse import HorseBody
from schemas.name import NameBody
from schemas.participant import ParticipantBody
from schemas.team import TeamBody

_ENGLISH = "ENG"


def _language(header: Header, _element: etree._Element | None = None) -> tuple[str, ...]:
    """The language of the names: a message without one is in English (Foundation Principles 2.2)."""
    return (header.language or _ENGLISH,)


# A person who leaves is sent with the status CANCEL, never with a mark to delete (General Messages, DT_PARTIC_UPDATE).
PARTICIPANTS = Entities({"Participant": Entity("participant", compile_plan(ParticipantBody, {}), ("Code",))})
TEAMS = Entities({"Team": Entity("team", compile_plan(TeamBody, {}), ("Code",), can_be_deleted=True)})
HORSES = Entities({"Horse": Entity("horse", compile_plan(HorseBody, {}), ("Code",), can_be_deleted=True)})
# One language's list is whole for itself and says nothing of the others.
NAMES = Entities(
    {"Participant": Entity("name", compile_plan(NameBody, {}), ("Code",), leading=_language)}, reach=_language
)
