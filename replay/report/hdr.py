"""Histograms as files in the log format of HdrHistogram, one a file, as its plotters and `hdrh` read them."""

import re
from collections.abc import Iterable
from itertools import chain, count
from pathlib import Path
from typing import Final

from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogWriter

from replay.report.model import LoadReport

_MICROS_PER_MILLI: Final = 1000.0
_ENDING: Final = ".hdr"


def decoded(text: str) -> HdrHistogram:
    """A histogram of microseconds out of `LoadReport.histograms`."""
    return HdrHistogram.decode(text.encode())


def file_name(name: str) -> str:
    """`planned to received` is in `planned-to-received.hdr`."""
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-") + _ENDING


def file_names(names: Iterable[str]) -> dict[str, str]:
    """The file of each name; of names that would share one the later ones are numbered."""
    found: dict[str, str] = {}
    for name in names:
        first = file_name(name)
        numbered = (f"{first.removesuffix(_ENDING)}-{number}{_ENDING}" for number in count(2))
        found[name] = next(each for each in chain([first], numbered) if each not in found.values())
    return found


def write(report: LoadReport, folder: Path) -> list[Path]:
    """Write every histogram of a report into a folder; values are microseconds, the interval's maximum milliseconds."""
    return [_write(report, name, folder / file) for name, file in file_names(report.histograms).items()]


def _write(report: LoadReport, name: str, path: Path) -> Path:
    with path.open("w", encoding="ascii") as file:
        writer = HistogramLogWriter(file)
        writer.output_comment(f"[{ascii(report.title)[1:-1]}: {ascii(name)[1:-1]}, values in microseconds]")
        writer.output_log_format_version()
        writer.output_legend()
        histogram = decoded(report.histograms[name])
        writer.output_interval_histogram(histogram, 0, report.seconds, _MICROS_PER_MILLI)
    return path
