"""`feed quarantine`: look at what was refused or held, and decide about what is held."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiohttp
import click
from rich.console import Console
from rich.table import Table

from feed.commands.get import DEFAULT_URL, GetError, fetch, key_header, key_option, refusal
from feed.commands.keys import moment

PATH = "/v1/quarantine"
TIMEOUT_SECONDS = 30.0


def service_options(command: Callable[..., None]) -> Callable[..., None]:
    """Which service, as whom, and which world."""
    for option in (
        click.option("--flag", type=click.Choice(["P", "T"]), default="P", help="Production or test.  [P]"),
        key_option,
        click.option("--url", default=DEFAULT_URL, show_default=True, help="Where the service listens."),
    ):
        command = option(command)
    return command


@click.group()
def quarantine() -> None:
    """Show what was refused or held; release or discard what is held.

    Once there are keys it needs one made with `feed keys add --type operator`.
    """


@quarantine.command("list")
@click.option("--all", "is_all", is_flag=True, help="Also what was refused or is decided, newest first.")
@click.option("--json", "as_json", is_flag=True, help="One document a line.")
@service_options
def list_documents(url: str, key: str | None, flag: str, *, is_all: bool, as_json: bool) -> None:
    """Show what is held and waits for a decision, oldest first."""
    text = asyncio.run(fetch(url, PATH, {"flag": flag} | ({"all": "1"} if is_all else {}), key))
    found = json.loads(text)["documents"]
    if as_json:
        for each in found:
            click.echo(json.dumps(each))
    elif found:
        Console(highlight=False, markup=False).print(table_of(found))
    else:
        click.echo("Nothing is held." if not is_all else "Nothing was ever refused or held.")


@quarantine.command("show")
@click.argument("document", metavar="ID")
@service_options
def show_document(url: str, key: str | None, flag: str, document: str) -> None:
    """Show one document: why it is here, and what became of it."""
    click.echo(json.dumps(json.loads(asyncio.run(fetch(url, f"{PATH}/{document}", {"flag": flag}, key))), indent=2))


@quarantine.command("release")
@click.argument("document", metavar="ID")
@service_options
def release_document(url: str, key: str | None, flag: str, document: str) -> None:
    """Publish a held document with the times it came with, under a new sequence."""
    audit = asyncio.run(decide(url, f"{PATH}/{document}/release", flag, key))
    click.echo(f"document {document} is released as seq {audit['seq']}")


@quarantine.command("discard")
@click.argument("document", metavar="ID")
@service_options
def discard_document(url: str, key: str | None, flag: str, document: str) -> None:
    """Decide that a held document is never published. Its bytes and this decision are kept."""
    asyncio.run(decide(url, f"{PATH}/{document}/discard", flag, key))
    click.echo(f"document {document} is discarded")


async def decide(url: str, path: str, flag: str, key: str | None) -> dict[str, Any]:
    """What was done, as it is kept; raises GetError with the service's own words."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=key_header(key)) as session,
            session.post(url.rstrip("/") + path, params={"flag": flag}) as answer,
        ):
            text = await answer.text()
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        hint = "Look with `feed quarantine show` whether it was done."
        raise GetError(f"no answer from {url}: {error or type(error).__name__}", hint=hint) from error
    if answer.status != 200:  # noqa: PLR2004 - HTTP's OK
        raise refusal(answer.status, text)
    audit: dict[str, Any] = json.loads(text)
    return audit


def table_of(found: list[dict[str, Any]]) -> Table:
    """Documents as a person reads them."""
    table = Table("id", "received", "topic", "version", "why", "now")
    for each in found:
        record, audit = each["record"], each["audit"]
        open_state = "held" if record["severity"] == "hold" else "refused"
        state = f"{audit['action']} by {audit['by']}" if audit else open_state
        why = ", ".join(record["rules"]) or record["reason"]
        row = (record["id"], moment(record["ts_recv"]), record["topic"] or "", str(record["version"] or ""), why, state)
        table.add_row(*row, style="" if state == "held" else "dim")
    return table
