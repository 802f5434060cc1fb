import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from feed.candidate import Receipt
from feed.venues.odf import decode
from replay.capture import Captured
from replay.imports.importing import ImportFailedError, Report
from replay.imports.schedule.capturing import read
from schemas.message import Remark

MATCH = "CURXTEAM2-------------GP--000100--"
FINAL = "BTHM12.5KMPU----------FNL-000100--"
RUN = "LUGW1-----------------TRNO000100--"
SIDES = [
    {"code": "CURXTEAM2---SUI01", "noc": "SUI", "name": "Switzerland", "order": 1, "results": {"mark": "7"}},
    {"code": "CURXTEAM2---ITA01", "noc": "ITA", "name": "Italy", "order": 2},
    {"code": "TBD", "name": "to be decided"},
]


def unit(code: str, start: str, **fields: Any) -> dict[str, Any]:
    """A unit of February 2026, or of a whole date."""
    when = start if start.startswith("20") else f"2026-02-{start}"
    row = {"id": code, "status": "SCHEDULED", "startDate": when, "phaseType": "3", "eventUnitName": "A unit"}
    return row | {"venue": "XVE", "venueDescription": "A venue", "medalFlag": 0} | fields


def imported(folder: Path, **files: object) -> tuple[list[Captured], dict[str, list[str]]]:
    """The documents of files with these contents, and examples of what did not map by reason."""
    for name, found in files.items():
        text = found if isinstance(found, str) else json.dumps(found)
        (folder / f"{name}.json").write_text(text, "utf-8")
    report = Report()
    found_ = read((folder,), ZoneInfo("UTC"), report)
    captured = list(found_.documents)
    assert found_.total == len(captured)
    return captured, {reason: unmapped.examples for (_, reason), unmapped in report.unmapped.items()}


def told(captured: Captured) -> tuple[str, str, str, str, str]:
    """Receive time, type, Version, the statuses of units in it, and origin."""
    root = etree.fromstring(captured.data)
    statuses = " ".join(element.get("ScheduleStatus", "") for element in root.iter("Unit"))
    when = datetime.fromtimestamp(captured.recv / 1e6, UTC)
    return f"{when:%d %H:%M}", root.get("DocumentType", ""), root.get("Version", ""), statuses, captured.origin


def test_lists_on_the_eve_then_statuses_at_planned_times(tmp_path: Path):
    """Of one discipline in one list; a finished unit has been running, a cancelled one has not. Versions rise."""
    days = {
        "04": {"units": [unit(MATCH, "04T19:05:00+01:00", endDate="2026-02-04T21:05:00+01:00", status="FINISHED")]},
        "05": {
            "units": [
                unit(MATCH.replace("0001", "0002"), "05T10:05:00+01:00", status="CANCELLED"),
                unit(FINAL, "05T11:00:00+01:00"),
            ]
        },
    }
    captured, missed = imported(tmp_path, games=days)
    assert [told(each) for each in captured] == [
        ("03 11:00", "DT_SCHEDULE", "1", "SCHEDULED", "imported"),
        ("03 11:00", "DT_SCHEDULE", "1", "SCHEDULED SCHEDULED", "imported"),
        ("04 18:05", "DT_SCHEDULE_UPDATE", "1", "RUNNING", "synthesised"),
        ("04 20:05", "DT_SCHEDULE_UPDATE", "2", "FINISHED", "synthesised"),
        ("05 09:05", "DT_SCHEDULE_UPDATE", "3", "CANCELLED", "synthesised"),
    ]
    assert [each.source for each in captured] == ["IMPBTH", "IMPCUR", *["SYNCUR"] * 3]
    assert missed == {}


def test_the_header_is_of_the_games(tmp_path: Path):
    """Their code, and times of their zone: Summer Games are those from May on."""
    ((winter,), _) = imported(tmp_path, a={"units": [unit(FINAL, "05T11:00:00+01:00")]})
    root = etree.fromstring(winter.data)
    assert [root.get(name) for name in ("CompetitionCode", "DocumentCode", "Date", "Time")] == [
        "OWG2026",
        "BTH".ljust(34, "-"),
        "2026-02-04",
        "120000000",
    ]
    ((summer,), _) = imported(tmp_path, a={"units": [unit(FINAL, "2024-07-24T15:00:00+02:00")]})
    assert etree.fromstring(summer.data).get("CompetitionCode") == "OG2024"


