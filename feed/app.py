"""Wiring: everything is started in order, watched together and stopped in reverse."""

import asyncio
import gc
import logging
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from aiohttp import web
from msgspec.structs import replace

from feed.clock import now_micros
from feed.config import Settings
from feed.core.ring import Ring
from feed.errors import BrokerError
from feed.ingest.worker import Workers
from feed.keydesk import KeyDesk
from feed.listen import listen, raise_descriptor_limit, url_of
from feed.notify import notify
from feed.pushing import Pushing
from feed.quarantine import QuarantineDesk
from feed.serve import competitions, figures, health, ingest, latency, quarantine, sources
from feed.serve.coding import CODED, Coded
from feed.serve.deliveries import DELIVERY_DESK
from feed.serve.doorstep import TURNED_AWAY, Doorstep, Patience
from feed.serve.farewell import say_farewell
from feed.serve.handshakes import Handshakes
from feed.serve.keys import KEY_DESK
from feed.serve.origins import EVERY, ORIGINS, SOCKET_ORIGINS, read_origins
from feed.serve.past import PAST, Past
from feed.serve.quotas import ADDRESS_CONNECTIONS_MAX
from feed.serve.reading import BEHIND, CONNECTIONS_MAX, READINGS
from feed.serve.rights import RIGHTS, Rights
from feed.serve.routes import DELIVERING, INGEST, READING, make_app
from feed.serve.tokens import FETCHES
from feed.service import Service
from feed.stopping import asked_to_stop, entered
from feed.stream.broker import Broker
from feed.stream.connection import Connection
from feed.stream.keys import KeyFollower
from feed.stream.proof import Proof
from feed.stream.tickets import Tickets
from feed.tls import Doorplate, doorplate
from feed.venues import FORMATS
from feed.world import World

if TYPE_CHECKING:
    from feed.issuer import Issuer

KEEPALIVE_SECONDS = 75.0
DESCRIPTORS_KEPT = 256  # for venues, the broker and files
SPARE_CONNECTIONS = DESCRIPTORS_KEPT // 2  # that may stand at the doorstep: venues, and readers who are refused by name
CONNECT_SECONDS = 10.0
READY_SECONDS = 0.02
CLOSE_SECONDS = 1.0
# Most objects live long (the board) or are freed by counting: rare collections of old objects, and small ones of new
# objects, keep the loop's pauses short.
GC_THRESHOLDS = (5_000, 1_000, 100)
FLAGS: tuple[Literal["P", "T"], ...] = ("P", "T")


class Node(NamedTuple):
    """What one process is: its doors, whether others of ours share its port, whether it derives and pushes."""

    routes: tuple[web.RouteDef, ...]
    shares_port: bool = False
    derives: bool = False
    pushes: bool = False


WHOLE = Node((*INGEST, *READING, *DELIVERING), derives=True, pushes=True)

_log = logging.getLogger("feed.app")


async def run(settings: Settings, on_ready: Callable[[str], None], node: Node = WHOLE) -> None:
    """Run the service until SIGTERM or SIGINT; raises FeedError when it cannot start or must not go on."""
    stopping = asked_to_stop()
    loop = asyncio.get_running_loop()
    failed: asyncio.Future[None] = loop.create_future()
    loop.set_exception_handler(lambda _, context: _fail(failed, context))
    gc.disable()  # what is made until we are ready stays: looking through it again and again takes a tenth of a start
    async with AsyncExitStack() as stack:
        stack.callback(gc.enable)
        up = await entered(stack, started(settings, node), stopping)
        if up is None:
            return
        service, url = up
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        gc.enable()
        watched = {stopping, *map(asyncio.ensure_future, (service.run(), _raised(failed)))}
        telling = asyncio.ensure_future(_tell_ready(service, url, on_ready))
        done, pending = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        service.draining = True
        notify("STOPPING=1")
        for task in (telling, *pending):
            task.cancel()
        for task in done:
            task.result()


