"""What a venue's text of a performance is worth: exactly, and only where there is no doubt.

Rules: ODF Common Codes, RESULT_TYPE. The sense of POINTS depends on the sport, so they are never compared.
"""

import re
from decimal import Decimal
from functools import lru_cache

_CLOCK = re.compile(r"(?:[0-9]{1,2}:[0-5][0-9]:[0-5][0-9]|[0-9]{1,3}:[0-5][0-9]|[0-9]{1,5})(?:\.[0-9]{1,4})?")
_NUMBER = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,4})?")
_SIXTY = 60
LEAST_IS_BEST = frozenset({"TIME", "STROKES"})
MOST_IS_BEST = frozenset({"DISTANCE", "WEIGHT", "PERCENT"})


@lru_cache(maxsize=1_024)  # a live result comes again with most of its rows as they were
def cost(result_type: str | None, text: str | None) -> Decimal | None:
    """A number that is the smaller the better the performance; None for what cannot be compared with certainty."""
    if text is None:
        return None
    if result_type == "TIME":
        return seconds(text)
    if result_type in LEAST_IS_BEST | MOST_IS_BEST and _NUMBER.fullmatch(text):
        return Decimal(text) if result_type in LEAST_IS_BEST else -Decimal(text)
    return None


def seconds(text: str) -> Decimal | None:
    """A time as results have it (9.79, 1:41.19, 2:06:26) in seconds; None for any other text."""
    if not _CLOCK.fullmatch(text):
        return None
    if ":" not in text:
        return Decimal(text)
    *higher, rest = text.split(":")
    whole = 0
    for part in higher:
        whole = whole * _SIXTY + int(part)
    return whole * _SIXTY + Decimal(rest)


def is_later(text: str, other: str) -> bool:
    """Whether one time is certainly later than another, told by the same clock (as many decimals)."""
    # Written without leading zeros, what is later is longer or sorts behind: the exact look is for the rare rest.
    if (len(text), text) <= (len(other), other) or _decimals(text) != _decimals(other):
        return False
    one, two = seconds(text), seconds(other)
    return one is not None and two is not None and one > two


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])
