"""The hunt for leaks: a feed with something old and something new, and every way of asking its doors.

What is new has one name in it wherever that may stand; no answer to who reads with a delay may have this, nor a
sequence or a time of what is new.
"""

import asyncio
import contextlib
import hashlib
import re
from collections.abc import Iterable
from itertools import product

import aiohttp
from aiohttp import web

from feed.clock import now_micros
from feed.serve.reading import Reading
from feed.serve.routes import ROUTES
from tests.documents import fresh_competition, odf
from tests.matches import people
from tests.schedules import local, schedule, unit, unit_code
from tests.serve.raw import Raw, upgrade
from tests.serve.test_codes import table
from tests.service_fixture import House

HOUR = 3600
OLD = "DT_TEXT"
MARKER = "Sekretva"
ELSEWHERE = "SEKRET"
BLOB = f'{{"text":"{MARKER}"}}'.encode()
MARK = re.compile(rb"sekret", re.IGNORECASE)
PLACES = re.compile(
    rb'"(?:seq|tip|prev|through|base|floor|supersedes|caused_by)":([0-9]+)|\b[a-z0-9]{6,32}:([0-9]+)\b|tip:? ([0-9]+)',
    re.IGNORECASE,
)
TIMES = re.compile(rb'"(?:recv|published|heard|listening)":([0-9]+)')
OPERATORS = ("/metrics", "/v1/keys", "/v1/quarantine", "/v1/deliveries")  # told to nobody who only reads
DOCUMENTS = ("/asyncapi", "/client", "/docs", "/openapi", "/schemas", "/v1/dictionaries")  # the same for everybody
ACCEPTED = ("application/json", "application/x-ndjson", "application/xml")


class Clock:
    """The wall clock, set by `offset` seconds, or stopped at a time."""

    def __init__(self) -> None:
        self.offset = 0
        self.stopped_at: int | None = None

    def __call__(self) -> int:
        return now_micros() + self.offset * 1_000_000 if self.stopped_at is None else self.stopped_at


class Hunted:
    """A service with something old and something new; `tip` is the last sequence that is old, `newest` the last."""

    def __init__(self, house: House, clock: Clock) -> None:
        self.house = house
        self.clock = clock
        self.competition = fresh_competition()
        self.tip = self.newest = 0

    @property
    def epoch(self) -> str:
        return self.house.service._worlds["P"].reading.epoch

    async def tell_old(self) -> None:
        """What was published two hours ago."""
        now, self.clock.offset = self.clock.offset, self.clock.offset - 2 * HOUR
        documents = people(self.competition, "7 FIN Aino"), schedule(self.competition, unit(1, "2030-07-03T10:00:00Z"))
        codes = table(self.competition, "FIN ENG:Finland", name="NOC")
        await self.house.store(local(self.competition, "ON", Source="STA1"), *documents, codes)
        await self.house.store(odf(self.competition, DocumentType=OLD), odf(self.competition))
        self.tip, self.clock.offset = self.house.pump()._log.tip, now

    async def tell_new(self) -> None:
        """What was published just now: of the old topics, and of others."""
        told = f"<Text>{MARKER}</Text>"
        await self.house.store(
            people(self.competition, f"7 FIN {MARKER}", f"8 FIN {MARKER}", version=2),
            odf(self.competition, 2, DocumentType=OLD, body=told),
            odf(self.competition, 2, Source=MARKER.upper()),
            odf(self.competition, 1, unit=2, DocumentType=OLD, body=told),
            odf(ELSEWHERE, 1, DocumentType=OLD, body=told),
            table(self.competition, f"FIN ENG:{MARKER}", name="NOC", version=2),
        )
        self.newest = self.house.pump()._log.tip

    async def caught_up(self, query: str = f"delay={HOUR}", headers: dict[str, str] | None = None) -> None:
        """Return when a delayed reader is told all that is old."""
        async with aiohttp.ClientSession(self.house.url, headers=headers) as session, asyncio.timeout(10):
            while (await (await session.get(f"/v1/snapshot?{query}")).json()).get("seq") != self.tip:
                await asyncio.sleep(0.005)

    def check(self, text: bytes, where: str) -> None:
        """Fail for a byte of what is newer, or a sequence or a time of it."""
        assert not MARK.search(text), (where, text)
        places = [int(number) for found in PLACES.findall(text) for number in found if number]
        assert max(places, default=0) <= self.tip, (where, text)
        assert max(map(int, TIMES.findall(text)), default=0) <= self.clock() - HOUR * 1_000_000, (where, text)


def readings(hunted: Hunted) -> list[Reading]:
    """The live one, and those that are behind it."""
    return list(hunted.house.service._worlds["P"].reading.readings())


def doors() -> list[web.RouteDef]:
    """Whatever there is to read for readers, but for the streams."""
    routes = [each for each in ROUTES if each.method == "GET" and each.path not in {"/v1/stream", "/v1/sse"}]
    return [each for each in routes if not each.path.startswith((*OPERATORS, *DOCUMENTS))]


