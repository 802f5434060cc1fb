import ast
from collections.abc import Callable, Iterable

import pytest

from tests.architecture.source import SOURCES, File, files, imports, none_of

# Longest prefix wins. What is not named here is floor 3, so that a new folder must be given its place.
FLOORS = {
    "schemas": 0,
    "feed.errors": 0,
    "feed.masking": 0,
    "feed.refusals": 0,
    "feed.candidate": 0,
    "feed.venues": 1,
    "feed.core": 1,
    "feed.client": 2,
    "feed.ingest": 2,
    "feed.push": 2,
    "feed.stream": 2,
    "feed.serve": 2,
    "feed": 3,
}
TOP = (
    "app",
    "candidate",
    "cli",
    "clock",
    "collector",
    "config",
    "customers",
    "errors",
    "issuer",
    "keydesk",
    "listen",
    "logs",
    "masking",
    "notify",
    "pushing",
    "quarantine",
    "refusals",
    "service",
    "stopping",
    "tls",
    "tracing",
    "workers",
    "world",
)
FOLDERS = ("client", "commands", "core", "ingest", "push", "serve", "stream", "venues")
# Each outside library has one home; a module of it may have another than the rest.
HOMES = {
    "lxml": ("feed/venues/",),
    "orjson": ("feed/venues/",),
    "nats": ("feed/stream/",),
    "zstandard": ("feed/stream/", "feed/core/compression.py", "feed/client/compression.py", "replay/"),
    "prometheus_client": ("feed/serve/",),
    "aiohttp": ("feed/ingest/", "feed/push/", "feed/client/", "feed/commands/", "feed/issuer.py", "replay/"),
    "aiohttp.web": ("feed/serve/", "feed/app.py", "replay/proxy.py"),
    "aiohttp.typedefs": ("feed/serve/",),
    "aiohttp.hdrs": ("feed/serve/",),
    "structlog": ("feed/logs.py",),
    "click": ("feed/cli.py", "feed/commands/"),
    "rich": ("feed/commands/",),
    "jinja2": ("feed/serve/", "replay/report/"),
    "pyarrow": ("feed/commands/export_parquet.py",),
    "jwt": ("feed/core/tokens.py",),
    "cryptography": ("feed/core/tokens.py",),
    "uvloop": ("feed/commands/",),
    "opentelemetry": ("feed/tracing.py", "feed/collector.py"),
}
# What stands at the doors like anybody else: it knows the contract, and how errors are named.
OUTSIDE = ("replay/", "feed/client/")
OUTSIDE_WORLD = frozenset(
    (
        *("asyncio", "concurrent", "logging", "multiprocessing", "os", "random", "secrets", "select", "selectors"),
        *("signal", "socket", "ssl", "subprocess", "tempfile", "threading", "time", "uuid"),
    )
)
CLOCKS = frozenset({"now", "today", "utcnow"})


def home_of(name: str, table: Iterable[str]):
    """The longest prefix of a dotted name that the table has."""
    parts = name.split(".")
    found = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((prefix for prefix in found if prefix in table), None)


def upward(file: File) -> list[str]:
    """Imports from the same floor's siblings, from a higher floor, or across the sides."""
    found = []
    here = home_of(file.module, FLOORS)
    for name, line in imports(file):
        there = home_of(name, FLOORS)
        if there is None or there == here:
            continue
        if file.path.startswith(OUTSIDE):
            allowed = there in {"schemas", "feed.errors"}
        elif here == "schemas":
            allowed = False
        else:
            allowed = FLOORS[there] < FLOORS[here] or FLOORS[there] == FLOORS[here] == 0
        if not allowed:
            found.append(file.offence(line, f"imports {name}"))
    return found


def astray(file: File) -> list[str]:
    """Libraries imported outside their home."""
    found = []
    for name, line in imports(file):
        library = home_of(name, HOMES)
        if library is not None and not file.path.startswith(HOMES[library]):
            found.append(file.offence(line, f"imports {name}, whose home is {', '.join(HOMES[library])}"))
    return found


def impure(file: File) -> list[str]:
    """Clocks, loops, sockets, chance and logs below the line between floors 1 and 2."""
    if FLOORS.get(home_of(file.module, FLOORS), 2) > 1:
        return []
    found = [file.offence(line, f"imports {name}") for name, line in imports(file) if _top(name) in OUTSIDE_WORLD]
    for node in ast.walk(file.tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await):
            found.append(file.offence(node.lineno, "is asynchronous"))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            found.append(file.offence(node.lineno, f"reads a clock with {node.func.attr}()"))
    return found


