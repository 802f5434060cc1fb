"""Kind `presenter`: who hands over medals, flowers and mascots (General Messages, DT_PRESENTER)."""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.infos import Infos
from schemas.message import Mentions, Message
from schemas.xml_names import odf

Text = str | UnsetType


class PresenterNames(msgspec.Struct, frozen=True, kw_only=True):
    """Name and role in one language, in a short and a long form, and what is pointed out."""

    language: A[str, odf("@Language")]
    name: A[Text, odf("@PresenterName")] = UNSET
    long_name: A[Text, odf("@LongPresenterName")] = UNSET
    role: A[Text, odf("@Role")] = UNSET
    long_role: A[Text, odf("@LongRole")] = UNSET
    highlight: A[Text, odf("@Highlight")] = UNSET


class PresentingPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who presents; `medal_rank` is the place on the podium, `function` what is presented."""

    id: A[str | None, odf("@Code")] = None
    order: A[Text, odf("@Order")] = UNSET
    medal_rank: A[Text, odf("@MedalRank")] = UNSET
    function: A[Text, odf("@Function")] = UNSET
    given_name: A[Text, odf("Description/@GivenName")] = UNSET
    family_name: A[Text, odf("Description/@FamilyName")] = UNSET
    gender: A[Text, odf("Description/@Gender")] = UNSET
    noc: A[Text, odf("Description/@Organisation")] = UNSET
    if_id: A[Text, odf("Description/@IFId")] = UNSET
    names: A[tuple[PresenterNames, ...], odf("Detail")] = ()


class Presentation(msgspec.Struct, frozen=True, kw_only=True):
    """The presenters at the ceremony of one event, by its code."""

    event: A[str | None, odf("@Event")] = None
    event_name: A[Text, odf("@EventName")] = UNSET
    presenters: A[tuple[PresentingPerson, ...], odf("Presenter")] = ()


class PresenterBody(Infos, frozen=True, kw_only=True):
    """One presentation for each event."""

    presentations: A[tuple[Presentation, ...], odf("Presentation")] = ()

    def mentions(self) -> Mentions:
        """Venue and the presenters' organisations, each once, in order of appearance."""
        people = [person for presentation in self.presentations for person in presentation.presenters]
        return Mentions(self.venue or None, tuple(dict.fromkeys(person.noc for person in people if person.noc)))


class Presenter(Message, frozen=True, kw_only=True, tag="presenter"):
    """Key parts: subcode, subtype (PRESENTERS for the whole list, MEDAL, FLOWER, MASCOT, VICTORY), language."""

    body: PresenterBody | None
