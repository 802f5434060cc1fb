"""Results with marks, lists of records, and a stream of one process with a projector that is never late."""

from collections.abc import Iterable

from msgspec.structs import replace

from feed.candidate import Candidate, Receipt
from feed.core.decision import judge
from feed.core.entry import Entry
from feed.core.index import headers_of
from feed.core.records import Records
from feed.venues.odf import decode
from schemas import wire
from schemas.record_event import RecordEvent, RecordEventBody
from schemas.record_table import RecordRow, RecordTable, Standing
from schemas.registry import AnyMessage
from schemas.topic import SUBJECT_PREFIX
from tests.documents import odf

EVENT = "SWMM100MFR" + 24 * "-"
HEAT = "SWMM100MFR------------HEAT000100--"
RECEIPT = Receipt(0, None, lambda _: None)


def mark(record_type: str, code: str = EVENT, *, equalled: bool = False, order: int = 1) -> str:
    also = ' Equalled="Y"' if equalled else ""
    return f'<RecordIndicator Order="{order}" Code="{code}" RecordType="{record_type}"{also}/>'


def swim(name: str, value: str, *marks: str, irm: str = "", noc: str = "XAA", items: str = "") -> str:
    """The row of one athlete; with an IRM there is no value."""
    said = f'ResultType="IRM" IRM="{irm}"' if irm else f'ResultType="TIME" Result="{value}"'
    indicators = f"<RecordIndicators>{''.join(marks)}</RecordIndicators>" if marks else ""
    return f'<Result {said}>{indicators}{items}<Competitor Code="{name}" Type="A" Organisation="{noc}"/></Result>'


def heat(version: int, *rows: str, status: str = "OFFICIAL", unit: int = 1, **header: str) -> bytes:
    code = HEAT.replace("000100", f"{unit:04d}00")
    return odf("XA", version, body="".join(rows), ResultStatus=status, **{"DocumentCode": code} | header)


def total(version: int, *rows: str, status: str = "OFFICIAL", code: str = EVENT, **header: str) -> bytes:
    """The total of an event, or of the phase or type that is named."""
    named = {"DocumentType": "DT_CUMULATIVE_RESULT", "DocumentCode": code} | header
    return odf("XA", version, body="".join(rows), ResultStatus=status, **named)


def stood(name: str, value: str, more: str = 'Historical="Y"', noc: str = "XBB") -> str:
    """A performance of a list of records."""
    holder = f'<Competitor Code="{name}" Type="A" Organisation="{noc}"/>'
    return f'<RecordData Order="1" ResultType="TIME" Result="{value}" {more}>{holder}</RecordData>'


def records(version: int, *types: str, code: str = EVENT, **header: str) -> bytes:
    body = f'<Record Code="{code}"><Description Name="100 m"/>{"".join(types)}</Record>'
    return odf("XA", version, body=body, **{"DocumentType": "DT_RECORD", "DocumentCode": "SWM" + 31 * "-"} | header)


def of_type(record_type: str, *performances: str, order: int = 1, more: str = "") -> str:
    return f'<RecordType Order="{order}" RecordType="{record_type}" {more}>{"".join(performances)}</RecordType>'


class Stream:
    """What is posted is stored, and what follows from it behind it; like a projector it reads nothing else."""

    def __init__(self) -> None:
        self.records = Records()
        self.entries: list[Entry] = []
        self.written: list[AnyMessage] = []
        self._heads: dict[str, int] = {}

    def post(self, *documents: bytes) -> list[str]:
        """What the last of them did: `+WR a 46.39` set, `=` equalled, `?` pending, `-` withdrawn."""
        told: list[str] = []
        for document in documents:
            decoded = decode(document, RECEIPT)
            assert not decoded.refusal, decoded.refusal
            for candidate in decoded.candidates:
                told = self.take(candidate)
        return told

    def take(self, candidate: Candidate) -> list[str]:
        """Store a message and what follows from it."""
        entry = self._append(replace(candidate, message=judge(candidate.message)))
        self.records.learn(entry)
        self.written = []
        if self.records.concerns(entry):
            message = wire.decode(entry.json)
            earlier = {seq: wire.decode(self.entries[seq - 1].json) for seq in self.records.before(entry)}
            derived = self.records.follows(entry, message, earlier)
            self.written = [wire.decode(self._append(Candidate(each, "h")).json) for each in derived]
            self.records.wrote(self.written, len(self.entries))
            for own in self.entries[entry.seq :]:
                self.records.learn(own)  # they come back like everything else
        return [told(each) for each in bodies(self.written)]

    def restart(self) -> None:
        """Forget all but the newest message of each topic, as a process that begins does."""
        newest = {entry.topic: entry for entry in self.entries}
        self.records = Records()
        for entry in sorted(newest.values(), key=lambda each: each.seq):
            self.records.learn(entry)

    def seq(self, kind: str, number: int) -> int:
        """The sequence of one of the messages of a kind, the first one being 1."""
        return [entry.seq for entry in self.entries if entry.kind == kind][number - 1]

    def table(self, view: str = "official", code: str = EVENT) -> list[str]:
        """`WR 46.40 old/both`: type, value and holders of the newest table of a record."""
        found = [each for each in map(_decoded, self.entries) if isinstance(each, RecordTable)]
        bodies_ = [each.body for each in found if each.body and each.body.code == code]
        return [line(row, view) for row in bodies_[-1].rows] if bodies_ else []

    def _append(self, candidate: Candidate) -> Entry:
        message = candidate.message
        seq = len(self.entries) + 1
        stored = {"prev": self._heads.get(message.topic, 0)}
        self._heads[message.topic] = seq
        payload = wire.encode(message).replace(b'"prev":0', b'"prev":%d' % stored["prev"], 1)
        entry = Entry.stored(seq, SUBJECT_PREFIX + message.topic, headers_of(candidate, "raw"), payload)
        self.entries.append(entry)
        return entry


def bodies(messages: Iterable[AnyMessage]) -> list[RecordEventBody]:
    return [each.body for each in messages if isinstance(each, RecordEvent) and each.body]


def told(body: RecordEventBody) -> str:
    signs = {"pending": "?", "set": "+", "equalled": "=", "withdrawn": "-"}
    return f"{signs[body.action]}{body.record_type} {body.holder.id} {body.result}"


def line(row: RecordRow, view: str) -> str:
    standing: Standing | None = getattr(row, view)
    if standing is None:
        return f"{row.record_type} none"
    return f"{row.record_type} {standing.result} {'/'.join(each.id or '?' for each in standing.holders)}"


def _decoded(entry: Entry) -> AnyMessage:
    return wire.decode(entry.json)
