"""The only place that reads the wall clock."""

import time


def now_micros() -> int:
    """Microseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1000
