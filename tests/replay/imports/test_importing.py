from pathlib import Path

import pytest

from replay.capture import CaptureWriter, read_capture
from replay.imports.importing import MOST_EXAMPLES, ImportFailedError, Report, fill
from tests.replay.captured import games

DOCUMENTS = games("XA")


def test_a_new_capture_is_filled(tmp_path: Path):
    """With every document, in order."""
    filled = list(fill(tmp_path / "a", iter(DOCUMENTS)))
    assert [(each.captured, each.is_new) for each in filled] == [(document, True) for document in DOCUMENTS]
    assert list(read_capture(tmp_path / "a")) == DOCUMENTS


def test_what_an_earlier_run_wrote_is_continued(tmp_path: Path):
    """Behind its last whole block: a torn end is written anew, and nothing is there twice."""
    with CaptureWriter(tmp_path / "a") as writer:
        for place, document in enumerate(DOCUMENTS[:20]):
            writer.append(document)
            if place == 9:
                writer.flush()
    with (tmp_path / "a").open("r+b") as file:
        file.truncate(file.seek(0, 2) - 5)
    filled = list(fill(tmp_path / "a", iter(DOCUMENTS)))
    assert [each.is_new for each in filled] == [False] * 10 + [True] * (len(DOCUMENTS) - 10)
    assert list(read_capture(tmp_path / "a")) == DOCUMENTS


def test_an_import_that_is_stopped_leaves_a_whole_file(tmp_path: Path):
    """The next run finds what was taken."""
    filling = fill(tmp_path / "a", iter(DOCUMENTS))
    for _ in range(7):
        next(filling)
    filling.close()
    assert list(read_capture(tmp_path / "a")) == DOCUMENTS[:7]
    assert sum(each.is_new for each in fill(tmp_path / "a", iter(DOCUMENTS))) == len(DOCUMENTS) - 7


@pytest.mark.parametrize("others", [games("XB"), [*DOCUMENTS[:5], *games("XB")], DOCUMENTS[:5]])
def test_another_capture_is_not_continued(tmp_path: Path, others: list[object]):
    """It is refused where they part, also when the import would end before, and stays as it was."""
    list(fill(tmp_path / "a", iter(DOCUMENTS)))
    before = (tmp_path / "a").read_bytes()
    number = next(place for place, document in enumerate(DOCUMENTS, 1) if others[place - 1 : place] != [document])
    with pytest.raises(ImportFailedError, match=f"document {number} is another one"):
        list(fill(tmp_path / "a", iter(others)))  # type: ignore[arg-type]  # all are documents
    assert (tmp_path / "a").read_bytes() == before


def test_a_report_counts_all_and_shows_some():
    """Rows that did not map, by table and reason."""
    report = Report()
    for line in range(9):
        report.miss("a", f"line {line}", "why")
    assert report.unmapped["a", "why"].rows == 9
    assert report.unmapped["a", "why"].examples == [f"line {line}" for line in range(MOST_EXAMPLES)]
