import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed.core.board import Board
from feed.core.cohorts import BATCH_BYTES, READ_LIMIT, CohortKey, Cohorts, Newest, next_batch, portions
from feed.core.deltas import Deltas
from feed.core.encodings import EVENTS, FRAMES
from feed.core.entry import Entry
from feed.core.filters import parse_filter
from feed.core.frames import text_frame
from feed.core.labels import Labels
from feed.core.log import AbsentError, Log
from feed.core.scope import Scope
from tests.core.makers import TOPIC, entry

OTHER = "YG2030.ATH.M.100M.FNL.000100.result"
EVENT = "YG2030.ATH.M.100M.FNL.000100.action.-.GO"
EPOCH = "0badcafe"
ALL = CohortKey(parse_filter([">"], []), FRAMES)
SOME = CohortKey(parse_filter(["YG2030.>"], []), FRAMES)


class Reader:
    def __init__(self, key: CohortKey, cursor: int, since: int = 0) -> None:
        self.key = key
        self.cursor = cursor
        self.since = since
        self.newest: Newest | None = None


def log_of(entries: Iterable[Entry]):
    log = Log()
    for each in entries:
        log.append(each)
    return log


def texts(frames: bytes) -> list[dict[str, Any]]:
    """What is in frames of less than 126 bytes."""
    found = []
    while frames:
        end = 2 + frames[1]
        found.append(json.loads(frames[2:end]))
        frames = frames[end:]
    return found


def test_the_first_reader_of_a_wish_makes_the_cohort():
    """At the front, where all cohorts stand."""
    all_cohorts, reader = Cohorts(5), Reader(ALL, 5)
    assert all_cohorts.get(ALL) is None
    assert all_cohorts.join(reader)
    assert all_cohorts.get(ALL).members == {reader}
    assert len(all_cohorts) == 1


def test_equal_wishes_share_a_cohort_and_others_do_not():
    """Two filters written apart but meaning the same are one."""
    all_cohorts = Cohorts(5)
    patterns = (["YG2030.>", "Z.>"], ["Z.>", "YG2030.>"])
    readers = [Reader(CohortKey(parse_filter(each, []), FRAMES), 5) for each in patterns]
    assert all(all_cohorts.join(reader) for reader in [*readers, Reader(ALL, 5)])
    assert sorted(len(cohort.members) for cohort in all_cohorts) == [1, 2]


def test_readers_of_other_encodings_are_written_other_bytes():
    """The same wish in frames and in events makes two cohorts."""
    all_cohorts = Cohorts(5)
    readers = [Reader(ALL, 5), Reader(ALL._replace(encoding=EVENTS), 5), Reader(ALL, 5)]
    assert all(all_cohorts.join(reader) for reader in readers)
    assert sorted(len(cohort.members) for cohort in all_cohorts) == [1, 2]


@pytest.mark.parametrize("cursor", [4, 6])
def test_who_stands_elsewhere_is_served_alone_first(cursor: int):
    """Behind or ahead, it is not taken in and the cohort stays as it was."""
    all_cohorts, member, other = Cohorts(5), Reader(ALL, 5), Reader(ALL, cursor)
    all_cohorts.join(member)
    assert not all_cohorts.join(other)
    assert all_cohorts.get(ALL).members == {member}
    assert not all_cohorts.leave(other)
    assert other.cursor == cursor


def test_who_leaves_takes_the_front_along():
    """It moved for all members; the last one to leave ends the cohort."""
    all_cohorts, one, two = Cohorts(5), Reader(ALL, 5), Reader(ALL, 5)
    all_cohorts.join(one)
    all_cohorts.join(two)
    all_cohorts.front = 9
    assert all_cohorts.leave(one)
    assert (one.cursor, two.cursor, len(all_cohorts)) == (9, 5, 1)
    assert all_cohorts.leave(two)
    assert len(all_cohorts) == 0
    assert not all_cohorts.leave(two)


def test_cohorts_may_come_and_go_while_they_are_visited():
    """A visit ends with the cohorts it began with."""
    all_cohorts, readers = Cohorts(5), [Reader(ALL, 5), Reader(SOME, 5)]
    for reader in readers:
        all_cohorts.join(reader)
    visited = [cohort.key for cohort in all_cohorts if [all_cohorts.leave(reader) for reader in readers]]
    assert visited == [ALL, SOME]


