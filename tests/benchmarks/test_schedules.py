import re
from pathlib import Path

import pytest

from benchmarks import schedules


def units(document: bytes) -> list[bytes]:
    """The codes of the units of a schedule."""
    return re.findall(rb'<Unit Code="([^"]*)"', document)


def test_generated_schedules_have_the_shape_of_the_real_ones():
    """As many documents and units, the largest first, each code of 34 characters and there once."""
    documents = schedules.generated()
    codes = [code for document in documents for code in units(document)]
    assert len(documents) == 46
    assert len(codes) == len(set(codes)) == 7_100
    assert {len(code) for code in codes} == {34}
    assert len(units(documents[0])) == 1_007
    assert 300_000 < len(documents[0]) < 500_000


def test_without_shared_data_there_are_no_real_ones(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """The benchmark then says that its schedules are of its own making."""
    monkeypatch.setenv("SHARED_FOLDER", str(tmp_path))
    assert schedules.real() == []


@pytest.mark.shared
def test_the_largest_real_schedule_is_like_the_generated_one(shared: Path, monkeypatch: pytest.MonkeyPatch):
    """Judo: within a tenth in bytes, the same number of units."""
    monkeypatch.setenv("SHARED_FOLDER", str(shared))
    largest = schedules.real()[0]
    ours = schedules.generated()[0]
    assert len(units(largest)) == len(units(ours))
    assert 0.9 < len(ours) / len(largest) < 1.1
