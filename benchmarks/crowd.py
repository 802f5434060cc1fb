"""Ten thousand subscribers of one venue channel on one core, and twenty-five thousand on two workers."""

import os
import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.aims import Aim, aimed
from benchmarks.contenders import alone
from benchmarks.fanout import Cost, Load, delivered

CHANNEL = "XB2030.ATH.>"
_TWO_WORKERS = ("serve", "--workers", "2")


class Crowd(NamedTuple):
    """A load, how the service is started, whether it has one core to itself, and the most of p99 in milliseconds."""

    load: Load
    words: Sequence[str]
    is_pinned: bool
    most: float

    def __str__(self) -> str:
        return f"{self.load}, {'one core' if self.is_pinned else 'two workers'}"


CROWDS = (
    Crowd(Load(2, 10_000, 1_000, 1), ("up",), is_pinned=True, most=250),
    Crowd(Load(1, 25_000, 1_000, 1), _TWO_WORKERS, is_pinned=False, most=1_000),
)


async def measure(folder: Path, rounds: int, seconds: float, crowds: tuple[Crowd, ...] = CROWDS) -> list[str]:
    """Rows of Markdown tables; all rounds of a crowd are on one service, with new connections each."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    rows = [
        f"Crowd: {rounds} rounds of {seconds:g} s, medians",
        "",
        "| load | CPU by delivery | p50 | p99 |",
        "| --- | ---: | ---: | ---: |",
    ]
    aims = []
    for number, crowd in enumerate(crowds):
        found = await _rounds(folder / str(number), crowd, rounds, seconds)
        p50, p99 = ([getattr(each, field) for each in found] for field in ("p50", "p99"))
        cpu = f"{median(each.cpu for each in found):.2f} us" if crowd.is_pinned else ""  # workers are other processes
        rows.append(f"| {crowd} | {cpu} | {median(p50):.2f} ms | {median(p99):.2f} ms |")
        aims.append(Aim(f"{crowd}: p99", p99, crowd.most, "ms"))
    return [*rows, *aimed(aims)]


async def _rounds(folder: Path, crowd: Crowd, rounds: int, seconds: float) -> list[Cost]:
    with _others_kept_off(is_wanted=crowd.is_pinned) as core:
        async with alone(folder, crowd.words) as server:
            if core is not None:
                pin(server.pid, {core})
            openings = [server.opening((CHANNEL,))] * crowd.load.subscribers
            return [await delivered(server, crowd.load, seconds, openings) for _ in range(rounds)]


def pin(pid: int, cores: set[int]) -> None:
    """Let a process run on these cores, with all its threads and those they will start."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)


@contextmanager
def _others_kept_off(*, is_wanted: bool) -> Iterator[int | None]:
    """Give a core that neither we nor what we start run on meanwhile, where there are two and one is wanted."""
    allowed = os.sched_getaffinity(0)
    core = min(allowed) if is_wanted else None
    if core is not None and len(allowed) > 1:
        pin(os.getpid(), allowed - {core})
    try:
        yield core
    finally:
        pin(os.getpid(), allowed)
