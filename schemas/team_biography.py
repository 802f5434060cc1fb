"""Kind `team_biography`: a team, pair or group in words (General Messages, DT_BIO_TEA).

Of the structure no more is known than what the change log of the General Messages says of it, and what all biographies
have in common.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.biography_parts import BiographyDiscipline, BiographyExtra, BiographyHighlight
from schemas.infos import Infos
from schemas.message import Mentions, Message
from schemas.xml_names import odf

Text = str | UnsetType


class TeamTexts(msgspec.Struct, frozen=True, kw_only=True):
    """All that is told in one language, ODF's code of three letters."""

    language: A[str, odf("@Language")]
    highlights: A[tuple[BiographyHighlight, ...] | UnsetType, odf("CHighlights/Highlights")] = UNSET
    club: A[Text, odf("GInterest/Club_Name/text()")] = UNSET
    coach: A[Text, odf("GInterest/Coach/text()")] = UNSET
    debut: A[Text, odf("GInterest/Debut/text()")] = UNSET
    music: A[Text, odf("GInterest/Music/text()")] = UNSET
    choreographer: A[Text, odf("GInterest/Choreographer/text()")] = UNSET
    more: A[Text, odf("GInterest/AddInformation/text()")] = UNSET
    extended: A[tuple[BiographyExtra, ...] | UnsetType, odf("GInterest/ExtendedBios/ExtendedBio")] = UNSET


class BiographyTeam(msgspec.Struct, frozen=True, kw_only=True):
    """The team, and the texts about it by language; `external_id` is the provider's id."""

    id: A[str | None, odf("@Code")] = None
    noc: A[str | None, odf("@Organisation")] = None
    name: A[str | None, odf("@Name")] = None
    external_id: A[Text, odf("@ExternalCode")] = UNSET
    current: A[Text, odf("@Current")] = UNSET
    gender: A[Text, odf("@Gender")] = UNSET
    texts: A[tuple[TeamTexts, ...], odf("Language")] = ()
    disciplines: A[tuple[BiographyDiscipline, ...] | UnsetType, odf("Discipline")] = UNSET


class TeamBiographyBody(Infos, frozen=True, kw_only=True):
    """The `subject` is whom it is about; null where the provider sent none."""

    subject: A[BiographyTeam | None, odf("TeamBiography")] = None

    def mentions(self) -> Mentions:
        """Venue and the organisation."""
        noc = self.subject.noc if self.subject else None
        return Mentions(self.venue or None, (noc,) if noc else ())


class TeamBiography(Message, frozen=True, kw_only=True, tag="team_biography"):
    """Key parts: type (DT_BIO_TEA, or DT_BIO_TEA_IMP as it came from the provider), subcode, subtype, language."""

    body: TeamBiographyBody | None
