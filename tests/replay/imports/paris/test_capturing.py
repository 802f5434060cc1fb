import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from replay.capture import Captured
from replay.imports.importing import ImportFailedError, Report
from replay.imports.paris.capturing import read
from tests.replay.imports import made_up
from tests.replay.imports.made_up import FINAL, HEAT, RELAY_FINAL, TOTAL

UTC = ZoneInfo("UTC")


def imported(*folders: Path) -> list[Captured]:
    found = read(folders, UTC, Report())
    captured = list(found.documents)
    assert len(captured) == found.total
    return captured


def told(captured: Captured) -> tuple[str, str, str, str]:
    """Receive time, type and code, status, and origin."""
    named = dict(re.findall(r'(\w+)="([^"]*)"', captured.data.decode().partition("<Competition>")[0]))
    when = datetime.fromtimestamp(captured.recv / 1e6, UTC)
    assert named["Source"] == captured.source
    return (
        f"{when:%d %H:%M:%S}",
        f"{named['DocumentType']} {named['DocumentCode']}",
        named.get("ResultStatus", ""),
        captured.origin,
    )


def test_what_is_sent_when_and_what_of_it_was_recorded(tmp_path: Path):
    """Results at their official times; start lists as scheduled, or a second before; medallists behind all."""
    athletics = "ATH".ljust(34, "-")
    assert [told(captured) for captured in imported(made_up.write(tmp_path))] == [
        ("23 10:00:00", f"DT_SCHEDULE {athletics}", "", "imported"),
        ("23 10:00:00", f"DT_PARTIC {athletics}", "", "imported"),
        ("23 10:00:00", f"DT_PARTIC_TEAMS {athletics}", "", "imported"),
        ("01 08:00:00", f"DT_RESULT {HEAT}", "START_LIST", "synthesised"),
        ("01 08:05:00", f"DT_RESULT {HEAT}", "OFFICIAL", "imported"),
        ("01 18:00:00", f"DT_RESULT {FINAL}", "START_LIST", "synthesised"),
        ("01 18:05:01", f"DT_RESULT {FINAL}", "OFFICIAL", "imported"),
        ("01 18:05:01", f"DT_MEDALLISTS {'ATHM100M'.ljust(34, '-')}", "OFFICIAL", "imported"),
        ("02 18:59:59", f"DT_RESULT {RELAY_FINAL}", "START_LIST", "synthesised"),
        ("02 19:00:00", f"DT_RESULT {RELAY_FINAL}", "OFFICIAL", "imported"),
        ("02 19:00:00", f"DT_MEDALLISTS {'ATHX4X400M'.ljust(34, '-')}", "OFFICIAL", "imported"),
    ]


def test_a_total_comes_behind_its_units(tmp_path: Path):
    """When both were signed in the same second; it is begun with the first unit of the event."""
    tables = made_up.tables()
    tables["derived_units.csv"].append(made_up.place(TOTAL))
    tables["results/Athletics.csv"].insert(0, made_up.result(TOTAL, "91", "1.0"))
    sent = [told(captured) for captured in imported(made_up.write(tmp_path, tables))]
    final = ("01 18:05:01", f"DT_RESULT {FINAL}", "OFFICIAL", "imported")
    total = ("01 18:05:01", f"DT_CUMULATIVE_RESULT {TOTAL}", "OFFICIAL", "imported")
    assert sent.index(final) < sent.index(total) < [kind[:5] for _, kind, *_ in sent].index("DT_ME")
    assert ("01 08:00:00", f"DT_CUMULATIVE_RESULT {TOTAL}", "START_LIST", "synthesised") in sent


def test_the_source_marks_what_nobody_recorded(tmp_path: Path):
    """In the capture and in the header of each document."""
    sources = {(captured.origin, captured.source) for captured in imported(made_up.write(tmp_path))}
    assert sources == {("imported", "IMPATH"), ("synthesised", "SYNATH")}


def test_a_start_list_tells_no_result(tmp_path: Path):
    """Who takes part is in it, what came of it is not."""
    start_list = imported(made_up.write(tmp_path))[3].data
    assert b'Code="91"' in start_list
    assert b"Rank=" not in start_list
    assert b"Result=" not in start_list


def test_a_timeline_of_other_games_is_refused(tmp_path: Path):
    """The two medals that moved must be in the tables, and the moves in the timeline."""
    (tmp_path / "timeline").mkdir()
    with pytest.raises(ImportFailedError, match=r"medal_changes\.jsonl does not tell"):
        imported(made_up.write(tmp_path / "tables"), tmp_path / "timeline")
    (tmp_path / "timeline" / "medal_changes.jsonl").write_text('{"seq": 84, "ts": "2024-08-05T20:00:00Z"}\n')
    with pytest.raises(ImportFailedError, match=r"medal_changes\.jsonl does not tell"):
        imported(tmp_path / "tables", tmp_path / "timeline")
