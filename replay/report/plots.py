"""The plots of a report, each one SVG that needs nothing else: colours come from the page, and never stand alone."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from hdrh.histogram import HdrHistogram
from markupsafe import Markup

from replay.report.model import Heat, Marker, Observed, Rate
from replay.report.svg import (
    BOTTOM,
    LEFT,
    TOP,
    WIDTH,
    Scale,
    around,
    columns,
    drawing,
    line,
    path,
    rows,
    tag,
    text,
    upwards,
)
from replay.report.wording import clock, number

_HEIGHT: Final = 340
_LETTER: Final = 7  # pixels, about
_SAMPLE: Final = 24  # pixels of a line before its name
_LINE: Final = 15  # pixels from one name to the next
LEVELS: Final = 8  # shades of the heat map
_STYLES: Final = 8  # kinds of line, by colour and dashes
_MINUTE_STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)


def percentiles(name: str, histograms: Mapping[str, HdrHistogram]) -> Markup:
    """The classic plot: latency by percentile, each nine as wide as the one before."""
    curves = {each: _by_nines(histogram) for each, histogram in histograms.items() if histogram.get_total_count()}
    right, bottom = WIDTH - _room(curves), _HEIGHT - BOTTOM
    nines = max((points[-1][0] for points in curves.values()), default=2.0)
    x = Scale(0.0, max(1.0, nines), LEFT, right)
    y = around([ms for points in curves.values() for _, ms in points], bottom, TOP + 10)
    ticks = [(float(each), _nines(each)) for each in range(math.floor(x.high) + 1)]
    lines = [
        path([(x.at(at), y.at(ms)) for at, ms in points], f"line s{place % _STYLES}")
        for place, points in enumerate(curves.values())
    ]
    ends = [(each, x.at(points[-1][0]), y.at(points[-1][1])) for each, points in curves.items()]
    return drawing(
        name, WIDTH, _HEIGHT, rows(y, right, "ms"), columns(x, bottom, ticks, ""), *lines, *_names(ends, right, bottom)
    )


def heat(name: str, found: Heat, markers: Sequence[Marker]) -> Markup:
    """Deliveries by the time when they were due and by latency; the line is each column's 99th percentile."""
    used = [row for column in found.counts for row, count in enumerate(column) if count]
    low, high = (max(0, min(used) - 1), max(used) + 1) if used else (0, len(found.bounds))
    right, bottom = WIDTH - 20, _HEIGHT - BOTTOM
    until = found.start + found.bucket * len(found.counts)
    x, y = Scale(found.start, until, LEFT, right), Scale(low, high, bottom, TOP + 20)
    most = max((count for column in found.counts for count in column), default=0)
    cells = [cell for row in range(low, high) for cell in _cells(found, row, most, x, y)]
    ticks = [(ms, y.at(row)) for ms in _decades(found.bounds) if low <= (row := _row(found.bounds, ms)) <= high]
    grid = [line(LEFT, at, right, at, "grid") for _, at in ticks]
    labels = [text(LEFT - 8, at + 4, f"{ms:,g}", text_anchor="end") for ms, at in ticks]
    slow = _steps(found, 0.99, x, y)
    return drawing(
        name,
        WIDTH,
        _HEIGHT,
        tag("g", *cells),
        tag("g", *grid, *labels, text(4, TOP + 10, "ms", class_="unit"), class_="axis"),
        columns(x, bottom, _moments(x), "due"),
        *([path(slow, "p99")] if slow else []),
        *_flags(markers, x, bottom),
        *_hovers(found, x, bottom),
    )


def rates(name: str, found: Sequence[Rate], markers: Sequence[Marker]) -> Markup:
    """Documents a second, as planned and as sent."""
    right, height = WIDTH - _room(["planned"]), 240
    bottom = height - BOTTOM
    x = Scale(found[0].at, max(found[-1].at, found[0].at + 1), LEFT, right)
    y = upwards([max(each.offered, each.achieved) for each in found], bottom, TOP + 20)
    planned = [(x.at(each.at), y.at(each.offered)) for each in found]
    sent = [(x.at(each.at), y.at(each.achieved)) for each in found]
    return drawing(
        name,
        WIDTH,
        height,
        rows(y, right, "1/s"),
        columns(x, bottom, _moments(x), ""),
        path(sent, "line s0"),
        path(planned, "line s1"),
        *_names([("sent", *sent[-1]), ("planned", *planned[-1])], right, bottom),
        *_flags(markers, x, bottom),
    )


