from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed.venues.odf.times import is_date, local_moment, moment

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("2030-02-28", True),
        ("2028-02-29", True),
        ("2030-02-29", False),
        ("2030-13-01", False),
        ("20300228", False),
        ("2030-W09-4", False),
        ("2030-2-28", False),
        ("\u0662\u0660\u0663\u0660-02-28", False),
        ("", False),
    ],
)
def test_a_date_is_a_day_that_exists(text: str, *, expected: bool):
    """Only YYYY-MM-DD of the calendar is a date."""
    assert is_date(text) is expected


def test_header_time_is_read_in_the_zone_of_the_competition():
    """Nine digits, or the form with colons, are local time of that day's offset."""
    summer = local_moment("2030-07-03", "215612045", PARIS)
    assert summer == 1909338972045000
    assert datetime.fromtimestamp(summer / 1e6, UTC).isoformat() == "2030-07-03T19:56:12.045000+00:00"
    assert local_moment("2030-07-03", "21:56:12.045", PARIS) == summer
    assert local_moment("2030-01-03", "120000000", PARIS) == local_moment("2030-01-03", "110000000", UTC)


@pytest.mark.parametrize(
    "day, clock",
    [
        ("2030-07-03", "2156"),
        ("2030-07-03", "215612"),
        ("2030-07-03", "2156120450"),
        ("2030-07-03", "21:56:12"),
        ("2030-07-03", "21:5612.045"),
        ("2030-07-03", "246000000"),
        ("2030-07-03", "235960000"),
        ("2030-07-03", ""),
        ("2030-02-30", "215612045"),
        ("2030-7-3", "215612045"),
        ("0000-01-01", "000000000"),
        ("", "215612045"),
    ],
)
def test_header_times_that_do_not_exist_are_errors(day: str, clock: str):
    """A malformed or impossible day or time raises ValueError."""
    with pytest.raises(ValueError, match=r"."):
        local_moment(day, clock, UTC)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T02:00:00+02:00", 0),
        ("1970-01-01T02:00:00+0200", 0),
        ("1969-12-31T17:00:00.000-07:00", 0),
        ("1970-01-01T00:00Z", 0),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("9999-12-31T23:59:59+00:00", 253402300799000000),
        ("0001-01-01T00:00:00+14:00", -62135647200000000),
    ],
)
def test_a_moment_with_offset_needs_no_zone(text: str, expected: int):
    """ISO 8601 with an offset is exact to the microsecond, also at the ends of the calendar."""
    assert moment(text, None) == (expected, True)


def test_a_moment_without_offset_is_read_in_the_given_zone_and_says_so():
    """The second value tells that the offset was not sent; without a zone it is an error."""
    assert moment("1970-01-01T01:00:00", timezone(timedelta(hours=1))) == (0, False)
    with pytest.raises(ValueError, match="no offset"):
        moment("1970-01-01T01:00:00", None)


@pytest.mark.parametrize("zone", [PARIS, ZoneInfo("Asia/Tokyo"), ZoneInfo("America/Los_Angeles")], ids=str)
def test_the_ends_of_the_calendar_exist_in_every_zone(zone: ZoneInfo):
    """No date is too early or too late to be counted."""
    assert local_moment("0001-01-01", "000000000", zone) < 0 < local_moment("9999-12-31", "235959999", zone)


@pytest.mark.parametrize(
    "text",
    [
        *("", "2030-07-03", "2030-07-03 10:00:00Z", "20300703T100000Z", "2030-W27-3T10:00:00Z", "2030-02-30T10:00:00Z"),
        *("2030-07-03T24:30:00Z", "2030-07-03T10:00:60Z", "2030-07-03T10:00:00+25:00", "2030-07-03T10:00:00Z\n"),
        *("2030-07-03T10:00:00,5Z", "\u0662030-07-03T10:00:00Z", "0000-01-01T00:00:00Z"),
    ],
)
def test_other_forms_are_errors(text: str):
    """What is no DateTime of ODF raises ValueError, whatever else Python would make of it."""
    with pytest.raises(ValueError, match=r"."):
        moment(text, UTC)


@given(st.datetimes(timezones=st.timezones()))
def test_every_moment_comes_back(stamp: datetime):
    """What isoformat writes is read as the same instant (offsets of whole minutes, as ODF has them)."""
    offset = stamp.utcoffset() or timedelta()
    if offset % timedelta(minutes=1):
        return
    expected = (stamp - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert moment(stamp.isoformat(), None) == (expected, True)
