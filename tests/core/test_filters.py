import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feed.core import filters
from feed.core.filters import PATTERNS_MAX, parse_filter
from feed.core.scope import Scope
from feed.errors import ErrorName, ReaderError
from schemas.registry import KINDS
from schemas.topic import TOKEN_BYTES_MAX
from tests.core.makers import entry

PATH = ("XG", "ATH", "M", "100M", "FNL", "000100")
RESULT = ".".join((*PATH, "result"))
tokens = st.sampled_from(["XG", "ATH", "-", "~C3~89"])
parts = st.sampled_from(["SUB", "ENG"])


@st.composite
def topics(draw: st.DrawFn):
    kind = draw(st.sampled_from(list(KINDS)))
    below = draw(st.lists(parts, max_size=len(KINDS[kind].key_parts)))
    return ".".join([*draw(st.lists(tokens, min_size=6, max_size=6)), kind, *below])


@st.composite
def patterns(draw: st.DrawFn):
    """Patterns that some topic can match, `>` at any place that leaves room for it."""
    kind = draw(st.sampled_from([*KINDS, "*"]))
    room = len(KINDS[kind].key_parts) if kind in KINDS else max(len(row.key_parts) for row in KINDS.values())
    below = draw(st.lists(st.one_of(parts, st.just("*")), max_size=room))
    full = [*draw(st.lists(st.one_of(tokens, st.just("*"), st.just("*")), min_size=6, max_size=6)), kind, *below]
    cut = draw(st.none() | st.integers(0, 6 + room))
    return ".".join(full if cut is None else [*full[:cut], ">"])


def nats_matches(pattern: list[str], topic: list[str]):
    """NATS by its words: `*` is any one token, `>` is one or more at the end."""
    match pattern, topic:
        case ([">"], [_, *_]):
            return True
        case ([], []):
            return True
        case ([wanted, *more], [token, *rest]):
            return wanted in {"*", token} and nats_matches(more, rest)
    return False


def matches(pattern: str, topic: str):
    """NATS, and a pattern of seven tokens that ends in the kind takes what is below it as well."""
    wanted, found = pattern.split("."), topic.split(".")
    below = len(wanted) == 7 and wanted[-1] != ">"
    return nats_matches(wanted, found) or (below and nats_matches([*wanted, ">"], found))


@given(st.lists(patterns(), min_size=1, max_size=4), st.lists(topics(), min_size=1, max_size=6))
@settings(max_examples=500, deadline=None)
def test_patterns_match_as_nats_does(wanted: list[str], found: list[str]):
    """Joined by OR; asked twice the answer is the same, because it is remembered."""
    wish = parse_filter(wanted, [])
    for topic in found:
        expected = any(matches(pattern, topic) for pattern in wanted)
        assert wish.wants(entry(1, topic)) is expected
        assert wish.wants(entry(2, topic)) is expected


@pytest.mark.parametrize("below", ["", ".SUB", ".SUB.-.ENG"])
@pytest.mark.parametrize("pattern", [RESULT, "*.*.*.*.*.*.result", "*.*.*.*.*.*.*", "XG.>"])
def test_a_pattern_that_ends_in_a_kind_takes_all_below(pattern: str, below: str):
    """With key parts and without; so does one that ends in any kind."""
    assert parse_filter([pattern], []).wants(entry(1, RESULT + below))


def test_a_rest_below_the_kind_takes_only_what_has_key_parts():
    """`>` stands for at least one token, as in NATS."""
    wish = parse_filter([f"{RESULT}.>"], [])
    assert wish.wants(entry(1, f"{RESULT}.SUB"))
    assert not wish.wants(entry(1, RESULT))


def test_named_key_parts_take_exactly_those():
    """Neither fewer nor more."""
    wish = parse_filter([f"{RESULT}.SUB"], [])
    found = [wish.wants(entry(1, RESULT + below)) for below in ("", ".SUB", ".SUB.TYPE", ".OTHER")]
    assert found == [False, True, False, False]


@pytest.mark.parametrize(
    "patterns, kinds, expected",
    [
        ([], [], [True, True]),
        ([], ["result"], [True, False]),
        ([], ["document", "result"], [True, True]),
        (["XG.>"], ["document"], [False, True]),
        ([RESULT, "XG.*.*.*.*.*.document"], ["document"], [False, True]),
        (["Y.>"], ["document"], [False, False]),
    ],
)
def test_kinds_narrow_what_patterns_take(patterns: Iterable[str], kinds: Iterable[str], expected: list[bool]):
    """No pattern takes everything; kinds are joined to patterns by AND."""
    wish = parse_filter(patterns, kinds)
    found = [wish.wants(entry(1, topic)) for topic in (RESULT, ".".join((*PATH, "document", "DT_X")))]
    assert found == expected


def test_a_wish_inside_venues_is_asked_of_every_message():
    """A topic may come and go: what names the venue, now or before, is wanted, whatever was said of the topic."""
    scope = Scope.of(["XG"], [], ["STA", "AQC"])
    wish = parse_filter([RESULT], [], scope)
    about = [("STA", None), ("POO", "STA"), ("POO", None), (None, "AQC"), (None, None), ("STA", None)]
    found = [wish.wants(entry(1, RESULT, venue=now, venue_before=before)) for now, before in about]
    assert found == [True, True, False, True, False, True]
    assert not wish.wants(entry(1, "XH" + RESULT[2:], venue="STA"))
    assert not wish.wants(entry(1, f"{RESULT}s", venue="STA"))
    assert wish == parse_filter([RESULT], [], scope)
    assert wish not in {parse_filter([RESULT], []), parse_filter([RESULT], [], Scope.of(["XG"], []))}


