from hypothesis import given
from hypothesis import strategies as st

from feed.core.lookup import Lookup

NAMES = st.lists(st.sampled_from("abc"), max_size=3)


@given(st.lists(st.tuples(st.sampled_from("xyz"), NAMES | st.none()), max_size=12))
def test_a_name_leads_to_the_rows_that_have_it_now(steps: list[tuple[str, list[str] | None]]):
    """In the order in which their topics came last; what was dropped or lost the name is not found by it."""
    lookup: Lookup[int] = Lookup()
    rows: dict[str, tuple[list[str], int]] = {}
    for number, (topic, names) in enumerate(steps):
        rows.pop(topic, None)
        if names is None:
            lookup.drop(topic)
        else:
            rows[topic] = (names, number)
            lookup.put(topic, names, number)
    for name in "abc":
        assert lookup.about(name) == [row for names, row in rows.values() if name in names]
