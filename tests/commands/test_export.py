import asyncio
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from feed.cli import cli
from feed.commands.export_rows import COLUMNS, FLAT, csv_lines
from feed.errors import FeedError
from tests.core.test_medals import result
from tests.documents import fresh_competition, odf
from tests.service_fixture import Running


async def feed(running: Running, command: str, *arguments: object) -> Result:
    """A command in a thread of this process."""
    given = [command, *map(str, arguments), "--url", running.url]
    return await asyncio.to_thread(CliRunner().invoke, cli, given)


def names(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


async def test_a_range_is_the_log_as_it_was_delivered(service: Running, tmp_path: Path):
    """Exclusive after, inclusive until, filters and kinds; `feed verify` finds nothing wrong with it."""
    competition = fresh_competition()
    text = odf(competition, DocumentType="DT_TEXT")
    seqs = await service.store(*(odf(competition, version) for version in range(1, 4)), text, odf(competition, 4))
    _, page = await service.get(f"/v1/log?filter={competition}.%3E")
    out, wish = tmp_path / "log.ndjson", ("--filter", f"{competition}.>")
    bounds = ("--after", seqs[0], "--until", seqs[3])
    done = await feed(service, "export", *wish, *bounds, "--out", out)
    assert (done.exit_code, done.output) == (0, "")
    assert [json.loads(line) for line in out.read_bytes().splitlines()] == page["messages"][1:4]
    assert names(tmp_path) == [out.name]
    done = await feed(service, "verify", out, *wish, *bounds)
    assert (done.exit_code, "nothing is wrong: 3 messages" in done.output) == (0, True)
    done = await feed(service, "export", *wish, "--type", "document")
    assert [json.loads(line)["seq"] for line in done.stdout.splitlines()] == [seqs[3]]


async def test_a_range_of_times_goes_by_receipt(service: Running):
    """From a time on and before another, as `--window` has it; before the first message is the beginning."""
    competition = fresh_competition()
    seqs = await service.store(*(odf(competition, version) for version in range(1, 5)))
    _, page = await service.get(f"/v1/log?filter={competition}.%3E")
    received = [message["ts"]["recv"] for message in page["messages"]]
    wish = ("--filter", f"{competition}.>")
    done = await feed(service, "export", *wish, "--from", received[1], "--to", received[3])
    assert [json.loads(line)["seq"] for line in done.stdout.splitlines()] == seqs[1:3]
    done = await feed(service, "export", *wish, "--from", "2001-01-01T00:00:00Z")
    assert len(done.stdout.splitlines()) == 4


async def test_csv_has_a_row_for_each_competitor(service: Running, tmp_path: Path):
    """The file's name says the form; what a withdrawal takes back has one row without competitor."""
    competition = fresh_competition()
    named = {"CompetitionCode": competition}
    first = result(1, "1 a BRA", '2 b "IT,A"'.replace('"IT,A"', "ITA"), **named)
    gone = result(2, **named).replace(b"<Competition>", b"").replace(b"</Competition>", b"")
    await service.store(first, odf(competition, DocumentType="DT_TEXT", unit=3))
    assert (await service.post(gone))[0] == 200
    out = tmp_path / "results.csv"
    done = await feed(service, "export", "--filter", f"{competition}.>", "--out", out)
    assert (done.exit_code, done.output) == (0, "")
    text = out.read_text()
    assert text.splitlines()[0] == ",".join(COLUMNS)
    rows = read_csv(text)
    assert [(row["rank"], row["id"], row["noc"], row["op"]) for row in rows] == [
        ("1", "a", "BRA", "put"),
        ("2", "b", "ITA", "put"),
        ("", "", "", "withdrawn"),
    ]
    _, page = await service.get(f"/v1/log?filter={competition}.%3E&type=result")
    assert {row["seq"] for row in rows} == {str(message["seq"]) for message in page["messages"]}
    assert rows[0]["received"].endswith("Z")


def message(**competitor: Any) -> bytes:
    named = {name: name for name in ("topic", "type", "op", "competition", "code", "unit", "version", "status")}
    body = {"call": "official", "competitors": [{"id": "1", "kind": "athlete", **competitor}]}
    return json.dumps({"seq": 1, **named, "ts": {"recv": 0, "published": 1}, "body": body}).encode()


def test_a_row_holds_what_the_message_says():
    """Text as the venue sent it, quoted where it must be; records by their types; yes is 1."""
    records = [{"record_type": "WR", "code": "x"}, {"record_type": "OR", "code": "x"}]
    line = csv_lines(message(name='O"NEIL, A', rank_equal=True, result="9.80", records=records), lambda _: b"")
    (row,) = read_csv(",".join(COLUMNS) + "\n" + line.decode())
    assert (row["name"], row["rank_equal"], row["result"], row["records"]) == ('O"NEIL, A', "1", "9.80", "WR OR")
    assert (row["received"], row["published"]) == ("1970-01-01T00:00:00.000000Z", "1970-01-01T00:00:00.000001Z")
    assert row["irm"] == ""
    assert {"result", "phase_result", "ranking"} <= FLAT


def test_a_body_that_is_kept_apart_is_in_the_rows():
    """Above 512 kB a message has no body of its own: it is fetched by its name."""
    whole = json.loads(message(result="9.80"))
    ref = {"sha256": "ab", "bytes": 600_000, "media": "application/json"}
    apart = json.dumps(whole | {"body": None, "body_ref": ref}).encode()
    blobs = {"ab": json.dumps(whole["body"]).encode()}
    assert csv_lines(apart, blobs.__getitem__) == csv_lines(json.dumps(whole).encode(), blobs.__getitem__)


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("--format", "csv", "--type", "unit"), "unit has no rows of competitors"),
        (("--after", "1", "--from", "2024-01-01"), "--after and --from"),
        (("--until", "1", "--to", "2024-01-01"), "--until and --to"),
        (("--from", "yesterday"), "is no moment"),
        (("--format", "parquet"), "needs a file"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: tuple[str, ...], said: str):
    """Before anything is asked of the service."""
    done = CliRunner().invoke(cli, ["export", *arguments])
    assert done.exit_code == 2
    assert said in done.output


async def test_a_file_is_whole_or_not_there(service: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What fails in the middle leaves the file that was there, and nothing half."""
    competition = fresh_competition()
    await service.store(odf(competition), odf(competition, 2))
    out = tmp_path / "log.ndjson"
    out.write_text("before")

    def fails(*_: object, **__: object) -> None:
        raise FeedError("cut off")

    monkeypatch.setattr("feed.commands.export.Progress.update", fails)
    done = await feed(service, "export", "--filter", f"{competition}.>", "--out", out)
    assert isinstance(done.exception, FeedError)
    assert (out.read_text(), names(tmp_path)) == ("before", [out.name])
    _, page = await service.get("/v1/competitions")
    done = await feed(service, "export", "--until", page["seq"] + 1_000)
    assert "beyond the tip" in str(done.exception)
