from hypothesis import given
from hypothesis import strategies as st

from feed.core.windows import HOUR, MINUTE, STEP, Window, Windows

NOW = 1_795_000_000_000_000 // (MINUTE * STEP) * MINUTE * STEP


def counts(windows: Windows[str], now: int, key: str = "a") -> list[int]:
    """How many values of a key each window has."""
    rows = (windows.of(window, now).get(key) for window in Window)
    return [row[0].count if row else 0 for row in rows]


def test_each_window_forgets_at_its_time():
    """After a minute the last minute, after an hour the last hour, never the whole; another key is one of its own."""
    windows: Windows[str] = Windows(1)
    windows.record("a", 0, (7,), NOW)
    windows.record("b", 0, (9,), NOW)
    assert counts(windows, NOW) == [1, 1, 1]
    assert counts(windows, NOW + (MINUTE - 1) * STEP) == [1, 1, 1]
    assert counts(windows, NOW + MINUTE * STEP) == [0, 1, 1]
    assert counts(windows, NOW + (HOUR - 1) * MINUTE * STEP) == [0, 1, 1]
    assert counts(windows, NOW + HOUR * MINUTE * STEP) == [0, 0, 1]
    assert counts(windows, NOW, "b") == [0, 0, 1]


def test_every_value_is_in_each_window_once():
    """Through all steps of some minutes, whether it is asked for meanwhile or not."""
    windows: Windows[str] = Windows(1)
    for step in range(3 * MINUTE):
        for _ in range(step + 1):
            windows.record("a", 0, (step,), NOW + step * STEP)
        if step % 5 == 0:
            recent = sum(each + 1 for each in range(max(0, step - MINUTE + 1), step + 1))
            whole = (step + 1) * (step + 2) // 2
            assert counts(windows, NOW + step * STEP) == [recent, whole, whole]


@given(
    st.lists(st.tuples(st.integers(0, 2 * HOUR * MINUTE), st.sampled_from("ab"), st.integers(0, 1_000)), max_size=60)
)
def test_a_window_has_what_was_counted_in_it(told: list[tuple[int, str, int]]):
    """Whenever it was counted: the sum, the number and the largest of the values of that time alone."""
    windows: Windows[str] = Windows(1)
    last = 0
    for step, key, value in sorted(told):
        windows.record(key, 0, (value,), NOW + step * STEP)
        last = step
    reach = {Window.MINUTE: last - MINUTE, Window.HOUR: (last // MINUTE - HOUR + 1) * MINUTE - 1, Window.START: -1}
    for window, after in reach.items():
        found = windows.of(window, NOW + last * STEP)
        for key in "ab":
            values = [value for step, name, value in told if name == key and step > after]
            figures = [(row[0].count, row[0].sum, row[0].most) for name, row in found.items() if name == key]
            assert figures == ([(len(values), sum(values), max(values))] if values else [])
    assert windows.all()[0].count == len(told)


def test_a_row_is_counted_from_its_place_on():
    """What is handed out is not counted on in, and is the caller's own."""
    windows: Windows[str] = Windows(3)
    windows.record("a", 1, (5, 6), NOW)
    row = windows.of(Window.MINUTE, NOW)["a"]
    assert [histogram.most for histogram in row] == [0, 5, 6]
    row[1].record(99)
    windows.record("a", 0, (4,), NOW + STEP)
    assert [histogram.most for histogram in windows.of(Window.START, NOW + STEP)["a"]] == [4, 5, 6]


def test_a_clock_that_is_set_back_breaks_nothing():
    """The whole keeps everything; the short windows begin anew."""
    windows: Windows[str] = Windows(1)
    windows.record("a", 0, (7,), NOW)
    windows.record("a", 0, (7,), NOW - HOUR * MINUTE * STEP)
    assert counts(windows, NOW - HOUR * MINUTE * STEP) == [1, 1, 2]
