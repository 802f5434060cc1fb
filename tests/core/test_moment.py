import pytest

from feed.core.moment import is_time, parse_time


@pytest.mark.parametrize(
    "text, micros",
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2024-08-04T19:55:00Z", 1_722_801_300_000_000),
        ("2024-08-04T21:55:00+02:00", 1_722_801_300_000_000),
        ("2024-08-04t19:55:00z", 1_722_801_300_000_000),
        ("2024-08-04 19:55:00.25Z", 1_722_801_300_250_000),
        ("2024-08-04T19:55:00.123456789-00:00", 1_722_801_300_123_456),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
    ],
)
def test_a_time_is_microseconds_utc(text: str, micros: int):
    """As RFC 3339 writes it, with any offset; what is finer than a microsecond is cut off."""
    assert is_time(text)
    assert parse_time(text) == micros


@pytest.mark.parametrize(
    "text",
    [
        "2024-08-04",
        "2024-08-04T19:55Z",
        "2024-08-04T19:55:00",
        "2024-08-04T19:55:00 02:00",
        "2024-08-04T19:55:60Z",
        "2024-13-04T19:55:00Z",
        "2024-08-04T19:55:00+25:00",
        "0001-01-01T00:00:00+01:00x",
        "2024-08-04T19:55:00.Z",
    ],
)
def test_what_is_no_time_is_an_error(text: str):
    """It was meant as one, so nothing else is made of it."""
    assert is_time(text)
    with pytest.raises(ValueError, match=r"time|written"):
        parse_time(text)


@pytest.mark.parametrize("text", ["", "17", "20240804", "ab12cd34:17", "2024-08-041:17", "now"])
def test_a_place_is_no_time(text: str):
    """Also in an epoch of digits."""
    assert not is_time(text)
