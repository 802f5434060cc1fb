"""`feed push`: documents to customers of ODF, and what they were sent."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import uvloop
from rich.console import Console
from rich.table import Table

from feed import app
from feed.commands.get import fetch
from feed.commands.quarantine import service_options as reading_options
from feed.commands.up import service_options, settings_from, tell_ready
from feed.serve.routes import DELIVERING

PATH = "/v1/deliveries"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@click.group(invoke_without_command=True)
@service_options
@click.pass_context
def push(ctx: click.Context, /, config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click hands over the options by name
    """Send ODF to the customers in the settings, as `feed up` does by itself. Needs --nats.

    Several may run at once, for when one fails: they share the work, and what one sends no other sends.
    """
    if ctx.invoked_subcommand is not None:
        return
    settings = settings_from(config, flags)
    if settings.nats is None:
        raise click.UsageError("feed push needs the broker that it shares with others: --nats URL")
    if not settings.customers:
        raise click.UsageError("feed push needs customers: [customers.NAME] in --config FILE")
    uvloop.run(app.run(settings, tell_ready, app.Node(DELIVERING, pushes=True)))


@push.command("list")
@click.option("--json", "as_json", is_flag=True, help="One customer a line.")
@reading_options
def list_customers(url: str, key: str | None, flag: str, *, as_json: bool) -> None:
    """Show the customers of a service: how far each has come, and what it does not take."""
    found = json.loads(asyncio.run(fetch(url, PATH, {"flag": flag}, key)))["customers"]
    if as_json:
        for each in found:
            click.echo(json.dumps(each))
    elif found:
        _print(customer_table(found))
    else:
        click.echo("This service sends to no customers.")


@push.command("log")
@click.argument("customer")
@click.option("--at", metavar="TIME", help="From an RFC 3339 time on, and what the customer held then.")
@click.option("--document", metavar="TOPIC", help="Of one document key.")
@click.option("--after", type=click.IntRange(0), metavar="ID", help="Behind this record.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="The most rows.")
@click.option("--json", "as_json", is_flag=True, help="One record a line, as it is kept.")
@reading_options
def log(url: str, key: str | None, flag: str, customer: str, *, as_json: bool, **options: Any) -> None:  # noqa: ANN401 - click's
    """Show what a customer was sent, attempt by attempt.

    With --at TIME also what it held then: the newest document of each key that it had taken.
    """
    wish = {"flag": flag} | {name: str(value) for name, value in options.items() if value is not None}
    page = json.loads(asyncio.run(fetch(url, f"{PATH}/{customer}", wish, key)))
    if as_json:
        for each in page["deliveries"]:
            click.echo(json.dumps(each))
        return
    _print(delivery_table(page["deliveries"]))
    if options["at"] is not None:
        wish.pop("after", None)
        held = json.loads(asyncio.run(fetch(url, f"{PATH}/{customer}/held", wish, key)))
        part = "" if held["next"] is None else f", the first {len(held['documents'])}"
        click.echo(f"{customer} held {held['count']} documents at {options['at']}{part}:")
        _print(held_table(held["documents"]))


def customer_table(found: list[dict[str, Any]]) -> Table:
    """Customers as a person reads them."""
    table = Table("customer", "url", "cursor", "behind", "waiting", "failing", "oldest", "delivered", "last error")
    for each in found:
        numbers = (str(each[name]) for name in ("behind", "waiting", "failing"))
        oldest, delivered = f"{each['oldest_seconds']:.1f} s", str(each["attempts"]["delivered"])
        table.add_row(
            each["customer"], each["url"], each["cursor"], *numbers, oldest, delivered, each["last_error"] or ""
        )
    return table


def delivery_table(found: list[dict[str, Any]]) -> Table:
    """Attempts as a person reads them; one that began and whose outcome follows is shown once."""
    table = Table("id", "sent", "topic", "version", "attempt", "outcome", "took", "bytes")
    ended = {_attempt(each) for each in found if each["delivery"]["state"] != "sending"}
    for each in found:
        row = each["delivery"]
        if row["state"] == "sending" and _attempt(each) in ended:
            continue
        took = "" if row["answered"] is None else f"{(row['answered'] - row['sent']) / 1000:.1f} ms"
        outcome = " ".join(str(part) for part in (row["state"], row["status"], row["error"]) if part is not None)
        table.add_row(
            *(str(each["id"]), moment(row["sent"]), row["topic"], str(row["version"]), str(row["attempt"])),
            *(outcome, took, str(row["bytes"])),
        )
    return table


def held_table(found: list[dict[str, Any]]) -> Table:
    """What a customer held as a person reads it."""
    table = Table("topic", "version", "seq", "taken")
    for each in found:
        table.add_row(each["topic"], str(each["version"]), str(each["seq"]), moment(each["answered"]))
    return table


def moment(micros: int) -> str:
    """A time in microseconds as a person reads it, to the microsecond."""
    return f"{_EPOCH + timedelta(microseconds=micros):%Y-%m-%d %H:%M:%S.%f} UTC"


def _attempt(logged: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(logged["delivery"][name] for name in ("topic", "seq", "attempt", "by"))


def _print(table: Table) -> None:
    Console(highlight=False, markup=False).print(table)
