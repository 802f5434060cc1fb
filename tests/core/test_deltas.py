import json
from typing import Any

import pytest

from feed.core.board import Board
from feed.core.deltas import Deltas
from feed.core.entry import Entry
from feed.core.filters import parse_filter
from feed.core.index import Left, headers_of
from feed.core.labels import Labels
from feed.core.log import Log
from feed.core.scope import Scope
from schemas.message import Op
from schemas.result import ResultBody
from schemas.topic import SUBJECT_PREFIX
from schemas.wire import encode
from tests.core.makers import athlete, candidate
from tests.core.patches import applied

ALL = parse_filter([">"], [])


def version(seq: int, prev: int, *, leader: str = "1", venue: str | None = None, before: str | None = None) -> Entry:
    """A result of forty in which one leads; `before` is the venue it leaves."""
    ids = [leader, *(each for each in map(str, range(1, 41)) if each != leader)]
    body = ResultBody(competitors=tuple(map(athlete, ids)), **({"venue": venue} if venue else {}))
    return _stored(seq, prev, candidate(seq, body=body), before)


def tombstone(seq: int, prev: int) -> Entry:
    return _stored(seq, prev, candidate(seq, op=Op.WITHDRAWN))


def _stored(seq: int, prev: int, new: Any, before: str | None = None) -> Entry:
    message = type(new.message)(**{name: getattr(new.message, name) for name in new.message.__struct_fields__})
    headers = headers_of(new, "id", left=Left(venue=before))
    payload = encode(message).replace(b'"prev":0', b'"prev":%d' % prev, 1)
    return Entry.stored(seq, SUBJECT_PREFIX + new.message.topic, headers, payload)


def log_of(*entries: Entry) -> Log:
    log = Log()
    for each in entries:
        log.append(each)
    return log


def test_a_delta_makes_the_whole_message_of_the_one_before():
    """Named by its sequence; it is much shorter."""
    old, new = version(1, 0), version(4, 1, leader="7")
    delta = Deltas(log_of(old, new)).of(new, ALL, since=0)
    told = json.loads(delta.json)
    assert {name: told[name] for name in told if name != "patch"} == {
        "seq": 4,
        "type": "result",
        "prev": 1,
        "topic": new.topic,
        "base": 1,
    }
    assert applied(json.loads(old.json), told["patch"]) == json.loads(new.json)
    assert len(delta.json) < len(new.json) / 5
    assert (delta.seq, delta.topic, delta.index) == (new.seq, new.topic, new.index)


def test_it_is_made_once(monkeypatch: pytest.MonkeyPatch):
    """For all who read so, as long as it is kept."""
    old, new = version(1, 0), version(4, 1, leader="7")
    deltas, made = Deltas(log_of(old, new)), []
    real = deltas._made
    monkeypatch.setattr(deltas, "_made", lambda *entries: made.append(1) or real(*entries))
    assert len({deltas.of(new, ALL, since=0).json for _ in range(3)}) == 1
    assert made == [1]


@pytest.mark.parametrize("since, has_base", [(0, True), (3, True), (4, False), (9, False)])
def test_who_began_behind_the_one_before_gets_all_of_it(since: int, *, has_base: bool):
    """It was not written to this connection."""
    old, new = version(4, 0), version(9, 4, leader="7")
    assert (Deltas(log_of(old, new)).of(new, ALL, since) is not None) is has_base


def test_the_first_of_a_topic_and_what_a_tombstone_left_are_told_whole():
    """There is nothing to tell them from; and a tombstone is short itself."""
    first, gone, again = version(1, 0), tombstone(2, 1), version(3, 2)
    deltas = Deltas(log_of(first, gone, again))
    assert [deltas.of(each, ALL, since=0) for each in (first, gone, again)] == [None] * 3


def test_what_is_no_longer_in_memory_is_no_base():
    """Nothing is loaded for a delta: the whole is there."""
    old, new = version(1, 0), version(1_500, 1, leader="7")
    log = log_of(old, new)
    deltas = Deltas(log)
    assert deltas.of(new, ALL, since=0) is not None
    del log._segments[0]
    assert deltas.of(new, ALL, since=0) is None


def test_what_left_the_readers_venue_is_no_base():
    """A snapshot behind it did not show it."""
    wish = parse_filter([">"], [], Scope.of([], [], ["STA"]))
    here, left, back = (
        version(1, 0, venue="STA"),
        version(2, 1, leader="2", venue="STB", before="STA"),
        version(3, 2, leader="3", venue="STA", before="STB"),
    )
    deltas = Deltas(log_of(here, left, back))
    assert deltas.of(left, wish, since=0) is not None
    assert deltas.of(back, wish, since=0) is None
    assert deltas.of(back, ALL, since=0) is not None


def test_what_would_be_no_shorter_is_told_whole():
    """Where everything is new."""
    old, new = candidate(1), candidate(2, body=ResultBody(competitors=tuple(map(athlete, map(str, range(40))))))
    entries = _stored(1, 0, old), _stored(2, 1, new)
    assert Deltas(log_of(*entries)).of(entries[1], ALL, since=0) is None


def test_labels_are_told_whole():
    """Those of the base may have been made of an older dictionary."""
    old, new = version(1, 0), version(4, 1, leader="7")
    labels = Labels(Board.of([old, new]), "ENG")
    delta = Deltas(log_of(old, new), labels).of(new, ALL, since=0)
    base = json.loads(labels.of_log(old).json) | {"labels": {"NOC": {"FRA": "of another edition"}}}
    assert applied(base, json.loads(delta.json)["patch"]) == json.loads(labels.of_log(new).json)
