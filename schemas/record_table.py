"""Kind `record_table`: the records of one code as they stand now.

It is the sum of the `record_event` messages and of what stood before these competitions (kind `record`).
"""

import msgspec

from schemas.message import Mentions, Message
from schemas.record_event import Holding, RecordCause


class Standing(Holding, frozen=True, kw_only=True):
    """The record that stands; `previous` is the one it broke."""

    previous: Holding | None = None


class RecordRow(msgspec.Struct, frozen=True, kw_only=True):
    """The record of one type: `official` is what is signed off, `provisional` counts what is pending too.

    Both are the same while nothing is pending, and null where there is no such record yet. `historical` is what stood
    before these competitions, as far as a list of records told it.
    """

    record_type: str
    subcode: str | None = None
    order: int | None = None
    official: Standing | None = None
    provisional: Standing | None = None
    historical: Standing | None = None


class RecordTableBody(msgspec.Struct, frozen=True, kw_only=True):
    """Rows by the hierarchy of record types; `name` is that of the venue's list."""

    code: str
    name: str | None = None
    rows: tuple[RecordRow, ...] = ()
    cause: RecordCause | None = None

    def mentions(self) -> Mentions:
        """Organisations and athletes who hold one of the records, each once."""
        holders = [
            holder
            for row in self.rows
            for standing in (row.official, row.provisional)
            if standing
            for holder in standing.holders
        ]
        nocs = dict.fromkeys(holder.noc for holder in holders if holder.noc)
        return Mentions(None, tuple(nocs), tuple(dict.fromkeys(each for holder in holders for each in holder.athletes)))


class RecordTable(Message, frozen=True, kw_only=True, tag="record_table"):
    """Its topic is the record's own code."""

    body: RecordTableBody | None
