"""Results as flat rows: one for each competitor of each message, for tables and notebooks."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from replay.survey import moment
from schemas.competitor import Rows
from schemas.registry import KINDS

FLAT: Final = frozenset(name for name, kind in KINDS.items() if issubclass(kind.body, Rows))
_MESSAGE: Final = ("seq", "topic", "type", "op", "competition", "code", "unit", "version", "status")
COMPETITOR: Final = (
    *("id", "kind", "noc", "name", "bib", "start_order", "lane", "rank", "rank_equal", "sort_order"),
    *("result", "result_type", "diff", "irm", "qualification_mark", "wlt"),
)
COLUMNS: Final = (*_MESSAGE, "received", "published", "call", *COMPETITOR, "records")
Row = list[str | int | None]


def rows(message: dict[str, Any]) -> Iterator[Row]:
    """The rows of a message, its competitors in sort order; one without competitors where it has none."""
    body = message["body"] or {}
    stamps = [moment(message["ts"][name]) for name in ("recv", "published")]
    head = [*(message.get(name) for name in _MESSAGE), *stamps, body.get("call")]
    for competitor in body.get("competitors") or [{}]:
        records = " ".join(mark["record_type"] for mark in competitor.get("records", ()))
        yield [_plain(value) for value in (*head, *(competitor.get(name) for name in COMPETITOR), records)]


def csv_line(row: Row) -> bytes:
    """One line of CSV (RFC 4180) in UTF-8."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(row)
    return out.getvalue().encode()


def csv_lines(raw: bytes, blob: Callable[[str], bytes]) -> bytes:
    """The lines of a message; `blob` gives a body that is kept apart, by its digest."""
    message = msgspec.json.decode(raw)
    if ref := message.get("body_ref"):
        message["body"] = msgspec.json.decode(blob(ref["sha256"]))
    return b"".join(map(csv_line, rows(message)))


def _plain(value: Any) -> str | int | None:  # noqa: ANN401 - a value of JSON
    """Yes is 1, no and null are nothing: readers of tables agree on no words for them."""
    return int(value) or None if isinstance(value, bool) else value
