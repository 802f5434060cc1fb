"""The course of a subscription, frame by frame; both clients go through the same ones."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from feed.client.errors import LostError
from feed.client.events import Gap, Reset
from feed.client.track import Arrival, Track
from feed.client.wire import TEXTS
from feed.client.wish import Wish
from schemas.registry import KINDS, KindClass
from tests.service_fixture import ROOT

HERE = Path(__file__).parent
COURSES = json.loads((HERE / "courses.json").read_text())
UNKNOWN = "confetti"


def shown(each: Any) -> Any:
    """As it stands in courses.json."""
    if isinstance(each, Arrival):
        return json.loads(each.payload)
    return msgspec.to_builtins(each) | ({"type": "gap"} if isinstance(each, Gap) else {})


def run(track: Track, frames: list[dict[str, Any]]) -> list[Any]:
    """What is told of frames."""
    told: list[Any] = []
    try:
        for frame in frames:
            told.extend(map(shown, track.take(json.dumps(frame).encode(), TEXTS)))
    except LostError:
        told.append({"type": "lost"})
    return told


def expected(course: dict[str, Any]) -> list[Any]:
    """What should be told: a number stands for the message of that sequence, a word for the control frame."""
    by_name = {frame.get("seq") if "topic" in frame else frame["type"]: frame for frame in course["frames"]}
    return [by_name[each] if isinstance(each, int | str) else each for each in course["told"]]


def brief(told: list[Any]) -> list[Any]:
    """Control frames by their type alone, of those that come more than once the last."""
    return [each["type"] if "topic" not in each else each for each in told]


@pytest.mark.parametrize("course", COURSES, ids=[course["name"] for course in COURSES])
def test_a_course_is_told_as_it_should_be(course: dict[str, Any]):
    """What is told, and where it would be resumed."""
    track = Track(course["wish"])
    assert brief(run(track, course["frames"])) == brief(expected(course))
    assert track.cursor == course["cursor"]


def test_the_javascript_client_goes_the_same_way():
    """Frame by frame, in Node; and it knows the same kinds for events."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("no node")
    command = [program, str(HERE / "courses.mjs"), str(ROOT / "feed" / "client" / "js")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    found = json.loads(done.stdout)
    for course, ours in zip(COURSES, found["courses"], strict=True):
        told = [each for each in ours["told"] if each["type"] != UNKNOWN]
        assert (brief(told), ours["cursor"]) == (brief(expected(course)), course["cursor"]), course["name"]
        track = Track(course["wish"])
        run(track, course["frames"])
        assert ours["query"] == list(map(list, track.query())), course["name"]
    assert set(found["kinds"]) == {row.name for row in KINDS.values() if row.kind_class is KindClass.EVENT}


def test_a_place_that_is_gone_is_told_before_the_state_that_follows():
    """The next connection asks for the state; the reset comes with it, whole, once."""
    hello, state = COURSES[5]["frames"][0], COURSES[5]["frames"][1:3]
    track = Track(Wish(after="old:7"))
    assert track.query() == [("after", "old:7")]
    track.begin_anew(Reset(name="wrong_epoch", detail="made anew"))
    assert track.query() == [("snapshot", "1")]
    end = {"type": "snapshot_end", "seq": 9, "cursor": "e:9"}
    told = run(track, [hello, *state, end])
    assert told[1] == {"name": "wrong_epoch", "detail": "made anew"}
    assert told[2:4] == state
    assert track.query() == [("after", "e:9")]


def test_a_wish_that_was_on_its_way_holds_from_the_next_connection_on():
    """What the service did not answer before the cut was asked for anew: what came before proves nothing."""
    hello = COURSES[0]["frames"][0]
    track = Track(Wish(filters=["A.>"]))
    first = {"seq": 6, "type": "result", "prev": 0, "topic": "A.a"}
    run(track, [hello, first])
    track.change(Wish(filters=["A.a", "B.>"]))
    assert track.query() == [("filter", "A.a"), ("filter", "B.>"), ("after", "e:6")]
    told = run(track, [hello | {"cursor": "e:6"}, {"seq": 9, "type": "result", "prev": 5, "topic": "B.b"}])
    assert [each["type"] for each in told] == ["hello", "result"]


def test_of_topics_that_are_quiet_longest_nothing_is_kept():
    """Memory has an end: what was forgotten is no gap when it is met again."""
    track = Track(Wish(after="0"), topics_max=2)
    frames = [{"seq": seq, "type": "result", "prev": 0, "topic": topic} for seq, topic in enumerate("abc", 1)]
    again = [
        {"seq": 4, "type": "result", "prev": 1, "topic": "a"},
        {"seq": 6, "type": "result", "prev": 5, "topic": "d"},
    ]
    told = run(track, [COURSES[4]["frames"][0], *frames, *again])
    assert [each["type"] for each in told[1:]] == ["result"] * 4 + ["gap", "result"]