async def _tell_ready(service: Service, url: str, on_ready: Callable[[str], None]) -> None:
    """Say that the service may be used as soon as /readyz says so."""
    while await service.ready() is not None:  # noqa: ASYNC110 - the answer comes from the broker, nobody tells us
        await asyncio.sleep(READY_SECONDS)
    on_ready(url)


@asynccontextmanager
async def started(settings: Settings, node: Node = WHOLE) -> AsyncIterator[tuple[Service, str]]:
    """A service that listens, and the address it is reached at; everything is stopped when the context ends."""
    async with AsyncExitStack() as stack:
        possible = min(settings.connections_max, raise_descriptor_limit() - DESCRIPTORS_KEPT)
        settings = replace(settings, connections_max=possible)
        plate, issuer = doorplate(settings), _issuer(settings)
        bound = listen(settings.host, settings.port, shared=node.shares_port)
        stack.callback(bound.close)
        broker, links = await _connect(settings, stack)
        workers = Workers()
        stack.callback(workers.close)
        worlds = {flag: await World.build(flag, link, settings, now_micros, workers) for flag, link in links.items()}
        _check_apart(worlds)
        tickets = Tickets(links["P"])
        await tickets.listen()
        ring = Ring(production_is_open=not settings.readers_need_keys, takes_tokens=issuer is not None)
        rights = Rights(ring, {flag: world.reading for flag, world in worlds.items()}, tickets, issuer)
        keys = await KeyFollower.open(links["P"], settings.replicas, rights.take)
        service = Service(settings, worlds, keys, broker, derives=node.derives)
        if settings.traces:
            _trace(service, worlds, settings.traces, settings.traces_share, stack)
        app = make_web(service, settings, worlds, rights, node)
        app[DELIVERY_DESK] = pushing = Pushing(settings, worlds, now_micros, pushes=node.pushes)
        service.pushers = pushing.pushers
        if issuer is not None:
            await issuer.start()
            service.also, app[FETCHES] = issuer.run, issuer.counts
        await _open(app, bound, settings, plate, stack)
        yield service, url_of(bound, is_secure=plate is not None)


def _issuer(settings: Settings) -> "Issuer | None":
    if settings.jwt_keys is None:
        return None
    from feed.issuer import issuer_of  # noqa: PLC0415 - 9 MB of cryptography, for those who take tokens

    return issuer_of(settings)


def _trace(service: Service, worlds: dict[str, World], address: str, share: float, stack: AsyncExitStack) -> None:
    from feed.tracing import Tracing  # noqa: PLC0415 - a library of 7 MB that few ask for

    tracing = Tracing(address, share)
    stack.push_async_callback(asyncio.to_thread, tracing.close)
    service.traced = tracing.document
    for world in worlds.values():
        world.trace(tracing.delivered, tracing.derivation)


