from math import isnan

from benchmarks.aims import Aim, aimed, ratios, spread
from benchmarks.results import read_lines


def test_an_aim_is_judged_by_the_median_of_its_rounds():
    """One bad round misses nothing; what is just as much as may be is enough."""
    rows = aimed([Aim("CPU", [0.5, 1.2, 9], 1.2), Aim("p99", [300.0], 250, "ms")])
    assert rows[-2] == "| CPU | 1.20 (0.50 to 9.00) | 1.2 | reached |"
    assert rows[-1] == "| p99 | 300.00 ms | 250 ms | missed |"


def test_the_table_of_aims_is_read_back_as_figures():
    """With the spread for its plot and the unit."""
    _, (table,) = read_lines(["title", *aimed([Aim("p99", [1.0, 2.0, 6.0], 250, "ms")])])
    found, most = table.rows[0][1:3]
    assert (found.value, found.unit, found.low, found.high) == (2, "ms", 1, 6)
    assert (most.value, most.unit) == (250, "ms")


def test_a_ratio_is_of_rounds_that_follow_each_other():
    """None where the other's time was less than a tick."""
    assert ratios([3, 2], [1, 4]) == [3, 0.5]
    assert isnan(ratios([1], [0])[0])
    assert spread([2.0]) == "2.00"
