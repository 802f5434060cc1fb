"""`feed demo`: the service with a small meet played into it, in a loop."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import click
import uvloop
from rich.console import Console
from rich.panel import Panel

from feed import app
from feed.commands.tail import follow, line
from feed.commands.up import service_options, settings_from
from feed.config import Settings
from replay.meet import COMPETITION, meet
from replay.sender import Sender
import json

NEXT = """[bold]What to try next[/bold], in another terminal:

  feed tail --snapshot                      the current state, then every message
  feed tail "{competition}.ATH.>" --json         one discipline, as a program gets it
  feed get "/v1/snapshot?type=result"       the state in one answer
  curl {url}/v1/log?after=0                 the log by pull
  curl {url}/metrics                        what Prometheus sees

Stop this with Ctrl-C."""


@click.command()
@service_options
@click.option("--speed", type=click.FloatRange(min=0.1), default=1.0, show_default=True, help="Times real time.")
@click.option("--rounds", type=click.IntRange(min=0), default=0, help="Finals to play; 0 goes on until Ctrl-C.  [0]")
def demo(config: Path | None, speed: float, rounds: int, **flags: Any) -> None:  # noqa: ANN401 - click's
    """Run the service and play a 100 m final into it: start list, photo finish, protest, and a medal that moves."""
    uvloop.run(_demo(settings_from(config, flags), speed, rounds))


async def _demo(settings: Settings, speed: float, rounds: int) -> None:
    console = Console(highlight=False)
    async with app.started(settings) as (service, url):
        console.print(f"ready {url}")
        console.print(Panel(NEXT.format(url=url, competition=COMPETITION), expand=False))
        tasks = {asyncio.ensure_future(service.run()), asyncio.ensure_future(_watch(url, console))}
        tasks.add(asyncio.ensure_future(_play(url, speed, rounds)))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            service.draining = True
            for task in tasks:
                task.cancel()


async def _play(url: str, speed: float, rounds: int) -> None:
    """Play finals as a venue would, from the first one that the feed does not hold yet."""
    async with aiohttp.ClientSession() as session:
        sender = Sender(session, url)
        number = 1
        while not rounds or number <= rounds:
            for pause, document in meet(number):
                await asyncio.sleep(pause / speed)
                await sender.send(document)
            number += 1
        await asyncio.sleep(1 / speed)


async def _watch(url: str, console: Console) -> None:
    async for text in follow(url, [], None, Console(stderr=True)):
        console.print(line(json.loads(text)))
