"""uWebSockets, C++ in node: plain publish to one topic, fed from a stream of the same broker as the bare loop."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.audience import Opening
from benchmarks.clients import upgrade_request
from benchmarks.contenders import Contender
from benchmarks.plain import Stored
from feed.stream.connection import Connection
from feed.stream.streams import StreamSpec, set_up
from schemas.topic import SUBJECT_PREFIX

NAME = "uWebSockets"
STREAM = StreamSpec("PEER", "peered.>", 8 << 30, 1 << 20, 1)
PROGRAM = Path(__file__).with_suffix(".js")
INSTALLED = Path(__file__).parents[2] / "build" / "peers"


def is_here() -> bool:
    """Whether node and the package are."""
    return shutil.which("node") is not None and (INSTALLED / "node_modules" / "uwebsockets").is_dir()


@asynccontextmanager
async def running(nats: str) -> AsyncIterator[Contender]:
    """As a child that follows a stream of its own on this broker; raises RuntimeError when it does not start."""
    link = await Connection.open(nats)
    await set_up(link, (STREAM,))
    await link.close()
    child = await asyncio.create_subprocess_exec(
        *("node", str(PROGRAM), str(INSTALLED), nats, STREAM.name), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        line = (await child.stdout.readline()).decode().split()
        if line[:1] != ["ready"]:
            raise RuntimeError(f"{NAME} said {line}")
        yield Contender(NAME, child.pid, nats, int(line[1]), _reader, _to_peer, _size)
    finally:
        if child.returncode is None:
            child.terminate()
        await child.wait()


def _reader(filters: Sequence[str]) -> Opening:  # noqa: ARG001 - it has none
    return Opening(upgrade_request("127.0.0.1", "/"))


def _to_peer(message: Stored) -> Stored:
    return Stored(message.subject.replace(SUBJECT_PREFIX, "peered.", 1), {}, message.payload)


def _size(message: Stored) -> int:
    return len(message.payload)
