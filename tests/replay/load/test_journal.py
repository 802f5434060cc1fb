from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replay.load.journal import MARK, JournalError, JournalWriter, OpenStretch, read_journal
from replay.load.received import CUT_OFF, Received, Stretch

SEQ = st.integers(1, 2**63 - 1)
MOMENT = st.floats(0, 1e7)
MESSAGES = st.lists(st.tuples(SEQ, MOMENT, st.integers(0, 2**32 - 1)), max_size=150)
TEXT = st.text(max_size=30)


@st.composite
def stretches(draw: Any) -> Stretch:
    """One that was ended, with all it may have."""
    stretch = Stretch(draw(MOMENT), draw(st.none() | SEQ))
    if draw(st.booleans()):
        stretch.epoch, stretch.tip, stretch.flag = draw(TEXT), draw(SEQ), draw(st.sampled_from(["", "P", "T"]))
        if stretch.after is None and draw(st.booleans()):
            fill(stretch.snapshot, draw(MESSAGES))
            stretch.snapshot_seq = draw(SEQ)
        fill(stretch.messages, draw(MESSAGES))
    stretch.promised, stretch.unreadable = draw(SEQ), draw(st.integers(0, 2**32 - 1))
    stretch.closed, stretch.code, stretch.reason = draw(MOMENT), draw(st.integers(0, 2**16 - 1)), draw(TEXT)
    return stretch


RUNS = st.dictionaries(st.integers(0, 2**32 - 1), st.lists(stretches(), min_size=1, max_size=3), max_size=4)


def fill(received: Received, messages: list[tuple[int, float, int]]) -> None:
    for message in messages:
        received.add(*message)


def write(writer: JournalWriter, number: int, stretch: Stretch) -> None:
    opened = begin(writer, number, stretch)
    opened.promised, opened.unreadable = stretch.promised, stretch.unreadable
    opened.close(stretch.closed, stretch.code, stretch.reason)


def begin(writer: JournalWriter, number: int, stretch: Stretch) -> OpenStretch:
    """Everything but its end."""
    in_snapshot = stretch.snapshot_seq is not None
    opened = writer.open(number, stretch.opened, stretch.after, in_snapshot=in_snapshot)
    if stretch.epoch or stretch.tip or stretch.flag:
        opened.hello(stretch.epoch, stretch.tip, stretch.flag)
    for received in (stretch.snapshot, stretch.messages):
        for message in zip(received.seqs, received.moments, received.marks, strict=True):
            opened.message(*message)
        if received is stretch.snapshot and stretch.snapshot_seq is not None:
            opened.snapshot_end(stretch.snapshot_seq)
    return opened


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(RUNS)
def test_what_is_written_is_read(tmp_path: Path, runs: dict[int, list[Stretch]]):
    """Each subscriber once, by number, with all its stretches, though their blocks are mixed."""
    path = tmp_path / "journal"
    with JournalWriter(path) as writer:
        for place in range(3):
            for number, all_ in runs.items():
                for each in all_[place : place + 1]:
                    write(writer, number, each)
    assert list(read_journal(path)) == sorted(runs.items())


def test_every_cut_off_tail_is_survived(tmp_path: Path):
    """Whole blocks are kept; a stretch that was open counts as broken at its last message."""
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    first, second = Stretch(1.0, None), Stretch(2.0, 7)
    for stretch in (first, second):
        stretch.epoch, stretch.tip, stretch.flag, stretch.closed, stretch.code, stretch.reason = (
            "e",
            7,
            "P",
            99.0,
            0,
            "left",
        )
        fill(stretch.messages, [(number, 10.0 + number, number) for number in range(1, 67 if stretch is first else 4)])
    fill(first.snapshot, [(3, 1.5, 33)])
    first.snapshot_seq = 5
    with JournalWriter(whole) as writer:
        write(writer, 4, first)
        write(writer, 2, second)
    data = whole.read_bytes()
    before = -1
    for size in range(len(MARK), len(data) + 1):
        cut.write_bytes(data[:size])
        held = dict(read_journal(cut))
        count = sum(len(each.snapshot) + len(each.messages) for all_ in held.values() for each in all_)
        assert count >= before
        before = count
        for number, (stretch,) in held.items():
            full = first if number == 4 else second
            assert list(stretch.messages.seqs) == list(full.messages.seqs)[: len(stretch.messages)]
            if stretch != full:
                assert (stretch.code, stretch.reason) == (1006, CUT_OFF)
                assert stretch.closed in {stretch.opened, *stretch.snapshot.moments, *stretch.messages.moments}
    assert held == {2: [second], 4: [first]}


def test_a_message_that_was_promised_is_late(tmp_path: Path):
    """It was to have come before the service said so."""
    with JournalWriter(tmp_path / "journal") as writer:
        opened = writer.open(1, 0.0, 3)
        opened.message(4, 1.0, 0)
        opened.promised = 6
        opened.message(6, 2.0, 0)
        opened.message(7, 3.0, 0)
        opened.close(4.0, 0, "")
    ((_, (stretch,)),) = read_journal(tmp_path / "journal")
    assert (stretch.late, stretch.promised, list(stretch.messages.seqs)) == (1, 6, [4, 6, 7])


def test_messages_are_written_before_the_stretch_ends(tmp_path: Path):
    """Who is killed has lost at most 63 of a subscriber."""
    with JournalWriter(tmp_path / "journal") as writer:
        opened = writer.open(1, 0.0, 3)
        for seq in range(4, 204):
            opened.message(seq, 1.0, 0)
        writer.flush()
        ((_, (stretch,)),) = read_journal(tmp_path / "journal")
    assert list(stretch.messages.seqs) == list(range(4, 196))


@pytest.mark.parametrize("data", [b"", b"FLEET", b"something else altogether"])
def test_what_is_no_journal_is_refused(tmp_path: Path, data: bytes):
    """By its first bytes."""
    (tmp_path / "journal").write_bytes(data)
    with pytest.raises(JournalError, match="no journal"):
        list(read_journal(tmp_path / "journal"))


def test_blocks_that_make_no_sense_are_refused(tmp_path: Path):
    """One of no stretch, one of an unknown kind."""
    path = tmp_path / "journal"
    path.write_bytes(MARK + bytes((8, 0, 0, 0, 1, 0, 0, 0, 4)) + bytes(8))
    with pytest.raises(JournalError, match="of no stretch"):
        list(read_journal(path))
    opened = bytes((16, 0, 0, 0, 1, 0, 0, 0, 1)) + bytes(16)
    path.write_bytes(MARK + opened + bytes((0, 0, 0, 0, 1, 0, 0, 0, 9)))
    with pytest.raises(JournalError, match="kind 9"):
        list(read_journal(path))