def spark(name: str, each: Observed, field: str, seconds: float, markers: Sequence[Marker]) -> Markup:
    """One field of a process's samples over the run."""
    width, height = 200, 44
    values = [float(getattr(sample, field)) for sample in each.samples]
    x = Scale(0.0, max(seconds, each.samples[-1].at), 1, width - 1)
    y = Scale(0.0, max(*values, 1e-9), height - 2, 4)
    points = _peaks((x.at(sample.at), y.at(value)) for sample, value in zip(each.samples, values, strict=True))
    area = [(points[0][0], height - 2.0), *points, (points[-1][0], height - 2.0)]
    marks = [line(x.at(marker.at), 2, x.at(marker.at), height - 2, "marker") for marker in markers]
    base = line(0, height - 1, width, height - 1, "base")
    parts = (path(area, "area"), path(points, "line s0"), base, *marks)
    return drawing(name, width, height, *parts, class_="spark", preserveAspectRatio="none")


def _peaks(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The highest point of each pixel: a run has many more samples than a small plot has room for."""
    found: dict[int, tuple[float, float]] = {}
    for x, y in points:
        known = found.get(int(x))
        if known is None or y < known[1]:
            found[int(x)] = x, y
    return list(found.values())


def shares(name: str, parts: Mapping[str, float]) -> Markup:
    """What a time is made of: parts beside each other, in their order."""
    width, height, whole = 120, 14, sum(max(0.0, part) for part in parts.values())
    at, found = 0.0, []
    for place, (part, value) in enumerate(parts.items()):
        wide = width * max(0.0, value) / whole if whole else 0.0
        told = f"{part}: {number(value)} ms"
        found.append(tag("rect", tag("title", told), x=at, y=0, width=wide, height=height, class_=f"part f{place}"))
        at += wide
    return drawing(name, width, height, *found, class_="shares")


def _by_nines(histogram: HdrHistogram) -> list[tuple[float, float]]:
    """(nines, ms): 1 is 90 %, 2 is 99 %; the last is the slowest of all, one in as many as there are."""
    last = math.log10(max(2, histogram.get_total_count()))
    found = []
    for each in histogram.get_percentile_iterator(10):
        percentile = each.percentile_level_iterated_to
        nines = -math.log10(1 - percentile / 100) if percentile < 100 else last  # noqa: PLR2004 - percent
        found.append((min(last, nines), max(1, each.value_iterated_to) / 1000))
    return found


def _nines(count: int) -> str:
    """0 is "0", then 90 %, 99 %, 99.9 % ..."""
    return f"{100 - 10.0 ** (2 - count):.{max(0, count - 2)}f} %" if count else "0 %"


def _room(names: Iterable[str]) -> float:
    """Pixels to keep free on the right for the names of lines."""
    return 2 * _LINE + _SAMPLE + _LETTER * max(map(len, names), default=0)


def _names(ends: Sequence[tuple[str, float, float]], right: float, bottom: float) -> list[Markup]:
    """The names of lines beside the plot, none upon another, each tied to its line's end."""
    found, least, start = [], float(TOP), right + 10
    styles = {name: place % _STYLES for place, (name, *_) in enumerate(ends)}
    for place, (name, x, y) in enumerate(sorted(ends, key=lambda end: end[2])):
        room = bottom - (len(ends) - 1 - place) * _LINE
        at = max(least, min(y, room))
        found.append(line(x + 2, y, start, at, "lead"))
        found.append(line(start, at, start + _SAMPLE, at, f"line s{styles[name]}"))
        found.append(text(start + _SAMPLE + 6, at + 4, name, class_="name"))
        least = at + _LINE
    return found


def _cells(found: Heat, row: int, most: int, x: Scale, y: Scale) -> list[Markup]:
    """A row of the heat map; neighbours of one shade are one rectangle."""
    shades = [_shade(column[row], most) for column in found.counts]
    cells, first = [], 0
    for place in range(1, len(shades) + 1):
        if place < len(shades) and shades[place] == shades[first]:
            continue
        if shades[first]:
            left, right = x.at(found.start + first * found.bucket), x.at(found.start + place * found.bucket)
            top, high = y.at(row + 1), y.at(row) - y.at(row + 1)
            cells.append(tag("rect", x=left, y=top, width=right - left, height=high, class_=f"h{shades[first]}"))
        first = place
    return cells


def _shade(count: int, most: int) -> int:
    """1 to LEVELS by the logarithm of the count; 0 for none."""
    if not count:
        return 0
    return 1 + min(LEVELS - 1, int(LEVELS * math.log(count + 1) / math.log(most + 2)))


def _slow(column: Sequence[int], share: float) -> int | None:
    """The row that this share of a column's deliveries does not exceed; None when it has none."""
    wanted, seen = share * sum(column), 0
    for row, count in enumerate(column):
        seen += count
        if seen and seen >= wanted:
            return row
    return None


def _steps(found: Heat, share: float, x: Scale, y: Scale) -> list[tuple[float, float]]:
    """A line over all columns that have any: below it lies this share of each."""
    points = []
    for place, column in enumerate(found.counts):
        row = _slow(column, share)
        if row is not None:
            at = found.start + place * found.bucket
            points += [(x.at(at), y.at(row + 1)), (x.at(at + found.bucket), y.at(row + 1))]
    return points


def _hovers(found: Heat, x: Scale, bottom: float) -> list[Markup]:
    """What a column holds in words, for a pointer that rests on it."""
    hovers = []
    for place, column in enumerate(found.counts):
        at, row = found.start + place * found.bucket, _slow(column, 0.99)
        left, right = x.at(at), x.at(at + found.bucket)
        words = tag("title", f"{clock(at)}: {sum(column):,} deliveries{_within(found, row)}")
        hovers.append(tag("rect", words, x=left, y=TOP, width=right - left, height=bottom - TOP, class_="hover"))
    return hovers


def _within(found: Heat, row: int | None) -> str:
    if row is None:
        return ""
    return f", 99 % within {found.bounds[row]:,.3g} ms" if row < len(found.bounds) else ", some slower than all rows"


def _flags(markers: Sequence[Marker], x: Scale, bottom: float) -> list[Markup]:
    """A line for each marker, with its number in the list below the plot."""
    found = []
    for place, marker in enumerate(markers, 1):
        at = x.at(marker.at)
        flag = tag("circle", cx=at, cy=TOP, r=8, class_="flag")
        words = text(at, TOP + 4, str(place), class_="flag-number", text_anchor="middle")
        found.append(tag("g", tag("title", marker.what), line(at, TOP + 8, at, bottom, "marker"), flag, words))
    return found


def _moments(x: Scale) -> list[tuple[float, str]]:
    # at most eight marks fit below an axis
    step = next((each for each in _MINUTE_STEPS if (x.high - x.low) / each <= 8), 28800)  # noqa: PLR2004
    first = math.ceil(x.low / step)
    return [(float(each * step), clock(each * step)) for each in range(first, int(x.high // step) + 1)]


def _row(bounds: Sequence[float], ms: float) -> float:
    """Where a latency lies among the rows, between two bounds by its logarithm."""
    place = bisect_left(bounds, ms)
    if place == 0 or place == len(bounds):
        return float(place + (bounds[0] == ms if place == 0 else 0))
    return place + math.log(ms / bounds[place - 1]) / math.log(bounds[place] / bounds[place - 1])


def _decades(bounds: Sequence[float]) -> list[float]:
    if not bounds:
        return []
    powers = range(math.floor(math.log10(bounds[0])), math.ceil(math.log10(bounds[-1])) + 1)
    return [10.0**power for power in powers if bounds[0] <= 10.0**power <= bounds[-1] * 1.001]
