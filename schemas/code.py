"""Kind `code`: one code of a code table, in all the languages it was sent in (General Messages, DT_CODES).

Which attributes a code has depends on its table. A field that is not named in every message was not sent.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.message import Mentions, Message
from schemas.result_parts import Extension
from schemas.xml_names import odf

Text = str | UnsetType


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """What a code means in one language, in ODF's three letters (ENG); the orders are of a list in that language."""

    language: A[str | None, odf("@Language")] = None
    description: A[str | None, odf("@Description")] = None
    long_description: A[Text, odf("@LongDescription")] = UNSET
    short_description: A[Text, odf("@ShortDescription")] = UNSET
    order: A[Text, odf("@DOrder")] = UNSET
    long_order: A[Text, odf("@LDOrder")] = UNSET


class ExtendedCode(msgspec.Struct, frozen=True, kw_only=True):
    """A further value of a code, told by (type, code, pos)."""

    type: A[Text, odf("@Type")] = UNSET
    code: A[Text, odf("@Code")] = UNSET
    pos: A[Text, odf("@Pos")] = UNSET
    value: A[Text, odf("@Value")] = UNSET
    extensions: A[tuple[Extension, ...] | UnsetType, odf("Extension")] = UNSET


class CodeBody(msgspec.Struct, frozen=True, kw_only=True):
    """A code and its labels, in the order in which they were sent.

    `venue` is where a location lies; `event`, `phase` and `unit` are the parts of a Results System Code, or the event
    that a record belongs to. `unmapped` keeps what no field holds, by XPath from the code's element.
    """

    code: A[str, odf("@Code")]
    extended: A[tuple[ExtendedCode, ...] | UnsetType, odf("ExtendedCodes/ExtendedCode")] = UNSET
    labels: A[tuple[Label, ...], odf("Language")] = ()
    type: A[Text, odf("@Type")] = UNSET
    sport: A[Text, odf("@Sport")] = UNSET
    discipline: A[Text, odf("@Discipline")] = UNSET
    gender: A[Text, odf("@Gender")] = UNSET
    event: A[Text, odf("@Event")] = UNSET
    phase: A[Text, odf("@Phase")] = UNSET
    unit: A[Text, odf("@EventUnit")] = UNSET
    schedule: A[Text, odf("@Schedule")] = UNSET
    medal: A[Text, odf("@Medal")] = UNSET
    competition: A[Text, odf("@Competition")] = UNSET
    group: A[Text, odf("@Group")] = UNSET
    venue: A[Text, odf("@VenueCode")] = UNSET
    region: A[Text, odf("@Region")] = UNSET
    country: A[Text, odf("@Country")] = UNSET
    continent: A[Text, odf("@Continent")] = UNSET
    function: A[Text, odf("@Function")] = UNSET
    order: A[Text, odf("@Order")] = UNSET
    note: A[Text, odf("@Note")] = UNSET
    news: A[Text, odf("@News")] = UNSET
    background: A[Text, odf("@Background")] = UNSET
    competition_format: A[Text, odf("@CompetitionFormatType")] = UNSET
    progression: A[Text, odf("@ProgressionType")] = UNSET
    unmapped: dict[str, str] | UnsetType = UNSET

    def mentions(self) -> Mentions:
        """Whom a code names is told by its table, which a body does not know; a location is at its venue."""
        return Mentions(self.venue or None)


class Code(Message, frozen=True, kw_only=True, tag="code"):
    """Key parts: table, language (of the document, if it is of one alone), code.

    Where others of the table read the same, discipline and type follow.
    """

    body: CodeBody | None
