from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from feed.core.backlog import PORTIONS_MAX, Backlog
from feed.core.board import Board
from feed.core.cohorts import READ_LIMIT, CohortKey, Newest, next_batch
from feed.core.encodings import EVENTS, FRAMES
from feed.core.entry import Entry
from feed.core.filters import parse_filter
from feed.core.log import Log
from tests.core.makers import TOPIC, entry

OTHER = "YG2030.ATH.M.100M.FNL.000100.result"
EPOCH = "0badcafe"
ALL = CohortKey(parse_filter([">"], []), FRAMES)
SOME = CohortKey(parse_filter(["YG2030.>"], []), FRAMES)


class Reader:
    def __init__(self, key: CohortKey, cursor: int) -> None:
        self.key = key
        self.cursor = self.since = cursor
        self.newest: Newest | None = None


class CountedLog(Log):
    reads = 0

    def read(self, after: int, limit: int) -> list[Entry]:
        """As any log, counted."""
        self.reads += 1
        return super().read(after, limit)


def log_of(entries: Iterable[Entry]):
    log = CountedLog()
    for each in entries:
        log.append(each)
    return log


def replayed(backlog: Backlog, log: Log, reader: Reader, front: int):
    """All that one reader is given until it is at the front, and where its portions ended."""
    found, ends = [], []
    while reader.cursor < front:
        frames, reader.cursor = backlog.next_batch(log, reader, front, EPOCH)
        found.append(frames)
        ends.append(reader.cursor)
    return b"".join(found), ends


LONG = log_of([entry(seq, TOPIC if seq % 3 else OTHER, size=300) for seq in range(1, 4 * READ_LIMIT + 100)])


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([ALL, SOME]), st.integers(0, LONG.tip)), min_size=1, max_size=4),
    st.integers(1, LONG.tip),
)
def test_whoever_was_there_before_each_gets_what_follows_its_place(readers: list[tuple[CohortKey, int]], front: int):
    """The same bytes as for a reader that is alone, up to the front and no further."""
    backlog = Backlog()
    for key, cursor in readers:
        alone = Reader(key, cursor)
        expected = b""
        while alone.cursor < front:
            frames, alone.cursor = next_batch(LONG, alone, front, EPOCH)
            expected += frames
        assert replayed(backlog, LONG, Reader(key, cursor), front)[0] == expected


def test_who_comes_from_another_place_shares_all_but_the_first_portion():
    """The log is read for the third reader until the end of its block, and then no more before the last block."""
    log = log_of([entry(seq, size=700) for seq in range(1, 3 * READ_LIMIT + 1)])
    backlog = Backlog()
    replayed(backlog, log, Reader(ALL, 7), log.tip)
    _, ends = replayed(backlog, log, Reader(ALL, 3), log.tip)
    assert {READ_LIMIT, 2 * READ_LIMIT, 3 * READ_LIMIT} <= set(ends)
    log.reads = 0
    replayed(backlog, log, Reader(ALL, READ_LIMIT - 1), log.tip)
    assert log.reads == 1


def test_other_wishes_and_encodings_share_nothing():
    """A portion belongs to its key."""
    backlog, log = Backlog(), log_of([entry(seq) for seq in range(1, READ_LIMIT + 1)])
    for key in 3 * (ALL, SOME, ALL._replace(encoding=EVENTS)):
        assert backlog.next_batch(log, Reader(key, 0), log.tip, EPOCH) == next_batch(
            log, Reader(key, 0), log.tip, EPOCH
        )


def test_who_conflates_is_served_alone():
    """What is left out depends on the moment, whatever was made for others at that place."""
    entries = [entry(seq) for seq in range(1, READ_LIMIT + 1)]
    backlog, log = Backlog(), log_of(entries)
    for _ in range(2):
        whole, _ = backlog.next_batch(log, Reader(ALL, 0), log.tip, EPOCH)
    late = Reader(ALL, 0)
    late.newest = Board.of(entries[-1:]).get
    frames, _ = backlog.next_batch(log, late, log.tip, EPOCH)
    assert b'"skipped"' in frames
    assert len(frames) < len(whole)


def test_only_so_much_is_kept():
    """The portion that nobody asked for longest goes first, and is made again."""
    log = log_of([entry(seq) for seq in range(1, 2 * READ_LIMIT + 1)])
    size = len(next_batch(log, Reader(ALL, 0), READ_LIMIT, EPOCH)[0])
    backlog = Backlog(most=size + size // 2)
    for cursor in (0, READ_LIMIT, 0):
        before = log.reads
        for _ in range(3):
            backlog.next_batch(log, Reader(ALL, cursor), log.tip, EPOCH)
        assert log.reads == before + 2


def test_what_one_reader_asked_for_is_not_kept():
    """Who is behind alone costs no memory when it has gone on, nor do thousands who never meet."""
    log, backlog = log_of([entry(seq) for seq in range(1, READ_LIMIT + 1)]), Backlog()
    for number in range(PORTIONS_MAX + 10):
        key = CohortKey(parse_filter([f"XG{number}.>"], []), FRAMES)
        backlog.next_batch(log, Reader(key, 0), log.tip, EPOCH)
    assert (len(backlog._kept), len(backlog._asked)) == (0, PORTIONS_MAX)
