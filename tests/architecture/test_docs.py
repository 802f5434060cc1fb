import re
from pathlib import Path

import pytest

from feed.config import Settings
from feed.errors import COMPLAINTS
from feed.refusals import Reason
from feed.serve.families import of_all, of_flags
from feed.serve.figures import Figure
from feed.serve.routes import ROUTES
from feed.serve.timings import timings
from schemas.control import Control
from schemas.message import Remark
from tests.architecture.source import ROOT, none_of

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_SOURCE_PATH = re.compile(r"`((?:feed|schemas|replay|tests|benchmarks)/[\w/.-]+)`")


def pages() -> list[Path]:
    """Every page of ours: at the root and below docs."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def missing(wanted: list[str], text: str) -> list[str]:
    """What the text does not say word for word."""
    return [each for each in wanted if each not in text]


def slug(heading: str) -> str:
    """The anchor of a heading, as code hosts make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def dead_links(page: Path) -> list[str]:
    """Links within the project that lead nowhere: no such file, or no such heading in it."""
    found = []
    for target in _LINK.findall(_FENCE.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        headings = _HEADING.findall(file.read_text("utf-8")) if file.suffix == ".md" and file.is_file() else []
        if not file.exists() or (anchor and anchor not in map(slug, headings)):
            found.append(f"{page.name}: {target}")
    return found


def dead_paths(page: Path) -> list[str]:
    """Source files that a page names in backticks and that are not there."""
    paths = _SOURCE_PATH.findall(page.read_text("utf-8"))
    return [f"{page.name}: {path}" for path in paths if not (ROOT / path).exists()]


def metric_names() -> list[str]:
    """As a scrape shows them, each followed by nothing, a label or the end of its word."""
    figures = [Figure("P", {}, {}, {}, *(0,) * 9, {"FEED": (0, 0)})]
    families = [*of_flags(figures), *timings(figures), *of_all({}, {}, "1")]
    return [f"`{family.name}{'_total' if family.type == 'counter' else ''}" for family in families]


WANTED = {
    "settings": [f"`{name}`" for name in Settings.__struct_fields__],
    "routes": [f"{route.path}`" for route in ROUTES],
    "refusals": [f"`{reason.value}`" for reason in Reason],
    "errors": [f"| `{name.value}` | {each.status} | {each.close_code} |" for name, each in COMPLAINTS.items()],
    "close codes": [str(each.close_code) for each in COMPLAINTS.values()],
    "remarks": [f"`{remark.value}`" for remark in Remark],
    "metrics": metric_names(),
    "control frames": [f"`{frame.__struct_config__.tag} {{" for frame in Control.__args__],
}


@pytest.mark.parametrize("topic", WANTED)
def test_the_documentation_names_all_of_them(topic: str):
    """What a user can meet is told in docs, by the name it has in the code."""
    text = "\n".join(page.read_text("utf-8") for page in sorted((ROOT / "docs").glob("*.md")))
    assert WANTED[topic]
    none_of(missing(WANTED[topic], text))


def test_every_internal_link_leads_somewhere():
    """Files and headings, in README and docs."""
    assert pages()
    none_of(link for page in pages() for link in dead_links(page))


def test_every_source_file_that_is_named_is_there():
    """A page that speaks of a file which was renamed misleads."""
    none_of(path for page in pages() for path in dead_paths(page))


def test_what_is_missing_or_dead_is_found(tmp_path: Path):
    """A name left out, a file or heading that is not there; outside links and code are left alone."""
    assert missing(["`a`", "`b`"], "only `a`") == ["`b`"]
    page = tmp_path / "page.md"
    page.write_text("# A `b`-c!\n[x](#a-b-c) [x](page.md) [x](https://x.y/z#a)\n```\n[x](in_code.md)\n```\n")
    assert dead_links(page) == []
    page.write_text("# A\n[x](#b) [x](no.md) [x](page.md#a) `feed/nothing.py` `feed/app.py`")
    assert dead_links(page) == ["page.md: #b", "page.md: no.md"]
    assert dead_paths(page) == ["page.md: feed/nothing.py"]
