"""`feed tail`: follow the feed in the terminal. Resumes by itself where it was."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from feed.client import Arrival, Feed, Interrupted, Wish
from feed.commands.get import DEFAULT_URL, key_option
from feed.commands.trust import ca_option, trust

CANDIDATES_SHOWN = 3
_COLOURS = {"OFFICIAL": "bold green", "LIVE": "bold red", "UNOFFICIAL": "yellow", "PROTESTED": "magenta"}
_CALLS = {"wait": "dim", "corrected": "bold magenta", "official": "bold green", "provisional": "yellow"}


@click.command()
@click.argument("filters", nargs=-1, metavar="[FILTER]...")
@click.option("--after", metavar="CURSOR", help="Start behind this cursor; 0 from the oldest message.")
@click.option("--snapshot", is_flag=True, help="Show the current state first.")
@click.option("--type", "types", multiple=True, metavar="KIND", help="Only this kind, for example result.")
@click.option("--noc", "nocs", multiple=True, metavar="NOC", help="Only what this organisation is in.")
@click.option("--delay", type=click.IntRange(min=1), metavar="SECONDS", help="Everything so many seconds later.")
@click.option(
    "--speed", type=click.FloatRange(min=0, min_open=True), help="What is behind --after so many times as fast."
)
@click.option("--flag", type=click.Choice(["P", "T"]), default="P", help="Production or test messages.  [P]")
@click.option("--json", "as_json", is_flag=True, help="One message a line, as it came.")
@click.option("--url", default=DEFAULT_URL, show_default=True, help="Where the service listens.")
@key_option
@ca_option
def tail(filters: tuple[str, ...], url: str, as_json: bool, **wishes: Any) -> None:  # noqa: ANN401, FBT001 - click's
    """Follow the feed: each message a line, or its JSON with --json.

    FILTER is a NATS pattern on topics, for example "OG2024.ATH.>"; several are joined by OR. A lost connection is
    taken up again after the last message seen.
    """
    if wishes["snapshot"] and wishes["after"] is not None:
        raise click.UsageError("--snapshot and --after cannot go together")
    if wishes["speed"] is not None and wishes["after"] is None:
        raise click.UsageError("--speed needs --after: it is about what was before")
    feed = Feed(url, wishes["key"], flag=wishes["flag"], trust=trust(wishes["ca"]))
    wish = Wish(filters=filters, types=wishes["types"], nocs=wishes["nocs"], snapshot=wishes["snapshot"], proof=False)
    if wishes["after"] is not None:
        wish["after"] = wishes["after"]
    if wishes["delay"] is not None:
        wish["delay"] = wishes["delay"]
    if wishes["speed"] is not None:
        wish["speed"] = wishes["speed"]
    try:
        asyncio.run(_show(feed, wish, as_json=as_json))
    except KeyboardInterrupt:
        return


async def _show(feed: Feed, wish: Wish, *, as_json: bool) -> None:
    console = Console(highlight=False)
    async with aclosing(follow(feed, wish, Console(stderr=True))) as texts:
        async for text in texts:
            if as_json:
                click.echo(text)
            else:
                console.print(line(json.loads(text)), soft_wrap=True)


async def follow(feed: Feed, wish: Wish, notes: Console) -> AsyncGenerator[str]:
    """Every message as it came, once, over lost connections; raises RefusedError when the service says no."""
    async with aclosing(feed.follow(**wish).raw()) as told:
        async for each in told:
            if isinstance(each, Arrival):
                yield each.payload.decode()
            elif isinstance(each, Interrupted):
                note = Text(f"{each.reason}; trying again in {each.seconds:.1f} s", style="dim")
                notes.print(note, soft_wrap=True)


def line(message: dict[str, Any]) -> Text:
    """One message as one line: seq, status, call, what, and its name or the first three."""
    body = message["body"] or {}
    status = message["status"] or body.get("status") or body.get("state") or body.get("action") or message["op"]
    text = Text.assemble(
        (f"{message['seq']:>7} ", "dim"),
        (f"{status:<12}", _COLOURS.get(status, "")),
        (f"{body.get('call', ''):<12}", _CALLS.get(body.get("call", ""), "")),
        message["topic"],
    )
    if message["op"] != "put":
        text.append(f"  {message['op']}, was seq {message['supersedes']}", "bold magenta")
    if ref := message.get("body_ref"):
        text.append(f"  {ref['bytes']:,} bytes at /v1/blobs/{ref['sha256']}", "cyan")
    for name in list(body.get("names", {}).values())[:1]:
        text.append(f"  {name}", "cyan")
    if winner := body.get("winner"):
        text.append(f"  {body['medal']} {winner['name'] or winner['id']} {winner['noc'] or ''}", "yellow")
    for row in body.get("rows", [])[:CANDIDATES_SHOWN]:
        text.append(f"  {row['rank']} {row['noc']} {row['gold']}-{row['silver']}-{row['bronze']}", "yellow")
    for competitor in body.get("competitors", [])[:CANDIDATES_SHOWN]:
        mark = competitor["result"] or competitor["irm"] or ""
        text.append(f"  {competitor['rank'] or '-'} {competitor['name'] or competitor['id']} {mark}", "cyan")
    return text
