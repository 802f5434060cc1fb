"""A thousand subscribers who come back at once, a minute behind: until all are live again, beside a bare loop."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from benchmarks.aims import Aim, aimed, ratios, spread
from benchmarks.clients import upgrade_request
from benchmarks.contenders import Contender, alone
from benchmarks.plain import publish
from benchmarks.stored import results
from benchmarks.storm import storm
from benchmarks.tip import fill, tip
from feed.core.cursor import write_cursor
from feed.core.frames import text_frame
from schemas.wire import splice_seq

RATE, AWAY_SECONDS = 50, 60.0  # messages a second, and for how long nobody read them
SUBSCRIBERS = 1_000
SIZE = 600
UNITS = 35
SPREAD = 50  # cursors that differ, those of one second; and as much before, for marks in the log that nobody asked for
_FILL_RATE = 1_000
_MOST = 3.0


async def measure(folder: Path, rounds: int, seconds: float) -> list[str]:
    """Rows of Markdown tables, from a service of its own."""
    async with alone(folder) as server:
        return await measured(server, rounds, seconds)


async def measured(
    server: Contender, rounds: int, seconds: float, subscribers: int = SUBSCRIBERS, away: float = AWAY_SECONDS
) -> list[str]:
    """Rows of Markdown tables; in each round bare loop and service take turns while messages go on coming.

    `seconds` is how long messages come in each of them, at the least.
    """
    count = int(RATE * away)
    found: dict[str, list[float]] = {"bare loop": [], "service": []}
    commands = [each.command for each in results(UNITS, SIZE)]
    _, seq = await fill(server, commands, count + 2 * SPREAD, _FILL_RATE)
    for _ in range(rounds):
        async with _flowing(server, commands, seconds):
            async with _bare(_bytes(seq, count)) as port:
                asking = [b"?"] * subscribers
                found["bare loop"].append(await asyncio.to_thread(storm, port, asking, _bytes(seq, count)))
            epoch, seq = await tip(server.port, seq)
            places = (seq - count - SPREAD - number % SPREAD for number in range(subscribers))
            asking = [_request(write_cursor(epoch, place)) for place in places]
            found["service"].append(await asyncio.to_thread(storm, server.port, asking, _bytes(seq, count)))
    title = f"{subscribers:,} subscribers, {count:,} messages of {SIZE} B behind, {RATE}/s, {rounds} pairs"
    return _rows(found, title, _bytes(seq, count))


def _rows(found: dict[str, list[float]], title: str, size: int) -> list[str]:
    bare = found["bare loop"]
    rows = [
        f"Coming back: {title}, medians",
        "",
        "| server | each gets | until all are live | to bare (spread) |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, seconds in found.items():
        ratio = "1" if seconds is bare else spread(ratios(seconds, bare))
        rows.append(f"| {name} | {size / 1e6:.2f} MB | {median(seconds):.2f} s | {ratio} |")
    return [*rows, *aimed([Aim("seconds to those of the bare loop", ratios(found["service"], bare), _MOST)])]


def _bytes(last: int, count: int) -> int:
    """What so many messages up to a sequence take as frames."""
    payload = b"{" + bytes(SIZE - 1)
    return sum(len(text_frame(splice_seq(payload, seq))) for seq in range(last - count + 1, last + 1))


def _request(cursor: str) -> bytes:
    return upgrade_request("127.0.0.1", f"/v1/stream?filter=XB2030.ATH.>&after={cursor}")


@asynccontextmanager
async def _flowing(server: Contender, commands: list[bytes], seconds: float) -> AsyncIterator[None]:
    """Messages go on coming; ends when that and what is done meanwhile have."""
    start = time.perf_counter()
    flow = asyncio.ensure_future(asyncio.to_thread(publish, server.nats, commands, int(RATE * seconds), start, RATE))
    try:
        yield
    finally:
        await flow


@asynccontextmanager
async def _bare(size: int) -> AsyncIterator[int]:
    """The floor's port."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.blob", str(size)), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        yield int((await child.stdout.readline()).split()[1])
    finally:
        child.terminate()
        await child.wait()
