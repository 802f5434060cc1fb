"""What a benchmark is to reach, as a table: the median and spread of its rounds, and whether that is enough."""

from collections.abc import Sequence
from math import nan
from statistics import median
from typing import NamedTuple


class Aim(NamedTuple):
    """A figure by round, and how much it may be; a figure without a unit is a ratio."""

    what: str
    figures: Sequence[float]
    most: float
    unit: str = ""


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Of rounds that follow each other; a round so short that its CPU time is less than a tick has none."""
    return [a / b if b else nan for a, b in zip(ours, theirs, strict=True)]


def spread(figures: Sequence[float], unit: str = "") -> str:
    """The median, and the lowest and highest of several."""
    middle = f"{median(figures):.2f}{f' {unit}' if unit else ''}"
    return f"{middle} ({min(figures):.2f} to {max(figures):.2f})" if len(figures) > 1 else middle


def aimed(aims: Sequence[Aim]) -> list[str]:
    """Rows of a Markdown table, with an empty line before it."""
    rows = ["", "| aim | found, ratio (spread) | at most | |", "| --- | ---: | ---: | --- |"]
    for what, figures, most, unit in aims:
        verdict = "reached" if median(figures) <= most else "missed"
        rows.append(f"| {what} | {spread(figures, unit)} | {most:g}{f' {unit}' if unit else ''} | {verdict} |")
    return rows
