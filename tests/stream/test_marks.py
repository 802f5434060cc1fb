import pytest

from feed.candidate import Candidate
from feed.core.derived import mark
from feed.core.entry import Entry
from feed.stream.marks import Marks, competition_of
from tests.core.makers import TOPIC, candidate, stored

OTHER = "XW2030.ATH.M.100M.FNL.000100.result"


class Loop:
    """The loop's clock."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    loop = Loop()
    monkeypatch.setattr("asyncio.get_running_loop", lambda: loop)
    return loop


def cause(seq: int, topic: str = TOPIC) -> Entry:
    return stored(seq, candidate(topic=topic))


def told(seq: int, through: int) -> Entry:
    """A mark as the stream brings it."""
    return stored(seq, Candidate(mark(candidate().message, through), "m"))


def test_the_newest_cause_of_a_competition_is_told_once_it_is_due(loop: Loop):
    """Not at once, and one mark for all that came meanwhile."""
    marks = Marks(10.0)
    marks.note(cause(1))
    loop.now += 9.0
    marks.note(cause(2))
    assert marks.due() == []
    assert marks.patience(5.0) == pytest.approx(1.0)
    loop.now += 1.0
    assert [each.seq for each in marks.due()] == [2]


def test_every_competition_has_marks_of_its_own(loop: Loop):
    """One for each that waits."""
    marks = Marks(0.0)
    marks.note(cause(1))
    marks.note(cause(2, OTHER))
    assert [competition_of(each) for each in marks.due()] == ["XG2030", "XW2030"]
    marks.tell("XG2030", 1)
    assert [each.seq for each in marks.due()] == [2]


def test_nothing_is_due_where_nothing_waits(loop: Loop):
    """Who follows the stream may sleep as long as it likes."""
    marks = Marks(0.0)
    assert (marks.due(), marks.patience(5.0)) == ([], 5.0)


@pytest.mark.parametrize("through, left", [(6, [7]), (7, []), (8, [])])
def test_a_mark_of_another_tells_what_it_covers(loop: Loop, through: int, left: list[int]):
    """What is newer than it still waits."""
    marks = Marks(0.0)
    marks.note(cause(7))
    marks.read(told(9, through))
    assert [each.seq for each in marks.due()] == left
    assert marks.last("XG2030") == 9


def test_a_mark_that_is_known_is_not_read_again(loop: Loop):
    """Ours comes back from the stream after newer ones were written."""
    marks = Marks(0.0)
    marks.wrote("XG2030", 9)
    marks.note(cause(7))
    marks.read(told(8, 7))
    assert marks.last("XG2030") == 9
    assert [each.seq for each in marks.due()] == [7]


def test_nobody_waits_for_marks_of_marks(loop: Loop):
    """Nor of anything else that is derived."""
    marks = Marks(0.0)
    marks.note(told(3, 2))
    assert marks.due() == []


def test_begin_knows_the_marks_and_nothing_else(loop: Loop):
    """What was noted before is found in the stream again."""
    marks = Marks(0.0)
    marks.note(cause(1))
    marks.wrote("XW2030", 4)
    assert marks.begin([cause(5), told(6, 5)]) == {"XG2030": 5}
    assert (marks.last("XG2030"), marks.last("XW2030"), marks.due()) == (6, 0, [])
