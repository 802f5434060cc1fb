import random
import re
from itertools import pairwise

import pytest
from lxml import etree

from replay.report import model, plots
from tests.replay.report import made_up


def parsed(drawing: str) -> etree._Element:
    """Well-formed, and with a name for those who do not see it."""
    root = etree.fromstring(drawing)
    assert root.tag == "svg"
    assert root.get("role") == "img"
    assert root.get("aria-label")
    return root


def words(root: etree._Element) -> list[str]:
    return [each.text or "" for each in root.iter("text")]


def places(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.-]+),([\d.-]+)", path)]


def test_a_line_rises_with_the_percentiles():
    """Every nine takes as much room as the one before, and the line ends at the slowest of all."""
    held = made_up.histogram(random.Random(1), 5.0, 120_000)
    root = parsed(plots.percentiles("all", {"board": held}))
    (curve,) = [places(each.get("d")) for each in root.iter("path")]
    assert [x for x, _ in curve] == sorted(x for x, _ in curve)
    assert [y for _, y in curve] == sorted((y for _, y in curve), reverse=True)
    assert {"0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %", "board"} <= set(words(root))


@pytest.mark.parametrize("count", [1, 2, 9])
def test_names_of_lines_never_lie_on_each_other(count: int):
    """Even when all lines end at one place; each has its own style, to eight."""
    held = made_up.histogram(random.Random(1), 5.0, 12_000)
    root = parsed(plots.percentiles("all", {f"tier {each}": held for each in range(count)}))
    tops = sorted(float(each.get("y")) for each in root.iter("text") if each.get("class") == "name")
    assert len(tops) == count
    assert all(later - sooner >= 14 for sooner, later in pairwise(tops))
    assert len({each.get("class") for each in root.iter("path")}) == min(8, count)


def test_a_heat_map_has_a_cell_for_what_came_and_none_for_what_did_not():
    """Three columns: nothing, a quick many, a slow one; the line follows the slowest hundredth."""
    bounds = [1.0, 10.0, 100.0]
    heat = model.Heat(bucket=10.0, bounds=bounds, counts=[[0, 0, 0, 0], [0, 500, 0, 0], [0, 0, 0, 1]])
    root = parsed(plots.heat("heat", heat, [model.Marker(at=12.0, what="a restart <b>")]))
    cells = [each for each in root.iter("rect") if re.fullmatch(r"h\d", each.get("class"))]
    assert [each.get("class") for each in cells] == ["h8", "h1"]
    assert float(cells[0].get("x")) < float(cells[1].get("x"))
    assert float(cells[0].get("y")) > float(cells[1].get("y"))
    titles = [each.text for each in root.iter("title")]
    assert titles[0] == "a restart <b>"
    assert titles[1:] == [
        "0:00: 0 deliveries",
        "0:10: 500 deliveries, 99 % within 10 ms",
        "0:20: 1 deliveries, some slower than all rows",
    ]


def test_neighbours_of_one_shade_are_one_cell():
    """A page stays small."""
    heat = model.Heat(bucket=1.0, bounds=[1.0], counts=[[5, 0]] * 100)
    root = parsed(plots.heat("heat", heat, []))
    assert (
        sum(1 for each in root.iter("rect") if each.get("class").startswith("h") and each.get("class") != "hover") == 1
    )


def test_a_small_plot_shows_every_peak_and_no_more_than_it_has_room_for():
    """Of the samples of one pixel the highest is drawn: a moment of full load is never thinned out."""
    samples = [model.Sample(at=at, cpu=float(at == 1234), rss=0, descriptors=0) for at in range(2_000)]
    root = parsed(
        plots.spark("peaks", model.Observed(name="x", pid=1, role="fleet", samples=samples), "cpu", 2_000.0, [])
    )
    drawn = next(each.get("d") for each in root.iter("path") if each.get("class") == "line s0")
    heights = [float(point.split(",")[1]) for point in drawn[1:].split("L")]
    assert len(heights) <= 200
    assert (min(heights), heights.count(min(heights)), max(heights)) == (4.0, 1, 42.0)


def test_nothing_at_all_can_be_drawn():
    """A run that delivered nothing has empty plots, not a failed report."""
    parsed(plots.percentiles("none", {}))
    parsed(plots.heat("none", model.Heat(bounds=[1.0, 10.0], counts=[[0, 0, 0]]), []))
    parsed(plots.rates("none", [model.Rate(at=0, offered=0, achieved=0)], []))
    parsed(plots.shares("none", {}))
    one = model.Observed(name="x", pid=1, role="fleet", samples=[model.Sample(at=0, cpu=0, rss=0, descriptors=0)])
    parsed(plots.spark("none", one, "cpu", 0.0, []))


def test_shares_fill_the_bar():
    """In the order of the way; a hop that clocks made negative takes no room."""
    root = parsed(plots.shares("way", {"a": 30.0, "b": -1.0, "c": 10.0}))
    assert [float(each.get("width")) for each in root.iter("rect")] == [90.0, 0.0, 30.0]
