from collections.abc import Iterator
from pathlib import Path

import pytest

from replay.capture import Captured, CaptureError, CaptureWriter, read_capture
from replay.editing import merge, write_new


def documents(*times: int) -> list[Captured]:
    return [Captured(recv, "S", "odf", "", b"%d" % recv) for recv in times]


def capture_of(path: Path, *times: int) -> Path:
    with CaptureWriter(path) as writer:
        for each in documents(*times):
            writer.append(each)
    return path


def test_who_is_interrupted_leaves_a_whole_file(tmp_path: Path):
    """What was written until then is there, in whole blocks."""
    writing = write_new(tmp_path / "a", documents(1, 2, 3))
    assert [next(writing).recv, next(writing).recv] == [1, 2]
    writing.close()
    assert [each.recv for each in read_capture(tmp_path / "a")] == [1, 2]


def test_a_source_that_fails_leaves_a_whole_file(tmp_path: Path):
    """Damage in what is read does not damage what is written."""

    def failing() -> Iterator[Captured]:
        yield from documents(1, 2)
        raise CaptureError("damaged")

    with pytest.raises(CaptureError, match="damaged"):
        list(write_new(tmp_path / "a", failing()))
    assert [each.recv for each in read_capture(tmp_path / "a")] == [1, 2]


def test_nothing_is_overwritten(tmp_path: Path):
    """An existing file stays as it is, whatever it is."""
    (tmp_path / "a").write_bytes(b"mine")
    with pytest.raises(CaptureError, match="exists already"):
        list(write_new(tmp_path / "a", documents(1)))
    assert (tmp_path / "a").read_bytes() == b"mine"


def test_a_merge_reads_as_it_goes(tmp_path: Path):
    """The first documents are there before the rest of any file was read."""
    one, other = capture_of(tmp_path / "a", 1, 4), capture_of(tmp_path / "b", 2, 3, 5)
    assert [each.recv for each in merge([one, other])] == [1, 2, 3, 4, 5]
    raw = bytearray(other.read_bytes())
    capture_of(other, 6)
    raw[60] ^= 1
    other.write_bytes(raw + other.read_bytes()[len(raw) :])
    merged = merge([one, capture_of(tmp_path / "c", 0)])
    assert next(merged).recv == 0
    with pytest.raises(CaptureError, match="damaged"):
        list(merge([one, other]))
