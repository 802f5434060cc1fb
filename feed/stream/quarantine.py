"""QUARANTINE: what was refused or held, and what operators did about it; and the bytes of it, out of RAW.

`quarantine.<reason>` is what was refused, `quarantine.held.<id>` what an operator may release, `quarantine.audit.<id>`
what was done with that. Ids begin with the moment of receipt, so that both streams can be searched by it.
"""

import re
from base64 import b64decode
from typing import Final

import msgspec

from feed.core.outcome import Arrival
from feed.core.quarantine import Audit, Case, QuarantineRecord
from feed.errors import ContradictionError, DamagedError
from feed.stream.acks import WrongLastSequenceError, publish_acked
from feed.stream.blobs import NO_MESSAGE, Blobs
from feed.stream.connection import Connection, JetStreamError
from feed.stream.consumer import StreamMessage, last_per_subject
from feed.stream.history import read
from feed.stream.raw import content
from feed.stream.streams import QUARANTINE, RAW, last_sequence

HELD: Final = "quarantine.held."
AUDIT: Final = "quarantine.audit."
RAW_ID: Final = "Raw-Id"
ACK_SECONDS: Final = 5.0
BATCH: Final = 100
EARLY: Final = 10_000_000  # micros: what was received together is stored in any order
LATE: Final = 120_000_000  # micros: the longest a document takes to be stored, with room
_ID = re.compile(r"[0-9a-f]{24}")
_EXPECTED_LAST: Final = "Nats-Expected-Last-Subject-Sequence"
_record = msgspec.json.Decoder(QuarantineRecord)
_audit = msgspec.json.Decoder(Audit)


class Quarantine:
    """The quarantine of one flag. All methods raise OutcomeUnknownError when the broker does not answer in time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._blobs = Blobs(connection)

    async def held(self) -> list[Case]:
        """What somebody still has to decide about, oldest first."""
        tip = await last_sequence(self._connection, QUARANTINE.name)
        audits = last_per_subject(self._connection, QUARANTINE.name, f"{AUDIT}>", tip)
        done = {_read_audit(each).id async for each in audits}
        held = last_per_subject(self._connection, QUARANTINE.name, f"{HELD}>", tip)
        return [Case(record) async for each in held if (record := _read_record(each)).id not in done]

    async def newest(self, limit: int) -> list[Case]:
        """The last `limit` documents that were refused or held, newest first, with what became of them."""
        found: list[Case] = []
        audits: dict[str, Audit] = {}
        end = await last_sequence(self._connection, QUARANTINE.name)
        while end and len(found) < limit:
            first = max(1, end - BATCH + 1)
            for message in reversed(await read(self._connection, QUARANTINE.name, first, end - first + 1)):
                if message.subject.startswith(AUDIT):
                    audit = _read_audit(message)
                    audits.setdefault(audit.id, audit)
                else:
                    record = _read_record(message)
                    found.append(Case(record, audits.get(record.id)))
            end = first - 1
        return found[:limit]

    async def find(self, id_: str) -> Case | None:
        """The document of this id, None when there is none."""
        if not _ID.fullmatch(id_):
            return None
        held = await self._last(HELD + id_)
        if held is not None:
            audit = await self._last(AUDIT + id_)
            return Case(_record.decode(held), _audit.decode(audit) if audit else None)
        message = await self._search(QUARANTINE.name, id_)
        return Case(_read_record(message)) if message else None

    async def arrival(self, record: QuarantineRecord) -> Arrival:
        """The document as it came; raises DamagedError when RAW does not have it as it was stored."""
        message = await self._search(RAW.name, record.id)
        if message is None:
            raise DamagedError(f"the bytes of document {record.id} are not there")
        data, encoding = await content(message, self._blobs)
        return Arrival(record.format, data, encoding, record.ts_recv, record.source)

    async def note(self, audit: Audit, *, is_first: bool = False) -> bool:
        """Keep what was done; with `is_first` only where nothing was done before, and False otherwise."""
        headers = {RAW_ID: audit.id} | ({_EXPECTED_LAST: "0"} if is_first else {})
        try:
            await publish_acked(
                self._connection, AUDIT + audit.id, msgspec.json.encode(audit), headers, timeout=ACK_SECONDS
            )
        except WrongLastSequenceError:
            return False
        return True

    async def _last(self, subject: str) -> bytes | None:
        """The payload stored under a subject, as the stream's leader knows it."""
        try:
            answer = await self._connection.api(f"STREAM.MSG.GET.{QUARANTINE.name}", {"last_by_subj": subject})
        except JetStreamError as error:
            if error.err_code == NO_MESSAGE:
                return None
            raise
        return b64decode(answer["message"].get("data", ""))

    async def _search(self, stream: str, id_: str) -> StreamMessage | None:
        """The message that carries an id, looked for around the moment that the id begins with."""
        moment = _moment(id_)
        tip = await last_sequence(self._connection, stream)
        first = await self._first_from(stream, moment - EARLY, tip)
        while first <= tip:
            found = await read(self._connection, stream, first, BATCH)
            for message in found:
                if message.headers[RAW_ID] == id_:
                    return message
            if not found or _moment_of(found[-1]) > moment + LATE:
                return None
            first = found[-1].seq + 1
        return None

    async def _first_from(self, stream: str, moment: int, tip: int) -> int:
        """The first sequence from which on messages are of this moment or later."""
        low, high = 1, tip + 1
        while low < high:
            middle = (low + high) // 2
            (message,) = await read(self._connection, stream, middle, 1)
            if _moment_of(message) < moment:
                low = message.seq + 1
            else:
                high = middle
        return low


def _moment_of(message: StreamMessage) -> int:
    """When a message was made; an audit names a document that may have come long before."""
    if message.subject.startswith(AUDIT):
        return _read_audit(message).at
    return _moment(message.headers[RAW_ID])


def _moment(id_: str) -> int:
    return int(id_[:16], 16)


def _read_record(message: StreamMessage) -> QuarantineRecord:
    try:
        return _record.decode(message.payload)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _foreign(message) from error


def _read_audit(message: StreamMessage) -> Audit:
    try:
        return _audit.decode(message.payload)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _foreign(message) from error


def _foreign(message: StreamMessage) -> ContradictionError:
    detail = f"QUARANTINE seq {message.seq} on {message.subject} is not of our making"
    return ContradictionError(detail, hint="Nobody else may publish on quarantine.> of this account.")
