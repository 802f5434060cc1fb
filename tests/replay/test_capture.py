import errno
import fcntl
import logging
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay import capture
from replay.blocks import HEADER_SIZE, MARK, MAX_DOCUMENT, Block, Captured, encode, pack
from replay.capture import (
    CaptureError,
    CaptureOrderError,
    CaptureWriter,
    DamagedCaptureError,
    Lost,
    NewerCaptureError,
    NotACaptureError,
    blocks,
    read_capture,
)

SHORT_TEXT = st.text(max_size=20).filter(lambda text: text.isprintable())
DOCUMENTS = st.lists(
    st.builds(
        Captured,
        recv=st.integers(-(2**62), 2**62),
        source=SHORT_TEXT,
        format=SHORT_TEXT,
        encoding=st.sampled_from(["", "gzip"]),
        data=st.binary(max_size=200),
        origin=st.sampled_from(["recorded", "imported", "synthesised"]),
    ),
    max_size=30,
)


def document(recv: int, data: bytes = b"<OdfBody/>", **fields: Any) -> Captured:
    return Captured(recv, fields.pop("source", "STA1"), "odf", "", data, **fields)


def write(path: Path, *groups: list[Captured]) -> Path:
    """A capture with one block a group."""
    with CaptureWriter(path) as writer:
        for group in groups:
            for each in group:
                writer.append(each)
            writer.flush()
    return path


def three(path: Path) -> Path:
    """Three blocks of two documents: received at 10, 11, 20, 21, 30, 31."""
    return write(path, *([document(start), document(start + 1, b"second")] for start in (10, 20, 30)))


def times(path: Path, *window: int | None) -> list[int]:
    return [each.recv for each in read_capture(path, *window)]


@given(DOCUMENTS, st.integers(1, 400))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, documents: list[Captured], size: int):
    """Every field, in the order of receipt, equal times in the order of writing, whatever fits into a block."""
    path = tmp_path_factory.mktemp("capture") / "a"
    documents = sorted(documents, key=lambda each: each.recv)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(capture, "BLOCK_BYTES", size)
        with CaptureWriter(path) as writer:
            for each in documents:
                writer.append(each)
    assert list(read_capture(path)) == documents
    assert sum(block.documents for block in blocks(path) if isinstance(block, Block)) == len(documents)


def test_inside_a_block_the_order_is_that_of_receipt(tmp_path: Path):
    """Documents not written yet are sorted, equal ones stay as they came; behind a written block none may come."""
    path = tmp_path / "a"
    with CaptureWriter(path) as writer:
        for each in (document(5), document(3, b"1"), document(3, b"2")):
            writer.append(each)
        writer.flush()
        with pytest.raises(CaptureOrderError, match="a document of 4 comes after one of 5"):
            writer.append(document(4))
        writer.append(document(5, b"3"))
    assert [(each.recv, each.data) for each in read_capture(path)][:2] == [(3, b"1"), (3, b"2")]
    assert times(path) == [3, 3, 5, 5]


@pytest.mark.parametrize(
    "window, expected",
    [
        ((None, None), [10, 11, 20, 21, 30, 31]),
        ((11, 30), [11, 20, 21]),
        ((12, 20), []),
        ((31, None), [31]),
        ((None, 11), [10]),
        ((40, None), []),
    ],
)
def test_a_window_begins_inside_and_ends_before(tmp_path: Path, window: tuple[int | None, int | None], expected: Any):
    """Start is inside the window, end is not."""
    assert times(three(tmp_path / "a"), *window) == expected


