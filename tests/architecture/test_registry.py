"""One new format, kind or endpoint is one new file and one new line: files and lines are the same."""

import ast

import pytest

from feed.serve.routes import ROUTES
from feed.venues import FORMATS
from schemas.published import FOLDER, MESSAGES, PUBLISHED
from schemas.registry import KINDS
from tests.architecture.source import ROOT, File, files

NO_FORMATS = frozenset({"__init__"})


def kinds_of(file: File) -> dict[str, str]:
    """Kind -> its Struct, for the subclasses of Message that a file defines."""
    found = {}
    for node in file.tree.body:
        if isinstance(node, ast.ClassDef) and any(
            isinstance(base, ast.Name) and base.id == "Message" for base in node.bases
        ):
            tags = [
                word.value.value for word in node.keywords if word.arg == "tag" and isinstance(word.value, ast.Constant)
            ]
            found[tags[0] if tags else node.name] = node.name
    return found


def rows_of(file: File, table: str) -> list[tuple[int, int, str]]:
    """(first line, last line, source) of each row of a module's tuple."""
    for node in file.tree.body:
        names = [target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)]
        if table in names and isinstance(node.value, ast.Tuple):
            return [(row.lineno, row.end_lineno or row.lineno, ast.unparse(row)) for row in node.value.elts]
    return []


def doors_of(file: File) -> set[str]:
    """Functions of a file that answer a request by themselves: `async def name(request)`."""
    return {
        node.name
        for node in file.tree.body
        if isinstance(node, ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and [argument.arg for argument in node.args.args] == ["request"]
    }


def test_every_venue_format_is_registered():
    """The packages and files below feed/venues, by name."""
    found = {
        path.stem
        for path in (ROOT / "feed/venues").iterdir()
        if (path / "__init__.py").exists() or path.suffix == ".py"
    }
    assert found - NO_FORMATS == set(FORMATS)


def test_every_kind_has_its_file_and_its_row():
    """A kind's file is named after it and defines its message; its row says the same Struct."""
    found = {kind: (file.path, name) for file in files("schemas") for kind, name in kinds_of(file).items()}
    rows = {kind: (f"schemas/{kind}.py", row.message.__name__) for kind, row in KINDS.items()}
    assert found == rows
    assert all(kind == row.name and row.body.__doc__ and row.message.__doc__ for kind, row in KINDS.items())


def test_every_published_schema_has_its_row():
    """One file for each kind, one for any message, one for whatever else is published."""
    assert {path.name for path in FOLDER.glob("*.json")} == {f"{name}.schema.json" for name in PUBLISHED}
    assert {"message", *KINDS} == MESSAGES <= set(PUBLISHED)


def test_every_route_is_one_line():
    """In one of the lists of endpoints, each line its own, no path twice."""
    (routes,) = [file for file in files("feed/serve") if file.path.endswith("/routes.py")]
    rows = [row for name in ("INGEST", "READING", "DELIVERING", "EVERYWHERE") for row in rows_of(routes, name)]
    assert len(rows) == len(ROUTES) > 5
    assert [row for first, last, row in rows if first != last] == []
    assert len({first for first, _, _ in rows}) == len(rows)
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


def test_every_door_is_in_the_list():
    """A file of feed/serve that answers requests has its route."""
    doors = {(file.module, name) for file in files("feed/serve") for name in doors_of(file)}
    routed = {(route.handler.__module__, route.handler.__name__) for route in ROUTES}
    assert doors == routed


@pytest.mark.parametrize(
    "text, rows",
    [
        ("T = (\n    f(1),\n    f(\n        2,\n    ),\n)", [(2, 2), (3, 5)]),
        ("T = (f(1), f(2))", [(1, 1), (1, 1)]),
        ("", []),
    ],
)
def test_rows_are_told_with_their_lines(text: str, rows: list[tuple[int, int]]):
    """A row over several lines is seen, and two rows on one."""
    assert [row[:2] for row in rows_of(File("a.py", text), "T")] == rows


def test_kinds_and_doors_are_seen_in_a_file():
    """With a tag or without; private functions and those of other arguments are no doors."""
    assert kinds_of(File("a.py", 'class Medal(Message, tag="medal"): ...\nclass B(Message): ...\nclass C: ...')) == {
        "medal": "Medal",
        "B": "B",
    }
    text = "async def a(request): ...\nasync def _b(request): ...\nasync def c(x): ...\ndef d(request): ..."
    assert doors_of(File("a.py", text)) == {"a"}
