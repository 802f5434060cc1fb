"""Kind `name`: the names of a participant in one language (General Messages, DT_PARTIC_NAME)."""

from typing import Annotated as A

from msgspec import UNSET, UnsetType

from schemas.message import Mentions, Message
from schemas.person import Person
from schemas.xml_names import odf

Text = str | UnsetType


class NameBody(Person, frozen=True, kw_only=True):
    """Names alone, all in the language of the message; who the person is tells the participant of the same id.

    `unmapped` keeps what no field holds, by XPath from the participant's element.
    """

    noc: A[Text, odf("@Organisation")] = UNSET
    gender: A[Text, odf("@Gender")] = UNSET
    discipline: A[Text, odf("Discipline/@Code")] = UNSET
    if_id: A[Text, odf("Discipline/@IFId")] = UNSET
    unmapped: dict[str, str] | UnsetType = UNSET

    def mentions(self) -> Mentions:
        return Mentions(None, (self.noc,) if self.noc else (), self.identities())


class Name(Message, frozen=True, kw_only=True, tag="name"):
    """Key parts: language, participant's code; the topic starts with the discipline of the list."""

    body: NameBody | None
