"""Any honest log is right; any one mutation of it is caught."""

import copy

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from replay.verify.wish import Wish
from tests.replay.verify.games import Message, fold, heartbeat, hello, snapshot_end, stream_of, topic_of, verified

TOPICS = [topic_of(each, unit, kind) for each in ("ATH", "SWM") for unit in (1, 2) for kind in ("result", "unit")]
WISHES = st.sampled_from(
    [
        Wish(),
        Wish(("XG.ATH.>",)),
        Wish(("*.*.*.*.*.*.result",)),
        Wish((), ("unit",)),
        Wish(("XG.SWM.>", "*.*.*.*.*.000001.*"), ("result",)),
    ]
)


@st.composite
def streams(draw: st.DrawFn) -> list[Message]:
    topics = draw(st.lists(st.sampled_from(TOPICS), min_size=1, max_size=40))
    return stream_of(topics, withdrawn=draw(st.sets(st.integers(1, len(topics)), max_size=8)))


@st.composite
def honest(draw: st.DrawFn, stream: list[Message], wish: Wish) -> list[Message]:
    """What a subscriber gets from some place to another, with heartbeats and resumes where they may be."""
    tip = len(stream)
    start = draw(st.integers(0, tip))
    end = draw(st.integers(start, tip))
    is_cut = draw(st.booleans())
    log: list[Message] = [hello(None), *fold(stream, start, wish), snapshot_end(start)] if is_cut else [hello(start)]
    for message in stream[start:end]:
        if wish.wants(message["topic"]):
            log.append(copy.deepcopy(message))
        if draw(st.integers(0, 4)) == 0:
            log.append(heartbeat(message["seq"]))
        if draw(st.integers(0, 6)) == 0:
            log.append(hello(message["seq"]))
    return [*log, heartbeat(end)]


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_an_honest_log_is_right(data: st.DataObject):
    """Any filter, any place, snapshot or not, any resumes that repeat nothing; cut off anywhere behind a snapshot."""
    stream, wish = data.draw(streams()), data.draw(WISHES)
    log = data.draw(honest(stream, wish))
    begin = next((n for n, each in enumerate(log) if each["type"] == "snapshot_end"), 0) + 1
    log = log[: data.draw(st.integers(begin, len(log)))]
    assert verified(log, stream, wish).counts == {}


@settings(deadline=None, max_examples=500)
@given(st.data())
def test_any_one_mutation_is_caught(data: st.DataObject):
    """A message dropped, repeated, moved, altered or slipped in, wherever it is."""
    stream, wish = data.draw(streams()), data.draw(WISHES)
    log = data.draw(honest(stream, wish))
    places = [n for n, each in enumerate(log) if "topic" in each]
    assume(places)
    at = data.draw(st.sampled_from(places))
    mutation = data.draw(st.sampled_from(["drop", "repeat", "move", "alter", "chain", "retopic", "renumber", "slip"]))
    if mutation == "drop":
        del log[at]
    elif mutation == "repeat":
        log.insert(data.draw(st.integers(at + 1, len(log))), log[at])
    elif mutation == "move":
        others = [n for n in places if n > at]
        assume(others)
        log.insert(data.draw(st.sampled_from(others)), log.pop(at))
    elif mutation == "alter":
        log[at] = log[at] | {"body": {"mark": -1}}
    elif mutation == "chain":
        log[at] = log[at] | {"prev": log[at]["prev"] + 1}
    elif mutation == "retopic":
        log[at] = log[at] | {"topic": data.draw(st.sampled_from([each for each in TOPICS if each != log[at]["topic"]]))}
    elif mutation == "renumber":
        log[at] = log[at] | {"seq": log[at]["seq"] + data.draw(st.sampled_from([-1, 1, 100]))}
        assume(log[at]["seq"] > 0)
    else:
        unwanted = [each for each in stream if not wish.wants(each["topic"])]
        assume(unwanted)
        log.insert(at, data.draw(st.sampled_from(unwanted)))
    assert not verified(log, stream, wish).is_right