def borrowed(file: File) -> list[str]:
    """The replay stands beside the service: only the commands may play one."""
    if file.path.startswith(("replay/", "feed/commands/")):
        return []
    return [file.offence(line, f"imports {name}") for name, line in imports(file) if _top(name) == "replay"]


def _top(name: str) -> str:
    return name.partition(".")[0]


@pytest.mark.parametrize("check", [upward, astray, impure, borrowed])
def test_every_import_keeps_to_its_floor(check: Callable[[File], list[str]]):
    """Lower floors only, no siblings, each library at home, nothing of the outside world below the line."""
    none_of(offence for file in files(*SOURCES) for offence in check(file))


def test_every_file_has_its_floor():
    """A new folder or a new file at the top of `feed` is given its place here and in docs/architecture.md."""
    tops = {file.path.split("/")[1].removesuffix(".py") for file in files("feed")}
    assert tops == {*TOP, *FOLDERS, "__init__", "__main__"}


@pytest.mark.parametrize(
    "check, path, text",
    [
        (upward, "feed/core/log.py", "from feed.stream.broker import Broker"),
        (upward, "feed/core/log.py", "from feed.venues import FORMATS"),
        (upward, "feed/venues/odf/parse.py", "import feed.core.gate"),
        (upward, "feed/venues/odf/parse.py", "from ...core import gate"),
        (upward, "feed/serve/log.py", "def f():\n    from feed.stream import tide"),
        (upward, "feed/stream/tide.py", "from feed.ingest.admission import Limits"),
        (upward, "feed/ingest/admission.py", "from feed.config import Settings"),
        (upward, "feed/serve/log.py", "from feed import clock"),
        (upward, "feed/errors.py", "from feed.core.frames import CloseCode"),
        (upward, "schemas/rsc.py", "from feed.errors import FeedError"),
        (upward, "replay/meet.py", "from feed.venues.odf import decode"),
        (upward, "feed/client/track.py", "from feed.core.cursor import parse_cursor"),
        (upward, "feed/serve/log.py", "from feed.client.patch import patched"),
        (astray, "feed/core/log.py", "import orjson"),
        (astray, "feed/serve/log.py", "from lxml import etree"),
        (astray, "feed/world.py", "import nats.js"),
        (astray, "feed/ingest/poll.py", "from aiohttp import web"),
        (astray, "feed/commands/up.py", "import aiohttp.web"),
        (astray, "feed/serve/log.py", "import aiohttp"),
        (astray, "feed/stream/tide.py", "from aiohttp import ClientSession"),
        (astray, "feed/ingest/admission.py", "import zstandard"),
        (astray, "feed/service.py", "from prometheus_client import Counter"),
        (impure, "feed/core/log.py", "import asyncio"),
        (impure, "feed/venues/odf/times.py", "from time import time"),
        (impure, "feed/refusals.py", "import logging"),
        (impure, "schemas/topic.py", "import secrets"),
        (impure, "feed/core/log.py", "async def f(): ..."),
        (impure, "feed/venues/odf/times.py", "datetime.now(UTC)"),
        (borrowed, "feed/app.py", "from replay.meet import Meet"),
    ],
)
def test_an_offence_is_found(check: Callable[[File], list[str]], path: str, text: str):
    """Each check tells path and line of a bad import."""
    (offence,) = check(File(path, text))
    assert offence.startswith(f"{path}:{text.count(chr(10)) + 1}: ")


@pytest.mark.parametrize(
    "path, text",
    [
        ("feed/app.py", "from feed.serve.routes import make_app\nfrom aiohttp import web\nimport asyncio"),
        ("feed/core/gate.py", "from feed.candidate import Candidate\nfrom feed.core.heads import Head"),
        ("feed/candidate.py", "from feed.refusals import Refusal\nfrom schemas.registry import AnyMessage"),
        ("feed/ingest/poll.py", "import asyncio\nimport aiohttp\nfrom feed.venues import FORMATS"),
        ("feed/client/door.py", "import aiohttp\nfrom feed.errors import FeedError\nfrom schemas.control import Hello"),
        ("replay/sender.py", "from schemas.topic import Topic\nfrom replay.meet import Meet"),
    ],
)
def test_what_is_allowed_is_no_offence(path: str, text: str):
    """Downwards, within a folder, and at home."""
    none_of(offence for check in (upward, astray, impure, borrowed) for offence in check(File(path, text)))
