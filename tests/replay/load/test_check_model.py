"""Any honest journal is right; any one mutation of it is caught."""

from dataclasses import dataclass, field

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from replay.load.received import Stretch
from replay.verify.wish import Wish
from tests.replay.load.journals import judged, received, subscription
from tests.replay.verify.games import EPOCH, Message, fold
from tests.replay.verify.test_checker_model import TOPICS, WISHES, streams

OTHER = "e2"
KINDS = ("drop", "repeat", "move", "alter", "chain", "retopic", "renumber", "slip", "promise", "epoch", "unreadable")


@dataclass
class Part:
    """One connection as it was: its messages, behind a snapshot or a cursor."""

    after: int | None
    tip: int
    snapshot: list[Message] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    promised: int = 0
    epoch: str = EPOCH
    unreadable: int = 0


@st.composite
def honest(draw: st.DrawFn, stream: list[Message], wish: Wish, *, snapshot: bool) -> list[Part]:
    """What a subscriber gets from some place to the end, over any number of breaks."""
    tip = len(stream)
    start = draw(st.integers(0, tip))
    parts = [Part(None, start, fold(stream, start, wish) if snapshot else [])]
    for message in stream[start:]:
        if wish.wants(message["topic"]):
            parts[-1].messages.append(message)
        if draw(st.integers(0, 4)) == 0:
            parts[-1].promised = message["seq"]
        if draw(st.integers(0, 6)) == 0:
            parts.append(Part(message["seq"], message["seq"]))
    return parts


def is_right(stream: list[Message], wish: Wish, parts: list[Part], *, snapshot: bool) -> bool:
    """Whether the check finds nothing, and the rest of the outcome says the same."""
    stretches = [
        Stretch(
            0.0,
            part.after,
            epoch=part.epoch,
            tip=part.tip,
            snapshot=received(part.snapshot),
            snapshot_seq=part.tip if snapshot and part.after is None else None,
            messages=received(part.messages),
            promised=part.promised,
            unreadable=part.unreadable,
        )
        for part in parts
    ]
    checked = judged(subscription(wish, snapshot=snapshot), stretches, stream)
    if not checked.counts:
        assert checked.is_whole
        assert checked.state_is_right
        assert checked.expected == checked.received
    return not checked.counts


@settings(deadline=None, max_examples=300)
@given(data=st.data(), snapshot=st.booleans())
def test_an_honest_journal_is_right(data: st.DataObject, *, snapshot: bool):
    """Any filter, any place, snapshot or not, any breaks."""
    stream, wish = data.draw(streams()), data.draw(WISHES)
    assert is_right(stream, wish, data.draw(honest(stream, wish, snapshot=snapshot)), snapshot=snapshot)


@settings(deadline=None, max_examples=600)
@given(data=st.data(), snapshot=st.booleans())
def test_any_one_mutation_is_caught(data: st.DataObject, *, snapshot: bool):
    """A message dropped, repeated, moved, altered, renumbered or slipped in, wherever it is; a wrong word around it."""
    stream, wish = data.draw(streams()), data.draw(WISHES)
    parts = data.draw(honest(stream, wish, snapshot=snapshot))
    mutate(data, data.draw(st.sampled_from(KINDS)), parts, stream, wish)
    assert not is_right(stream, wish, parts, snapshot=snapshot)


def mutate(data: st.DataObject, kind: str, parts: list[Part], stream: list[Message], wish: Wish) -> None:
    """One change of one kind, in any of the places where it can be made."""
    if kind in {"epoch", "unreadable"}:
        part = data.draw(st.sampled_from(parts))
        part.epoch, part.unreadable = (OTHER, 0) if kind == "epoch" else (EPOCH, 1)
    elif kind == "promise":
        later = [number for number, part in enumerate(parts) if number and part.messages]
        assume(later)
        number = data.draw(st.sampled_from(later))
        parts[number - 1].promised = parts[number].messages[0]["seq"]
    else:
        lists = [each for part in parts for each in (part.snapshot, part.messages) if each]
        assume(lists)
        change(data, kind, data.draw(st.sampled_from(lists)), stream, wish)


def change(data: st.DataObject, kind: str, log: list[Message], stream: list[Message], wish: Wish) -> None:
    """One change of a list of messages."""
    at = data.draw(st.integers(0, len(log) - 1))
    match kind:
        case "drop":
            del log[at]
        case "repeat":
            log.insert(data.draw(st.integers(at + 1, len(log))), log[at])
        case "move":
            assume(at + 1 < len(log))
            log.insert(data.draw(st.integers(at + 1, len(log) - 1)), log.pop(at))
        case "alter":
            log[at] = log[at] | {"body": {"mark": -1}}
        case "chain":
            log[at] = log[at] | {"prev": log[at]["prev"] + 1}
        case "retopic":
            others = [each for each in TOPICS if each != log[at]["topic"]]
            log[at] = log[at] | {"topic": data.draw(st.sampled_from(others))}
        case "renumber":
            seq = log[at]["seq"] + data.draw(st.sampled_from([-1, 1, 100]))
            assume(seq > 0)
            log[at] = log[at] | {"seq": seq}
        case _:
            unwanted = [each for each in stream if not wish.wants(each["topic"])]
            assume(unwanted)
            log.insert(at, data.draw(st.sampled_from(unwanted)))
