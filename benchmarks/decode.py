"""Decoding and normalizing beside the bare lxml parse of the same bytes, by stages; and whether memory stays flat.

A result is read in two ways: all its rows are new, or one in twenty has changed since the Version before. A schedule
too: for the first time, with nothing remembered, or again.
"""

import gc
import multiprocessing
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

import psutil
from lxml import etree

from benchmarks import schedules
from benchmarks.clients import document
from feed.candidate import Decoded, Receipt
from feed.core.index import headers_of
from feed.venues.odf import decode
from feed.venues.odf.fingerprint import canonical, fingerprint, has_indicator
from feed.venues.odf.header import read_header
from feed.venues.odf.lists import LISTS
from feed.venues.odf.names import name_of
from feed.venues.odf.parse import parse
from feed.venues.odf.times import moment
from schemas.wire import encode

RESULT_BYTES = 35_000
UNITS = 150  # their rows together are more than the decoder remembers
WARM, MEASURED = UNITS, UNITS
RAW_ID = "0" * 24
BARE = "bare lxml parse"
RECEIPT = Receipt(0, "bench", lambda _: None)


@dataclass(frozen=True)
class Sample:
    """Documents of one sort, to be read in this order; where `is_first`, with nothing remembered before each."""

    name: str
    documents: list[bytes]
    is_first: bool = False


def samples() -> list[Sample]:
    """A live result and the largest schedule, both new and again."""
    known = schedules.real()
    schedule = (known or [schedules.schedule("JUD", schedules.UNITS)])[0]
    origin = f"{'the real schedule of judo' if known else 'a schedule of our own'}, {len(schedule) / 1000:.0f} kB"
    return [
        Sample("a result of 35 kB, all rows new", [document(unit, UNITS, RESULT_BYTES) for unit in range(UNITS)]),
        Sample("the same, its next Versions", [document(version, 1, RESULT_BYTES) for version in range(UNITS)]),
        Sample(f"{origin}, the first time", [schedule] * 5, is_first=True),
        Sample(f"{origin}, again", [schedule] * 5),
    ]


class Spent(NamedTuple):
    """Seconds of the processor a document, and how often that is the bare parse of the same round."""

    seconds: float
    ratio: float


def stages(sample: Sample, rounds: int) -> dict[str, Spent]:
    """From the bytes to the end of each stage; medians of rounds in turn.

    Each stage is timed together with all before it, and lets go of what it made at once: what a tree costs is paid
    partly when it is freed.
    """
    found = [{name: _seconds(act, sample) for name, act in STAGES.items()} for _ in range(rounds)]
    return {
        name: Spent(median(each[name] for each in found), median(each[name] / each[BARE] for each in found))
        for name in STAGES
    }


def normalized(decoded: Decoded) -> list[tuple[dict[str, str], bytes]]:
    """Headers and payload of every message of a document, as they are published."""
    heads = [decoded.listing.head] if decoded.listing else []
    return [(headers_of(each, RAW_ID), encode(each.message)) for each in (*decoded.candidates, *heads)]


def memory(sample: Sample) -> tuple[float, float]:
    """Resident MB of a process that has read WARM documents of a sort, and after MEASURED more."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_resident, (sample.documents,))


def measure(rounds: int) -> list[str]:
    """Rows of two Markdown tables: stages, and memory."""
    found = samples()
    rows = [f"Decoding: medians of {rounds} rounds, in microseconds a document (times the bare parse)", ""]
    spent = {sample.name: stages(sample, rounds) for sample in found}
    rows += [f"| stage | {' | '.join(spent)} |", f"| --- | {' | '.join('---:' for _ in spent)} |"]
    for stage in STAGES:
        times = (f"{each[stage].seconds * 1e6:,.0f} ({each[stage].ratio:.2f})" for each in spent.values())
        rows.append(f"| {stage} | {' | '.join(times)} |")
    rows += ["", f"| documents | memory after {WARM} | after {MEASURED} more |", "| --- | ---: | ---: |"]
    for sample in found:
        if sample.is_first:
            continue  # a process that forgets has no more to keep
        before, after = memory(sample)
        rows.append(f"| {sample.name} | {before:.1f} MB | {after:.1f} MB |")
    return rows


def forget() -> None:
    """Let go of all that the decoder remembers of lists: entities, their names and their moments."""
    for entities in LISTS.values():
        entities.forget()
    name_of.cache_clear()
    moment.cache_clear()


def _seconds(act: Callable[[bytes], object], sample: Sample) -> float:
    gc.collect()
    spent = 0.0
    for each in sample.documents:
        if sample.is_first:
            forget()
        start = time.thread_time()
        act(each)
        spent += time.thread_time() - start
    return spent / len(sample.documents)


def _with_header(content: bytes) -> etree._Element:
    root = parse(content)
    read_header(dict(root.items()), RECEIPT)
    return root


def _with_hash(content: bytes) -> None:
    root = _with_header(content)
    fingerprint(canonical(root, is_marked=has_indicator(content), has_blanks=False))


STAGES: dict[str, Callable[[bytes], object]] = {
    BARE: etree.fromstring,
    "parse within limits": parse,
    "and header": _with_header,
    "and canonical form with hash": _with_hash,
    "all of decoding": lambda content: decode(content, RECEIPT),
    "and index headers with JSON": lambda content: normalized(decode(content, RECEIPT)),
}


def _resident(documents: list[bytes]) -> tuple[float, float]:
    found = []
    endless = _repeated(documents)
    for count in (WARM, MEASURED):
        for _ in range(count):
            normalized(decode(next(endless), RECEIPT))
        gc.collect()
        found.append(psutil.Process().memory_info().rss / 1e6)
    return found[0], found[1]


def _repeated(documents: list[bytes]) -> Iterator[bytes]:
    while True:
        yield from documents
