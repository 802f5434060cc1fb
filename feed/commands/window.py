"""`--window FROM TO`: only what was received in between."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, TypeVar

import click

OPEN: Final = "-"
_EPOCH: Final = datetime.fromtimestamp(0, UTC)

Command = TypeVar("Command", bound=Callable[..., Any])


class Window(NamedTuple):
    """Microseconds UTC; `end` is outside, None is open."""

    start: int | None = None
    end: int | None = None

    def holds(self, recv: int) -> bool:
        """Whether a moment is inside."""
        return (self.start is None or recv >= self.start) and (self.end is None or recv < self.end)


class Moment(click.ParamType[int | None]):
    """A moment as RFC 3339, or microseconds UTC, or none at all; without a zone it is UTC."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:  # noqa: ANN401 - click's
        """Microseconds UTC."""
        if value == OPEN:
            return None
        if value.isdecimal():
            return int(value)
        try:
            when = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no moment; write it as 2024-08-04T19:50:00Z", param, ctx)
        since = (when if when.tzinfo else when.replace(tzinfo=UTC)) - _EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _window(_ctx: click.Context, param: click.Parameter, value: tuple[int | None, int | None] | None) -> Window:
    window = Window(*value) if value else Window()
    if window.start is not None and window.end is not None and window.start >= window.end:
        raise click.BadParameter("the window ends before it begins", param=param)
    return window


def window_option(command: Command) -> Command:
    """`--window FROM TO` as the argument `window`, open on both sides without it."""
    text = "Only what was received from FROM to before TO; - leaves a side open."
    option = click.option("--window", nargs=2, type=Moment(), callback=_window, metavar="FROM TO", help=text)
    return option(command)
