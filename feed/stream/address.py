"""Where NATS is: addresses as a person writes them, and which server to try next."""

import random
from typing import Any
from urllib.parse import unquote, urlsplit

from nats.aio.client import Server

from feed.errors import BrokerError
from feed.masking import masked


def split_url(url: str) -> tuple[list[str], str, str]:
    """Split `nats://user:password@host:port,...` into servers without credentials, user and password.

    A user without a password is a token. The first that has one is that of all. Raises BrokerError for an address
    without a host.
    """
    servers, user, password = [], "", ""
    for part in filter(None, (piece.strip() for piece in url.split(","))):
        parts = urlsplit(part if "://" in part else f"nats://{part}")
        if not parts.hostname:
            raise BrokerError(f"{masked(part)!r} is no NATS address", hint="write nats://host:port")
        user, password = user or unquote(parts.username or ""), password or unquote(parts.password or "")
        servers.append(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")
    if not servers:
        raise BrokerError("no NATS address given", hint="write nats://host:port")
    return servers, user, password


def pick(servers: list[Server], _: dict[str, Any]) -> tuple[Server | None, float]:
    """Choose any server after a short random wait that grows with its failures, at most about a second.

    nats-py itself would try the first of the list for ever, and all clients at the same moment.
    """
    server = random.choice(servers)  # noqa: S311 - spreads reconnects
    return server, random.uniform(0.02, min(0.05 * 2 ** min(server.reconnects, 8), 1.0))  # noqa: S311 - as above
