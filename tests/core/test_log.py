from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feed.core.entry import Entry
from feed.core.log import SEGMENT_SEQS, AbsentError, Log
from feed.errors import ContradictionError
from tests.core.makers import entry

SIZE = entry(1).size


def filled(seqs: Iterable[int], **options: int):
    log = Log(**options)
    for seq in seqs:
        log.append(entry(seq))
    return log


def read_all(log: Log, stream: dict[int, Entry], after: int = 0, limit: int = 7):
    """Read to the tip as every reader does: load what is absent, go on after the last entry."""
    found, loads = [], []
    while True:
        try:
            entries = log.read(after, limit)
        except AbsentError as absent:
            loads.append(absent.number)
            assert len(loads) < 1_000, "segments push each other out"
            block = range(absent.first, absent.first + SEGMENT_SEQS)
            log.load(absent.number, [stream[seq] for seq in sorted(stream) if seq in block])
            continue
        if not entries:
            return found, loads
        assert len(entries) <= limit
        found += entries
        after = entries[-1].seq


def test_an_empty_log_reads_nothing():
    """Tip 0, floor 0, nothing absent."""
    log = Log()
    assert (log.tip, log.floor, log.read(0, 10)) == (0, 0, [])


def test_a_cursor_is_exclusive():
    """What follows it is read, as many as asked for."""
    log = filled([1, 2, 3])
    assert [each.seq for each in log.read(1, 10)] == [2, 3]
    assert [each.seq for each in log.read(0, 2)] == [1, 2]
    assert log.read(3, 10) == []
    assert log.tip == 3


@pytest.mark.parametrize("seq", [1, 2])
def test_a_stream_that_goes_backwards_is_a_contradiction(seq: int):
    """Neither the tip again nor anything below it, and nothing is added."""
    log = filled([1, 2])
    with pytest.raises(ContradictionError):
        log.append(entry(seq))
    assert [each.seq for each in log.read(0, 10)] == [1, 2]


def test_appending_to_a_segment_that_was_not_loaded_is_a_contradiction():
    """Its first entries would be missing for ever."""
    log = Log(tip=SEGMENT_SEQS + 5)
    with pytest.raises(ContradictionError):
        log.append(entry(SEGMENT_SEQS + 6))


def test_a_new_segment_may_begin_after_a_hole():
    """At a full segment's end nothing of the next one is missing."""
    log = Log(tip=SEGMENT_SEQS)
    log.append(entry(SEGMENT_SEQS + 7))
    assert [each.seq for each in log.read(SEGMENT_SEQS, 9)] == [SEGMENT_SEQS + 7]


def test_one_read_stays_in_one_segment():
    """So that one load is enough for one read."""
    log = filled(range(1, SEGMENT_SEQS + 3))
    assert log.read(SEGMENT_SEQS - 1, 10)[-1].seq == SEGMENT_SEQS
    assert [each.seq for each in log.read(SEGMENT_SEQS, 10)] == [SEGMENT_SEQS + 1, SEGMENT_SEQS + 2]


def test_an_absent_segment_tells_what_to_load():
    """Its number and first sequence."""
    with pytest.raises(AbsentError) as absent:
        Log(tip=3 * SEGMENT_SEQS).read(SEGMENT_SEQS, 1)
    assert (absent.value.number, absent.value.first) == (1, SEGMENT_SEQS + 1)


def test_a_loaded_segment_ends_at_the_tip():
    """What the stream already holds beyond it comes by append, once."""
    log = Log(tip=2)
    log.load(0, [entry(seq) for seq in (1, 2, 3)])
    log.append(entry(3))
    assert [each.seq for each in log.read(0, 9)] == [1, 2, 3]


def test_loading_what_is_there_changes_nothing():
    """Two readers may have asked for the same segment."""
    log = filled([1, 2])
    log.load(0, [entry(1)])
    assert [each.seq for each in log.read(0, 9)] == [1, 2]


