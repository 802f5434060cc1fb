import pytest

from replay.report import wording


@pytest.mark.parametrize(
    "value, words",
    [
        (0, "0"),
        (7, "7"),
        (0.0421, "0.042"),
        (1.5, "1.50"),
        (14.22, "14.2"),
        (512.4, "512"),
        (31_212.7, "31,213"),
        (-2.5, "-2.50"),
    ],
)
def test_three_digits_count(value: float, words: str):
    """And above a thousand all before the point."""
    assert wording.number(value) == words


@pytest.mark.parametrize("count, words", [(0, "0 B"), (999, "999 B"), (310_400_000, "310 MB"), (1.5e15, "1,500 TB")])
def test_bytes_have_a_unit(count: float, words: str):
    """In powers of a thousand."""
    assert wording.size(count) == words


@pytest.mark.parametrize(
    "seconds, words", [(0, "0:00"), (0.25, "0.2 s"), (7, "0:07"), (299.6, "5:00"), (3_723, "1:02:03")]
)
def test_moments_of_a_run(seconds: float, words: str):
    """Minutes and seconds, hours where there are any."""
    assert wording.clock(seconds) == words


def test_close_codes_have_words():
    """Also one that nobody knows."""
    assert [wording.close(code) for code in (0, 1012, 4999)] == [
        "ended by the run",
        "1012: restarting",
        "4999: unknown",
    ]


def test_a_change_has_its_sign():
    """In percent."""
    assert [wording.share(each) for each in (0.125, -0.5, None)] == ["+12.5%", "\N{MINUS SIGN}50.0%", "new"]
