import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed.core.patch import diff
from tests.core.patches import applied

names = st.sampled_from(["id", "rank", "a/b", "m~n", "", "splits", "0"])
values = st.recursive(
    st.none() | st.integers(2, 9) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
rows = st.lists(
    st.builds(lambda number, rank: {"id": str(number), "rank": rank}, st.integers(0, 12), st.integers(0, 3)),
    unique_by=lambda row: row["id"],
    max_size=12,
)


@given(values | rows, values | rows)
def test_a_patch_makes_the_new_value_of_the_old_one(old: Any, new: Any):
    """Whatever they are, as RFC 6902 applies it; equal values need none."""
    operations = list(diff(old, new))
    assert applied(old, operations) == new
    assert bool(operations) == (old != new)
    assert json.loads(json.dumps(operations)) == operations


@given(st.permutations(range(9)), st.integers(0, 8), st.integers(0, 8))
def test_one_row_that_goes_up_or_down_is_one_move(order: list[int], source: int, target: int):
    """However far, and whatever stood where."""
    old = [{"id": str(number)} for number in order]
    new = old.copy()
    new.insert(target, new.pop(source))
    operations = list(diff(old, new))
    assert [each["op"] for each in operations] == ["move"] * (old != new)
    assert applied(old, operations) == new


def test_one_split_of_one_competitor_is_a_short_patch():
    """Of a hundred competitors one passes a split, and three go down by it: a few hundred bytes."""
    before = {
        "body": {
            "competitors": [
                {"id": f"{number:07d}", "rank": number, "name": {"print": f"COMPETITOR Number {number}"}, "splits": []}
                for number in range(1, 101)
            ]
        }
    }
    after = json.loads(json.dumps(before))
    competitors = after["body"]["competitors"]
    competitors[12]["splits"].append({"pos": "1", "result": "9:58.3"})
    competitors.insert(9, competitors.pop(12))
    for place in range(9, 13):
        competitors[place]["rank"] = place + 1
    operations = list(diff(before, after))
    assert applied(before, operations) == after
    assert len(json.dumps(operations)) < 500 < len(json.dumps(after)) / 10


@pytest.mark.parametrize(
    "old, new, expected",
    [
        ({"a": 1}, {"a": 2}, [{"op": "replace", "path": "/a", "value": 2}]),
        ({"a": 1}, {}, [{"op": "remove", "path": "/a"}]),
        ({}, {"a/b~": 1}, [{"op": "add", "path": "/a~1b~0", "value": 1}]),
        ([1, 2], [1, 3, 4], [{"op": "replace", "path": "/1", "value": 3}, {"op": "add", "path": "/2", "value": 4}]),
        ([1, 2, 3], [1], [{"op": "remove", "path": "/2"}, {"op": "remove", "path": "/1"}]),
        ([{"id": "x"}, {"id": "x"}], [{"id": "x"}], [{"op": "remove", "path": "/1"}]),
        (None, {}, [{"op": "replace", "path": "", "value": {}}]),
    ],
)
def test_what_is_said(old: Any, new: Any, expected: list[dict[str, Any]]):
    """Members by name, items by place, the whole where kinds of value differ; ids count only where each is one."""
    assert list(diff(old, new)) == expected
