import pytest
from multidict import MultiDict

from feed.errors import ErrorName, ReaderError
from feed.serve.query import NDJSON, NOT_BUILT_YET, check_accept, check_names, read_number, read_switch

KNOWN = frozenset({"filter", "flag"})


def name_of(query: list[tuple[str, str]]) -> ErrorName | None:
    try:
        check_names(MultiDict(query), KNOWN)
    except ReaderError as error:
        return error.name
    return None


@pytest.mark.parametrize(
    "query, name",
    [
        ([], None),
        ([("filter", "a"), ("flag", "P"), ("filter", "b")], None),
        ([("flag", "P"), ("flag", "P")], ErrorName.BAD_REQUEST),
        ([("FLAG", "P")], ErrorName.UNKNOWN_PARAMETER),
        ([("", "")], ErrorName.UNKNOWN_PARAMETER),
        *(([(name, "")], ErrorName.NOT_BUILT_YET) for name in sorted(NOT_BUILT_YET)),
    ],
)
def test_nothing_that_was_asked_for_is_ignored(query: list[tuple[str, str]], name: ErrorName | None):
    """Known names pass, all others are errors by name; what cannot be repeated may not be."""
    assert name_of(query) is name


@pytest.mark.parametrize("text, number", [("1", 1), ("10", 10), ("007", None), ("0", None), ("11", None), ("²", None)])
def test_a_number_has_bounds(text: str, number: int | None):
    """From 1 to the highest, in ASCII digits."""
    query = MultiDict({"limit": text})
    if number is None:
        with pytest.raises(ReaderError):
            read_number(query, "limit", 5, 10)
    else:
        assert read_number(query, "limit", 5, 10) == number
    assert read_number(MultiDict(), "limit", 5, 10) == 5


def test_a_switch_is_0_or_1():
    """Absent is off; `true` is no value."""
    assert [read_switch(MultiDict(query), "snapshot") for query in ({}, {"snapshot": "0"}, {"snapshot": "1"})] == [
        False,
        False,
        True,
    ]
    with pytest.raises(ReaderError):
        read_switch(MultiDict({"snapshot": "true"}), "snapshot")


@pytest.mark.parametrize(
    "accept, is_built", [("", True), ("*/*", True), (NDJSON, False), (f"{NDJSON}, */*;q=0.1", False)]
)
def test_a_representation_that_is_not_built_yet_is_said(accept: str, is_built: bool):  # noqa: FBT001
    """Who asks for lines must not get one JSON text instead."""
    if is_built:
        check_accept({"Accept": accept})
        return
    with pytest.raises(ReaderError) as raised:
        check_accept({"Accept": accept})
    assert raised.value.name is ErrorName.NOT_BUILT_YET