@given(st.lists(st.booleans(), max_size=60), st.integers(0, 60))
def test_portions_are_what_each_cohort_takes_and_nothing_else(kinds: list[bool], start: int):
    """From the front to the tip each cohort gets what it wants, in order, each once; whatever its encoding."""
    log = log_of([entry(seq, TOPIC if is_one else OTHER) for seq, is_one in enumerate(kinds, 1)])
    all_cohorts = Cohorts(min(start, log.tip))
    keys = (ALL, SOME, SOME._replace(encoding=EVENTS))
    for key in keys:
        all_cohorts.join(Reader(key, all_cohorts.front))
    expected = {key: [each for each in log.read(all_cohorts.front, 100) if key.filter.wants(each)] for key in keys}
    found: dict[CohortKey, list[Entry]] = {key: [] for key in keys}
    while all_cohorts.front < log.tip:
        batches, seq = all_cohorts.next_portion(log)
        assert seq > all_cohorts.front
        all_cohorts.front = seq
        for batch in batches:
            for member in batch.members:
                found[member.key] += batch.entries
    assert found == expected


def test_a_portion_stops_at_its_size_but_always_moves():
    """Entries of half the size come by twos, one above the size alone; what nobody takes does not count."""
    sizes = [BATCH_BYTES // 2] * 3 + [2 * BATCH_BYTES, 1]
    log = log_of([entry(seq, OTHER, size=size) for seq, size in enumerate(sizes, 1)])
    log.append(entry(6, TOPIC, size=2 * BATCH_BYTES))
    log.append(entry(7, OTHER))
    all_cohorts, cuts = Cohorts(), []
    all_cohorts.join(Reader(SOME, 0))
    while all_cohorts.front < log.tip:
        _, all_cohorts.front = all_cohorts.next_portion(log)
        cuts.append(all_cohorts.front)
    assert cuts == [2, 4, 7]


def test_without_readers_the_front_goes_to_the_tip():
    """Nothing is read for nobody, not even what is absent from memory."""
    assert Cohorts().next_portion(Log(tip=10)) == ([], 10)


def test_the_absent_front_is_told():
    """The caller serves the members alone."""
    all_cohorts = Cohorts()
    all_cohorts.join(Reader(ALL, 0))
    with pytest.raises(AbsentError):
        all_cohorts.next_portion(Log(tip=10))


def test_a_filter_is_asked_as_long_as_anybody_has_it():
    """Two encodings of a wish are two cohorts; what it wants is found until the last of them ends."""
    all_cohorts, log = Cohorts(), log_of([entry(1, OTHER)])
    readers = [Reader(SOME, 0), Reader(SOME._replace(encoding=EVENTS), 0)]
    for reader in readers:
        all_cohorts.join(reader)
    assert len(all_cohorts.next_portion(log)[0]) == 2
    all_cohorts.leave(readers[0])
    assert [batch.key for batch in all_cohorts.next_portion(log)[0]] == [readers[1].key]
    all_cohorts.leave(readers[1])
    assert all_cohorts.next_portion(log)[0] == []


def test_cohorts_that_take_the_same_are_one_batch():
    """Whatever their filters; who takes more, or the same in other bytes, is in a batch of its own."""
    all_cohorts, log = Cohorts(), log_of([entry(1, OTHER), entry(2, TOPIC)])
    athletics = SOME._replace(filter=parse_filter(["YG2030.ATH.>"], []))
    one, other, third = (Reader(key, 0) for key in (SOME, athletics, SOME))
    events, labelled = (
        Reader(SOME._replace(encoding=EVENTS), 0),
        Reader(SOME._replace(labels=Labels(Board(), "ENG")), 0),
    )
    everything = Reader(ALL, 0)
    for reader in (one, other, third, events, labelled, everything):
        all_cohorts.join(reader)
    batches, _ = all_cohorts.next_portion(log)
    found = {frozenset(batch.members): [each.seq for each in batch.entries] for batch in batches}
    groups = {frozenset({one, other, third}): [1], frozenset({events}): [1], frozenset({labelled}): [1]}
    assert found == {**groups, frozenset({everything}): [1, 2]}


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=30))
def test_a_portion_is_for_those_who_are_there(moves: list[tuple[int, bool]]):
    """Whoever came since the last one is in it, once, and whoever went is not."""
    all_cohorts, log = Cohorts(), log_of([entry(1, OTHER), entry(2, TOPIC)])
    athletics = SOME._replace(filter=parse_filter(["YG2030.ATH.>"], []))
    readers = [Reader(key, 0) for key in (ALL, SOME, athletics) for _ in "ab"]
    there: set[Reader] = set()
    for number, comes in moves:
        reader = readers[number]
        (all_cohorts.join if comes else all_cohorts.leave)(reader)
        (there.add if comes else there.discard)(reader)
        found = [member for batch in all_cohorts.next_portion(log)[0] for member in batch.members]
        assert len(found) == len(there)
        assert set(found) == there


