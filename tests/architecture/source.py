"""The source as trees: what files there are, what they import and define. Offences are told as `path:line: what`."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent.parent
SOURCES = ("feed", "schemas", "replay")
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class File(NamedTuple):
    """One source file: its path from the root of the checkout, and its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.text)

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def offence(self, line: int, what: str) -> str:
        return f"{self.path}:{line}: {what}"


class Import(NamedTuple):
    """A dotted name that a file imports; `from a import b` is `a.b`."""

    name: str
    line: int


def none_of(offences: Iterable[str]) -> None:
    """Fail with one line an offence."""
    if found := list(offences):
        pytest.fail("\n".join(["", *found]), pytrace=False)


def files(*folders: str) -> list[File]:
    """All Python files below these folders of the checkout."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [File(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths]


def imports(file: File) -> Iterator[Import]:
    """Every import, wherever in the file it stands; relative ones are made absolute."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(file, node)
            yield from (Import(f"{base}.{alias.name}", node.lineno) for alias in node.names)


def _base(file: File, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = file.module.split(".")[: None if file.path.endswith("__init__.py") else -1]
    return ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)
