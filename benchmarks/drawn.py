"""The plots of benchmarks: ratios as bars with the spread of their rounds, and curves of one figure over another."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from benchmarks.results import Cell, Table
from replay.report.svg import BOTTOM, LEFT, TOP, WIDTH, Scale, around, columns, drawing, line, path, rows, tag, text

FLOOR: Final = 1.0  # what a ratio is taken to
_NAMES: Final = 330  # room on the left of bars
_VALUES: Final = 130  # and on the right
_BAR: Final = 22
_HEIGHT: Final = 320
_LEGEND: Final = 170
_STYLES: Final = 8
_RATIO: Final = re.compile(r"\b(?:to|ratio)\b")
_BARE_RATIOS: Final = ("to ", "ratio")  # columns that name no figure: it stands in the column before


class Curve(NamedTuple):
    """Which columns of a table are drawn over each other; a line for each text of `series`."""

    benchmark: str
    x: str
    y: str
    series: str = "server"


CURVES: Final = (
    Curve("capacity", "rate", "p99"),
    Curve("costs", "subscribers", "CPU by delivery"),
    Curve("costs", "filters", "CPU by delivery"),
)


def plots(benchmark: str, table: Table) -> Iterator[Markup]:
    """All that a table of a benchmark can show."""
    for curve in CURVES:
        if curve.benchmark == benchmark and {curve.x, curve.y, curve.series} <= set(table.columns):
            for name, group in _groups(table, curve):
                yield curves(name, group)
    for place, column in enumerate(table.columns):
        ratios = {_label(table, row): row[place] for row in table.rows if row[place].high is not None}
        if ratios:
            name = f"{table.columns[place - 1]} {column}" if column.startswith(_BARE_RATIOS) else column
            yield bars(name, ratios, is_ratio=bool(_RATIO.search(column)))


def bars(name: str, found: Mapping[str, Cell], *, is_ratio: bool) -> Markup:
    """A bar for each figure with a whisker over its spread; the floor is a line, where all are ratios."""
    bottom = TOP + 10 + _BAR * len(found)
    most = max(max(cell.high or 0.0, cell.value or 0.0) for cell in found.values())
    x = Scale(0.0, max(most, FLOOR if is_ratio else 0.0) or 1.0, _NAMES, WIDTH - _VALUES)
    drawn = [_bar(label, cell, TOP + 10 + _BAR * place, x) for place, (label, cell) in enumerate(found.items())]
    floor = [line(x.at(FLOOR), TOP, x.at(FLOOR), bottom, "marker")] if is_ratio else []
    axis = columns(x, bottom, [(tick, f"{tick:,g}") for tick in x.ticks()], "")
    return drawing(name, WIDTH, bottom + BOTTOM, text(4, TOP, name, class_="unit"), axis, *drawn, *floor)


def curves(name: str, found: Mapping[str, Sequence[tuple[float, float]]]) -> Markup:
    """A line for each name, both axes by their logarithms."""
    right, bottom = WIDTH - _LEGEND, _HEIGHT - BOTTOM
    points = [point for each in found.values() for point in each]
    x, y = around([at for at, _ in points], LEFT, right), around([value for _, value in points], bottom, TOP + 10)
    places = sorted({at for at, _ in points})
    drawn = []
    for place, (series, each) in enumerate(found.items()):
        style, at = f"line s{place % _STYLES}", TOP + 20 + 20 * place
        drawn += [path([(x.at(across), y.at(value)) for across, value in each], style)]
        drawn += [tag("circle", cx=x.at(across), cy=y.at(value), r=3, class_=style) for across, value in each]
        drawn += [line(right + 8, at, right + 34, at, style), text(right + 40, at + 4, series)]
    axis = columns(x, bottom, [(each, f"{each:,g}") for each in x.ticks() if each in places or len(places) > 8], "")
    return drawing(name, WIDTH, _HEIGHT, text(LEFT, TOP, name, class_="unit"), rows(y, right, ""), axis, *drawn)


def _bar(label: str, cell: Cell, top: float, x: Scale) -> Markup:
    middle, value = top + _BAR / 2, cell.value or 0.0
    low, high = (x.at(value if each is None else each) for each in (cell.low, cell.high))
    return tag(
        "g",
        tag("title", f"{label}: {cell.text}"),
        text(_NAMES - 8, middle + 4, label, text_anchor="end"),
        tag("rect", x=_NAMES, y=top + 4, width=x.at(value) - _NAMES, height=_BAR - 8, class_="h5"),
        line(low, middle, high, middle, "base"),
        line(low, middle - 4, low, middle + 4, "base"),
        line(high, middle - 4, high, middle + 4, "base"),
        text(WIDTH - _VALUES + 8, middle + 4, cell.text),
    )


def _label(table: Table, row: Sequence[Cell]) -> str:
    return ", ".join(row[place].text for place in table.labels())


def _groups(table: Table, curve: Curve) -> Iterator[tuple[str, dict[str, list[tuple[float, float]]]]]:
    """Plots of a table by what stands in its first column, unless that is the axis."""
    x, y, series = (table.columns.index(each) for each in (curve.x, curve.y, curve.series))
    by_group: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for row in table.rows:
        group = f", {table.columns[0]}: {row[0].text}" if x else ""
        across, value, unit = row[x].value, row[y].value, row[y].unit
        if across and value:
            name = f"{curve.y} in {unit} by {curve.x}{group}"
            by_group.setdefault(name, {}).setdefault(row[series].text, []).append((across, value))
    yield from by_group.items()
