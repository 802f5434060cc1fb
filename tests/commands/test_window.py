"""`--window FROM TO`, the same in all commands that take a part of a capture."""

import click
import pytest
from click.testing import CliRunner

from feed.commands.window import Window, window_option


@click.command()
@window_option
def shown(window: Window) -> None:
    """Tells its window."""
    click.echo(repr(tuple(window)))


def told(*arguments: str) -> str:
    return CliRunner().invoke(shown, arguments).output.strip().splitlines()[-1]


@pytest.mark.parametrize(
    "arguments, window",
    [
        ((), (None, None)),
        (("--window", "-", "-"), (None, None)),
        (("--window", "1970-01-01T00:00:02", "3000000"), (2_000_000, 3_000_000)),
        (("--window", "-", "1970-01-01T02:00:08.000001+02:00"), (None, 8_000_001)),
        (("--window", "1970-01-02", "-"), (86_400_000_000, None)),
    ],
)
def test_a_window_is_two_moments_or_open(arguments: tuple[str, ...], window: tuple[int | None, int | None]):
    """RFC 3339 or microseconds; what names no zone is UTC, and a dash is no end."""
    assert told(*arguments) == repr(window)


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (("--window", "yesterday", "-"), "'yesterday' is no moment"),
        (("--window", "2", "2"), "the window ends before it begins"),
        (("--window", "3", "2"), "the window ends before it begins"),
        (("--window", "3"), "requires 2 arguments"),
    ],
)
def test_a_window_that_is_none_is_refused(arguments: tuple[str, ...], complaint: str):
    """Before anything is read or written."""
    assert complaint in told(*arguments)


@pytest.mark.parametrize(
    "window, inside",
    [(Window(), [1, 2, 3]), (Window(2), [2, 3]), (Window(end=2), [1]), (Window(2, 3), [2])],
)
def test_the_end_is_outside(window: Window, inside: list[int]):
    """So that two windows beside each other share nothing."""
    assert [recv for recv in (1, 2, 3) if window.holds(recv)] == inside
