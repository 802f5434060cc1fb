import sys
from pathlib import Path

import pytest
from rich.console import Console

from feed.commands.screen import NoKeysError, Screen, keyboard, moment, press
from replay.link import address_of
from replay.plan import Plan, Wishes
from replay.player import Player
from replay.tally import Tally
from replay.venues import Keys, Venues
from tests.replay.captured import START, captured, planned, reading


@pytest.fixture
def player() -> Player:
    tally = Tally()
    venues = Venues(address_of("http://127.0.0.1:9"), Keys(), tally, 1)
    return Player(Plan(reading([]), Wishes()), venues, tally, 4, print)


@pytest.mark.parametrize(
    "pressed, minutes",
    [(b"\x1b[C", 1), (b"\x1b[D", -1), (b"\x1b[A", 10), (b"\x1b[B", -10), (b"\x1b[C\x1b[C", 2), (b"x", None)],
)
def test_arrows_seek(player: Player, pressed: bytes, minutes: int | None):
    """Right and left a minute of the Games, up and down ten; pressed twice they add up."""
    player.recv = START
    press(player, pressed, steps=False)
    assert player._sought == (None if minutes is None else START + minutes * 60_000_000)


def test_space_pauses_and_q_ends(player: Player):
    """Space again goes on; in steps a space is a step like any other key."""
    press(player, b" ", steps=False)
    assert player.is_paused
    press(player, b" ", steps=False)
    assert not player.is_paused
    player._steps = 0
    press(player, b" x", steps=True)
    assert (player.is_paused, player._steps) == (False, 2)
    press(player, b"q", steps=False)
    assert player.is_over


def test_the_line_tells_how_it_goes(player: Player):
    """The clock of the Games, speed, what was sent, lag, what is in flight, and what went wrong."""
    tally = Tally()
    screen = Screen(Console(), player, tally, "60x")
    assert "not begun  60x  sent 0" in screen.line().plain
    player.recv = START
    tally.left(planned([captured("XA")])[0], 0.0)
    tally.in_flight = 3
    tally.answered("refused", 0.0, "bad_key")
    text = screen.line().plain
    assert text.startswith("2030-06-18 08:00:00Z  60x  sent 1 (")
    assert "lag p50 " in text
    assert text.endswith("  in flight 3  refused 1")
    tally.answered("lost", 0.0)
    player.pause()
    assert "  paused  " in screen.line().plain
    assert screen.line().plain.endswith("  lost 1")


def test_times_of_the_games_are_in_utc():
    """To the second, and marked."""
    assert moment(START + 999_999) == "2030-06-18 08:00:00Z"
    assert moment(2**63 - 1) == "9999-12-31 23:59:59Z"
    assert moment(-(2**63)) == "0001-01-01 00:00:00Z"


async def test_keys_are_not_read_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Nobody sits there and presses them: that is told, and what to do."""
    (tmp_path / "input").write_text("   ")
    with (tmp_path / "input").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        with pytest.raises(NoKeysError, match="no terminal"), keyboard(lambda _: None, lambda: None):
            pass
