from typing import Any

import pytest
from msgspec import UNSET

from feed.core.silence import Change, Expected, Heard, Signs, changes, restated, stated
from feed.core.sources import SourceRow
from schemas.message import Op
from schemas.source import LastHeard, SourceBody, State
from schemas.wire import decode
from tests.core.makers import SECOND
from tests.core.test_sources import source_entry

TOPIC = "XG2030.BKB.-.-.-.BCY.source.BCYBKB1"
UNIT = "XG2030.CRD.M.RR.FNL.000100.source.GPS1"
GPS = {("XG2030", "GPS1"): Expected(15 * SECOND, UNIT)}
OURS = {("XG2030", "BCYBKB1"): Expected(15 * SECOND, TOPIC)}


def row(state: State = State.ON, since: int = 0, **changed: Any) -> SourceRow:
    told = {"keep_alive_seconds": 60, "tolerance_seconds": 10, "recv": since} | changed
    return SourceRow(
        topic=TOPIC, seq=1, source="BCYBKB1", code="", discipline=None, venue=None, state=state, since=since, **told
    )


def heard(second: int, source: str = "BCYBKB1", **changed: Any) -> Heard:
    at = {"event": second * SECOND, "recv": second * SECOND, "seq": second} | changed
    return Heard("XG2030", source, **at)


def listening(*seconds: int, source: str = "BCYBKB1") -> Signs:
    """Since the start, and what came."""
    signs = Signs()
    signs.listen(0)
    for second in seconds:
        signs.hear(heard(second, source), second * SECOND)
    return signs


def told(known: SourceRow | None, signs: Signs, second: float, expected: Any = None) -> Change | None:
    found = list(changes([known] if known else [], signs, expected or {}, int(second * SECOND)))
    return found[0] if found else None


def test_a_system_is_stale_after_its_own_time_and_tolerance():
    """Counted from what came last, whatever it was; told is when that was."""
    signs = listening(0, 100)
    assert told(row(), signs, 169.9) is None
    assert told(row(), signs, 170) == Change(TOPIC, State.STALE, 100 * SECOND, heard(100, documents=2))


def test_the_settings_say_it_in_missed_beats():
    """Three beats of five seconds; what the system said of itself no longer counts."""
    signs = listening(100)
    assert told(row(), signs, 114.9, OURS) is None
    assert told(row(), signs, 115, OURS) == Change(TOPIC, State.STALE, 100 * SECOND, heard(100))


def test_what_comes_after_the_silence_ends_it():
    """What came before it does not, however late it is told."""
    stale = row(State.STALE, since=100 * SECOND, recv=170 * SECOND)
    assert told(stale, listening(99, 100), 500) is None
    assert told(stale, listening(100, 400), 400) == Change(TOPIC, State.ON, 400 * SECOND, heard(400, documents=2))


@pytest.mark.parametrize(
    "known",
    [
        row(State.OFF),
        row(State.STALE, since=SECOND),
        row(keep_alive_seconds=None),
        row(keep_alive_seconds="a minute"),
        row(keep_alive_seconds=0),
        row(state=None),
    ],
)
def test_of_others_nothing_is_expected(known: SourceRow):
    """Those that are off or known to be silent, and those that did not say how often they send."""
    assert told(known, listening(1), 10_000) is None


def test_without_tolerance_there_is_none():
    """A text that is no number gives none either."""
    for tolerance in (None, "a little"):
        assert told(row(tolerance_seconds=tolerance), listening(100), 160) is not None
        assert told(row(tolerance_seconds=tolerance), listening(100), 159) is None


def test_who_has_just_begun_to_listen_counts_no_silence_from_before():
    """After a start, or when the connection was away, the time begins anew, and nothing is told of what came before."""
    signs = Signs()
    signs.listen(1_000 * SECOND)
    assert told(row(), signs, 1_069) is None
    assert told(row(), signs, 1_070) == Change(TOPIC, State.STALE, 1_000 * SECOND, None)


