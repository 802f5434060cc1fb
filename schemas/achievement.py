"""Kind `achievement`: what competitors have won before, in a line each (General Messages, DT_ACHIEVEMENT)."""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.infos import Infos
from schemas.message import Mentions, Message
from schemas.xml_names import odf

Text = str | UnsetType
_TEAM_CODE_LENGTH = 17  # discipline, gender, event type, organisation and number (Foundation Principles, team codes)


class Achievement(msgspec.Struct, frozen=True, kw_only=True):
    """One line of at most 60 characters, and its place among the competitor's lines."""

    text: A[Text, odf("@Highlight")] = UNSET
    order: A[Text, odf("@Order")] = UNSET


class Achiever(msgspec.Struct, frozen=True, kw_only=True):
    """An athlete or a team, with its achievements."""

    id: A[str, odf("@Code")]
    noc: A[str | None, odf("@Organisation")] = None
    name: A[str | None, odf("@Name")] = None
    if_id: A[Text, odf("@IFId")] = UNSET
    achievements: A[tuple[Achievement, ...], odf("Achievement")] = ()


class AchievementBody(Infos, frozen=True, kw_only=True):
    """The competitors as the provider ordered them."""

    competitors: A[tuple[Achiever, ...], odf("Competitor")] = ()

    def mentions(self) -> Mentions:
        """Venue, organisations and athletes, each once, in order of appearance; a team is told by its code's length."""
        nocs = dict.fromkeys(competitor.noc for competitor in self.competitors if competitor.noc)
        ids = dict.fromkeys(competitor.id for competitor in self.competitors)
        athletes = (each for each in ids if len(each) != _TEAM_CODE_LENGTH)
        return Mentions(self.venue or None, tuple(nocs), tuple(athletes))


class Achievements(Message, frozen=True, kw_only=True, tag="achievement"):
    """Key parts: subcode, subtype, language."""

    body: AchievementBody | None
