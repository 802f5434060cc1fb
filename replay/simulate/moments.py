"""Times of the simulated Games: milliseconds UTC; the Games are held where the clocks show UTC.

So a header's Date and Time, which have no zone (Foundation Principles 2.2), are right without any setting.
"""

from datetime import UTC, date, datetime
from functools import lru_cache

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def first_day(year: int, month: int, day: int) -> int:
    """Its midnight."""
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * SECOND


@lru_cache(maxsize=256)
def _date(day: int) -> str:
    return str(date.fromordinal(date(1970, 1, 1).toordinal() + day))


def day_of(at: int) -> str:
    """YYYY-MM-DD."""
    return _date(at // DAY)


def clock_of(at: int) -> str:
    """The header's nine digits: hhmmssfff."""
    seconds, millis = divmod(at % DAY, SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}{minute:02d}{second:02d}{millis:03d}"


def iso(at: int) -> str:
    """YYYY-MM-DDThh:mm:ss with the offset, as bodies have it."""
    clock = clock_of(at)
    return f"{_date(at // DAY)}T{clock[:2]}:{clock[2:4]}:{clock[4:6]}+00:00"