def test_a_window_is_found_without_reading_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Only blocks of the window are unpacked."""
    path = three(tmp_path / "a")
    unpacked = []
    real = capture.unpack
    monkeypatch.setattr(capture, "unpack", lambda file, block: unpacked.append(block.first) or real(file, block))
    assert times(path, 20, 30) == [20, 21]
    assert unpacked == [20]


def test_cut_off_anywhere_all_before_is_whole(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """At every byte of the last block: the blocks before are read, the end is told, and writing goes on there."""
    whole = three(tmp_path / "whole").read_bytes()
    begins = [block.offset for block in blocks(tmp_path / "whole")]
    path = tmp_path / "a"
    for size in range(begins[2] + 1, len(whole)):
        path.write_bytes(whole[:size])
        caplog.clear()
        assert times(path) == [10, 11, 20, 21]
        assert f"a torn block at the end at offset {begins[2]}" in caplog.text
        with CaptureWriter(path) as writer:
            assert writer.torn is not None
            assert (writer.torn.offset, writer.torn.end, writer.last) == (begins[2], size, 21)
            writer.append(document(25))
        caplog.clear()
        assert times(path) == [10, 11, 20, 21, 25]
        assert not caplog.text


@pytest.mark.parametrize("size", range(len(MARK) + 1))
def test_a_file_cut_off_in_its_mark_is_an_empty_capture(tmp_path: Path, size: int):
    """The program ended before it had written anything."""
    path = tmp_path / "a"
    path.write_bytes(MARK[:size])
    assert times(path) == []
    write(path, [document(1)])
    assert times(path) == [1]


def test_a_last_block_with_wrong_bytes_is_torn(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """After a loss of power a file may have its length and not its bytes: told, and overwritten."""
    path = three(tmp_path / "a")
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    assert times(path) == [10, 11, 20, 21]
    assert "documents lost: 2" in caplog.text
    with CaptureWriter(path) as writer:
        assert writer.torn is not None
        assert writer.torn.block is not None
        writer.append(document(22))
    assert times(path) == [10, 11, 20, 21, 22]


def test_any_flipped_bit_is_noticed(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """In every bit of the middle block: never another document, and what is lost is told by its place."""
    path = three(tmp_path / "whole")
    whole = path.read_bytes()
    first, middle, last = [block for block in blocks(path) if isinstance(block, Block)]
    path = tmp_path / "a"
    for place in range(middle.offset, middle.end):
        for bit in range(8):
            raw = bytearray(whole)
            raw[place] ^= 1 << bit
            path.write_bytes(raw)
            with pytest.raises(DamagedCaptureError, match=f"offset {middle.offset}: ") as raised:
                times(path)
            assert "--salvage" in raised.value.hint
            lost: list[Lost] = []
            assert [each.recv for each in read_capture(path, lost=lost.append)] == [10, 11, 30, 31]
            assert [(each.offset, each.end, each.is_tail) for each in lost] == [(first.end, last.offset, False)]


def test_writing_goes_on_behind_damage(tmp_path: Path):
    """Damage before the end is left as it is: nothing that is whole is overwritten."""
    path = three(tmp_path / "a")
    raw = bytearray(path.read_bytes())
    raw[len(MARK)] ^= 1
    path.write_bytes(raw)
    with CaptureWriter(path) as writer:
        assert writer.last == 31
        assert writer.torn is None
        writer.append(document(40))
    assert [each.recv for each in read_capture(path, lost=lambda _: None)] == [20, 21, 30, 31, 40]


def test_blocks_in_another_order_are_damage(tmp_path: Path):
    """A file that somebody put together: what goes back in time is not handed out as if it were in order."""
    path = tmp_path / "a"
    path.write_bytes(MARK + b"".join(pack([(recv, encode(document(recv)))]) for recv in (20, 10, 30)))
    with pytest.raises(DamagedCaptureError, match="a damaged block at offset"):
        times(path)
    lost: list[Lost] = []
    assert [each.recv for each in read_capture(path, lost=lost.append)] == [20, 30]
    assert [each.block.first for each in lost if each.block] == [10]


def test_what_is_no_capture_is_told(tmp_path: Path):
    """Another file, a later version, no file: each by its own error with what to do."""
    path = tmp_path / "a"
    path.write_bytes(b"<OdfBody/>")
    for use in (times, CaptureWriter):
        with pytest.raises(NotACaptureError, match="is not a capture") as raised:
            use(path)
        assert raised.value.hint
    assert path.read_bytes() == b"<OdfBody/>"
    path.write_bytes(MARK[:-1] + b"\x02" + b"something else")
    for use in (times, CaptureWriter):
        with pytest.raises(NewerCaptureError, match="is a capture of version 2") as raised:
            use(path)
        assert "Update" in raised.value.hint
    with pytest.raises(CaptureError, match="No such file"):
        times(tmp_path / "b")
    with pytest.raises(CaptureError, match="cannot be written"):
        CaptureWriter(tmp_path / "no" / "folder")


def test_only_files_on_a_disk_are_captures(tmp_path: Path):
    """Nobody waits for what comes out of a pipe, and nothing goes into a device."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(CaptureError, match="not a regular file"):
            next(read_capture(path))
        with pytest.raises(CaptureError, match="not a regular file"):
            CaptureWriter(path)


