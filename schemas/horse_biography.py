"""Kind `horse_biography`: a horse in words (General Messages, DT_BIO_HOR).

Of the structure no more is known than what the change log of the General Messages says of it (SireDam), and what all
biographies have in common. The attributes are those of a Horse.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.biography_parts import BiographyDiscipline, BiographyExtra, BiographyHighlight
from schemas.infos import Infos
from schemas.message import Mentions, Message
from schemas.xml_names import odf

Text = str | UnsetType


class HorseTexts(msgspec.Struct, frozen=True, kw_only=True):
    """All that is told in one language, ODF's code of three letters."""

    language: A[str, odf("@Language")]
    highlights: A[tuple[BiographyHighlight, ...] | UnsetType, odf("CHighlights/Highlights")] = UNSET
    more: A[Text, odf("GInterest/AddInformation/text()")] = UNSET
    extended: A[tuple[BiographyExtra, ...] | UnsetType, odf("GInterest/ExtendedBios/ExtendedBio")] = UNSET


class BiographyHorse(msgspec.Struct, frozen=True, kw_only=True):
    """The horse, and the texts about it by language; `external_id` is the provider's id.

    `sire` is the father, `sire_of_dam` the mother's father.
    """

    id: A[str | None, odf("@Code")] = None
    noc: A[str | None, odf("@Organisation")] = None
    name: A[str | None, odf("@Name")] = None
    external_id: A[Text, odf("@ExternalCode")] = UNSET
    current: A[Text, odf("@Current")] = UNSET
    sex: A[Text, odf("@Sex")] = UNSET
    birth_year: A[Text, odf("@YearBirth")] = UNSET
    passport: A[Text, odf("@Passport")] = UNSET
    colour: A[Text, odf("@ColourCode")] = UNSET
    breed: A[Text, odf("@BreedCode")] = UNSET
    sire: A[Text, odf("@Sire")] = UNSET
    sire_of_dam: A[Text, odf("@SireDam")] = UNSET
    owner: A[Text, odf("@Owner")] = UNSET
    second_owner: A[Text, odf("@SecondOwner")] = UNSET
    groom: A[Text, odf("@Groom")] = UNSET
    texts: A[tuple[HorseTexts, ...], odf("Language")] = ()
    disciplines: A[tuple[BiographyDiscipline, ...] | UnsetType, odf("Discipline")] = UNSET


class HorseBiographyBody(Infos, frozen=True, kw_only=True):
    """The `subject` is whom it is about; null where the provider sent none."""

    subject: A[BiographyHorse | None, odf("HorseBiography")] = None

    def mentions(self) -> Mentions:
        """Venue and the organisation."""
        noc = self.subject.noc if self.subject else None
        return Mentions(self.venue or None, (noc,) if noc else ())


class HorseBiography(Message, frozen=True, kw_only=True, tag="horse_biography"):
    """Key parts: type (DT_BIO_HOR, or DT_BIO_HOR_IMP as it came from the provider), subcode, subtype, language."""

    body: HorseBiographyBody | None
