import gzip

from replay.capture import Captured
from replay.rhythm import Rhythm
from replay.survey import Counts

START = 1_908_000_000_000_000  # 2030-06-18 08:00:00Z
SECOND = 1_000_000
MINUTE = 60 * SECOND


def document(type_: str, at: int, body: str = "", code: str = "", *, is_packed: bool = False) -> Captured:
    text = f'<OdfBody DocumentType="{type_}" DocumentCode="{code:-<34}">{body}</OdfBody>'.encode()
    return Captured(START + at, "S", "odf", "gzip" if is_packed else "", gzip.compress(text) if is_packed else text)


def scheduled(unit: str, status: str, minute: int, field: str = "A", *, is_packed: bool = False) -> Captured:
    body = f'<Unit Code="{unit}" ScheduleStatus="{status}" Venue="V" Location="{field}"/>'
    return document("DT_SCHEDULE_UPDATE", minute * MINUTE, body, is_packed=is_packed)


def rhythm(*documents: Captured) -> Rhythm:
    counts = Counts()
    assert list(counts.over(documents)) == list(documents)
    return counts.rhythm


def test_the_busiest_minute_and_second_are_found():
    """The first of those with the most documents, by where it begins."""
    moments = (0, 1, 59, 60, 61, 61.5, 61.9, 62, 200)
    found = rhythm(*(document("DT_KA", int(at * SECOND)) for at in moments))
    assert found.busiest_minute == (5, START + MINUTE)
    assert found.busiest_second == (3, START + 61 * SECOND)


def test_lists_are_left_out_of_the_mean():
    """People, entries, the whole schedule; not its updates. The longest document is told with them."""
    small = document("DT_RESULT", 0, "x" * 100)
    found = rhythm(small, document("DT_PARTIC_UPDATE", 1, "x" * 9_000), document("DT_SCHEDULE", 2, "x" * 9_000))
    assert found.mean_bytes == len(small.data)
    assert found.longest > 9_000


def test_units_are_those_with_a_result():
    """Each once, however often it is told of, packed or not."""
    codes = ("ATHM100M", "ATHM200M", "ATHM100M")
    assert len(rhythm(*(document("DT_RESULT", 0, code=code, is_packed=True) for code in codes)).units) == 2


def test_fields_of_play_are_in_use_while_a_unit_is_running():
    """Two side by side for six of nine minutes; a part of a match of teams is on the field of the whole."""
    found = rhythm(
        scheduled("one--", "RUNNING", 0),
        scheduled("two01", "RUNNING", 2, "B"),
        scheduled("two00", "RUNNING", 2, "B", is_packed=True),
        scheduled("two01", "FINISHED", 3, "B"),
        scheduled("two00", "FINISHED", 8, "B"),
        scheduled("one--", "FINISHED", 9),
        scheduled("two--", "FINISHED", 9),
    )
    assert (found.most_fields, found.median_fields) == (2, 2)


def test_nothing_has_no_rhythm():
    """Zeros, and no error."""
    found = rhythm()
    assert (found.mean_bytes, found.most_fields, found.median_fields, found.busiest_second) == (0, 0, 0, (0, 0))
