from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from feed.core.entry import Entry
from feed.core.filters import parse_filter
from feed.core.index import Index
from feed.errors import ReaderError
from replay.verify.wish import Wish
from schemas.message import Op

KINDS = ["result", "unit", "action"]
INDEX = Index(version=1, event=0, recv=0, hash="", op=Op.PUT, status=None)


def tokens(*, wild: bool) -> st.SearchStrategy[list[str]]:
    """A topic's tokens, or a pattern's; few values, so that they often meet."""
    more = ["*"] if wild else []
    code = st.lists(st.sampled_from(["XG", "ATH", "-", *more]), min_size=6, max_size=6)
    kind = st.sampled_from([*KINDS, *more]).map(lambda each: [each])
    parts = st.lists(st.sampled_from(["a", "b", *more]), max_size=3)
    return st.builds(lambda *each: list(chain(*each)), code, kind, parts)


PATTERNS = st.builds(
    lambda each, length: ".".join(each if length > len(each) else [*each[:length], ">"]),
    tokens(wild=True),
    st.integers(0, 14),
)


@given(st.lists(PATTERNS, max_size=3), st.lists(st.sampled_from(KINDS), max_size=2), tokens(wild=False))
def test_it_agrees_with_the_service(filters: list[str], kinds: list[str], topic: list[str]):
    """Written a second time, from the reference: else the checker would share a mistake of the service's filters."""
    try:
        theirs = parse_filter(filters, kinds)
    except ReaderError:
        return
    entry = Entry(1, ".".join(topic), INDEX, b"{}")
    assert Wish(tuple(filters), tuple(kinds)).wants(entry.topic) is theirs.wants(entry)
