from hypothesis import given
from hypothesis import strategies as st

from feed.core.heads import Head, Heads, head_of
from feed.core.index import index_of
from feed.venues.odf import decode
from tests.core.makers import TOPIC, candidate, stored
from tests.core.test_disputes import PLACE, RECEIPT, protest

INDEX = index_of(candidate())


def test_an_unknown_topic_has_no_head():
    """Nothing is made up."""
    heads = Heads()
    assert heads.get("a") is None
    assert len(heads) == 0


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 20))))
def test_the_highest_sequence_of_each_topic_wins_in_any_order(learned: list[tuple[str, int]]):
    """An acknowledgement may come before or after the stream's copy, and twice."""
    heads = Heads()
    for topic, seq in learned:
        heads.learn(topic, Head(seq, INDEX))
    assert len(heads) == len({topic for topic, _ in learned})
    for topic in "ab":
        seqs = [seq for name, seq in learned if name == topic]
        head = heads.get(topic)
        assert (head.seq if head else None) == max(seqs, default=None)


def test_the_streams_copy_brings_the_text():
    """What we published ourselves is known before it; a copy of something older brings nothing."""
    heads, new = Heads(), candidate(2)
    heads.learn(TOPIC, Head(5, index_of(new)))
    for seq, text in ((4, b""), (5, stored(5, new).json)):
        heads.learn(TOPIC, head_of(stored(seq, new)))
        head = heads.get(TOPIC)
        assert (head and head.seq, head and head.json) == (5, text)


def test_disputes_are_known_from_the_stream():
    """A communication opens one for its unit as soon as its text is here."""
    heads = Heads()
    (new,) = decode(protest(1, "OPN"), RECEIPT).candidates
    heads.learn(new.message.topic, Head(1, index_of(new)))
    assert not heads.disputes.knows(PLACE)
    heads.learn(new.message.topic, head_of(stored(1, new)))
    assert heads.disputes.open(PLACE) is not None
