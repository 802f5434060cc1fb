import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feed.commands import export_parquet
from feed.commands.export import ExportError
from feed.commands.export_parquet import SCHEMA, ParquetFile
from replay.verify.door import Tip
from schemas.message import Message
from tests.commands.test_export import feed, names
from tests.core.test_medals import result
from tests.documents import fresh_competition, odf
from tests.service_fixture import ROOT, Running

TIMES = {"event": "event", "received": "recv", "published": "published"}


def rows_of(source: Path | io.BytesIO) -> list[dict[str, Any]]:
    """The rows, times in microseconds."""
    table = pq.read_table(source)
    for name in TIMES:
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table[name].cast(pa.int64()))
    return table.to_pylist()


def as_delivered(row: dict[str, Any]) -> dict[str, Any]:
    """The message that a row was made of."""
    message = {name: value for name, value in row.items() if name not in {"call", "competitors", *TIMES}}
    body = row["body"]
    stamps = {there: row[here] for here, there in TIMES.items()}
    return message | {"ts": stamps, "body": None if body is None else json.loads(body)}


async def test_a_row_is_a_message_of_the_log(service: Running, tmp_path: Path):
    """Whatever the kind; out of the columns alone comes what `/v1/log` delivers, and the file tells its range."""
    competition = fresh_competition()
    first = result(1, "1 a BRA", "2 b ITA", CompetitionCode=competition)
    gone = result(2, CompetitionCode=competition).replace(b"<Competition>", b"").replace(b"</Competition>", b"")
    (seq, _, _) = await service.store(first, odf(competition, DocumentType="DT_TEXT", unit=3), odf(competition))
    status, answer = await service.post(gone)
    assert status == 200
    await service.known(answer["accepted"][0]["seq"])
    out = tmp_path / "log.parquet"
    done = await feed(service, "export", "--filter", f"{competition}.>", "--after", seq - 1, "--out", out)
    assert (done.exit_code, done.output, names(tmp_path)) == (0, "", [out.name])
    told = {name.decode(): text.decode() for name, text in pq.read_schema(out).metadata.items()}
    _, page = await service.get(f"/v1/log?filter={competition}.%3E")
    until = int(told.pop("feed.until"))
    assert told == {"feed.epoch": page["next"].partition(":")[0], "feed.after": str(seq - 1)}
    rows = rows_of(out)
    assert [as_delivered(row) for row in rows] == [each for each in page["messages"] if each["seq"] <= until]
    assert len(rows) >= 4
    assert [(each["id"], each["rank"]) for each in rows[0]["competitors"]] == [("a", "1"), ("b", "2")]
    withdrawn = next(row for row in rows if row["op"] == "withdrawn")
    assert (withdrawn["body"], withdrawn["competitors"], withdrawn["call"]) == (None, None, None)


def test_columns_have_types():
    """A field of the envelope has its column; times are UTC, what is a number or a list is one."""
    assert set(Message.__struct_fields__) - {"ts", "body_ref", "labels"} < set(SCHEMA.names)
    assert SCHEMA.field("received").type == pa.timestamp("us", tz="UTC")
    assert SCHEMA.field("seq").type == pa.int64()
    assert SCHEMA.field("remarks").type == pa.list_(pa.string())
    competitor = SCHEMA.field("competitors").type.value_type
    assert (competitor.field("rank_equal").type, competitor.field("start_order").type) == (pa.bool_(), pa.int64())


def message(seq: int, body: Any, kind: str = "result", **more: Any) -> dict[str, Any]:
    texts = dict.fromkeys(("topic", "op", "competition", "code", "source", "lane"), "x")
    nothing = dict.fromkeys(("unit", "version", "status", "document", "caused_by", "supersedes"))
    stamps = {"event": 0, "recv": -1, "published": 4_102_444_800_000_001}
    return {"seq": seq, "prev": 0, "type": kind, **texts, **nothing, "remarks": [], "ts": stamps, "body": body} | more


def written(messages: list[dict[str, Any]], blobs: dict[str, bytes] | None = None) -> io.BytesIO:
    file = io.BytesIO()
    with ParquetFile(file, 0, Tip("ab", 9), (blobs or {}).__getitem__) as parquet:
        for each in messages:
            parquet.add(json.dumps(each, ensure_ascii=False).encode())
    return file


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
BODIES = st.one_of(st.none(), st.dictionaries(TEXT, st.one_of(TEXT, st.integers(), st.none(), st.booleans())))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(BODIES, st.lists(TEXT), st.none() | TEXT)))
def test_whatever_a_message_holds_comes_back(parts: list[tuple[Any, list[str], str | None]]):
    """Any text and any body, over as many groups of rows as there are threes of messages."""
    messages = [
        message(seq, body, "weather", remarks=remarks, status=status)
        for seq, (body, remarks, status) in enumerate(parts, 1)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export_parquet, "GROUP_ROWS", 3)
        patch.setattr(export_parquet, "BATCH_ROWS", 2)
        file = written(messages)
    assert [as_delivered(row) for row in rows_of(file)] == messages
    assert pq.ParquetFile(file).num_row_groups == (len(messages) + 2) // 3


def test_what_is_held_in_memory_is_bounded(monkeypatch: pytest.MonkeyPatch):
    """A group ends with so many rows, or so many bytes of bodies."""
    monkeypatch.setattr(export_parquet, "GROUP_BYTES", 1_000)
    file = written([message(seq, {"text": "x" * 400}, "weather") for seq in range(1, 10)])
    groups = pq.ParquetFile(file).metadata
    assert [groups.row_group(number).num_rows for number in range(groups.num_row_groups)] == [3, 3, 3]
    assert groups.row_group(0).column(0).compression == "ZSTD"


def test_a_body_that_is_kept_apart_is_in_its_row():
    """It stands there as in any other message; its competitors are columns too."""
    competitor = {"id": "1", "kind": "athlete", "rank_equal": True, "records": [{"record_type": "WR"}]}
    body = json.dumps({"call": "official", "competitors": [competitor]}).encode()
    ref = {"sha256": "0" * 64, "bytes": 600_000, "media": "application/json"}
    (row,) = rows_of(written([message(1, None, body_ref=ref)], {"0" * 64: body}))
    assert (row["body"], row["call"]) == (body.decode(), "official")
    (told,) = row["competitors"]
    assert (told["id"], told["rank_equal"], told["records"], told["irm"]) == ("1", True, ["WR"], None)


async def test_what_breaks_off_leaves_nothing(service: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Neither under the file's name nor under another one."""
    await service.store(odf(fresh_competition()))
    monkeypatch.setattr(ParquetFile, "add", lambda *_: 1 / 0)
    done = await feed(service, "export", "--out", tmp_path / "log.parquet")
    assert isinstance(done.exception, ZeroDivisionError)
    assert names(tmp_path) == []


def test_a_file_without_its_end_is_none():
    """As a process that was killed leaves it, beside the name."""
    whole = written([message(1, {}, "weather")]).getvalue()
    with pytest.raises(pa.ArrowInvalid):
        pq.read_table(io.BytesIO(whole[:-9]))


async def test_without_the_library_it_says_what_to_install(
    service: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The other forms need nothing of it."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "feed.commands.export_parquet")
    done = await feed(service, "export", "--out", tmp_path / "log.parquet")
    assert isinstance(done.exception, ExportError)
    assert "olympic-results-feed[parquet]" in done.exception.hint
    assert names(tmp_path) == []


def test_no_other_form_waits_for_the_library():
    """It is loaded when it is needed, not with the command."""
    code = "import sys, feed.commands.export; sys.exit('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
