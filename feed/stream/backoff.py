"""How long to wait before the next attempt at something that failed several times in a row."""

import random


def backoff(failures: int, first: float, longest: float) -> float:
    """Seconds: `first`, doubled with each failure, `longest` at the most, and spread over the upper half."""
    return min(first * 2.0**failures, longest) * random.uniform(0.5, 1)  # noqa: S311 - spreads attempts, no secret
