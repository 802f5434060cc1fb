"""`feed demo`: the service with a final and then small Games played into it."""

import asyncio
import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import click
import uvloop
from msgspec.structs import replace
from rich.console import Console
from rich.rule import Rule

from feed import app
from feed.client import Feed
from feed.commands.demo_games import SCALE, SPEED, is_shown, play_games
from feed.commands.get import DEFAULT_URL
from feed.commands.tail import follow, line
from feed.commands.up import service_options, settings_from
from feed.config import Settings
from replay.meet import COMPETITION, meet
from replay.sender import Sender

DATA = "demo-data"
NEXT = """[bold]What to try next[/bold], in another terminal:

  {feed} tail --snapshot{at}
      the current state, then every message
  {feed} tail "{competition}.ATH.>" --json{at}
      one discipline, as a program gets it
  {feed} get "/v1/snapshot?type=result"{at}
      the state in one answer
  {feed} get "/v1/medals?view=official&competition={games}"{at}
      the medals of the Games, as they stand
  curl "{url}/v1/log?after=0"
      the log by pull
  curl {url}/metrics
      what Prometheus sees

Stop this with Ctrl-C."""


@click.command()
@service_options
@click.option("--speed", type=click.FloatRange(min=0.1), default=1.0, show_default=True, help="Times real time.")
@click.option("--rounds", type=click.IntRange(min=1), help="Finals to play; no Games, and an end behind them.")
def demo(config: Path | None, speed: float, rounds: int | None, **flags: Any) -> None:  # noqa: ANN401 - click's
    """Run the service, play a 100 m final into it, then small Games at 60 times their speed.

    The final has a photo finish, a protest, and a medal that moves. Of the Games you see what is signed, what is open,
    and the medals; they are simulated, the same ones every time.
    """
    settings = settings_from(config, flags)
    if settings.data == Settings().data:  # invented results do not belong beside real ones
        settings = replace(settings, data=DATA)
    uvloop.run(_demo(settings, speed, rounds))


async def _demo(settings: Settings, speed: float, rounds: int | None) -> None:
    console = Console(highlight=False)
    async with app.started(settings) as (service, url):
        console.print(f"ready {url}")
        feed = _command()
        at = "" if url == DEFAULT_URL else f" --url {url}"
        commands = NEXT.format(feed=feed, url=url, at=at, competition=COMPETITION, games=SCALE.competition)
        # Not in a box: a line that wraps, or has a border, cannot be copied into a shell.
        console.print(Rule(), commands, Rule(), sep="\n", soft_wrap=True)
        screen = Screen(console, service.tip("P"))
        tasks = {asyncio.ensure_future(service.run()), asyncio.ensure_future(screen.watch(url))}
        tasks.add(asyncio.ensure_future(_play(url, speed, rounds, screen, lambda: service.tip("P"))))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            service.draining = True
            for task in tasks:
                task.cancel()


def _command() -> str:
    """How to call this program from a shell, as it was called now."""
    if shutil.which("feed"):
        return "feed"
    return f"{sys.executable} -m feed" if sys.argv[0].endswith("__main__.py") else sys.argv[0]


class Screen:
    """Shows every message after `seq`; `seq` is the last one shown."""

    def __init__(self, console: Console, seq: int) -> None:
        self.seq = seq
        self._console = console
        self._moved = asyncio.Event()

    async def watch(self, url: str) -> None:
        """Follow the service as any subscriber does, until cancelled."""
        async for text in follow(Feed(url), {"after": str(self.seq)}, Console(stderr=True)):
            message = json.loads(text)
            if message["competition"] != SCALE.competition or is_shown(message):
                self._console.print(line(message), soft_wrap=True)
            self.seq = message["seq"]
            self._moved.set()

    def say(self, text: str) -> None:
        """A line about the demo itself."""
        self._console.print(Rule(), text, Rule(), sep="\n", soft_wrap=True)

    async def shown(self, seq: int) -> None:
        """Return when this sequence is on the screen."""
        while self.seq < seq:
            self._moved.clear()
            await self._moved.wait()


async def _play(url: str, speed: float, rounds: int | None, screen: Screen, tip: Callable[[], int]) -> None:
    """Play finals as a venue would, from the first one that the feed does not hold yet, then the Games."""
    async with aiohttp.ClientSession() as session:
        held = await _topics_held(session, url)
        first = held[COMPETITION] + 1
        for number in range(first, first + (rounds or 1)):
            await _play_final(Sender(session, url), number, speed)
        await screen.shown(tip())
        if rounds:
            return
        if held[SCALE.competition]:
            screen.say(
                "The Games were played in an earlier run: their end is in the state. Begin anew with another --data."
            )
        else:
            screen.say(
                f"Now small Games, at {SPEED * speed:g} times their speed: what is signed, what is open, medals."
            )
            await play_games(url, speed, screen.say)
            await screen.shown(tip())
            screen.say("The Games are over. The service goes on until Ctrl-C.")
        await asyncio.Event().wait()


async def _play_final(sender: Sender, number: int, speed: float) -> None:
    for pause, document in meet(number):
        await asyncio.sleep(pause / speed)
        await sender.send(document)


async def _topics_held(session: aiohttp.ClientSession, url: str) -> Counter[str]:
    """How many topics of each competition the feed holds."""
    async with session.get(f"{url}/v1/competitions") as answer:
        held = await answer.json()
    return Counter({row["code"]: row["topics"] for row in held["competitions"]})
