"""Captures made of captures: a part of one, several as one. Every output is written anew, in dense blocks."""

import heapq
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path

from replay.capture import Captured, CaptureError, CaptureWriter, Lost, read_capture


def cut(
    path: Path, start: int | None, end: int | None, sources: frozenset[str], lost: Callable[[Lost], None] | None = None
) -> Iterator[Captured]:
    """Documents with start <= recv < end of these sources, or of all when none is named."""
    for captured in read_capture(path, start, end, lost):
        if not sources or captured.source in sources:
            yield captured


def merge(paths: Iterable[Path]) -> Iterator[Captured]:
    """The documents of all captures by `recv`; of equal ones those of the capture named first come first."""
    return heapq.merge(*map(read_capture, paths), key=lambda captured: captured.recv)


def write_new(out: Path, documents: Iterable[Captured]) -> Generator[Captured, None, None]:
    """Write documents into a new capture, and hand each on when it is taken; raises CaptureError where one exists."""
    if out.exists():
        raise CaptureError(f"{out} exists already", hint="Choose another name with --out, or remove it.")
    return _written(out, documents)


def _written(out: Path, documents: Iterable[Captured]) -> Generator[Captured, None, None]:
    with CaptureWriter(out) as writer:
        for captured in documents:
            writer.append(captured)
            yield captured
