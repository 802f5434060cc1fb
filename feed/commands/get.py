"""`feed get`: one document or view."""

import asyncio
import json
import ssl
from pathlib import Path

import aiohttp
import click
from rich.console import Console

from feed.commands.trust import ca_option, trust
from feed.errors import FeedError

DEFAULT_URL = "http://127.0.0.1:8080"
TIMEOUT_SECONDS = 30.0


key_option = click.option(
    "--key", envvar="FEED_KEY", metavar="SECRET", help="What `feed keys add` printed; better given as FEED_KEY."
)


def key_header(key: str | None) -> dict[str, str]:
    """How a key is sent."""
    return {"X-API-KEY": key} if key else {}


class GetError(FeedError):
    """The service did not give what was asked for."""


@click.command()
@click.argument("path")
@click.option("--url", default=DEFAULT_URL, show_default=True, help="Where the service listens.")
@key_option
@ca_option
@click.option("--as-of", metavar="SEQ|TIME", help="The state at a sequence or an RFC 3339 time.")
def get(path: str, url: str, key: str | None, ca: Path | None, as_of: str | None) -> None:
    """Fetch PATH, for example /v1/competitions or "/v1/snapshot?type=result", and show it.

    The JSON is coloured on a terminal and left as it came in a pipe.
    """
    text = asyncio.run(fetch(url, path, {"as_of": as_of} if as_of else {}, key, trust(ca)))
    console = Console()
    if console.is_terminal and _is_json(text):
        console.print_json(text)
    else:
        click.echo(text)


async def fetch(
    url: str, path: str, query: dict[str, str], key: str | None = None, trusted: ssl.SSLContext | None = None
) -> str:
    """The body at a path; raises GetError with the service's own words for anything but 200."""
    address = url.rstrip("/") + "/" + path.lstrip("/")
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=key_header(key)) as session,
            session.get(address, params=query, ssl=trusted or True) as answer,
        ):
            text = await answer.text()
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        hint = "Is it running? Start it with `feed up`, or name it with --url."
        reason = str(error) or f"it took longer than {TIMEOUT_SECONDS:g} s"
        raise GetError(f"no answer from {url}: {reason}", hint=hint) from error
    if answer.status != 200:  # noqa: PLR2004 - HTTP's OK
        raise refusal(answer.status, text)
    return text


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def refusal(status: int, text: str) -> GetError:
    """The service's own words about an error."""
    try:
        error = json.loads(text)["error"]
        return GetError(f"{error['name']}: {error['detail']}", hint=error["hint"])
    except (ValueError, KeyError, TypeError):
        return GetError(f"the service answered {status}: {text[:200]}")
