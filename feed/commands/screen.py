"""The terminal of a replay: one live line and keys, or a plain line now and then where there is no terminal."""

import asyncio
import contextlib
import os
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.text import Text

from feed.errors import FeedError
from replay import survey
from replay.player import Player
from replay.tally import LOST, Tally

KEYS: Final = "space pause   left/right 1 minute   up/down 10 minutes   q quit"
STEP_KEYS: Final = "any key the next document   q quit"
LIVE_SECONDS, PLAIN_SECONDS = 0.25, 5.0
_MINUTE: Final = 60.0
_SOUGHT: Final = {b"\x1b[C": _MINUTE, b"\x1b[D": -_MINUTE, b"\x1b[A": 10 * _MINUTE, b"\x1b[B": -10 * _MINUTE}


class NoKeysError(FeedError):
    """Keys cannot be read as they are pressed."""


class Screen:
    """Shows how a replay goes until cancelled."""

    def __init__(self, console: Console, player: Player, tally: Tally, speed: str) -> None:
        self._console = console
        self._player = player
        self._tally = tally
        self._speed = speed
        self._counted = (time.monotonic(), 0)
        self._rate = 0.0

    async def show(self, keys: str) -> None:
        """Live on a terminal with the keys below, plain elsewhere."""
        if not self._console.is_terminal:
            while True:
                await asyncio.sleep(PLAIN_SECONDS)
                self._console.print(self.line(), soft_wrap=True)
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            while True:
                live.update(Text.assemble(self.line(), "\n", (keys, "dim")), refresh=True)
                await asyncio.sleep(LIVE_SECONDS)

    def line(self) -> Text:
        """The clock of the Games, speed, what was sent, lag, what is in flight, and what went wrong."""
        tally, recv = self._tally, self._player.recv
        clock = moment(recv) if recv is not None else "not begun"
        parts: list[str | tuple[str, str]] = [
            (clock, "bold"),
            f"  {'paused' if self._player.is_paused else self._speed}",
        ]
        parts += [f"  sent {tally.documents:,} ({self._per_second():,.0f}/s)"]
        if tally.lag.points():
            parts += [f"  lag p50 {tally.lag.at(50):.1f} p99 {tally.lag.at(99):.1f} ms"]
        parts += [f"  in flight {tally.in_flight}", f"  refused {sum(tally.refused.values()):,}"]
        if lost := tally.outcomes[LOST]:
            parts += [(f"  lost {lost:,}", "bold red")]
        return Text.assemble(*parts)

    def _per_second(self) -> float:
        (before, count), now = self._counted, time.monotonic()
        if now - before >= 1:
            self._rate = (self._tally.documents - count) / (now - before)
            self._counted = (now, self._tally.documents)
        return self._rate


def moment(recv: int) -> str:
    """A time of the Games to the second, in UTC."""
    return f"{survey.moment(recv)[:19].replace('T', ' ')}Z"


def press(player: Player, pressed: bytes, *, steps: bool) -> None:
    """What keys do, one after the other."""
    while pressed:
        arrow = next((known for known in _SOUGHT if pressed.startswith(known)), None)
        key, pressed = (arrow, pressed[len(arrow) :]) if arrow else (pressed[:1], pressed[1:])
        if key in {b"q", b"Q"}:
            player.end()
        elif arrow:
            player.seek(_SOUGHT[arrow])
        elif steps:
            player.step()
        elif key == b" ":
            player.pause()


@contextlib.contextmanager
def keyboard(act: Callable[[bytes], None], ended: Callable[[], None]) -> Iterator[None]:
    """Hands over what is pressed as it is pressed while the context lasts; `ended` when nothing more can come.

    Raises NoKeysError where the standard input is a file or /dev/null.
    """
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number) if os.isatty(number) else None
    loop = asyncio.get_running_loop()

    def read() -> None:
        pressed = os.read(number, 64)
        if pressed:
            act(pressed)
        else:
            loop.remove_reader(number)
            ended()

    if before is not None:
        tty.setcbreak(number)
    try:
        try:
            loop.add_reader(number, read)
        except PermissionError as error:  # what nobody can wait for: a file
            hint = "Run it in a terminal, or without --step."
            raise NoKeysError("the standard input is no terminal to press keys in", hint=hint) from error
        yield
    finally:
        loop.remove_reader(number)
        if before is not None:
            termios.tcsetattr(number, termios.TCSADRAIN, before)
