"""`feed tail`: follow the feed in the terminal. Resumes by itself where it was."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import click
from rich.console import Console
from rich.text import Text

from feed.commands.get import DEFAULT_URL, key_header, key_option
from feed.errors import FeedError

PASSING = frozenset({"too_many", "not_ready", "restarting"})  # errors that end by themselves
CONTROL = frozenset({"hello", "snapshot_end", "replay_end", "heartbeat", "filtered", "pong", "error", "skipped"})
SILENCE_SECONDS = 15.0
RETRY_SECONDS = (0.2, 5.0)
CANDIDATES_SHOWN = 3
_COLOURS = {"OFFICIAL": "bold green", "LIVE": "bold red", "UNOFFICIAL": "yellow", "PROTESTED": "magenta"}
_CALLS = {"wait": "dim", "corrected": "bold magenta", "official": "bold green", "provisional": "yellow"}


class TailError(FeedError):
    """The service refused the subscription; trying again would not help."""


@click.command()
@click.argument("filters", nargs=-1, metavar="[FILTER]...")
@click.option("--after", metavar="CURSOR", help="Start behind this cursor; 0 from the oldest message.")
@click.option("--snapshot", is_flag=True, help="Show the current state first.")
@click.option("--type", "types", multiple=True, metavar="KIND", help="Only this kind, for example result.")
@click.option("--noc", "nocs", multiple=True, metavar="NOC", help="Only what this organisation is in.")
@click.option("--flag", type=click.Choice(["P", "T"]), default="P", help="Production or test messages.  [P]")
@click.option("--json", "as_json", is_flag=True, help="One message a line, as it came.")
@click.option("--url", default=DEFAULT_URL, show_default=True, help="Where the service listens.")
@key_option
def tail(filters: tuple[str, ...], url: str, as_json: bool, **wishes: Any) -> None:  # noqa: ANN401, FBT001 - click's
    """Follow the feed: each message a line, or its JSON with --json.

    FILTER is a NATS pattern on topics, for example "OG2024.ATH.>"; several are joined by OR. A lost connection is
    taken up again after the last message seen.
    """
    if wishes["snapshot"] and wishes["after"] is not None:
        raise click.UsageError("--snapshot and --after cannot go together")
    query = [("filter", text) for text in filters]
    query += [("type", kind) for kind in wishes["types"]] + [("noc", noc) for noc in wishes["nocs"]]
    query += [("flag", wishes["flag"])] + ([("snapshot", "1")] if wishes["snapshot"] else [])
    try:
        asyncio.run(_show(url, query, wishes["after"], key=wishes["key"], as_json=as_json))
    except KeyboardInterrupt:
        return


async def _show(url: str, query: list[tuple[str, str]], after: str | None, *, key: str | None, as_json: bool) -> None:
    console = Console(highlight=False)
    async for text in follow(url, query, after, Console(stderr=True), key):
        if as_json:
            click.echo(text)
        else:
            console.print(line(json.loads(text)), soft_wrap=True)


async def follow(
    url: str, query: list[tuple[str, str]], after: str | None, notes: Console, key: str | None = None
) -> AsyncIterator[str]:
    """Every message once, over lost connections; raises TailError when the service refuses."""
    cursor = after
    wait = RETRY_SECONDS[0]
    async with aiohttp.ClientSession(headers=key_header(key)) as session:
        while True:
            resumed = query if cursor is None else [pair for pair in query if pair[0] != "snapshot"]
            address = [*resumed, ("after", cursor)] if cursor is not None else resumed
            try:
                async for text, place in _connection(session, url, address):
                    cursor, wait = place or cursor, RETRY_SECONDS[0]
                    if text is not None:
                        yield text
                reason = "the service closed the connection"
            except (aiohttp.InvalidURL, ValueError) as error:
                raise TailError(f"{url} is no address: {error}", hint="Write it as http://HOST:PORT.") from error
            except (aiohttp.ClientError, TimeoutError) as error:
                reason = f"no connection to {url}: {error or 'silence'}"
            notes.print(Text(f"{reason}; trying again in {wait:.1f} s", style="dim"), soft_wrap=True)
            await asyncio.sleep(wait * random.uniform(0.5, 1))  # noqa: S311 - spreads reconnects
            wait = min(wait * 2, RETRY_SECONDS[1])


async def _connection(
    session: aiohttp.ClientSession, url: str, query: list[tuple[str, str]]
) -> AsyncIterator[tuple[str | None, str | None]]:
    """(message or None, cursor to resume with or None) from one connection until it ends."""
    address = url.rstrip("/").replace("http", "ws", 1) + "/v1/stream"
    epoch, is_complete = "", not any(name == "snapshot" for name, _ in query)
    async with session.ws_connect(address, params=query, max_msg_size=0, compress=0) as socket:
        while (frame := await socket.receive(SILENCE_SECONDS)).type is aiohttp.WSMsgType.TEXT:
            message = json.loads(frame.data)
            kind = message["type"]
            if kind == "error" and message["name"] in PASSING:
                raise aiohttp.ClientError(message["detail"])
            if kind == "error":
                raise TailError(f"{message['name']}: {message['detail']}", hint=message["hint"])
            if kind not in CONTROL:
                # Inside a snapshot no sequence is a place in the log yet.
                yield frame.data, f"{epoch}:{message['seq']}" if is_complete else None
                continue
            epoch = message.get("epoch", epoch)
            is_complete = is_complete or kind == "snapshot_end"
            if is_complete and kind != "hello":
                yield None, message.get("cursor")
            elif kind == "hello" and not any(name in {"after", "snapshot"} for name, _ in query):
                yield None, message["cursor"]


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
