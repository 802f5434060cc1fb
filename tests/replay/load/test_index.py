import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.load.index import NEAR, Index, state_hash
from replay.verify.findings import Name
from replay.verify.scan import VerifyError
from replay.verify.wish import Wish
from tests.replay.load.journals import index_of, raw
from tests.replay.verify.games import EPOCH, Message, fold, stream_of, topic_of
from tests.replay.verify.planted import ATH, games
from tests.replay.verify.test_checker_model import WISHES, streams

STAMPS = {"event": 1, "recv": 1_722_000_000_000_001, "published": 1_722_000_000_000_900}


def test_it_holds_what_stands_around_the_bodies():
    """Stamps, cause, tombstone, and which messages are of one document of a venue."""
    header = {"type": "X", "code": "A", "version": 3}
    more: list[Message] = [
        {"ts": STAMPS, "document": header, "caused_by": None},
        {"ts": STAMPS, "document": header, "caused_by": None},
        {"ts": STAMPS | {"recv": 5}, "document": None, "caused_by": 1},
        {"ts": STAMPS, "document": header | {"version": 4}, "caused_by": None},
    ]
    stream = [message | each for message, each in zip(stream_of(ATH[:4], [2]), more, strict=True)]
    index = index_of(stream)
    assert list(index.recvs) == [STAMPS["recv"], STAMPS["recv"], 5, STAMPS["recv"]]
    assert set(index.published) == {STAMPS["published"]}
    assert list(index.causes) == [0, 0, 1, 0]
    assert list(index.tombstones) == [0, 1, 0, 0]
    first, second, derived, other = index.documents
    assert first == second != 0 == derived
    assert other not in {first, derived}


def test_the_chain_of_the_stream_itself_is_checked():
    """A message whose `prev` is not the one before it on its topic is told once, with its sequence."""
    stream = games()
    assert not index_of(stream).findings.counts
    stream[20]["prev"] = 16
    (found,) = index_of(stream).findings.shown
    assert (found.name, found.seq, found.topic) == (Name.BROKEN_CHAIN, 21, stream[20]["topic"])


def test_a_stream_read_from_the_middle_on_has_chains_that_go_back():
    """As far as its beginning, and no further."""
    stream = games()
    assert not Index(EPOCH, map(raw, stream[12:]), after=12).findings.counts
    assert Index(EPOCH, map(raw, stream[12:]), after=3).findings.counts[Name.BROKEN_CHAIN] > 0


def test_a_stream_only_rises():
    """What goes back, or is no message, is not judged by."""
    stream = games()
    with pytest.raises(VerifyError, match="has seq 3 behind 3"):
        index_of([*stream[:3], stream[2]])
    with pytest.raises(VerifyError, match="no message"):
        Index(EPOCH, [b'{"seq":1}'])


def test_sequences_may_have_gaps():
    """Some sequences of a stream are of no message."""
    stream = [each for each in games() if each["seq"] not in {7, 8}]
    index = index_of(stream)
    assert [index.position(seq) for seq in (6, 7, 9, 26)] == [5, None, 6, None]
    assert list(index.span(Wish(), 6, 9)) == [6]


@given(streams(), WISHES)
def test_what_is_wanted_is_what_the_wish_says(stream: list[Message], wish: Wish):
    """For any stream and filter the positions are those of the messages that the wish takes, one by one."""
    found = index_of(stream).wanted(wish)
    assert list(found) == [place for place, each in enumerate(stream) if wish.wants(each["topic"])]
    assert all(low < high for low, high in pairwise(found))


@given(streams(), WISHES, st.integers(0, 40))
def test_the_fold_is_the_newest_of_each_living_topic(stream: list[Message], wish: Wish, seq: int):
    """As a snapshot at a sequence has it."""
    index = index_of(stream)
    living = index.living(index.span(wish, 0, seq))
    assert [index.seqs[each] for each in living] == [each["seq"] for each in fold(stream, seq, wish)]


def test_a_filter_takes_what_begins_with_the_same_letters_only_as_far_as_its_tokens_do():
    """`result` is not `result_two`, and no wildcard is needed for the key parts below a kind."""
    topics = ["A.B.C.D.E.F.result", "A.B.C.D.E.F.result.x", "A.B.C.D.E.F.result_two", "A.B.C.D.E.G.result"]
    index = index_of(stream_of(topics))
    assert list(index.wanted(Wish(("A.B.C.D.E.F.result",)))) == [0, 1]
    assert list(index.wanted(Wish(("A.B.C.D.E.*.result", "A.B.>"), ("result",)))) == [0, 1, 3]
    assert list(index.wanted(Wish(("B.>",)))) == []


@pytest.mark.parametrize("distance", [1, -1, 12, NEAR])
def test_a_message_is_known_again_under_another_number(distance: int):
    """Though only its checksum is kept; numbers with more digits than its own, too."""
    stream = stream_of([topic_of("ATH", seq) for seq in range(150)])
    index, place = index_of(stream), 70
    other = place + distance
    mark = index_of([stream[other] | {"seq": stream[place]["seq"]}]).marks[0]
    assert index.renumbered(place, mark) == other
    assert index.renumbered(place, mark ^ 1) is None


def test_the_hash_of_a_state_is_told_in_numbers():
    """In any order the same; another checksum, another hash."""
    held = [("b.x", 2), ("a.x", 0xABCDEF)]
    assert state_hash(held) == "ce8f86ec574124521f5fec3ed4a479fc4f3a08a9b8ae7fde0a41d180a6be4bca"
    assert state_hash(reversed(held)) == state_hash(held) != state_hash([("b.x", 3), held[1]])


def test_the_lines_are_taken_as_they_came():
    """Spaces in them are other bytes, and another checksum."""
    (message,) = stream_of(ATH[:1])
    assert index_of([message]).marks != Index(EPOCH, [json.dumps(message).encode()]).marks
