"""A range of the log as Parquet: a row for each message with typed columns, its body as the JSON that was delivered.

Imported only when it is asked for: pyarrow, which comes with the extra `parquet`, is the largest of all libraries here.
"""

from collections.abc import Callable
from typing import Any, BinaryIO, Final, Self

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from feed.commands.export_rows import COMPETITOR, FLAT
from replay.verify.door import Tip
from schemas.message import BodyRef, DocumentHeader, Stamps

GROUP_ROWS: Final = 10_000
GROUP_BYTES: Final = 16 << 20  # of bodies: what is in memory at a time, whatever the length of the log
BATCH_ROWS: Final = 500  # rows of Python's own objects, which take many times what they take as columns
_TIME: Final = pa.timestamp("us", tz="UTC")
_TYPES: Final = {"start_order": pa.int64(), "sort_order": pa.int64(), "rank_equal": pa.bool_()}
_DOCUMENT: Final = pa.struct(
    [
        *((name, pa.string()) for name in ("type", "code", "subcode", "subtype", "language")),
        ("version", pa.int64()),
        *((name, pa.string()) for name in ("logical_date", "gen", "sport", "codes")),
        ("notes", pa.list_(pa.string())),
    ]
)
_COMPETITORS: Final = pa.list_(
    pa.struct([*((name, _TYPES.get(name, pa.string())) for name in COMPETITOR), ("records", pa.list_(pa.string()))])
)
SCHEMA: Final = pa.schema(
    [
        *((name, pa.int64()) for name in ("seq", "prev")),
        *((name, pa.string()) for name in ("topic", "type", "op", "competition", "code", "unit")),
        *(("version", pa.int64()), ("status", pa.string()), ("source", pa.string()), ("lane", pa.string())),
        ("remarks", pa.list_(pa.string())),
        *((name, _TIME) for name in ("event", "received", "published")),
        *(("document", _DOCUMENT), ("caused_by", pa.int64()), ("supersedes", pa.int64())),
        *(("call", pa.string()), ("competitors", _COMPETITORS), ("body", pa.string())),
    ]
)
_SAME: Final = (
    *("seq", "prev", "topic", "type", "op", "competition", "code", "unit", "version", "status", "source", "lane"),
    *("remarks", "caused_by", "supersedes"),
)


class _Line(msgspec.Struct):
    """A message as it was delivered, its body not yet decoded."""

    seq: int
    prev: int
    topic: str
    type: str
    op: str
    competition: str
    code: str
    unit: str | None
    version: int | None
    status: str | None
    source: str
    lane: str
    remarks: list[str]
    ts: Stamps
    document: DocumentHeader | None
    caused_by: int | None
    supersedes: int | None
    body: msgspec.Raw
    body_ref: BodyRef | None = None


class _Table(msgspec.Struct):
    """What a table of competitors is read for."""

    call: str
    competitors: list[dict[str, Any]] = []


_line = msgspec.json.Decoder(_Line).decode
_table = msgspec.json.Decoder(_Table).decode


class ParquetFile:
    """Parquet that is written message by message into a file, in row groups of bounded size; a context manager.

    The file's own metadata tells `feed.epoch`, `feed.after` (not itself) and `feed.until`. Killed in the middle it has
    no end, and no reader takes it for Parquet.
    """

    def __init__(self, file: BinaryIO, after: int, tip: Tip, blob: Callable[[str], bytes]) -> None:
        told = {"feed.epoch": tip.epoch, "feed.after": str(after), "feed.until": str(tip.seq)}
        self._writer = pq.ParquetWriter(file, SCHEMA.with_metadata(told), compression="zstd")
        self._blob = blob
        self._rows: list[dict[str, Any]] = []
        self._batches: list[pa.RecordBatch] = []
        self._count = self._bytes = 0

    def add(self, raw: bytes) -> None:
        """Take one message as it was delivered."""
        line = _line(raw)
        body = self._blob(line.body_ref.sha256) if line.body_ref else bytes(line.body)
        self._rows.append(_row(line, body))
        self._count += 1
        self._bytes += len(body)
        if self._count >= GROUP_ROWS or self._bytes >= GROUP_BYTES:
            self._write()
        elif len(self._rows) >= BATCH_ROWS:
            self._pack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._write()
        finally:
            self._writer.close()  # pyarrow would do it when it is collected, into a file that is closed by then

    def _pack(self) -> None:
        self._batches.append(pa.RecordBatch.from_pylist(self._rows, schema=SCHEMA))
        self._rows.clear()

    def _write(self) -> None:
        if self._count:
            self._pack()
            self._writer.write_table(pa.Table.from_batches(self._batches, schema=SCHEMA))
            self._batches.clear()
            self._count = self._bytes = 0


def _row(line: _Line, body: bytes) -> dict[str, Any]:
    """A message by columns; `competitors` has the columns of CSV, and is null where the kind has none."""
    is_there = body != b"null"
    table = _table(body) if is_there and line.type in FLAT else None
    return {name: getattr(line, name) for name in _SAME} | {
        "event": line.ts.event,
        "received": line.ts.recv,
        "published": line.ts.published,
        "document": msgspec.structs.asdict(line.document) if line.document else None,
        "call": table.call if table else None,
        "competitors": [_competitor(each) for each in table.competitors] if table else None,
        "body": body.decode() if is_there else None,
    }


def _competitor(row: dict[str, Any]) -> dict[str, Any]:
    marks = [mark["record_type"] for mark in row.get("records", ())]
    return {name: row.get(name) for name in COMPETITOR} | {"records": marks}
