"""Kind `noc_biography`: a National Olympic Committee in words (General Messages, DT_BIO_NOC).

The structure is that of the 2026 schema, its texts those that the change log of the General Messages names.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.infos import Infos
from schemas.message import Mentions, Message
from schemas.xml_names import odf

Text = str | UnsetType


class NocFlagbearer(msgspec.Struct, frozen=True, kw_only=True):
    """Who carries the flag at the opening ceremony; since 2020 there may be several."""

    text: A[Text, odf("text()")] = UNSET


class NocTexts(msgspec.Struct, frozen=True, kw_only=True):
    """All that is told in one language, ODF's code of three letters.

    `first_games` and `games_count` are the first Games that the committee took part in, and how many there were.
    """

    language: A[str, odf("@Language")]
    flagbearers: A[tuple[NocFlagbearer, ...] | UnsetType, odf("GInterest/OCFlagBearer")] = UNSET
    highlights: A[Text, odf("GInterest/Highlights/text()")] = UNSET
    more: A[Text, odf("GInterest/AddInformation/text()")] = UNSET
    anthem_title: A[Text, odf("Anthem/Title/text()")] = UNSET
    anthem_composer: A[Text, odf("Anthem/Composer/text()")] = UNSET
    official_name: A[Text, odf("Membership/OfficialNocName/text()")] = UNSET
    countries_included: A[Text, odf("Membership/CountriesIncluded/text()")] = UNSET
    president: A[Text, odf("Officials/NOCPresident/text()")] = UNSET
    general_secretary: A[Text, odf("Officials/NOCGenSecretary/text()")] = UNSET
    ioc_members: A[Text, odf("Officials/IOCMembers/text()")] = UNSET
    ioc_executive_board: A[Text, odf("Officials/IOCExecBoard/text()")] = UNSET
    first_games: A[Text, odf("Participation/FirstOGAppearance/text()")] = UNSET
    games_count: A[Text, odf("Participation/NumOGAppearance/text()")] = UNSET


class BiographyNoc(msgspec.Struct, frozen=True, kw_only=True):
    """The committee, and the texts about it by language; `external_id` is the provider's id."""

    noc: A[str | None, odf("@Code")] = None
    name: A[str | None, odf("@Name")] = None
    external_id: A[Text, odf("@ExternalCode")] = UNSET
    current: A[Text, odf("@Current")] = UNSET
    texts: A[tuple[NocTexts, ...], odf("Language")] = ()


class NocBiographyBody(Infos, frozen=True, kw_only=True):
    """The `subject` is whom it is about; null where the provider sent none."""

    subject: A[BiographyNoc | None, odf("Organisation")] = None

    def mentions(self) -> Mentions:
        """Venue and the organisation."""
        noc = self.subject.noc if self.subject else None
        return Mentions(self.venue or None, (noc,) if noc else ())


class NocBiography(Message, frozen=True, kw_only=True, tag="noc_biography"):
    """Key parts: type (DT_BIO_NOC, or DT_BIO_NOC_IMP as it came from the provider), subcode, subtype, language."""

    body: NocBiographyBody | None
