from lxml import etree

from benchmarks.drawn import bars, curves, plots
from benchmarks.results import Cell, Table, read_lines

CURVE = [
    "| subscribers | server | rate | p99 |",
    "| ---: | --- | ---: | ---: |",
    "| 100 | bare loop | 500 | 3.00 ms |",
    "| 100 | bare loop | 1,000 | 90.00 ms |",
    "| 100 | service | 500 | 4.00 ms |",
    "| 500 | service | 500 | inf ms |",
    "| 500 | service | 250 | 8.00 ms |",
]


def drawn(picture: str) -> etree._Element:
    """A picture as a tree: it is well-formed."""
    return etree.fromstring(picture)


def texts(picture: str) -> list[str]:
    """The words in a picture."""
    return [each.text for each in drawn(picture).iter("text")]


def test_a_bar_ends_at_its_figure_and_its_whisker_spans_the_spread():
    """Twice the floor is drawn twice as long as to the floor's line."""
    picture = drawn(
        bars(
            "CPU to bare",
            {"a": Cell("2 (1 to 4)", 2, None, 1, 4), "b<": Cell("1 (1 to 1)", 1, None, 1, 1)},
            is_ratio=True,
        )
    )
    twice, once = (float(each.get("width")) for each in picture.iter("rect"))
    (floor,) = (each for each in picture.iter("line") if each.get("class") == "marker")
    start = float(next(picture.iter("rect")).get("x"))
    assert twice == 2 * once
    assert float(floor.get("x1")) == start + once
    whisker = next(each for each in picture.iter("g") if each.find("rect") is not None).find("line")
    assert (float(whisker.get("x1")), float(whisker.get("x2"))) == (start + once, start + 4 * once)
    assert "b<" in [each.text for each in picture.iter("text")]


def test_a_curve_has_a_line_for_each_server_and_a_plot_for_each_group():
    """What did not end has no point."""
    _, (table,) = read_lines(CURVE)
    first, second = plots("capacity", table)
    assert [each.get("d").count("L") for each in drawn(first).iter("path")] == [1, 0]
    assert {"bare loop", "service"} <= set(texts(first))
    assert "p99 in ms by rate, subscribers: 500" in texts(second)
    assert len(list(drawn(second).iter("circle"))) == 1
    assert not list(plots("fanout", table))


def test_a_higher_figure_is_drawn_higher():
    """Both axes grow, by the logarithm."""
    (one,) = (each for each in drawn(curves("x", {"a": [(1.0, 1.0), (10.0, 100.0)]})).iter("path"))
    (x1, y1), (x2, y2) = (tuple(map(float, each.split(","))) for each in one.get("d")[1:].split("L"))
    assert x2 > x1
    assert y2 < y1


def test_ratios_are_drawn_of_every_table_with_a_spread():
    """The column says what, or the one before it, where it only says that it is a ratio; floors are left out."""
    cell = Cell("2.00 (1.00 to 3.00)", 2.0, None, 1.0, 3.0)
    table = Table(["size", "p50", "to bare (spread)", "entities/s (spread)"], [
        [Cell("a"), Cell("1 us", 1, "us"), Cell("1", 1), cell],
        [Cell("b"), Cell("2 us", 2, "us"), cell, cell],
    ])  # fmt: skip
    first, second = plots("sets", table)
    assert "p50 to bare (spread)" in texts(first)
    assert "a" not in texts(first)
    assert {"entities/s (spread)", "a", "b"} <= set(texts(second))
