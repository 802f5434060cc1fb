import asyncio
import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from feed.cli import cli
from replay.capture import read_capture
from replay.imports.importing import ImportFailedError
from tests.documents import odf
from tests.replay.imports import made_up
from tests.service_fixture import LIMIT, House


def feed(*arguments: object) -> Result:
    """`feed import` in this process; whatever it raises is raised."""
    return CliRunner(catch_exceptions=False).invoke(cli, ["import", *map(str, arguments)], standalone_mode=False)


def test_an_import_tells_what_it_did(tmp_path: Path):
    """Documents by origin, rows read, and those that did not map with examples; a second run has all already."""
    tables = made_up.tables()
    tables["results/Athletics.csv"].append(made_up.result(made_up.FINAL, "91", "first"))
    folder, out = made_up.write(tmp_path / "tables", tables), tmp_path / "a.capture"
    first = feed("paris-2024", folder, "--out", out)
    assert first.stdout.splitlines() == [
        f"{out}: 11 documents, 11 written, 0 were there already",
        "of them 8 imported, 3 synthesised",
        "32 rows of 8 tables read, 1 did not map",
        "  results/Athletics.csv: 1 of 8: the rank is no number (line 9)",
    ]
    assert "11 documents, 0 written, 11 were there already" in feed("paris-2024", folder, "--out", out).stdout
    assert len(list(read_capture(out))) == 11


def test_the_report_as_json(tmp_path: Path):
    """The same numbers for programs."""
    (tmp_path / "odf").mkdir()
    (tmp_path / "odf" / "a.xml").write_bytes(odf("XA"))
    (tmp_path / "odf" / "b.txt").write_text("text")
    out, folder = tmp_path / "a.capture", str(tmp_path / "odf")
    assert json.loads(feed("odf-folder", folder, "--out", out, "--json").stdout) == {
        "capture": str(out),
        "documents": 1,
        "written": 1,
        "known": 0,
        "origins": {"imported": 1},
        "tables": {folder: 2},
        "unmapped": [{"table": folder, "reason": "neither .xml nor .xml.gz", "rows": 1, "examples": ["b.txt"]}],
    }


def test_an_import_of_nothing_fails(tmp_path: Path):
    """And leaves no file behind."""
    (tmp_path / "odf").mkdir()
    with pytest.raises(ImportFailedError, match="can be imported"):
        feed("odf-folder", tmp_path / "odf", "--out", tmp_path / "a.capture")
    assert not (tmp_path / "a.capture").exists()


@pytest.mark.parametrize(
    "options, detail",
    [
        (("paris-2024", ".", ".", "."), "at most 2 folders"),
        (("paris-2024", ".", "--zone", "Europe/Paris"), "leave --zone out"),
        (("olympics-schedule", ".", "--zone", "Europe/Rome"), "leave --zone out"),
        (("odf-folder", ".", "--zone", "Mars/Base"), "is no zone"),
        (("chess", "."), "is not one of"),
    ],
)
def test_what_an_importer_does_not_take_is_refused(tmp_path: Path, options: tuple[str, ...], detail: str):
    """Too many folders, a zone for tables that tell theirs, no zone, no importer."""
    with pytest.raises(click.UsageError, match=detail):
        feed(*options, "--out", tmp_path / "a.capture")
    assert not (tmp_path / "a.capture").exists()


async def test_the_medals_of_an_import_are_those_of_its_tables(house: House, tmp_path: Path):
    """Its capture sent to a service gives the table of medals_total.csv, and all in it is accepted."""
    folder, out = made_up.write(tmp_path / "tables"), tmp_path / "a.capture"
    feed("paris-2024", folder, "--out", out)
    for captured in read_capture(out):
        status, answer = await house.post(captured.data, f"?source={captured.source}")
        assert (status, answer["quarantined"], answer["stale"]) == (200, [], 0)
    last = answer["accepted"][-1]["seq"]
    page: dict[str, Any] = {}
    async with asyncio.timeout(LIMIT):
        while page.get("through", 0) < last:
            _, page = await house.get("/v1/medals?competition=OG2024")
            await asyncio.sleep(0.01)
    expected = [tuple(row.values()) for row in made_up.tables()["medals_total.csv"]]
    medals = ("gold", "silver", "bronze")
    assert sorted((row["noc"], *(str(row[medal]) for medal in medals)) for row in page["rows"]) == expected
    _, page = await house.get("/v1/log?limit=1000")
    sources = {message["source"] for message in page["messages"] if re.fullmatch(".*result", message["type"])}
    assert sources == {"IMPATH", "SYNATH"}


async def test_a_schedule_of_the_site_is_the_schedule_of_the_service(house: House, tmp_path: Path):
    """Sent to a service, all of it is stored: one unit is over, one is called off, one is still to come."""
    codes = [f"CURXTEAM2-------------GP--0{number}00--" for number in (101, 102, 103)]
    statuses = ("FINISHED", "CANCELLED", "SCHEDULED")
    rows = [
        {"id": code, "status": status, "startDate": f"2026-02-04T{19 + number}:05:00+01:00"}
        for number, (code, status) in enumerate(zip(codes, statuses, strict=True))
    ]
    (tmp_path / "day.json").write_text(json.dumps({"units": rows}), "utf-8")
    out = tmp_path / "a.capture"
    feed("olympics-schedule", tmp_path, "--out", out)
    for captured in read_capture(out):
        status, answer = await house.post(captured.data, f"?source={captured.source}")
        assert (status, answer["quarantined"], answer["stale"]) == (200, [], 0)
    await house.known(answer["accepted"][-1]["seq"])
    _, page = await house.get("/v1/schedule?competition=OWG2026&date=2026-02-04")
    assert [(row["code"], row["status"]) for row in page["units"]] == list(zip(codes, statuses, strict=True))
