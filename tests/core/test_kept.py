from hypothesis import given
from hypothesis import strategies as st

from feed.core.kept import KEPT_OVERHEAD, Kept


def test_what_was_asked_for_last_stays():
    """The one nobody asked for longest makes room."""
    kept = Kept[int](2 * (10 + KEPT_OVERHEAD))
    for key in (1, 2):
        kept.keep(key, b"x" * 10)
    assert kept.get(1) is not None
    kept.keep(3, b"x" * 10)
    assert [kept.get(key) is not None for key in (1, 2, 3)] == [True, False, True]


def test_another_edition_is_none():
    """What was made of an older one is made again, and takes its place."""
    kept = Kept[int](1_000)
    kept.keep(1, b"old", edition=1)
    assert kept.get(1, edition=2) is None
    assert kept.keep(1, b"new", edition=2) == b"new"
    assert (kept.get(1, edition=1), kept.get(1, edition=2)) == (None, b"new")


@given(st.lists(st.tuples(st.integers(0, 5), st.binary(max_size=400))), st.integers(0, 2_000))
def test_it_never_holds_more_than_it_may(texts: list[tuple[int, bytes]], most: int):
    """Whatever comes, in whatever order; each that is held is the last of its key."""
    kept, last = Kept[int](most), dict[int, bytes]()
    for key, text in texts:
        assert kept.keep(key, text) == text
        last[key] = text
        held = [kept.get(each) for each in range(6)]
        assert sum(len(text) + KEPT_OVERHEAD for text in held if text is not None) <= most
        assert all(text in (None, last.get(key)) for key, text in enumerate(held))
