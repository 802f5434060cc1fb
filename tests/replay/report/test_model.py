from pathlib import Path

import msgspec
import pytest

from replay.report import model
from tests.replay.report import made_up


def test_a_report_is_read_as_it_was_written(tmp_path: Path):
    """All of it, from a file that a person can read."""
    report = made_up.report(missing=3)
    model.write(report, tmp_path / "report.json")
    assert model.read(tmp_path / "report.json") == report
    assert (tmp_path / "report.json").read_text("utf-8").splitlines()[1] == ' "version": 1,'


def test_fields_of_a_later_program_are_passed_over(tmp_path: Path):
    """The version rises only when a field gets another meaning."""
    path = tmp_path / "report.json"
    report = made_up.report()
    path.write_bytes(msgspec.json.encode(msgspec.to_builtins(report, str_keys=True) | {"weather": "dry"}))
    assert model.read(path) == report
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(report, version=2)))
    with pytest.raises(model.ReportError, match="has version 2, not 1"):
        model.read(path)


@pytest.mark.parametrize("text", [None, b"", b"{}", b'{"version":1,"title":7}'])
def test_what_is_no_report_is_refused_with_its_path(tmp_path: Path, text: bytes | None):
    """Also a file that is not there."""
    path = tmp_path / "other.json"
    if text is not None:
        path.write_bytes(text)
    with pytest.raises(model.ReportError, match="no report in "):
        model.read(path)


def test_a_finding_is_summed_over_tiers():
    """Of one name."""
    assert [made_up.report(missing=3).total(name) for name in ("missing", "stale_snapshot", "altered")] == [3, 1, 0]