def test_a_disk_that_fails_at_the_end_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What the disk says when everything is brought to it is an error of the capture."""
    writer = CaptureWriter(tmp_path / "games.capture")

    def fails(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(CaptureError, match="Input/output error"):
        writer.close()


def test_one_writer_at_a_time(tmp_path: Path):
    """A second one would write over the first one's blocks."""
    path = tmp_path / "a"
    with CaptureWriter(path), pytest.raises(CaptureError, match="being written by another program"):
        CaptureWriter(path)
    write(path, [document(1)])
    assert times(path) == [1]


def test_what_is_flushed_survives_the_program(tmp_path: Path):
    """Another reader sees it at once; what was not flushed is not there."""
    path = tmp_path / "a"
    writer = CaptureWriter(path)
    writer.append(document(1))
    assert times(path) == []
    writer.flush()
    writer.append(document(2))
    assert times(path) == [1]
    writer.close()
    assert times(path) == [1, 2]


def test_a_full_disk_leaves_a_whole_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Half a block is taken back, the error says where, and what was not written is kept for the next try."""
    path = three(tmp_path / "a")
    real = capture.os.pwrite
    writer = CaptureWriter(path)
    writer.append(document(40))

    def full(descriptor: int, part: memoryview, at: int) -> int:
        if at == size:
            return real(descriptor, part[:10], at)
        raise OSError(28, "No space left on device")

    size = path.stat().st_size
    with monkeypatch.context() as patch:
        patch.setattr(capture.os, "pwrite", full)
        with pytest.raises(CaptureError, match="No space left on device"):
            writer.flush()
    assert path.stat().st_size == size
    writer.close()
    assert times(path) == [10, 11, 20, 21, 30, 31, 40]


def test_memory_is_bounded_by_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A block is written when it is full, and only one is unpacked at a time."""
    monkeypatch.setattr(capture, "BLOCK_BYTES", 10_000)
    path = tmp_path / "a"
    with CaptureWriter(path) as writer:
        for recv in range(100):
            writer.append(document(recv, bytes(1000)))
            assert writer._pending_bytes < 10_000
    assert max(block.raw for block in blocks(path) if isinstance(block, Block)) < 12_000
    reading = read_capture(path)
    assert next(reading).recv == 0


@pytest.mark.parametrize(
    "fields", [{"data": bytes(MAX_DOCUMENT + 1)}, {"source": "S" * 70_000}, {"source": "\udc80"}, {"origin": "o" * 300}]
)
def test_what_does_not_fit_is_refused_alone(tmp_path: Path, fields: dict[str, Any]):
    """By one clear error, and what came before and after is written."""
    path = tmp_path / "a"
    with CaptureWriter(path) as writer:
        writer.append(document(1))
        with pytest.raises(CaptureError, match="does not fit into a capture"):
            writer.append(document(2, **fields))
        writer.append(document(3))
    assert times(path) == [1, 3]


def test_a_reader_beside_a_writer_is_not_held_up(tmp_path: Path):
    """Reading takes no lock: a file may be looked at while it grows."""
    path = three(tmp_path / "a")
    with CaptureWriter(path) as writer:
        reading = read_capture(path)
        assert next(reading).recv == 10
        writer.append(document(50))
        writer.flush()
        assert [each.recv for each in reading] == [11, 20, 21, 30, 31]
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_bytes_are_those_of_the_documentation(tmp_path: Path):
    """docs/captures.md, field by field."""
    path = write(tmp_path / "a", [document(258, b"<x/>", source="S")])
    raw = path.read_bytes()
    assert raw[:8] == b"FEEDCAP\x01"
    assert HEADER_SIZE == 40
    assert raw[8:12] == b"CBLK"
    assert raw[16:32] == (258).to_bytes(8, "little") * 2
    assert raw[32:36] == (1).to_bytes(4, "little")
    assert int.from_bytes(raw[36:40], "little") == len(raw) - 8 - HEADER_SIZE
    assert int.from_bytes(raw[40:44], "little") == 17 + len("Sodfrecorded<x/>")


def test_the_log_is_told_of_a_torn_end(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """Whoever reads without asking hears of it as a warning, not as silence."""
    path = three(tmp_path / "a")
    path.write_bytes(path.read_bytes()[:-1])
    with caplog.at_level(logging.WARNING):
        times(path)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