def test_a_portion_is_right_also_where_every_message_is_for_others(monkeypatch: pytest.MonkeyPatch):
    """Of more sets of readers than are kept in order."""
    monkeypatch.setattr("feed.core.cohorts.ORDERS_MAX", 2)
    topics = [OTHER.replace("000100", f"{number:06d}") for number in range(1, 6)]
    log, all_cohorts = log_of(entry(seq, topic) for seq, topic in enumerate(topics, 1)), Cohorts()
    readers = [Reader(CohortKey(parse_filter([topic], []), FRAMES), 0) for topic in topics]
    for reader in readers:
        all_cohorts.join(reader)
    for _ in range(2):
        found = {each.entries[0].topic: list(each.members) for each in all_cohorts.next_portion(log)[0]}
        assert found == {topic: [reader] for topic, reader in zip(topics, readers, strict=True)}


def test_differences_are_told_apart_for_each_wish():
    """What a reader can make a message of depends on what it wanted before."""
    log = log_of([entry(1, OTHER)])
    all_cohorts, deltas = Cohorts(), Deltas(log)
    for key in (ALL, SOME):
        all_cohorts.join(Reader(key._replace(deltas=deltas), 0))
    assert len(all_cohorts.next_portion(log)[0]) == 2


@given(st.lists(st.booleans(), max_size=60), st.sampled_from([ALL, SOME]), st.integers(0, 60))
def test_batches_are_the_matching_frames_and_nothing_else(kinds: list[bool], key: CohortKey, start: int):
    """Joined from cursor to tip they are the frames of what matches, in order, each once."""
    log = log_of([entry(seq, TOPIC if is_one else OTHER) for seq, is_one in enumerate(kinds, 1)])
    cursor, found = min(start, log.tip), b""
    expected = [each for each in log.read(cursor, 100) if key.filter.wants(each)]
    while cursor < log.tip:
        before = cursor
        frames, cursor = next_batch(log, Reader(key, cursor), log.tip, EPOCH)
        assert cursor > before
        found += frames
    assert found == b"".join(text_frame(each.json) for each in expected)
    assert next_batch(log, Reader(key, log.tip), log.tip, EPOCH) == (b"", log.tip)