def test_a_system_that_just_came_on_is_not_silent():
    """Its message may be here before its sign is."""
    on = row(since=900 * SECOND)
    assert told(on, listening(100), 901) is None
    assert told(on, listening(100), 970) == Change(TOPIC, State.STALE, 900 * SECOND, heard(100))


def test_an_expected_system_is_on_when_it_is_heard_first():
    """It needs no word that it is on; before that it is not missed."""
    assert told(None, listening(), 1_000, GPS) is None
    assert told(None, listening(3, source="GPS1"), 4, GPS) == Change(UNIT, State.ON, 3 * SECOND, heard(3, "GPS1"))


def test_an_expected_system_that_went_off_is_on_with_what_it_sends_later():
    """By its own clock: the document that said so came together with it."""
    off = row(State.OFF, since=100 * SECOND)
    signs = listening()
    signs.hear(heard(101, event=100 * SECOND), 101 * SECOND)
    assert told(off, signs, 102, OURS) is None
    signs.hear(heard(200), 200 * SECOND)
    assert told(off, signs, 200, OURS) == Change(TOPIC, State.ON, 200 * SECOND, heard(200, documents=2))
    assert told(off, signs, 200) is None


def test_signs_are_counted_and_the_newest_is_kept():
    """Nodes may overtake each other; the last message is kept behind signs of life; who has no name is one system."""
    signs = listening(5, 3)
    signs.hear(heard(7, ""), 8)
    signs.hear(heard(6, seq=0), 9)
    sign = signs.of("XG2030", "BCYBKB1")
    assert (sign.heard, sign.told, signs.count) == (heard(6, seq=5, documents=3), 9, 4)
    assert signs.of("XG2030", "").heard.documents == 1
    assert signs.of("XG2031", "BCYBKB1") is None


def test_what_a_node_gathered_counts_as_what_it_was():
    """In either order: the newest document, the last message, how many there were."""
    signs = listening(4)
    signs.hear(heard(3, seq=9).and_then(heard(2)), 5)
    assert heard(2).and_then(heard(3, seq=9)) == heard(3, seq=9, documents=2)
    assert signs.of("XG2030", "BCYBKB1").heard == heard(4, seq=9, documents=3)
    assert signs.count == 3


def test_a_change_is_told_in_the_place_of_what_the_system_said():
    """All that it said stays, and its event time: for the gate nothing has happened."""
    before = decode(source_entry(4).json)
    stale = restated(before, Change(TOPIC, State.STALE, 5, heard(1, seq=0)), 70 * SECOND)
    assert stale.body == SourceBody(
        state=State.STALE,
        since=5,
        keep_alive_seconds=60,
        tolerance_seconds="a little",
        last=LastHeard(seq=0, event=SECOND, recv=SECOND),
    )
    assert (stale.seq, stale.ts.event, stale.ts.recv) == (UNSET, before.ts.event, 70 * SECOND)
    assert (stale.topic, stale.source, stale.version, stale.document) == (TOPIC, "BCYBKB1", 1, before.document)
    back = restated(stale, Change(TOPIC, State.ON, 80 * SECOND, heard(80)), 81 * SECOND)
    assert (back.body.state, back.body.since, back.ts.recv) == (State.ON, 80 * SECOND, 80 * SECOND)
    with pytest.raises(ValueError, match=TOPIC):
        restated(decode(source_entry(4, op=Op.REMOVED).json), Change(TOPIC, State.STALE, 5, None), 6)


def test_a_system_that_never_spoke_has_a_message_all_the_same():
    """Under the code of the settings, without a document."""
    message = stated(Change(UNIT, State.ON, SECOND, heard(1, "GPS1", event=7)), 2 * SECOND)
    assert (message.topic, message.code, message.source) == (UNIT, "CRDMRR----------------FNL-000100--", "GPS1")
    assert (message.document, message.ts.event, message.ts.recv) == (None, 7, SECOND)
    assert message.body == SourceBody(state=State.ON, since=SECOND, last=LastHeard(seq=1, event=7, recv=SECOND))
