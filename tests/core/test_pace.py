import pytest
from msgspec.structs import replace

from feed.core.cohorts import BATCH_BYTES, CohortKey
from feed.core.encodings import FRAMES
from feed.core.entry import Entry
from feed.core.filters import parse_filter
from feed.core.index import headers_of
from feed.core.log import AbsentError, Log
from feed.core.pace import GAP_SECONDS, Pace
from schemas.message import Stamps
from schemas.topic import SUBJECT_PREFIX
from schemas.wire import encode
from tests.core.makers import SECOND, candidate
from tests.core.test_cohorts import ALL, Reader

OTHER = "YG2030.ATH.M.100M.FNL.000100.result"
START = 1_900_000_000 * SECOND
EPOCH = "0badcafe"


def told(seq: int, seconds: float, topic: str = OTHER) -> Entry:
    """A message that was published so many seconds behind START."""
    made = candidate(topic=topic)
    stamps = Stamps(event=1, recv=2, published=START + int(seconds * SECOND))
    message = replace(made.message, ts=stamps)
    return Entry.stored(seq, SUBJECT_PREFIX + topic, headers_of(made, "id"), encode(message))


def log_of(*seconds: float) -> Log:
    log = Log()
    for seq, each in enumerate(seconds, 1):
        log.append(told(seq, each))
    return log


def played(log: Log, pace: Pace, reader: Reader, now: float = 100.0) -> list[tuple[float, int]]:
    """When each message was given to a reader that sleeps as long as it is told to: (seconds since, sequence)."""
    found, start = [], now
    while reader.cursor < log.tip:
        before = reader.cursor
        frames, reader.cursor, wait = pace.next_batch(log, reader, log.tip, EPOCH, now)
        assert bool(frames) == any(reader.key.filter.wants(each) for each in log.read(before, reader.cursor - before))
        found += [(round(now - start, 6), seq) for seq in range(before + 1, reader.cursor + 1)]
        now += wait
    return found


@pytest.mark.parametrize("speed", [0.5, 1.0, 60.0])
def test_messages_come_at_their_pace(speed: float):
    """As far apart as they were, divided by the speed; what was published at once comes at once."""
    log = log_of(0, 1, 1, 2.5, 4)
    due = played(log, Pace(speed), Reader(ALL, 0))
    assert due == [(round(at / speed, 6), seq) for seq, at in enumerate((0, 1, 1, 2.5, 4), 1)]


def test_a_long_gap_is_shortened():
    """To five seconds of waiting, at any speed."""
    hours = 3_600.0
    assert played(log_of(0, 10 * hours, 10 * hours + 2), Pace(2), Reader(ALL, 0)) == [(0, 1), (5, 2), (6, 3)]
    assert GAP_SECONDS == 5


def test_a_clock_that_went_back_holds_nobody_up():
    """Nodes publish by clocks of their own: what is told earlier than the one before comes with it."""
    assert played(log_of(0, 100, 1, 101), Pace(1), Reader(ALL, 0)) == [(0, 1), (5, 2), (5, 3), (6, 4)]


def test_only_what_is_wanted_is_waited_for():
    """The rest is passed over at once, and the cursor moves on with it."""
    log = Log()
    for seq, topic in enumerate((OTHER, "XG2030.ATH.M.100M.FNL.000100.result") * 2, 1):
        log.append(told(seq, seq * 3.0, topic))
    reader, pace = Reader(CohortKey(parse_filter(["YG2030.>"], []), FRAMES), 0), Pace(6)
    frames, reader.cursor, wait = pace.next_batch(log, reader, log.tip, EPOCH, 0.0)
    assert (frames != b"", reader.cursor, wait) == (True, 2, 1.0)
    frames, reader.cursor, wait = pace.next_batch(log, reader, log.tip, EPOCH, 0.25)
    assert (frames, reader.cursor, wait) == (b"", 2, 0.75)  # asked too early it is the same moment
    frames, reader.cursor, wait = pace.next_batch(log, reader, log.tip, EPOCH, 1.0)
    assert (frames != b"", reader.cursor, wait) == (True, 4, 0.0)


def test_who_took_long_catches_up():
    """The timetable stands: what was due meanwhile comes at once."""
    log, reader, pace = log_of(0, 1, 2, 3), Reader(ALL, 0), Pace(1)
    _, reader.cursor, _ = pace.next_batch(log, reader, log.tip, EPOCH, 0.0)
    _, reader.cursor, wait = pace.next_batch(log, reader, log.tip, EPOCH, 2.5)
    assert (reader.cursor, wait) == (3, 0.5)


def test_nobody_gets_ahead_of_the_front_and_a_batch_has_its_size():
    """At the front there is nothing to wait for; an absent segment is told."""
    log, pace = log_of(0, 0, 0), Pace(1)
    assert pace.next_batch(log, Reader(ALL, 0), 2, EPOCH, 0.0)[1:] == (2, 0.0)
    assert pace.next_batch(log, Reader(ALL, 2), 2, EPOCH, 0.0) == (b"", 2, 0.0)
    long = Log()
    for seq in range(1, 4):
        message = told(seq, 0)
        long.append(Entry(seq, message.topic, message.index, message.json + b" " * BATCH_BYTES))
    assert pace.next_batch(long, Reader(ALL, 0), 3, EPOCH, 0.0)[1] == 1
    with pytest.raises(AbsentError):
        pace.next_batch(Log(5), Reader(ALL, 0), 5, EPOCH, 0.0)
