import pytest
from multidict import MultiDict

from feed.errors import ErrorName, ReaderError
from feed.serve.parameters import FILTER, FLAG, Number, Seconds, named
from feed.serve.query import NDJSON, check_names, listed, read_number, read_seconds, read_switch, wants

KNOWN = named(FILTER, FLAG)
LIMIT = Number(name="limit", meaning="", default=5, highest=10, example="")
WAIT = Seconds(name="wait", meaning="", highest=60, example="")


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
            read_number(query, LIMIT)
    else:
        assert read_number(query, LIMIT) == number
    assert read_number(MultiDict(), LIMIT) == 5


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
    "accept, lines",
    [
        (None, False),
        ("", False),
        ("*/*", False),
        ("application/*", False),
        ("text/html", False),
        (NDJSON, True),
        ("Application/X-NDJSON", True),
        (f"{NDJSON}, */*;q=0.1", True),
        (f"application/json, {NDJSON}", True),
        (f"application/json;q=0.9,{NDJSON};q=0.8", False),
        (f"application/json;q=0.8, {NDJSON} ; q=0.9", True),
        (f"{NDJSON};q=0", False),
        (f"{NDJSON};q=0.0, application/json;q=0", False),
        (f"{NDJSON};charset=utf-8", True),
        (f"{NDJSON};q=x", True),
        (";;,,q=1", False),
    ],
)
def test_lines_are_for_who_asks_for_them_by_name(accept: str | None, *, lines: bool):
    """And does not like one JSON text better (RFC 9110 section 12.5.1)."""
    assert wants(MultiDict({} if accept is None else {"Accept": accept}), NDJSON) is lines


def test_several_accept_headers_are_one():
    """A list may come in parts."""
    assert wants(MultiDict([("Accept", "application/json;q=0.5"), ("Accept", NDJSON)]), NDJSON)


@pytest.mark.parametrize("text, seconds", [("0", 0), ("60", 60), ("0.25", 0.25), ("07", 7), ("59.999", 59.999)])
def test_a_time_is_in_seconds(text: str, seconds: float):
    """Decimals are allowed; absent is none."""
    assert read_seconds(MultiDict({"wait": text}), WAIT) == seconds
    assert read_seconds(MultiDict(), WAIT) == 0


@pytest.mark.parametrize("text", ["", "61", "60.001", "-1", "1e1", ".5", "1.", "nan", "inf", "1_0", "\u0661", "1" * 99])
def test_a_time_has_bounds(text: str):
    """A plain decimal number, not above the highest."""
    with pytest.raises(ReaderError) as raised:
        read_seconds(MultiDict({"wait": text}), WAIT)
    assert raised.value.name is ErrorName.BAD_REQUEST


def test_values_may_be_repeated_or_joined_by_commas():
    """Each once; absent is none."""
    query = MultiDict([("noc", "FRA,GER"), ("noc", "FRA")])
    assert listed(query, "noc") == {"FRA", "GER"}
    assert listed(query, "event") == frozenset()


@pytest.mark.parametrize("text", ["", ",", "FRA,", ",FRA", "FRA,,GER"])
def test_an_empty_value_is_an_error(text: str):
    """Whoever asks for nothing by mistake must not get everything."""
    with pytest.raises(ReaderError, match="noc= has an empty value"):
        listed(MultiDict({"noc": text}), "noc")
