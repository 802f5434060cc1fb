from hypothesis import given
from hypothesis import strategies as st

from feed.core.about import read_about
from feed.core.entry import Entry
from feed.core.filters import Filter, NarrowFilter, parse_filter
from feed.core.index import TOO_MANY_TO_LIST, Index, Left
from feed.core.interests import Interests
from feed.core.scope import Scope
from schemas.message import Op
from tests.core.makers import entry

TOKENS = ("XG2030", "ATH", "M", "100M", "FNL")
topics = st.builds(
    lambda tokens, parts: ".".join([*tokens, *parts]),
    st.tuples(*(st.sampled_from([token, f"{token}X"]) for token in TOKENS), st.sampled_from(["000100", "000200"])),
    st.sampled_from([["result"], ["unit"], ["action", "-", "GO"], ["entries"]]),
)
patterns = st.one_of(
    st.builds(
        lambda tokens, count: ".".join([*tokens[:count], ">"]),
        st.tuples(*(st.sampled_from([token, f"{token}X", "*"]) for token in TOKENS)),
        st.integers(0, 5),
    ),
    st.builds(
        lambda tokens, kind: ".".join([*tokens, kind]),
        st.tuples(*(st.sampled_from([token, "*"]) for token in (*TOKENS, "000100"))),
        st.sampled_from(["result", "unit", "action", "*", "action.-.GO", "*.>", "action.>"]),
    ),
)
scopes = st.sampled_from([Scope(), Scope.of(["XG2030"], []), Scope.of([], ["ATHX"])])


def _wish(texts: list[str], kinds: list[str], scope: Scope, about: dict[str, set[str]]) -> Filter:
    """Made past the checks for what can never match: here that is a good example."""
    compiled = [pattern for text in texts for pattern in parse_filter([text], []).patterns]
    made = NarrowFilter if about else Filter
    return made(tuple(compiled), frozenset(kinds), scope, read_about(about))


kinds = st.lists(st.sampled_from(["result", "unit"]), max_size=2)
values = {
    "athlete": st.sets(st.sampled_from("123"), min_size=1),
    "noc": st.sets(st.sampled_from(["FRA", "USA"]), min_size=1),
    "status": st.just({"LIVE"}),
}
abouts = st.just({}) | st.fixed_dictionaries({}, optional=values)
wishes = st.builds(_wish, st.lists(patterns, max_size=3), kinds, scopes, abouts)
lists = st.sampled_from(["", "1", "1,3", "2,3", TOO_MANY_TO_LIST])
entries = st.builds(
    lambda topic, athletes, nocs, status, left: Entry(
        1, topic, Index(1, 0, 0, "h", Op.PUT, status, nocs=nocs, athletes=athletes, left=left), b"{}"
    ),
    topics,
    lists,
    st.sampled_from(["", "FRA", "FRA,USA"]),
    st.sampled_from([None, "LIVE"]),
    st.builds(Left, athletes=lists, nocs=st.sampled_from(["", "USA"])),
)


@given(st.lists(wishes, max_size=12, unique=True), st.lists(entries, max_size=8), st.data())
def test_a_look_up_finds_what_asking_every_filter_finds(many: list[Filter], told: list[Entry], data: st.DataObject):
    """Whatever came and went before, in any order."""
    interests, held = Interests(), set[Filter]()
    for wish in many:
        interests.add(wish)
        held.add(wish)
        for each in told:
            found = interests.wanting(each)
            assert set(found) == {one for one in held if one.wants(each)}
            assert len(found) == len(set(found))
        if held and data.draw(st.booleans()):
            gone = data.draw(st.sampled_from(sorted(held, key=lambda one: repr(one.key))))
            interests.discard(gone)
            held.discard(gone)
    for wish in held:
        interests.discard(wish)
    assert all(interests.wanting(each) == [] for each in told)
    assert interests._root.is_empty


def test_what_was_found_for_a_topic_is_found_anew_when_filters_change():
    """A filter that comes later is asked too."""
    interests, each = Interests(), entry(1)
    one, two = parse_filter(["XG2030.>"], []), parse_filter([">"], ["result"])
    interests.add(one)
    assert interests.wanting(each) == [one]
    interests.add(two)
    assert set(interests.wanting(each)) == {one, two}
