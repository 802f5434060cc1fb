from pathlib import Path

import pytest

from replay import recording
from replay.capture import Captured, read_capture
from replay.recording import HOLD_MICROS, Recording


def document(recv: int, number: int = 0) -> Captured:
    return Captured(recv, "STA1", "odf", "", b"%d of %d" % (number, recv))


def record(path: Path, *documents: Captured) -> Recording:
    """A finished recording of documents in the order in which they were stored."""
    one = Recording(path)
    for each in documents:
        one.add(each)
    one.close()
    return one


def times(path: Path) -> list[int]:
    return [each.recv for each in read_capture(path)]


def test_documents_are_put_in_the_order_of_receipt(tmp_path: Path):
    """What was stored in another order within a minute stands where it was received."""
    one = record(tmp_path / "a", document(30), document(10), document(20), document(HOLD_MICROS))
    assert times(tmp_path / "a") == [10, 20, 30, HOLD_MICROS]
    assert (one.documents, one.known, one.moved) == (4, 0, 0)


def test_a_document_that_comes_too_late_keeps_its_bytes(tmp_path: Path):
    """It stands where the file is then, and is counted."""
    late = document(5)
    one = record(tmp_path / "a", document(10), document(11 + HOLD_MICROS), late)
    assert one.moved == 1
    written = list(read_capture(tmp_path / "a"))
    assert [each.recv for each in written] == [10, 10, 11 + HOLD_MICROS]
    assert written[1].data == late.data


def test_a_recording_is_continued_without_repeating(tmp_path: Path):
    """Read again from a minute before its end: what is there is known, also what was moved; what is new is added."""
    path = tmp_path / "a"
    stored = [document(10), document(11 + HOLD_MICROS), document(5), document(11 + HOLD_MICROS, 2)]
    record(path, *stored[:3])
    one = record(path, *stored, document(12 + HOLD_MICROS))
    assert (one.documents, one.known) == (2, 3)
    assert times(path) == [10, 10, 11 + HOLD_MICROS, 11 + HOLD_MICROS, 12 + HOLD_MICROS]


def test_a_document_sent_twice_is_recorded_twice(tmp_path: Path):
    """The same bytes at another time are another arrival, also across an interruption."""
    path = tmp_path / "a"
    one, other = document(10), Captured(20, "STA1", "odf", "", document(10).data)
    record(path, one)
    record(path, one, other)
    assert times(path) == [10, 20]


def test_little_is_held_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Above so many bytes the oldest go into the file, however young they are."""
    monkeypatch.setattr(recording, "HOLD_BYTES", 100)
    one = Recording(tmp_path / "a")
    for recv in range(50):
        one.add(document(recv))
        assert one._held_bytes <= 100
    one.close()
    assert times(tmp_path / "a") == list(range(50))


def test_what_is_settled_is_written(tmp_path: Path):
    """While nothing arrives, time alone lets go of what is held."""
    one = Recording(tmp_path / "a")
    one.add(document(10))
    one.settle(10)
    assert one.documents == 0
    one.settle(11)
    assert one.documents == 1
    one.close()
