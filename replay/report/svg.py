"""Small drawing: elements that escape what they are given, scales, and a frame with axes."""

import math
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from markupsafe import Markup, escape

WIDTH: Final = 900
LEFT, TOP, BOTTOM = 62, 14, 34  # room for the axes; the right side is each plot's own
_STEPS: Final = (1, 2, 5)
_ABOUT: Final = 1.000001  # against what floats lose


def tag(name: str, *children: str, **attributes: object) -> Markup:
    """An element; `_` in the name of an attribute is `-`, one at its end is dropped (`class_`)."""
    told = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _short(value)) for key, value in attributes.items()
    )
    inside = Markup("").join(escape(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), told, inside)  # noqa: S704 - names are ours


def drawing(name: str, width: float, height: float, *children: str, **attributes: object) -> Markup:
    """A picture with a name for those who do not see it."""
    box = f"0 0 {width:g} {height:g}"
    return tag("svg", *children, viewBox=box, role="img", aria_label=name, **{"class_": "plot"} | attributes)


def text(x: float, y: float, words: str, **attributes: object) -> Markup:
    """Words at a place."""
    return tag("text", words, x=x, y=y, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def path(points: Iterable[tuple[float, float]], class_: str) -> Markup:
    """A line through points."""
    return tag("path", d="M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points), class_=class_)


class Scale(NamedTuple):
    """Numbers from `low` to `high` on pixels from `start` to `end`; by their logarithm when `is_log`."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def at(self, value: float) -> float:
        """The pixel of a value; what lies outside lies on the edge."""
        low, high, value = self.low, self.high, min(self.high, max(self.low, value))
        if self.is_log:
            low, high, value = math.log(low), math.log(high), math.log(value)
        share = (value - low) / (high - low) if high > low else 0.0
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Round numbers within, not too many."""
        return _log_ticks(self.low, self.high) if self.is_log else _linear_ticks(self.low, self.high)


def around(values: Sequence[float], start: float, end: float) -> Scale:
    """A logarithmic scale that holds these values, from a round number to a round number."""
    known = [value for value in values if value > 0] or [1.0]
    first, last = math.floor(math.log10(min(known))), math.ceil(math.log10(max(known)))
    round_ones = [step * 10.0**power for power in range(first, last + 2) for step in _STEPS]
    low = max(each for each in round_ones if each <= min(known) * _ABOUT)
    high = min(each for each in round_ones if each * _ABOUT >= max(known) and each > low)
    return Scale(low, high, start, end, is_log=True)


def upwards(values: Sequence[float], start: float, end: float) -> Scale:
    """A linear scale from zero to the round number above these values."""
    most = max(*values, 1e-9, 0.0)
    step = _step(most)
    return Scale(0.0, step * math.ceil(most / step - 1e-9), start, end)


def rows(scale: Scale, right: float, unit: str) -> Markup:
    """Horizontal grid lines with their numbers, the unit at the top."""
    grid = [line(LEFT, scale.at(tick), right, scale.at(tick), "grid") for tick in scale.ticks()]
    labels = [text(LEFT - 8, scale.at(tick) + 4, f"{tick:,.10g}", text_anchor="end") for tick in scale.ticks()]
    return tag("g", *grid, *labels, text(4, TOP, unit, class_="unit"), class_="axis")


def columns(scale: Scale, bottom: float, labels: Iterable[tuple[float, str]], name: str) -> Markup:
    """Labels below, with short marks, and what they are."""
    marks = [line(scale.at(value), bottom, scale.at(value), bottom + 5, "grid") for value, _ in labels]
    words = [text(scale.at(value), bottom + 18, label, text_anchor="middle") for value, label in labels]
    unit = text(4, bottom + 18, name, class_="unit")
    return tag("g", line(scale.start, bottom, scale.end, bottom, "base"), *marks, *words, unit, class_="axis")


def _short(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _log_ticks(low: float, high: float) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = _STEPS if high / low < 10**4 else _STEPS[:1]
    ticks = [step * 10.0**power for power in powers for step in steps]
    return [tick for tick in ticks if low <= tick * _ABOUT and tick <= high * _ABOUT]


def _linear_ticks(low: float, high: float) -> list[float]:
    step = _step(high - low)
    first = math.ceil(low / step)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def _step(length: float) -> float:
    """A round number that goes about five times into a length."""
    rough = (length or 1.0) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    return next(each * power for each in (*_STEPS, 10) if each * power * _ABOUT >= rough)