def addresses(hunted: Hunted, route: web.RouteDef) -> list[str]:
    """Where a door may be asked: a new one with a part of its own has to be told here what that may be."""
    start = f"{hunted.competition}.ATH.M.100M.FNL"
    parts = {
        "unit": [unit_code(1), *(f"ATHM100M--------------FNL-00000{number}--" for number in (1, 2))],
        "event": ["ATHM100M"],
        "id": ["7", "8"],
        "noc": ["FIN"],
        "table": ["NOC"],
        "topic": [f"{start}.000001.document.{OLD}", f"{start}.000002.document.{OLD}", f"{start}.000001.result"],
        "sha256": [hashlib.sha256(BLOB).hexdigest()],
    }
    names = re.findall(r"\{(\w+)\}", route.path)
    assert set(names) <= set(parts), f"say in this test how {route.path} is asked"
    chosen = product(*(parts[name] for name in names))
    return [route.path.format(**dict(zip(names, each, strict=True))) for each in chosen]


def queries(hunted: Hunted) -> Iterable[str]:
    """What may be asked for; what a door does not take it refuses, and must not leak in that either."""
    yield from ("", f"competition={hunted.competition}", f"competition={hunted.competition}&lang=ENG", "limit=1")
    for place in (hunted.newest, hunted.tip, hunted.newest + 5):
        yield from (f"as_of={place}", f"competition={hunted.competition}&as_of={hunted.epoch}:{place}")
        yield from (f"after={place}&wait=0.02", f"after={hunted.epoch}:{place}")
    yield from ("as_of=2029-01-01T00:00:00Z", "as_of=2020-01-01T00:00:00Z", "as_of=2090-01-01T00:00:00Z", "no=1")
    for unit_ in (1, 2):
        code = f"DocumentCode=ATHM100M--------------FNL-00000{unit_}--&DocumentType={OLD}"
        yield from (f"competition={hunted.competition}&{code}", f"competition={hunted.competition}&{code}&Version=2")


def without_echo(told: bytes, asked: str) -> bytes:
    """A refusal without the place that it says again."""
    found = re.search(r"(?:as_of|after)=(?:\w+:)?([0-9]+)", asked)
    return told if found is None else re.sub(rb"\b%s\b" % found[1].encode(), b"", told)


async def hunt(hunted: Hunted, query: str = f"delay={HOUR}", headers: dict[str, str] | None = None) -> set[str]:
    """Ask every door of HTTP in every way; the paths whose answers were pages."""
    good: set[str] = set()
    async with aiohttp.ClientSession(hunted.house.url) as session:
        for route, accepted in product(doors(), ACCEPTED):
            for path, asked in product(addresses(hunted, route), queries(hunted)):
                address = f"{path}?{asked}&{query}".replace("?&", "?")
                async with session.get(address, headers={"Accept": accepted, **(headers or {})}) as answer:
                    text = await answer.read()
                    told = "".join(f"{name}: {value}\n" for name, value in answer.headers.items()).encode()
                if answer.status == 200:
                    good.add(path)
                assert answer.status < 500 or b"not_ready" in text, (address, text)
                hunted.check(told + (text if answer.status == 200 else without_echo(text, asked)), address)
    return good


async def listened(hunted: Hunted, kind: str, query: str, headers: dict[str, str]) -> bytes:
    """All bytes that a stream wrote up to a second heartbeat, a refusal to its end."""
    raw = await Raw.connect(hunted.house.url)
    named = {name.replace("-", "_"): text for name, text in headers.items()}
    if kind == "stream":
        raw.send(upgrade(hunted.house.url, query, **named))
    else:
        lines = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
        raw.send(f"GET /v1/sse?{query} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode())
    found = b""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(5):
            while found.count(b"heartbeat") < 2 and b"error" not in found:
                for late in hunted.house.service._worlds["P"].reading.readings():
                    late.pump.beat()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.02):
                        found += await raw.reader.read(1 << 16)
    await raw.end()
    return found


def streams(hunted: Hunted) -> Iterable[str]:
    """What may be asked of a stream."""
    yield from ("", "after=0", "snapshot=1", f"after={hunted.newest}", f"after={hunted.epoch}:{hunted.newest}")
    yield from ("after=0&delta=1&conflate=1", "after=0&lang=ENG", "after=0&encoding=msgpack", "noc=FIN", "no=1")


async def hunt_streams(hunted: Hunted, query: str = f"delay={HOUR}", headers: dict[str, str] | None = None) -> None:
    """Listen in every way; a refused cursor is said again."""
    for kind, asked in product(("stream", "sse"), streams(hunted)):
        told = await listened(hunted, kind, "&".join(filter(None, (asked, query))), headers or {})
        assert b"heartbeat" in told or b"error" in told, (kind, asked, told)
        hunted.check(without_echo(told, asked) if b"error" in told else told, f"{kind}?{asked}")
