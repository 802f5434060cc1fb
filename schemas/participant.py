"""Kind `participant`: a person who takes part in a discipline, in any function (General Messages, DT_PARTIC).

Somebody who leaves stays a participant, with the status CANCEL. A field that is not named in every message was not
sent.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.message import Mentions, Message
from schemas.person import Person
from schemas.result_parts import CHANGE, Entry, RegisteredEvent
from schemas.xml_names import odf

Text = str | UnsetType


class OfficialFunction(msgspec.Struct, frozen=True, kw_only=True):
    """A function that the person may have besides the main one (code table DISCIPLINE_FUNCTION)."""

    function: A[Text, odf("@FunctionId")] = UNSET


class ParticipantBody(Person, frozen=True, kw_only=True):
    """A person of one discipline; `noc` is what they represent, `nationality` what their passport says.

    `status` is ACTIVE or CANCEL, HIS for a person of earlier Games (`current` is false there in older documents);
    entries (ENT) and their confirmation (CNF) are met too. `main_function` is AA01 for athletes, AP01 for their
    replacements. Height is in centimetres, weight in kilograms, as sent. Events stand in `registered_events` up to 2024
    and in the messages of kind `entries` after that. `change` tells what an update did (new, updated); `unmapped` keeps
    what no field holds, by XPath from the participant's element.
    """

    status: A[str | None, odf("@Status")] = None
    noc: A[str | None, odf("@Organisation")] = None
    gender: A[str | None, odf("@Gender")] = None
    birth_date: A[str | None, odf("@BirthDate")] = None
    main_function: A[str | None, odf("@MainFunctionId")] = None
    nationality: A[Text, odf("@Nationality")] = UNSET
    height: A[Text, odf("@Height")] = UNSET
    weight: A[Text, odf("@Weight")] = UNSET
    birth_place: A[Text, odf("@PlaceofBirth")] = UNSET
    birth_country: A[Text, odf("@CountryofBirth")] = UNSET
    residence_place: A[Text, odf("@PlaceofResidence")] = UNSET
    residence_country: A[Text, odf("@CountryofResidence")] = UNSET
    olympic_solidarity: A[Text, odf("@OlympicSolidarity")] = UNSET
    current: A[bool | UnsetType, odf("@Current")] = UNSET
    change: A[Text, CHANGE] = UNSET
    discipline: A[Text, odf("Discipline/@Code")] = UNSET
    if_id: A[Text, odf("Discipline/@IFId")] = UNSET
    discipline_entries: A[tuple[Entry, ...] | UnsetType, odf("Discipline/DisciplineEntry")] = UNSET
    registered_events: A[tuple[RegisteredEvent, ...] | UnsetType, odf("Discipline/RegisteredEvent")] = UNSET
    functions: A[tuple[OfficialFunction, ...] | UnsetType, odf("OfficialFunction")] = UNSET
    unmapped: dict[str, str] | UnsetType = UNSET

    def mentions(self) -> Mentions:
        """The organisation, and the person under every identity, whatever the function."""
        return Mentions(None, (self.noc,) if self.noc else (), self.identities())


class Participant(Message, frozen=True, kw_only=True, tag="participant"):
    """Key part: the participant's code; the topic starts with the discipline of the list."""

    body: ParticipantBody | None