def test_a_batch_stops_at_its_size_but_always_moves():
    """Entries of half the size come by twos, one above the size comes alone."""
    sizes = [BATCH_BYTES // 2] * 3 + [2 * BATCH_BYTES, 1]
    log = log_of([entry(seq, size=size) for seq, size in enumerate(sizes, 1)])
    cursor, cuts = 0, []
    while cursor < log.tip:
        _, cursor = next_batch(log, Reader(ALL, cursor), log.tip, EPOCH)
        cuts.append(cursor)
    assert cuts == [2, 4, 5]


def test_a_narrow_wish_moves_on_through_what_it_does_not_take():
    """Nothing matches: no bytes, but the cursor stands behind what was looked at."""
    log = log_of([entry(seq) for seq in range(1, READ_LIMIT + 11)])
    assert next_batch(log, Reader(SOME, 0), log.tip, EPOCH) == (b"", READ_LIMIT)
    assert next_batch(log, Reader(SOME, READ_LIMIT), log.tip, EPOCH) == (b"", READ_LIMIT + 10)


def test_a_stream_whose_last_messages_are_gone_is_read_to_its_tip():
    """A hole at the tip must not leave its readers behind for ever."""
    log = Log(tip=10)
    log.load(0, [entry(7)])
    assert next_batch(log, Reader(ALL, 0), log.tip, EPOCH) == (text_frame(entry(7).json), 7)
    assert next_batch(log, Reader(ALL, 7), log.tip, EPOCH) == (b"", 10)


@given(st.lists(st.sampled_from([TOPIC, OTHER, EVENT]), max_size=40), st.sampled_from([ALL, SOME]), st.data())
def test_a_late_reader_that_conflates_ends_with_the_same_state(topics: list[str], key: CohortKey, data: st.DataObject):
    """Wherever its batches end: every event, of each other topic the newest at its own place; the rest is counted."""
    entries = [entry(seq, topic) for seq, topic in enumerate(topics, 1)]
    log = log_of(entries)
    board = Board.of({each.topic: each for each in entries}.values())
    reader, got, told = Reader(key, 0), [], 0
    reader.newest = board.get
    while reader.cursor < log.tip:
        front = data.draw(st.integers(reader.cursor + 1, log.tip))
        while reader.cursor < front:
            frames, reader.cursor = next_batch(log, reader, front, EPOCH)
            for text in texts(frames):
                if text.get("type") == "skipped":
                    assert text["seq"] == reader.cursor == reader.since
                    told += text["count"]
                else:
                    got.append(text["seq"])
    wanted = [each for each in entries if key.filter.wants(each)]
    newest = {each.topic: each.seq for each in wanted}
    assert got == [each.seq for each in wanted if each.topic == EVENT or newest[each.topic] == each.seq]
    assert told == len(wanted) - len(got)


def test_what_replaces_a_message_must_come_to_the_reader():
    """A newer message of the topic that it does not want leaves the one before in its place."""
    here, gone = entry(1, venue="STA"), entry(2, venue="STB")
    reader = Reader(CohortKey(parse_filter([">"], [], Scope.of([], [], ["STA"])), FRAMES), 0)
    reader.newest = Board.of([gone]).get
    assert next_batch(log_of([here, gone]), reader, 2, EPOCH) == (text_frame(here.json), 2)


@given(st.integers(0, 12), st.integers(0, 12))
def test_nobody_gets_ahead_of_the_front(cursor: int, front: int):
    """Who is served alone stops where the cohorts stand; who is ahead of them waits where it is."""
    log = log_of([entry(seq) for seq in range(1, 11)])
    frames, reached = next_batch(log, Reader(ALL, cursor), front, EPOCH)
    expected = [each for each in log.read(cursor, 100) if each.seq <= front]
    assert frames == b"".join(text_frame(each.json) for each in expected)
    assert reached == (expected[-1].seq if expected else max(cursor, front))


def test_an_absent_segment_is_told():
    """The caller loads it and asks again."""
    with pytest.raises(AbsentError):
        next_batch(Log(tip=10), Reader(ALL, 0), 10, EPOCH)


@given(st.lists(st.integers(0, 40), max_size=20))
def test_a_snapshot_comes_in_portions_that_hold_every_entry(sizes: list[int]):
    """Together they are all entries in order; each but the last has just reached the portion's size, none is empty."""
    entries = [entry(seq, size=size) for seq, size in enumerate(sizes, 1)]
    found = list(portions(entries, 200))
    assert [each for portion in found for each in portion] == entries
    assert all(found)
    for portion in found[:-1]:
        assert sum(len(each.json) for each in portion) >= 200 > sum(len(each.json) for each in portion[:-1])


def test_readers_with_one_wish_share_what_is_remembered():
    """A thousand equal filters remember topics once; it is forgotten with the last of them."""
    all_of_them = Cohorts()
    one = all_of_them.shared(parse_filter(["OG2024.>"], []))
    assert all_of_them.shared(parse_filter(["OG2024.>"], [])) is one
    assert all_of_them.shared(parse_filter(["OG2028.>"], [])) is not one
