"""`feed keys`: who may write and read what. Spoken to the broker itself, so every running service obeys at once."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from feed.clock import now_micros
from feed.commands.up import settings_from
from feed.config import Settings
from feed.core.keys import Key, KeyType, shown
from feed.core.keywish import KeyWish
from feed.errors import BrokerError
from feed.keydesk import mint
from feed.stream import keys as stream
from feed.stream.beside import beside
from feed.stream.connection import Connection


def place_options(command: Callable[..., None]) -> Callable[..., None]:
    """Where the keys are: with the service on a data folder, or on a NATS server."""
    for option in (
        click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings as TOML."),
        click.option("--nats", metavar="URL", help="The NATS server of the services, if they do not embed one."),
        click.option("--data", help="Data folder of the running service.  [data]"),
    ):
        command = option(command)
    return command


@click.group()
def keys() -> None:
    """Make, show and revoke keys.

    Without any key every program on this machine may write and everybody may read. From the first key on, writing and
    reading need one, sent as X-API-KEY or Authorization: Bearer.
    """


@keys.command("add")
@click.option("--type", "key_type", type=click.Choice([each.value for each in KeyType]), required=True)
@click.option("--source", metavar="NAME", help="The Source its documents carry; any, if left out.")
@click.option("--flag", "flags", type=click.Choice(["P", "T"]), multiple=True, help="A sender has one.  [P]")
@click.option("--competition", "competitions", metavar="CODE", multiple=True, help="May be repeated.  [all]")
@click.option("--discipline", "disciplines", metavar="CODE", multiple=True, help="May be repeated.  [all]")
@click.option("--venue", "venues", metavar="CODE", multiple=True, help="May be repeated.  [all]")
@click.option("--bulk", is_flag=True, help="Documents of up to 32 MB instead of 10 MB.")
@click.option("--ack-refused/--no-ack-refused", default=None, help="Answer 200 to what is refused but kept.  [senders]")
@click.option(
    "--delay", "delay_seconds", type=click.IntRange(0), default=0, metavar="SECONDS", help="What it reads is older."
)
@click.option("--connections", type=click.IntRange(1), metavar="N", help="Most at a time, on each node.  [no limit]")
@click.option("--requests", type=click.IntRange(1), metavar="N", help="Most a second, on each node.  [no limit]")
@click.option("--certificate", metavar="NAME", help="Only with a certificate of this name, which is enough.")
@click.option("--secret/--no-secret", default=True, help="Without one the certificate alone lets in.")
@place_options
def add_key(config: Path | None, data: str | None, nats: str | None, **wishes: Any) -> None:  # noqa: ANN401 - click's
    """Make a key and print its secret, once: it is kept nowhere. All else that is said goes to standard error."""
    settings = settings_from(config, {"data": data, "nats": nats})
    try:
        key, secret = mint(wish_of(**wishes), now_micros())
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    asyncio.run(_with(settings, lambda link: stream.add(link, key, settings.replicas)))
    if secret is None:
        click.echo(f"key {key.id}: {what_it_may(key)}. It has no secret.", err=True)
    else:
        click.echo(f"key {key.id}: {what_it_may(key)}. This is its only copy:", err=True)
        click.echo(secret)


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="One key a line.")
@place_options
def list_keys(config: Path | None, data: str | None, nats: str | None, *, as_json: bool) -> None:
    """Show all keys, also revoked ones, and what they may do. There are no secrets to show."""
    settings = settings_from(config, {"data": data, "nats": nats})
    found = [record.key for record in asyncio.run(_with(settings, lambda link: stream.keys(link, settings.replicas)))]
    found.sort(key=lambda key: key.created)
    if as_json:
        for key in found:
            click.echo(json.dumps(shown(key)))
    elif found:
        Console(highlight=False, markup=False).print(table_of(found))
    else:
        click.echo("There are no keys: every program on this machine may write, and everybody may read.")


@keys.command("revoke")
@click.argument("key_id", metavar="ID")
@place_options
def revoke_key(config: Path | None, data: str | None, nats: str | None, key_id: str) -> None:
    """Take a key back for ever. Whoever is connected with it is sent away within a second."""
    settings = settings_from(config, {"data": data, "nats": nats})
    act = partial(stream.revoke, key_id=key_id, now=now_micros(), replicas=settings.replicas)
    key = asyncio.run(_with(settings, act))
    click.echo(f"key {key.id} is revoked since {moment(key.revoked or 0)}")


def wish_of(key_type: str, **wishes: Any) -> KeyWish:  # noqa: ANN401 - the command's options
    """The wish behind the options of `feed keys add`."""
    return msgspec.convert({"type": key_type, **wishes}, KeyWish)


def what_it_may(key: Key) -> str:
    """One line: rights, flags and limits."""
    limits = {
        "source": (key.source,) if key.source else (),
        "competition": key.scope.competitions,
        "discipline": key.scope.disciplines,
        "venue": key.scope.venues,
    }
    parts = [f"{name} {', '.join(codes)}" for name, codes in limits.items() if codes]
    parts += [f"certificate of {key.certificate}"] if key.certificate else []
    parts += [f"{key.delay_seconds} s late"] if key.delay_seconds else []
    parts += [f"at most {most} {name}" for name, most in msgspec.structs.asdict(key.limits).items() if most]
    return "; ".join((f"{', '.join(sorted(key.rights))}, flag {' and '.join(key.flags)}", *parts))


def table_of(found: list[Key]) -> Table:
    """All keys as a person reads them."""
    table = Table("id", "type", "may", "made", "revoked")
    for key in found:
        style = "dim" if key.revoked is not None else ""
        revoked = "" if key.revoked is None else moment(key.revoked)
        table.add_row(key.id, key.type.value, what_it_may(key), moment(key.created), revoked, style=style)
    return table


def moment(micros: int) -> str:
    """A time in microseconds as a person reads it."""
    return f"{datetime.fromtimestamp(micros // 1_000_000, UTC):%Y-%m-%d %H:%M:%S} UTC"


async def _with(settings: Settings, act: Callable[[Connection], Any]) -> Any:  # noqa: ANN401 - what `act` returns
    async with _linked(settings) as link:
        return await act(link)


@asynccontextmanager
async def _linked(settings: Settings) -> AsyncIterator[Connection]:
    """A connection to the account of production; raises BrokerError that says how to get a service to run there."""
    if settings.nats is not None:
        link = await Connection.open(settings.nats, name="feed keys", proof=settings.proof("P"))
    else:
        there = beside(Path(settings.data), "P")
        try:
            link = await Connection.open(there.url, *there.login, "feed keys")
        except BrokerError as error:
            hint = f"Start it with `feed up --data {settings.data}`, or name its NATS server with --nats."
            raise BrokerError(f"no service runs in data folder {settings.data}", hint=hint) from error
    try:
        yield link
    finally:
        await link.close()
