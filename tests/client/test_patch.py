import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed.client.errors import PatchError
from feed.client.patch import patched
from feed.core.patch import diff

NAMES = st.text("ab/~0", max_size=2)
VALUES = st.recursive(
    st.none() | st.integers(0, 3) | st.text("xy", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(NAMES, inner, max_size=3)
        | st.lists(st.sampled_from("pqrs"), unique=True).map(lambda ids: [{"id": each} for each in ids])
    ),
    max_leaves=12,
)


@given(VALUES, VALUES)
def test_what_the_service_writes_makes_the_new_value_of_the_old(old: Any, new: Any):
    """Whatever the two are."""
    assert patched(copy.deepcopy(old), list(diff(old, new))) == new


@pytest.mark.parametrize(
    "operation, made",
    [
        ({"op": "add", "path": "/rows/-", "value": 3}, {"rows": [1, 2, 3], "": {"a/b": 0}}),
        ({"op": "add", "path": "/rows/2", "value": 3}, {"rows": [1, 2, 3], "": {"a/b": 0}}),
        ({"op": "remove", "path": "//a~1b"}, {"rows": [1, 2], "": {}}),
        ({"op": "replace", "path": "", "value": 7}, 7),
        ({"op": "move", "from": "/rows/0", "path": "/one"}, {"rows": [2], "": {"a/b": 0}, "one": 1}),
    ],
)
def test_each_operation_does_what_rfc_6902_says(operation: dict[str, Any], made: Any):
    """Ends of lists, escaped names, empty names, the whole."""
    assert patched({"rows": [1, 2], "": {"a/b": 0}}, [operation]) == made


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/none", "value": 1},
        {"op": "remove", "path": "/rows/2"},
        {"op": "remove", "path": "/rows/-"},
        {"op": "add", "path": "/rows/3", "value": 1},
        {"op": "add", "path": "/rows/01", "value": 1},
        {"op": "add", "path": "/rows/0/deep", "value": 1},
        {"op": "move", "from": "/rows", "path": "/rows/0"},
        {"op": "add", "path": "rows", "value": 1},
        {"op": "add", "path": "/x"},
        {"op": "test", "path": "/rows", "value": 1},
        {"op": "remove", "path": ""},
    ],
)
def test_what_does_not_fit_is_refused(operation: dict[str, Any]):
    """Places that are not there, and operations that the service does not write."""
    with pytest.raises(PatchError):
        patched({"rows": [1, 2]}, [operation])
