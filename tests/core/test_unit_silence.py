from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from feed.candidate import Candidate
from feed.core.silence import Change, Heard, Signs, changes
from feed.core.sources import Sources, is_of_unit
from feed.core.unit_silence import Contests, Ear, unit_stated
from feed.venues.odf import decode
from schemas.message import Op
from schemas.source import LastHeard, SourceBody, State
from schemas.wire import decode as decode_stored
from tests.core.stories import RECEIPT, Story
from tests.core.test_disputes import UNIT as FINAL
from tests.core.test_disputes import protest
from tests.core.test_medals import result
from tests.documents import odf
from tests.schedules import local, schedule, unit

SECOND = 1_000_000
PLACE = "XA.ATH.M.100M.FNL.000100"
TOPIC = f"{PLACE}.source"


def scheduled(version: int, status: str, code: str = FINAL, **attributes: str) -> bytes:
    element = unit(1, Code=code, ScheduleStatus=status, **attributes)
    return schedule("XA", element, version=version, DocumentType="DT_SCHEDULE_UPDATE")


class Listener:
    """Somebody who looks at a stream now and then, and tells in it what he finds. Athletics may be silent for 10 s."""

    def __init__(self) -> None:
        self.story = Story()
        self.ear = Ear({"ATH": 10 * SECOND})
        self.since = 0

    def at(self, second: int, *documents: bytes) -> list[str]:
        """What is told after these came, by state and place."""
        self.story.post(*documents)
        told = []
        while (change := next(self._changes(second * SECOND), None)) is not None:
            told.append(f"{change.state} {change.topic}")
            self.story.take(Candidate(unit_stated(change, second * SECOND), f"{len(self.story.entries)}"))
        return told

    def _changes(self, now: int) -> Iterator[Change]:
        rows = self.story.board.view(Sources).rows()
        return self.ear.changes(self.story.board.view(Contests), rows, self.since, now)


@pytest.fixture
def listener() -> Listener:
    return Listener()


def test_a_unit_in_play_falls_silent_and_comes_back(listener: Listener):
    """Told once each, by who was heard of it last and when; with its end nothing more is expected."""
    assert listener.at(0, scheduled(1, "RUNNING"), result(1, "1 a XAA", status="LIVE")) == []
    assert listener.at(9) == []
    assert listener.at(10) == [f"stale {TOPIC}"]
    row = next(listener.story.board.view(Sources).rows())
    assert (row.source, row.code, row.discipline, row.state) == ("STA1", FINAL, "ATH", State.STALE)
    assert listener.at(60) == []
    assert listener.at(61, result(2, "1 a XAA", status="LIVE")) == [f"on {TOPIC}"]
    assert listener.at(70, result(3, "1 a XAA", status="LIVE")) == []
    assert listener.at(80) == [f"stale {TOPIC}"]
    assert listener.at(81, result(4, "1 a XAA")) == [f"off {TOPIC}"]
    assert listener.at(200) == []


def test_what_is_told_says_what_was_heard(listener: Listener):
    """Who sent the unit's last message and when; nobody where that is not known."""
    listener.at(0, scheduled(1, "RUNNING"), result(1, "1 a XAA", status="LIVE"))
    change = next(listener._changes(0), None) or next(listener._changes(10 * SECOND))
    stale = unit_stated(change, 7)
    assert (stale.topic, stale.unit, stale.source, stale.document) == (TOPIC, FINAL, "STA1", None)
    heard = decode_stored(listener.story.entries[1].json)
    assert stale.body == SourceBody(
        state=State.STALE, since=heard.ts.recv, last=LastHeard(seq=2, event=heard.ts.event, recv=heard.ts.recv)
    )
    assert unit_stated(change._replace(heard=None), 7).source == ""


@pytest.mark.parametrize("kind", ["DT_CURRENT", "DT_IMAGE", "DT_UNHEARD_OF"])
def test_whatever_is_sent_of_a_unit_is_a_sign_of_it(listener: Listener, kind: str):
    """Also where its result does not change."""
    listener.at(0, scheduled(1, "RUNNING"), result(1, "1 a XAA", status="LIVE"))
    assert listener.at(9, odf("XA", unit=100, DocumentType=kind, ResultStatus="")) == []
    assert listener.at(18) == []
    assert listener.at(19) == [f"stale {TOPIC}"]


def test_a_unit_that_never_sends_is_silent_from_its_start(listener: Listener):
    """The schedule says that it is played: by its own word it is expected."""
    assert listener.at(0, scheduled(1, "RUNNING")) == []
    assert listener.at(10) == [f"stale {TOPIC}"]
    assert listener.at(11, scheduled(2, "FINISHED")) == [f"off {TOPIC}"]


def test_a_result_may_be_ahead_of_the_schedule(listener: Listener):
    """Where it is LIVE the unit is played, also if no schedule was ever sent."""
    assert listener.at(0, scheduled(1, "GETTING_READY"), result(1, "1 a XAA", status="LIVE")) == []
    assert listener.at(10) == [f"stale {TOPIC}"]
    heat = FINAL.replace("FNL-", "HEAT")
    assert listener.at(20, result(1, "1 a XAA", status="LIVE", DocumentCode=heat)) == []
    assert listener.at(30) == [f"stale {TOPIC.replace('FNL', 'HEAT')}"]


