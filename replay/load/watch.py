"""What every process of a run costs: processor, memory and descriptors, once a second."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final, NamedTuple

import psutil
from msgspec.structs import replace

from replay.report.model import Observed, Sample

EVERY_SECONDS: Final = 1.0
_BROKER: Final = "nats-server"
_TRACKER: Final = "resource_tracker"  # one that Python starts beside worker processes and that does nothing


class Root(NamedTuple):
    """A process to watch; `below` are the roles of those it starts and of theirs, where these are watched as well."""

    role: str
    pid: int
    below: tuple[str, ...] = ()


class Watch:
    """Watches the processes that `roots` names, whichever they are at that moment."""

    def __init__(self, roots: Callable[[], Iterable[Root]]) -> None:
        self._roots = roots
        self._seen: dict[tuple[int, float], tuple[psutil.Process, Observed]] = {}

    def observed(self, began: float) -> list[Observed]:
        """All that were seen, in the order in which they came; samples count from a moment of time.monotonic."""
        return [
            replace(each, samples=[replace(sample, at=round(sample.at - began, 3)) for sample in each.samples])
            for _, each in self._seen.values()
        ]

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(EVERY_SECONDS)

    def look(self) -> None:
        """Take one sample of each; a process that has just come or ended has none."""
        at = time.monotonic()
        for role, process in self._present():
            with suppress(psutil.Error):
                key = process.pid, process.create_time()
                if key in self._seen:
                    known, observed = self._seen[key]
                    observed.samples.append(_sample(known, at))
                else:
                    process.cpu_percent()  # counts from here on
                    self._seen[key] = process, Observed(name=process.name(), pid=process.pid, role=role)

    def _present(self) -> Iterable[tuple[str, psutil.Process]]:
        for root in self._roots():
            with suppress(psutil.Error):
                process = psutil.Process(root.pid)
                yield root.role, process
                if root.below:
                    yield from ((_role(child, root), child) for child in _children(process))


def _sample(process: psutil.Process, at: float) -> Sample:
    with process.oneshot():
        cpu, rss = process.cpu_percent() / 100, process.memory_info().rss
        return Sample(at=at, cpu=round(cpu, 3), rss=rss, descriptors=process.num_fds())


def _children(process: psutil.Process) -> list[psutil.Process]:
    found = []
    for child in process.children(recursive=True):
        with suppress(psutil.Error):
            if not any(_TRACKER in word for word in child.cmdline()):
                found.append(child)
    return found


def _role(child: psutil.Process, root: Root) -> str:
    with suppress(psutil.Error):
        if child.name() == _BROKER:
            return "broker"
        return root.below[0 if child.ppid() == root.pid else -1]
    return root.below[-1]
