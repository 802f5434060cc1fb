"""Texts of clocks and calendars to integer microseconds UTC (Foundation Principles 2.2 and 3, Date, Time, DateTime)."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HEADER_TIME = re.compile(r"([0-9]{2}):?([0-9]{2}):?([0-9]{2})\.?([0-9]{3})")
_HEADER_LENGTHS = (9, 12)  # hhmmssfff, and hh:mm:ss.fff as systems of third parties write it
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)


def is_date(text: str) -> bool:
    """Whether a text is YYYY-MM-DD and that day exists."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def local_moment(day: str, clock: str, zone: tzinfo) -> int:
    """Date and Time of a header, read in `zone`; raises ValueError when they are malformed or do not exist."""
    found = _HEADER_TIME.fullmatch(clock)
    if not found or len(clock) not in _HEADER_LENGTHS or not _DATE.fullmatch(day):
        raise ValueError(f"{day!r} {clock!r} is no YYYY-MM-DD hhmmssfff")
    hour, minute, second, millisecond = map(int, found.groups())
    year, month, of_month = map(int, day.split("-"))
    return _micros(datetime(year, month, of_month, hour, minute, second, millisecond * 1000, zone))


@lru_cache(maxsize=4_096)  # the units of a session have few times between them, and are sent again and again
def moment(text: str, zone: tzinfo | None) -> tuple[int, bool]:
    """A DateTime, and whether it carried its own offset; without one it is read in `zone`.

    Raises ValueError when it is malformed, does not exist, or has no offset while `zone` is None.
    """
    found = _MOMENT.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no YYYY-MM-DDThh:mm:ss with offset")
    stamp = datetime.fromisoformat(text)
    if found[1]:
        return _micros(stamp), True
    if zone is None:
        raise ValueError(f"{text!r} has no offset")
    return _micros(stamp.replace(tzinfo=zone)), False


def _micros(stamp: datetime) -> int:
    return (stamp - _EPOCH) // _MICROSECOND