async def _open(
    app: web.Application, bound: socket.socket, settings: Settings, plate: Doorplate | None, stack: AsyncExitStack
) -> None:
    """Listen, behind a doorstep; what is opened here is closed in reverse."""
    inner = web.AppRunner(app)
    await inner.setup()
    stack.push_async_callback(inner.cleanup)
    most = (each + SPARE_CONNECTIONS for each in (settings.address_connections_max, settings.connections_max))
    doorstep = Doorstep(
        cast("web.Server", inner.server),
        Patience(settings.head_seconds, *most),
        app[TURNED_AWAY],
        access_log=None,
        auto_decompress=False,
        keepalive_timeout=KEEPALIVE_SECONDS,
    )
    runner = web.ServerRunner(doorstep, shutdown_timeout=CLOSE_SECONDS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    stack.push_async_callback(say_farewell, list(app[READINGS].values()))
    if plate is not None:
        handshakes = Handshakes(doorstep, bound, plate.context, settings.head_seconds)
        handshakes.start()
        stack.push_async_callback(handshakes.stop)
    else:
        site = web.SockSite(runner, bound)
        await site.start()
        stack.push_async_callback(site.stop)  # first of all: nobody new comes in while the others are sent away


def make_web(
    service: Service, settings: Settings, worlds: dict[str, World], rights: Rights, node: Node = WHOLE
) -> web.Application:
    """Hand every door what it needs."""
    app = make_app(node.routes)
    app[READINGS] = {flag: world.reading for flag, world in worlds.items()}
    app[BEHIND] = {flag: world.delays.behind for flag, world in worlds.items()}
    app[PAST] = Past()
    app[CODED] = Coded()
    app[ORIGINS] = read_origins(EVERY if settings.origins is None else settings.origins)
    app[SOCKET_ORIGINS] = read_origins(settings.origins or "")
    app[RIGHTS] = rights
    app[TURNED_AWAY] = Counter()
    app[CONNECTIONS_MAX] = settings.connections_max
    app[ADDRESS_CONNECTIONS_MAX] = settings.address_connections_max
    app[KEY_DESK] = KeyDesk(worlds["P"].link, settings.replicas, rights, now_micros)
    app[competitions.ZONES] = {code: each.zone for code, each in settings.competitions.items()}
    app[ingest.ADMIT] = service.admit
    app[ingest.FORMATS] = frozenset(FORMATS)
    app[ingest.BODY_BYTES_MAX] = settings.body_bytes_max
    app[ingest.CLOCK] = now_micros
    app[health.HEALTH] = service.health
    app[health.READY] = service.ready
    app[figures.FIGURES] = service.figures
    app[latency.HOPS_OF] = {flag: world.hops for flag, world in worlds.items()}
    app[quarantine.DESK] = QuarantineDesk(worlds, dict(settings.zones()), now_micros)
    app[sources.SIGNS] = {flag: world.beats.signs for flag, world in worlds.items()}
    return app


async def _connect(settings: Settings, stack: AsyncExitStack) -> tuple[Broker | None, dict[str, Connection]]:
    """One connection an account, to the embedded broker or to an existing server."""
    links: dict[str, Connection] = {}
    if settings.nats is not None:
        broker, logins = None, {"P": (settings.nats, "", "")}
        if settings.nats_test:
            logins["T"] = (settings.nats_test, "", "")
    else:
        broker = Broker(Path(settings.data))
        await broker.start()
        logins = {flag: (broker.url, *broker.credentials(flag)) for flag in FLAGS}
    stack.push_async_callback(_close, links, broker)
    for flag, (url, user, password) in logins.items():
        proof = settings.proof(flag) if broker is None else Proof()
        links[flag] = await Connection.open(url, user, password, f"feed {flag}", proof=proof, limit=CONNECT_SECONDS)
    return broker, links


async def _close(links: dict[str, Connection], broker: Broker | None) -> None:
    """All at once: a broker that takes no step holds up each of them for its own limit."""
    closing = [link.close() for link in links.values()]
    await asyncio.gather(*closing, *([broker.stop()] if broker else []))


def _check_apart(worlds: dict[str, World]) -> None:
    """Raise BrokerError where both flags would share their streams."""
    if len({world.reading.epoch for world in worlds.values()}) < len(worlds):
        detail = "nats and nats_test lead to the same account: test messages would be told as results"
        raise BrokerError(detail, hint="Give the test messages a user, certificate or credentials of another account.")


async def _raised(failed: asyncio.Future[None]) -> None:
    await failed


def _fail(failed: asyncio.Future[None], context: dict[str, Any]) -> None:
    """What nobody caught: a contradiction ends the program, anything else is told and ends it too."""
    error = context.get("exception")
    if isinstance(error, ConnectionError):
        return  # a peer that went away while its socket was being written
    _log.error("unhandled: %s", context.get("message"), exc_info=error)
    if error is not None and not failed.done():
        failed.set_exception(error)
