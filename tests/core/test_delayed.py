import random

import pytest

from feed.core.delayed import DelayedLog, published, released
from feed.core.entry import Entry
from feed.core.log import SEGMENT_SEQS, AbsentError, Log
from tests.core.makers import entry


def told(seq: int, at: int, *, is_open: bool = False) -> Entry:
    """A message that was published at a time."""
    plain = entry(seq)
    made = Entry(seq, plain.topic, plain.index, b'{"ts":{"event":0,"recv":0,"published":%d}}' % at)
    made.is_open = is_open
    return made


def test_nothing_behind_the_tip_is_read():
    """Neither by reading on nor by asking for one, wherever the tip is and however many are asked for."""
    log, chance = Log(), random.Random(1)
    seqs = sorted(chance.sample(range(1, 60), 30))
    for seq in seqs:
        log.append(entry(seq))
    for tip in range(62):
        late = DelayedLog(log, tip)
        known = [seq for seq in seqs if seq <= tip]
        assert [each.seq for each in late.read(0, 100)] == known
        assert [each.seq for each in late.read(20, 3)] == [seq for seq in known if seq > 20][:3]
        assert [seq for seq in range(62) if late.held(seq)] == known
        assert (late.tip, late.floor) == (tip, log.floor)


def test_what_is_not_in_memory_is_loaded_as_for_everybody():
    """Where the tip allows to read it at all."""
    log = Log(tip=3 * SEGMENT_SEQS)
    with pytest.raises(AbsentError):
        DelayedLog(log, 5).read(0, 10)
    assert DelayedLog(log, 0).read(0, 10) == []


def test_what_is_old_enough_is_released_in_order():
    """One that is not holds back all behind it, however old they say they are."""
    entries = [told(1, 10), told(2, 20), told(3, 15), told(4, 30), told(5, 5)]
    assert [[each.seq for each in released(entries, by)] for by in (9, 10, 19, 20, 29, 30)] == [
        [],
        [1],
        [1],
        [1, 2, 3],
        [1, 2, 3],
        [1, 2, 3, 4, 5],
    ]
    assert published(entries) == 10


def test_a_batch_is_released_as_one():
    """When the last of it may be told."""
    entries = [told(1, 10), told(2, 10, is_open=True), told(3, 12, is_open=True), told(4, 11), told(5, 11)]
    assert [[each.seq for each in released(entries, by)] for by in (10, 11, 12)] == [[1], [1], [1, 2, 3, 4, 5]]
    assert published(entries[1:]) == 12