def test_a_unit_is_told_as_the_file_has_it(tmp_path: Path):
    """And nothing that it has not: no end, no medal of a heat."""
    fields = {"unitNum": "3", "hideStartDate": True, "startText": "Not before 11:00", "location": "XV1"}
    rows = [unit(FINAL, "05T11:00:00+01:00", medalFlag=1, **fields), unit(RUN, "06T09:00:00+01:00", phaseType="1")]
    captured, _ = imported(tmp_path, a={"units": rows})
    final, run = (etree.fromstring(each.data).find(".//Unit") for each in captured)
    assert final is not None
    assert run is not None
    assert dict(final.attrib) == {
        "Code": FINAL,
        "PhaseType": "3",
        "UnitNum": "3",
        "ScheduleStatus": "SCHEDULED",
        "StartDate": "2026-02-05T11:00:00+01:00",
        "HideStartDate": "Y",
        "Medal": "1",
        "Venue": "XVE",
        "Location": "XV1",
    }
    assert [(child.tag, dict(child.attrib)) for child in final] == [
        ("StartText", {"Language": "ENG", "Value": "Not before 11:00"}),
        ("ItemName", {"Language": "ENG", "Value": "A unit"}),
        ("VenueDescription", {"VenueName": "A venue"}),
    ]
    assert {"Medal", "EndDate", "HideStartDate"}.isdisjoint(run.attrib)


def test_two_sides_are_told_once_they_meet(tmp_path: Path):
    """Not on the eve, not of units without sides, and without their results; who is not known yet is nobody."""
    rows = [
        unit(MATCH, "04T19:05:00+01:00", status="RUNNING", eventUnitType="HTEAM", competitors=SIDES),
        unit(FINAL, "05T11:00:00+01:00", status="RUNNING", eventUnitType="ATH", competitors=SIDES),
    ]
    captured, _ = imported(tmp_path, a={"units": rows})
    sides = [re_found.get("Code") for re_found in etree.fromstring(captured[2].data).iter("Competitor")]
    assert sides == ["CURXTEAM2---SUI01", "CURXTEAM2---ITA01"]
    assert [each for each in captured if b"<Competitor " in each.data] == [captured[2]]
    assert b'"7"' not in captured[2].data


def test_what_does_not_map_is_told(tmp_path: Path):
    """By file and place; a unit of two files counts once."""
    rows = [
        unit(FINAL, "05T11:00:00+01:00"),
        unit("OPENING", "06T20:00:00+01:00"),
        unit(RUN, "06T09:00:00"),
        unit(MATCH, "later"),
        7,
    ]
    captured, missed = imported(tmp_path, a={"units": rows}, b={"units": rows[:1]}, c="no JSON", d={"groups": []})
    assert len(captured) == 1
    assert missed == {
        "the code has not 34 characters": ["unit 2", "unit 5"],
        "no start, or one without a zone": ["unit 3", "unit 4"],
        "it stands in a file before": ["unit 1"],
        "no units in it": ["the file"],
    }


def test_a_folder_must_be_one(tmp_path: Path):
    """It is refused by its name."""
    with pytest.raises(ImportFailedError, match="none is not a folder"):
        imported(tmp_path / "none")


def test_the_service_takes_all_of_it(tmp_path: Path):
    """No refusal, and nothing left over that has no field; people meet as well as teams."""
    athletes = [{"code": "91", "noc": "XAA", "name": "ALPHA Ada"}, {"code": "92", "noc": "XBB", "name": "BETA Bo"}]
    rows = [
        unit(MATCH, "04T19:05:00+01:00", status="FINISHED", eventUnitType="HTEAM", competitors=SIDES),
        unit(FINAL, "05T11:00:00+01:00", status="FINISHED", eventUnitType="HATH", competitors=athletes),
        unit(RUN, "06T09:00:00+01:00", status="POSTPONED", startText="To be announced", hideEndDate=True),
    ]
    captured, _ = imported(tmp_path, a={"units": rows})
    remarks: Counter[str] = Counter()
    for each in captured:
        decoded = decode(each.data, Receipt(each.recv, None, lambda _competition: None))
        assert decoded.refusal is None, each.data
        assert decoded.candidates
        remarks.update(remark for found in decoded.candidates for remark in found.message.remarks)
    assert set(remarks) <= {Remark.ZONE_ASSUMED}
