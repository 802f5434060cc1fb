"""Kind `participant_biography`: an athlete, coach or official in words (General Messages, DT_BIO_PAR).

The structure is that of the 2026 schema; GInterest also has what the change log of the General Messages adds to it
(Start, Milestones). The attributes are those of a Participant.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.biography_parts import BiographyDiscipline, BiographyExtra, BiographyHighlight
from schemas.infos import Infos
from schemas.message import Mentions, Message
from schemas.participant import OfficialFunction
from schemas.xml_names import odf

Text = str | UnsetType


class ParticipantTexts(msgspec.Struct, frozen=True, kw_only=True):
    """All that is told in one language, ODF's code of three letters."""

    language: A[str, odf("@Language")]
    highlights: A[tuple[BiographyHighlight, ...] | UnsetType, odf("CHighlights/Highlights")] = UNSET
    nickname: A[Text, odf("GInterest/Nickname/text()")] = UNSET
    hobbies: A[Text, odf("GInterest/Hobbies/text()")] = UNSET
    occupation: A[Text, odf("GInterest/Occupation/text()")] = UNSET
    education: A[Text, odf("GInterest/Education/text()")] = UNSET
    family: A[Text, odf("GInterest/Family/text()")] = UNSET
    languages_spoken: A[Text, odf("GInterest/LangSpoken/text()")] = UNSET
    club: A[Text, odf("GInterest/Club_Name/text()")] = UNSET
    coach: A[Text, odf("GInterest/Coach/text()")] = UNSET
    hand: A[Text, odf("GInterest/Hand/text()")] = UNSET
    debut: A[Text, odf("GInterest/Debut/text()")] = UNSET
    start: A[Text, odf("GInterest/Start/text()")] = UNSET
    milestones: A[Text, odf("GInterest/Milestones/text()")] = UNSET
    injuries: A[Text, odf("GInterest/Injuries/text()")] = UNSET
    ambition: A[Text, odf("GInterest/Ambition/text()")] = UNSET
    hero: A[Text, odf("GInterest/Hero/text()")] = UNSET
    philosophy: A[Text, odf("GInterest/Philosophy/text()")] = UNSET
    more: A[Text, odf("GInterest/AddInformation/text()")] = UNSET
    extended: A[tuple[BiographyExtra, ...] | UnsetType, odf("GInterest/ExtendedBios/ExtendedBio")] = UNSET


class BiographyPerson(msgspec.Struct, frozen=True, kw_only=True):
    """The person, and the texts about them by language; `external_id` is the provider's id."""

    id: A[str | None, odf("@Code")] = None
    noc: A[str | None, odf("@Organisation")] = None
    external_id: A[Text, odf("@ExternalCode")] = UNSET
    current: A[Text, odf("@Current")] = UNSET
    given_name: A[Text, odf("@GivenName")] = UNSET
    family_name: A[Text, odf("@FamilyName")] = UNSET
    gender: A[Text, odf("@Gender")] = UNSET
    birth_date: A[Text, odf("@BirthDate")] = UNSET
    height: A[Text, odf("@Height")] = UNSET
    weight: A[Text, odf("@Weight")] = UNSET
    birth_place: A[Text, odf("@PlaceofBirth")] = UNSET
    birth_country: A[Text, odf("@CountryofBirth")] = UNSET
    residence_place: A[Text, odf("@PlaceofResidence")] = UNSET
    residence_country: A[Text, odf("@CountryofResidence")] = UNSET
    nationality: A[Text, odf("@Nationality")] = UNSET
    main_function: A[Text, odf("@MainFunctionId")] = UNSET
    texts: A[tuple[ParticipantTexts, ...], odf("Language")] = ()
    disciplines: A[tuple[BiographyDiscipline, ...] | UnsetType, odf("Discipline")] = UNSET
    functions: A[tuple[OfficialFunction, ...] | UnsetType, odf("OfficialFunction")] = UNSET


class ParticipantBiographyBody(Infos, frozen=True, kw_only=True):
    """The `subject` is whom it is about; null where the provider sent none."""

    subject: A[BiographyPerson | None, odf("ParticipantBiography")] = None

    def mentions(self) -> Mentions:
        """Venue, the organisation and the person."""
        if self.subject is None:
            return super().mentions()
        nocs, people = ((known,) if known else () for known in (self.subject.noc, self.subject.id))
        return Mentions(self.venue or None, nocs, people)


class ParticipantBiography(Message, frozen=True, kw_only=True, tag="participant_biography"):
    """Key parts: type (DT_BIO_PAR, or DT_BIO_PAR_IMP as it came from the provider), subcode, subtype, language."""

    body: ParticipantBiographyBody | None