@pytest.mark.parametrize("status", ["SCHEDULED_BREAK", "INTERRUPTED", "FINISHED", "POSTPONED", "CANCELLED"])
def test_a_unit_at_rest_owes_nothing(listener: Listener, status: str):
    """By the schedule; also if its last result is still LIVE."""
    listener.at(0, scheduled(1, "RUNNING"), result(1, "1 a XAA", status="LIVE"))
    assert listener.at(5, scheduled(2, status)) == []
    assert listener.at(500) == []


@pytest.mark.parametrize("status", ["INTERMEDIATE", "UNCONFIRMED", "UNOFFICIAL", "OFFICIAL", "PROTESTED"])
def test_results_at_rest_owe_nothing(listener: Listener, status: str):
    """A period has ended, or the play, though the schedule has not said so yet; when it goes on, so does the watch."""
    listener.at(0, scheduled(1, "RUNNING"), result(1, "1 a XAA", status="LIVE"))
    assert listener.at(5, result(2, "1 a XAA", status=status)) == []
    assert listener.at(500) == []
    assert listener.at(501, result(3, "1 a XAA", status="LIVE")) == []
    assert listener.at(511) == [f"stale {TOPIC}"]


def test_a_break_that_begins_while_it_is_stale_ends_that(listener: Listener):
    """Nothing is expected; when it runs again it is on."""
    listener.at(0, scheduled(1, "RUNNING"))
    listener.at(10)
    assert listener.at(11, scheduled(2, "INTERRUPTED")) == [f"off {TOPIC}"]
    assert listener.at(99, scheduled(3, "RUNNING")) == [f"on {TOPIC}"]
    assert listener.at(109) == [f"stale {TOPIC}"]


def test_only_contests_of_disciplines_that_are_set_are_watched(listener: Listener):
    """A training or a ceremony sends no results, and nobody said how often shooters do."""
    ceremony, shooting = "ATHM100M--------------VICTMEDAL---", FINAL.replace("ATH", "SHO")
    listener.at(0, scheduled(1, "RUNNING", ceremony, PhaseType="6"), scheduled(2, "RUNNING", shooting))
    assert listener.at(500) == []


def test_a_match_of_several_races_is_heard_in_each_of_them(listener: Listener):
    """The parent is silent when all of them are."""
    parent, race = "ATHMTEAM--------------FNL-00010000", "ATHMTEAM--------------FNL-00010001"
    listener.at(0, scheduled(1, "RUNNING", parent), result(1, "1 a XAA", status="LIVE", DocumentCode=race))
    assert listener.at(8, result(2, "1 a XAA", status="LIVE", DocumentCode=race)) == []
    assert listener.at(17) == []
    assert listener.at(18) == [f"stale XA.ATH.M.TEAM.FNL.{unit}.source" for unit in ("00010000", "00010001")]


def test_who_begins_to_listen_gives_every_unit_its_time(listener: Listener):
    """Another process, or one that was cut off; what was told is not told again."""
    listener.at(0, scheduled(1, "RUNNING"), result(1, "1 a XAA", status="LIVE"))
    listener.since = 50 * SECOND
    assert listener.at(59) == []
    assert listener.at(60) == [f"stale {TOPIC}"]
    listener.ear, listener.since = Ear({"ATH": 10 * SECOND}), 70 * SECOND
    assert listener.at(71) == listener.at(500) == []
    assert listener.at(501, result(2, "1 a XAA", status="LIVE")) == [f"on {TOPIC}"]


def test_what_the_feed_says_itself_is_no_sign(listener: Listener):
    """A message that follows from others, and the word on the silence."""
    listener.at(0, scheduled(1, "RUNNING"), result(1, "1 a XAA", status="LIVE"))
    (candidate,) = decode(protest(1, "OPN"), RECEIPT).candidates
    listener.story.take(Candidate(replace(candidate.message, caused_by=2, version=None, document=None), "h"))
    assert listener.at(9) == []
    assert listener.at(10) == [f"stale {TOPIC}"]


def test_what_was_on_its_way_when_it_was_told_ends_it(listener: Listener):
    """It stands before the word in the stream, but was received after what that knew."""
    listener.at(0, scheduled(1, "RUNNING"))
    change = next(listener._changes(10 * SECOND))
    (candidate,) = decode(result(1, "1 a XAA", status="LIVE"), replace(RECEIPT, recv=3)).candidates
    listener.story.take(candidate)
    listener.story.take(Candidate(unit_stated(change, 10 * SECOND), "h"))
    assert listener.at(11) == [f"on {TOPIC}"]


def test_a_unit_that_is_taken_out_of_the_schedule(listener: Listener):
    """Nothing is expected of it."""
    listener.at(0, scheduled(1, "RUNNING"))
    listener.at(10)
    (candidate,) = decode(scheduled(2, "RUNNING"), RECEIPT).candidates[:1]
    listener.story.take(Candidate(replace(candidate.message, op=Op.REMOVED, body=None), "h"))
    assert listener.at(11) == [f"off {TOPIC}"]


def test_the_watch_of_systems_leaves_units_alone(listener: Listener):
    """A system may be sending all the while, also one without a name: that is no news of the unit."""
    listener.at(0, local("XA", "ON", Source="STA1"), scheduled(1, "RUNNING"))
    listener.at(10)
    signs = Signs()
    signs.hear(Heard("XA", "", 500 * SECOND, 500 * SECOND, 0), 500 * SECOND)
    rows = tuple(listener.story.board.view(Sources).rows())
    assert {is_of_unit(row.topic) for row in rows} == {True, False}
    assert [each.topic for each in changes(rows, signs, {}, 1000 * SECOND)] == ["XA.BKB.-.-.-.BCY.source.STA1"]
