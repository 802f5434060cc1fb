"""The page of all benchmarks: for each its plots, its tables, and what it does not show. Needs no script or network."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from markupsafe import Markup

from benchmarks.drawn import plots
from benchmarks.results import Measured, Results, Table
from replay.report.svg import tag

DOCUMENT: Final = Path(__file__).parent.parent / "docs" / "benchmarks.md"
STYLE: Final = Path(__file__).parent.parent / "replay" / "report" / "page.css"
TITLE: Final = "Benchmarks"
INTRODUCTION: Final = (
    "Ratios to a floor that was measured in the same run: machines differ, ratios differ less. A bar is the median of "
    "the rounds, its whisker the lowest and the highest; the dashed line is the floor."
)
_HIDDEN: Final = re.compile(r"^What (?:it does|the figures do) not show: (.+?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)


def page(results: Results, headings: Mapping[str, str]) -> str:
    """HTML of all that was measured, in the order of the headings (title of its section by name of a benchmark)."""
    text = DOCUMENT.read_text("utf-8")
    found = {name: results.benchmarks[name] for name in headings if name in results.benchmarks}
    links = (tag("a", headings[name], href=f"#{name}") for name in found)
    sections = (_section(headings[name], each, not_shown(text, headings[name])) for name, each in found.items())
    body = tag("main", tag("h1", TITLE), tag("p", INTRODUCTION), tag("nav", *links), *sections)
    head = Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">')
    style = tag("style", Markup(STYLE.read_text("utf-8")))  # noqa: S704 - our own file
    whole = tag("html", tag("head", head, tag("title", TITLE), style), tag("body", body), lang="en")
    return f"<!doctype html>\n{whole}\n"


def not_shown(text: str, heading: str) -> str:
    """What the section of this title says its figures do not show; empty when it says nothing."""
    _, found, rest = text.partition(f"\n## {heading}\n")
    told = _HIDDEN.search(rest.partition("\n## ")[0]) if found else None
    return " ".join(told[1].split()) if told else ""


def _section(heading: str, measured: Measured, hidden: str) -> Markup:
    return tag(
        "section",
        tag("h2", heading),
        tag("p", f"{measured.at}, {measured.machine}", class_="quiet"),
        *(tag("p", note) for note in measured.notes),
        *(each for table in measured.tables for each in _shown(measured.name, table)),
        *([tag("p", tag("strong", "Not shown: "), hidden)] if hidden else []),
        id=measured.name,
    )


def _shown(name: str, table: Table) -> Iterator[Markup]:
    for each in plots(name, table):
        yield tag("figure", tag("div", each, class_="scroll"))
    words = {place: {"class_": "words"} for place in table.labels()}
    head = tag("tr", *(tag("th", each, scope="col", **words.get(at, {})) for at, each in enumerate(table.columns)))
    rows = (
        tag("tr", *(tag("td", each.text, **words.get(at, {})) for at, each in enumerate(row))) for row in table.rows
    )
    yield tag("div", tag("table", tag("thead", head), tag("tbody", *rows)), class_="scroll")
