"""Kind `horse`: a horse of equestrian or modern pentathlon (General Messages, DT_PARTIC_HORSES)."""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.message import Mentions, Message
from schemas.result_parts import CHANGE, Entry
from schemas.xml_names import odf

Text = str | UnsetType


class HorseBody(msgspec.Struct, frozen=True, kw_only=True):
    """Names are in capitals. `colour` and `breed` are codes; `status` is sent since 2026.

    `change` tells what an update did (new, updated); `unmapped` keeps what no field holds, by XPath from the horse's
    element.
    """

    id: A[str, odf("@Code")]
    status: A[str | None, odf("@Status")] = None
    noc: A[str | None, odf("@Organisation")] = None
    name: A[str | None, odf("@Name")] = None
    sex: A[Text, odf("@Sex")] = UNSET
    birth_year: A[Text, odf("@YearBirth")] = UNSET
    passport: A[Text, odf("@Passport")] = UNSET
    colour: A[Text, odf("@ColourCode")] = UNSET
    breed: A[Text, odf("@BreedCode")] = UNSET
    sire: A[Text, odf("@Sire")] = UNSET
    owner: A[Text, odf("@Owner")] = UNSET
    second_owner: A[Text, odf("@SecondOwner")] = UNSET
    groom: A[Text, odf("@Groom")] = UNSET
    change: A[Text, CHANGE] = UNSET
    entries: A[tuple[Entry, ...] | UnsetType, odf("Entry")] = UNSET
    unmapped: dict[str, str] | UnsetType = UNSET

    def mentions(self) -> Mentions:
        return Mentions(None, (self.noc,) if self.noc else ())


class Horse(Message, frozen=True, kw_only=True, tag="horse"):
    """Key part: the horse's code; the topic starts with the discipline of the list."""

    body: HorseBody | None