def test_a_segment_of_holes_is_passed_over():
    """Its sequences are gone: the next segment follows, and at the end there is nothing."""
    log = Log(tip=2 * SEGMENT_SEQS + 3)
    log.load(0, [entry(1)])
    log.load(1, [])
    log.load(2, [entry(2 * SEGMENT_SEQS + 2)])
    assert [each.seq for each in log.read(1, 9)] == [2 * SEGMENT_SEQS + 2]
    assert log.read(2 * SEGMENT_SEQS + 2, 9) == []


def test_the_least_recently_read_segment_is_let_go_first():
    """Never the newest, never the one just loaded."""
    budget = 3 * SIZE + SIZE // 2
    tip = 3 * SEGMENT_SEQS + 1
    log = Log(tip=3 * SEGMENT_SEQS, memory_bytes=budget)
    log.append(entry(tip))
    log.load(0, [entry(1)])
    log.load(1, [entry(SEGMENT_SEQS + 1)])
    log.read(0, 1)
    log.load(2, [entry(2 * SEGMENT_SEQS + 1)])
    assert log.read(0, 1)
    assert log.read(2 * SEGMENT_SEQS, 1)
    assert log.read(tip - 1, 1)
    with pytest.raises(AbsentError) as absent:
        log.read(SEGMENT_SEQS, 1)
    assert absent.value.number == 1


def test_memory_stays_within_its_budget():
    """Old segments go as new ones come; only the newest may be above it alone."""
    log = filled(range(1, 4 * SEGMENT_SEQS + 1), memory_bytes=2 * SEGMENT_SEQS * SIZE)
    held = [number for number in range(4) if _is_held(log, number)]
    assert held in ([3], [2, 3])
    tiny = filled(range(1, SEGMENT_SEQS + 2), memory_bytes=1)
    assert not _is_held(tiny, 0)
    assert [each.seq for each in tiny.read(SEGMENT_SEQS, 9)] == [SEGMENT_SEQS + 1]


@given(
    gaps=st.lists(st.sampled_from([1, 1, 1, 2, 400, 999, 1_000, 1_001, 2_500]), min_size=1, max_size=40),
    start=st.integers(0, 40),
    budget=st.sampled_from([0, 3 * SIZE, 10 * SIZE, 10**9]),
    after=st.integers(0, 12_000),
    limit=st.integers(1, 9),
)
@settings(max_examples=150, deadline=None)
def test_reading_through_loads_and_evictions_loses_and_repeats_nothing(
    gaps: list[int], start: int, budget: int, after: int, limit: int
):
    """Whatever the holes, the memory, and how much was there at the start: a reader gets exactly the list."""
    seqs = [sum(gaps[: n + 1]) for n in range(len(gaps))]
    stream = {seq: entry(seq) for seq in seqs}
    tip = ([0, *seqs])[min(start, len(seqs))]
    log = Log(tip, memory_bytes=budget)
    if tip:
        newest = (tip - 1) // SEGMENT_SEQS
        log.load(newest, [stream[seq] for seq in seqs if seq > newest * SEGMENT_SEQS])
    for seq in seqs:
        if seq > tip:
            log.append(stream[seq])
    after = min(after, log.tip)
    found, loads = read_all(log, stream, after, limit)
    assert found == [stream[seq] for seq in seqs if seq > after]
    assert len(loads) == len(set(loads))


def _is_held(log: Log, number: int) -> bool:
    try:
        return bool(log.read(number * SEGMENT_SEQS, 1))
    except AbsentError:
        return False


def test_little_memory_does_not_keep_a_reader_at_a_segments_end_for_ever():
    """The last sequences of the segment behind it are gone, and only one old segment fits into memory at a time."""
    stream = {seq: entry(seq) for seq in (990, SEGMENT_SEQS + 5, 2 * SEGMENT_SEQS + 5)}
    log = Log(tip=2 * SEGMENT_SEQS + 5, memory_bytes=0)
    log.load(2, [stream[2 * SEGMENT_SEQS + 5]])
    found, loads = read_all(log, stream)
    assert [each.seq for each in found] == [990, SEGMENT_SEQS + 5, 2 * SEGMENT_SEQS + 5]
    assert loads == [0, 1]
