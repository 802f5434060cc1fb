from collections import Counter

import pytest

from feed.core import reached
from feed.core.entry import Entry
from feed.core.filters import Filter, parse_filter
from feed.core.interests import Interests
from tests.core.makers import entry

BROAD = [parse_filter(["XG2030.>"], []), parse_filter([">"], ["result"])]


def topic(number: int) -> str:
    return f"XG2030.ATH.M.100M.FNL.{number:06d}.result"


class Finding:
    """Counts how often the filters of a topic are looked for in all that there are."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.looks = 0
        find = Interests._found

        def counted(interests: Interests, one: Entry) -> tuple[Filter, ...]:
            self.looks += 1
            return find(interests, one)

        monkeypatch.setattr(Interests, "_found", counted)


def test_a_client_that_changes_its_filter_does_not_cost_the_others(monkeypatch: pytest.MonkeyPatch):
    """Four changes between two messages of a topic: each of them is asked about, nothing is looked for again."""
    finding, interests, told = Finding(monkeypatch), Interests(), [entry(1, topic(number)) for number in range(10)]
    for wish in BROAD:
        interests.add(wish)
    changing = parse_filter(["XG2030.SWM.>"], [])
    interests.add(changing)
    for turn in range(50):
        for each in told:
            mine = [changing] if changing.wants(each) else []
            assert Counter(interests.wanting(each)) == Counter([*BROAD, *mine])
        for _ in range(2):
            interests.discard(changing)
            changing = parse_filter(["XG2030.ATH.>" if turn % 2 else "XG2030.SWM.>"], ["result", "unit"][: turn % 3])
            interests.add(changing)
    assert finding.looks == len(told)


def test_too_many_changes_are_not_asked_about_one_by_one(monkeypatch: pytest.MonkeyPatch):
    """What was not seen while many came is found anew, and right."""
    finding, interests = Finding(monkeypatch), Interests()
    assert interests.wanting(entry(1, topic(1))) == []
    many = [parse_filter([f"XG2030.*.*.*.*.{number:06d}.result"], []) for number in range(20)]
    for wish in many:
        interests.add(wish)
    assert interests.wanting(entry(1, topic(1))) == [many[1]]
    assert finding.looks == 2


def test_what_is_remembered_is_bounded_by_filters_times_topics(monkeypatch: pytest.MonkeyPatch):
    """A topic that many filters reach takes more of the room; what was seen first goes first."""
    monkeypatch.setattr(reached, "REMEMBERED", 10 * (reached.TOPIC_WEIGHT + 2))
    finding, interests = Finding(monkeypatch), Interests()
    for wish in BROAD:
        interests.add(wish)
    for number in range(30):
        assert len(interests.wanting(entry(1, topic(number)))) == 2
        assert len(interests._reached._known) <= 10
    for number, looks in ((29, 30), (20, 30), (19, 31), (20, 32)):
        assert len(interests.wanting(entry(1, topic(number)))) == 2
        assert finding.looks == looks


def test_filters_that_are_gone_are_not_kept_by_topics_that_nobody_sends_any_more(monkeypatch: pytest.MonkeyPatch):
    """They are let go after a number of changes, with what was found."""
    monkeypatch.setattr(reached, "CHANGES_MAX", 5)
    interests = Interests()
    for number in range(20):
        wish = parse_filter(["XG2030.>"], ["result", *["unit"] * (number % 2)])
        interests.add(wish)
        assert interests.wanting(entry(1, topic(number))) == [wish]
        interests.discard(wish)
    memory = interests._reached
    assert len(memory._known) <= 3
    assert memory._weight == len(memory._known) * (reached.TOPIC_WEIGHT + 1)
