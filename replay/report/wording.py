"""Numbers as a reader wants them, and the words for close codes."""

from typing import Final

CLOSES: Final = {
    0: "ended by the run",
    1000: "normal end",
    1001: "going away",
    1006: "broke without a close frame",
    1011: "internal error",
    1012: "restarting",
    4400: "bad request",
    4401: "no or unknown key",
    4403: "not entitled",
    4410: "cursor too old",
    4429: "too many",
}
_UNITS: Final = ("B", "kB", "MB", "GB", "TB")
_THOUSAND: Final = 1000


def number(value: float) -> str:
    """Three digits that count below a thousand, whole above it."""
    size = abs(value)
    if size >= 100 or value == int(value):  # noqa: PLR2004 - three digits
        return f"{value:,.0f}"
    # three digits in all
    return f"{value:,.1f}" if size >= 10 else f"{value:,.2f}" if size >= 1 else f"{value:.3f}"  # noqa: PLR2004


def size(count: float) -> str:
    """Bytes in powers of a thousand."""
    for unit in _UNITS[:-1]:
        if abs(count) < _THOUSAND:
            return f"{number(count)} {unit}"
        count /= _THOUSAND
    return f"{number(count)} {_UNITS[-1]}"


def share(change: float | None) -> str:
    """A change in percent with its sign; "new" from nothing."""
    return "new" if change is None else f"{change:+.1%}".replace("-", "\N{MINUS SIGN}")


def clock(seconds: float) -> str:
    """`0:07`, `12:30`, `1:02:03`; below ten seconds with tenths where there are any."""
    if 0 < seconds < 10 and seconds != int(seconds):  # noqa: PLR2004 - as promised above
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def close(code: int) -> str:
    """A close code with its meaning."""
    return f"{code}: {CLOSES.get(code, 'unknown')}" if code else CLOSES[0]
