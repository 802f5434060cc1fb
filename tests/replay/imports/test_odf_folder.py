import gzip
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from replay.capture import Captured
from replay.imports.importing import ImportFailedError, Report
from replay.imports.odf_folder import read
from tests.documents import odf

CODE = "ATHM100M--------------FNL-000100--"
LONDON = b"<OdfBody DocumentCode='ATM001101' DocumentType='DT_RESULT' Serial='7' Version='1' FeedFlag='P'/>"
RIO = b'<OdfBody CompetitionCode="XP2016" Date="2016-08-06" Time="101500000" Serial="7" Version="1"/>'
DRAFT = b'<OdfBody CompetitionCode="XP2028" TimeStamp="2028-07-20T10:15:00.250-07:00" Version="1"/>'


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000) * 1000


def imported(folder: Path, zone: str = "UTC") -> tuple[list[Captured], dict[str, list[str]]]:
    """The documents, and examples of what did not map by reason."""
    report = Report()
    found = read((folder,), ZoneInfo(zone), report)
    captured = list(found.documents)
    assert found.total == len(captured)
    return captured, {reason: unmapped.examples for (_, reason), unmapped in report.unmapped.items()}


def test_headers_tell_the_order(tmp_path: Path):
    """Not names or folders; of equal times the lower Version comes first. Bytes, sources and gzip are kept."""
    second, first = odf("XA", 2, Time="101500000", Source="STA1"), odf("XA", 1, Time="101500000", Source="STA2")
    later = gzip.compress(odf("XA", 3, Time="101500001"))
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.xml.gz").write_bytes(later)
    (tmp_path / "b.xml").write_bytes(second)
    (tmp_path / "c.XML").write_bytes(first)
    captured, missed = imported(tmp_path)
    assert [each.data for each in captured] == [first, second, later]
    assert [(each.source, each.encoding, each.origin) for each in captured[:2]] == [
        ("STA2", "", "imported"),
        ("STA1", "", "imported"),
    ]
    assert captured[2].encoding == "gzip"
    assert missed == {}


@pytest.mark.parametrize(
    "name, document, at",
    [
        ("a.xml", RIO, "2016-08-06T10:15:00"),
        ("a.xml", RIO.replace(b"2016-08-06", b"20160806"), "2016-08-06T10:15:00"),
        ("a.xml", RIO.replace(b"101500000", b"10:15:00.250"), "2016-08-06T10:15:00.250"),
        ("a.xml", DRAFT, "2028-07-20T17:15:00.250"),
        ("20300101000000000.xml", RIO, "2016-08-06T10:15:00"),
        ("20120805215000123ATM001101_DT_RESULT____1P.xml", LONDON, "2012-08-05T21:50:00.123"),
        ("GL0000000DT_CODES_____3__P___20160810061843288_G.xml", LONDON, "2016-08-10T06:18:43.288"),
        (f"20221223{CODE}DT_SCHEDULE____00003P2022-12-231023167015MH.xml", LONDON, "2022-12-23T10:23:16.701"),
        (f"2026-09-09-143001000-DT_RESULT--{CODE}.xml", LONDON, "2026-09-09T14:30:01"),
        (f"XP2030~2030-07-02~2030-07-03~215612045~DT_RESULT~~{CODE}.xml", LONDON, "2030-07-03T21:56:12.045"),
        ("20220217092521122~OWG2022~FRS~DT_SCHEDULE_UPDATE~v42.xml", LONDON, "2022-02-17T09:25:21.122"),
    ],
)
def test_the_time_is_the_header_s_or_the_name_s(tmp_path: Path, name: str, document: bytes, at: str):
    """In the forms of all generations; a name counts only where the header tells none."""
    (tmp_path / name).write_bytes(document)
    ((captured,), _) = imported(tmp_path)
    assert captured.recv == moment(at)


def test_times_without_a_zone_are_of_the_given_one(tmp_path: Path):
    """Those with one are not."""
    (tmp_path / "a.xml").write_bytes(RIO)
    (tmp_path / "b.xml").write_bytes(DRAFT)
    (tmp_path / "c.xml").write_bytes(DRAFT.replace(b"-07:00", b""))
    (tmp_path / "20120805215000123.xml").write_bytes(LONDON)
    captured, _ = imported(tmp_path, "America/Sao_Paulo")
    expected = ["2012-08-06T00:50:00.123", "2016-08-06T13:15:00", "2028-07-20T13:15:00.250", "2028-07-20T17:15:00.250"]
    assert [each.recv for each in captured] == [moment(text) for text in expected]


def test_what_is_no_document_is_told(tmp_path: Path):
    """By file and reason; a date that does not exist is none, nor are digits inside of others."""
    (tmp_path / "ABOUT.md").write_text("text")
    (tmp_path / "a.gz").write_bytes(gzip.compress(RIO))
    (tmp_path / "b.xml").write_text("<Other/>")
    (tmp_path / "c.xml.gz").write_bytes(b"no gzip")
    (tmp_path / "20129905215000123.xml").write_bytes(LONDON)
    (tmp_path / "1020120805215000123.xml").write_bytes(LONDON)
    captured, missed = imported(tmp_path)
    assert captured == []
    assert missed == {
        "neither .xml nor .xml.gz": ["ABOUT.md", "a.gz"],
        "no ODF header": ["b.xml", "c.xml.gz"],
        "no time in its header, and none in its name": [
            "1020120805215000123.xml",
            "20129905215000123.xml",
        ],
    }


def test_a_folder_must_be_one(tmp_path: Path):
    """It is refused by its name."""
    with pytest.raises(ImportFailedError, match="none is not a folder"):
        imported(tmp_path / "none")


def test_a_file_that_goes_away_ends_the_import(tmp_path: Path):
    """By its name: what was read before it is there, nothing is passed over in silence."""
    (tmp_path / "a.xml").write_bytes(RIO)
    found = read((tmp_path,), ZoneInfo("UTC"), Report())
    (tmp_path / "a.xml").unlink()
    with pytest.raises(ImportFailedError, match=r"a\.xml cannot be read any more"):
        next(found.documents)
