"""Kind `record`: the best performances of one event or distance (ODF General Messages, DT_RECORD).

What broke or equalled them is told in results (`records`); here stands who holds them, and who did.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.contender import Contender, mentions_of
from schemas.message import Mentions, Message, Micros
from schemas.result_parts import Extension
from schemas.xml_names import odf

Text = str | UnsetType
Flag = bool | UnsetType


class Performance(msgspec.Struct, frozen=True, kw_only=True):
    """One performance that is or was the record (RecordData); several where it is shared or was broken.

    `historical` is one from before these competitions; a new one has the `unit` where it happened, and is `unconfirmed`
    while it waits for ratification. `reinstated` is one that counts again. `set_at` in microseconds UTC.
    """

    result: A[str | None, odf("@Result")] = None
    result_type: A[str | None, odf("@ResultType")] = None
    order: A[Text, odf("@Order")] = UNSET
    unit: A[Text, odf("@Unit")] = UNSET
    competition: A[Text, odf("@Competition")] = UNSET
    country: A[Text, odf("@Country")] = UNSET
    place: A[Text, odf("@Place")] = UNSET
    date: A[Text, odf("@Date")] = UNSET
    time: A[Text, odf("@Time")] = UNSET
    set_at: A[Micros | UnsetType, odf("@TimeStamp")] = UNSET
    historical: A[Flag, odf("@Historical")] = UNSET
    current: A[Flag, odf("@Current")] = UNSET
    equalled: A[Flag, odf("@Equalled")] = UNSET
    unconfirmed: A[Flag, odf("@Unconfirmed")] = UNSET
    reinstated: A[Flag, odf("@Reinstated")] = UNSET
    extensions: A[tuple[Extension, ...] | UnsetType, odf("Extension")] = UNSET
    holder: A[Contender | None, odf("Competitor")] = None


class RecordOfType(msgspec.Struct, frozen=True, kw_only=True):
    """The world record, the Olympic record and so on; `order` is its place in the hierarchy of record types.

    While `not_established` there is none yet, and a performance may tell the standard to reach.
    """

    record_type: A[str, odf("@RecordType")]
    subcode: A[Text, odf("@Subcode")] = UNSET
    order: A[Text, odf("@Order")] = UNSET
    shared: A[Flag, odf("@Shared")] = UNSET
    not_established: A[Flag, odf("@NotEstablished")] = UNSET
    not_established_label: A[Text, odf("@NotEstablishedLabel")] = UNSET
    performances: A[tuple[Performance, ...], odf("RecordData")] = ()


class RecordBody(msgspec.Struct, frozen=True, kw_only=True):
    """The records of one code, by their types; `unmapped` keeps what no field holds, by XPath from the element."""

    code: A[str, odf("@Code")]
    name: A[str | None, odf("Description/@Name")] = None
    types: A[tuple[RecordOfType, ...], odf("RecordType")] = ()
    unmapped: dict[str, str] | UnsetType = UNSET

    def mentions(self) -> Mentions:
        """Organisations and athletes who hold or held one of them, each once, in order of appearance."""
        holders = (each.holder for type_ in self.types for each in type_.performances if each.holder)
        return mentions_of(UNSET, holders)


class Record(Message, frozen=True, kw_only=True, tag="record"):
    """Its topic is the record's own code, and it has no key part then.

    A code of 2016 and before is no code of an event: there the topic is that of the document, the key part the record.
    """

    body: RecordBody | None