def test_equal_wishes_are_equal():
    """Order and repetition play no part; other patterns or kinds do."""
    wish = parse_filter(["A.>", "B.>"], ["result"])
    assert wish == parse_filter(["B.>", "A.>", "B.>"], ["result", "result"])
    assert hash(wish) == hash(parse_filter(["B.>", "A.>"], ["result"]))
    assert len({wish, parse_filter(["A.>"], ["result"]), parse_filter(["A.>", "B.>"], [])}) == 3
    assert wish != "A.>"


def test_remembered_topics_are_bounded(monkeypatch: pytest.MonkeyPatch):
    """What is forgotten is worked out again."""
    monkeypatch.setattr(filters, "_REMEMBERED_TOPICS", 3)
    wish = parse_filter(["XG.>"], [])
    for number in range(10):
        assert wish.wants(entry(1, f"XG.{number}.M.E.P.U.result"))
        assert not wish.wants(entry(1, f"Y.{number}.M.E.P.U.result"))
        assert len(wish._known) <= 3


def bad(patterns: Iterable[str], kinds: Iterable[str] = ()):
    with pytest.raises(ReaderError) as error:
        parse_filter(list(patterns), list(kinds))
    assert error.value.name is ErrorName.BAD_FILTER
    return error.value.detail


@pytest.mark.parametrize(
    "pattern, token",
    [
        ("", "''"),
        ("a..>", "''"),
        ("a.>.b", "'>'"),
        ("a b.>", "'a b'"),
        ("a*.>", "'a*'"),
        ("\u00e9.>", "'\u00e9'"),
        ("a~4.>", "'a~4'"),
        ("~c3~89.>", "'~c3~89'"),
        (">=", "'>='"),
        ("x" * (TOKEN_BYTES_MAX + 1) + ".>", "'xxx"),
        ("~41.>", "'~41'"),
        ("~FF.>", "'~FF'"),
        (f"{RESULT}.~2Da", "'~2Da'"),
    ],
)
def test_a_token_that_no_topic_has_is_named(pattern: str, token: str):
    """Wrong letters, `>` inside, too long, or an escape that is never written."""
    detail = bad([pattern])
    assert f"{token}" in detail
    assert "no topic token" in detail


def test_an_unknown_kind_is_named():
    """In a pattern, with or without key parts, and in type=."""
    assert "'results'" in bad([f"{RESULT}s"])
    assert "'results'" in bad([f"{RESULT}s.>"])
    assert "type=medal" in bad([], ["result", "medal"])
    assert "''" in bad([], [""])


@pytest.mark.parametrize("pattern", ["XG", "XG.ATH", "*.*.*.*.*.*"])
def test_a_pattern_that_stops_before_the_kind_is_an_error(pattern: str):
    """No topic is that short."""
    assert "stops before the kind" in bad([pattern])


@pytest.mark.parametrize("pattern", [f"{RESULT}.a.b.c.d", f"{RESULT}.a.b.c.>", "*.*.*.*.*.*.*.a.b.c.d.e.f"])
def test_too_many_key_parts_are_an_error(pattern: str):
    """More than the kind has, or than any kind has; `>` needs a place of its own."""
    assert "key parts" in bad([pattern])


@pytest.mark.parametrize("pattern", [f"{RESULT}.-", f"{RESULT}.a.-", "*.*.*.*.*.*.*.*.-"])
def test_an_empty_last_key_part_is_an_error(pattern: str):
    """Topics leave trailing empty parts out, so nothing ends like that; inside they are written."""
    assert "empty key part" in bad([pattern])
    assert parse_filter([f"{RESULT}.-.b"], []).wants(entry(1, f"{RESULT}.-.b"))


def test_a_kind_that_no_pattern_allows_is_an_error():
    """A filter on results with type=document can never match; one open pattern is enough."""
    assert "nothing can match" in bad([RESULT], ["document"])
    assert parse_filter([RESULT, ">"], ["document"]).wants(entry(1, ".".join((*PATH, "document"))))
    assert parse_filter(["*.*.*.*.*.*.*"], ["document"])


def test_patterns_are_counted():
    """As many as allowed, not one more."""
    assert parse_filter(["XG.>"] * PATTERNS_MAX, [])
    assert str(PATTERNS_MAX) in bad(["XG.>"] * (PATTERNS_MAX + 1))


def test_every_kind_can_be_asked_for_with_all_its_parts():
    """The longest pattern of each kind is allowed."""
    for kind, row in KINDS.items():
        for count in range(len(row.key_parts) + 1):
            pattern = ".".join([*PATH, kind, *itertools.repeat("*", count)])
            assert parse_filter([pattern], [kind]).wants(entry(1, ".".join([*PATH, kind, *["a"] * count])))


def test_a_topic_is_reached_at_whatever_venue_it_is():
    """Where it is now does not tell where it was."""
    wish = parse_filter(["XG.>"], ["result"], Scope.of([], [], ["A"]))
    there, elsewhere = entry(1, RESULT, venue="A"), entry(2, RESULT, venue="B")
    assert (wish.wants(there), wish.wants(elsewhere)) == (True, False)
    assert wish.reaches(there)
    assert wish.reaches(elsewhere)
    assert not wish.reaches(entry(3, ".".join((*PATH, "document")), venue="A"))
    assert not wish.reaches(entry(4, f"O{RESULT}", venue="A"))
