import re

from benchmarks.__main__ import WHAT
from benchmarks.page import DOCUMENT, not_shown, page
from benchmarks.results import Results, measured

TEXT = "# B\n\n## One\n\nx\n\n## Two\n\nfirst\n\nWhat it does not show: a network;\na disk.\n\nmore\n\n## Three\n"


def test_what_a_figure_does_not_show_is_said_by_its_section():
    """The paragraph, whole, and of no other section."""
    assert not_shown(TEXT, "Two") == "a network; a disk."
    assert not_shown(TEXT, "One") == not_shown(TEXT, "Three") == not_shown(TEXT, "Four") == ""


def test_every_benchmark_has_a_section_that_says_what_it_does_not_show():
    """Under the heading that the page shows it by."""
    text = DOCUMENT.read_text("utf-8")
    assert [name for name, each in WHAT.items() if not not_shown(text, each.heading)] == []


def test_the_page_holds_all_that_was_measured_and_asks_nobody():
    """In the order of the headings, with plot, table and caveat; no script, no address."""
    rows = [
        "Ingest",
        "",
        "| documents | what | to bare (spread) |",
        "| --- | --- | --- |",
        "| 6 kB | a<b | 0.50 (0.40 to 0.60) |",
    ]
    results = Results({"sets": measured("sets", ["Sets"]), "ingest": measured("ingest", rows)})
    html = page(results, {name: each.heading for name, each in WHAT.items()})
    assert re.findall(r'<section id="(\w+)">', html) == ["ingest", "sets"]
    assert html.startswith("<!doctype html>")
    assert html.count("<svg") == 1
    assert "a&lt;b" in html
    assert html.count("Not shown: ") == 2
    assert not re.search(r"<script|https?://|@import|url\(", html.replace("http://www.w3.org/2000/svg", ""))
