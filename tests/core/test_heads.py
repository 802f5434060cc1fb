from hypothesis import given
from hypothesis import strategies as st

from feed.core.heads import Head, Heads
from feed.core.index import index_of
from tests.core.makers import candidate

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
