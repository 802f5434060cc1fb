import ast
from collections.abc import Callable

import pytest

from tests.architecture.source import DEFINITIONS, FUNCTIONS, SOURCES, File, files, none_of


def untold_tests(file: File) -> list[str]:
    """Test functions without a docstring of exactly one line."""
    found = []
    for node in ast.walk(file.tree):
        if isinstance(node, FUNCTIONS) and node.name.startswith("test_"):
            told = ast.get_docstring(node)
            if not told or "\n" in told:
                found.append(file.offence(node.lineno, f"{node.name} needs a docstring of one line"))
    return found


def untold(file: File) -> list[str]:
    """Public modules, classes and functions of a module without a docstring; an empty file needs none."""
    if not file.text.strip():
        return []
    found = [] if ast.get_docstring(file.tree) else [file.offence(1, "the module has no docstring")]
    public = [node for node in file.tree.body if isinstance(node, DEFINITIONS) and not node.name.startswith("_")]
    return found + [
        file.offence(node.lineno, f"{node.name} has no docstring") for node in public if not ast.get_docstring(node)
    ]


def test_every_test_says_in_one_line_what_it_shows():
    """The behaviour, read without the code."""
    none_of(offence for file in files("tests") for offence in untold_tests(file))


def test_everything_public_says_what_it_is():
    """Modules, classes and functions of the source."""
    none_of(offence for file in files(*SOURCES, "benchmarks") for offence in untold(file))


@pytest.mark.parametrize(
    "check, text",
    [
        (untold_tests, "def test_a(): ..."),
        (untold_tests, 'async def test_a():\n    """One.\n\n    Two.\n    """'),
        (untold_tests, 'class TestA:\n    def test_a(self):\n        """"""'),
        (untold, "x = 1"),
        (untold, '"""M."""\ndef f(): ...'),
        (untold, '"""M."""\nclass A: ...'),
    ],
)
def test_an_offence_is_found(check: Callable[[File], list[str]], text: str):
    """Each check names the place."""
    (offence,) = check(File("tests/test_a.py", text))
    assert offence.startswith("tests/test_a.py:")


def test_what_is_told_is_no_offence():
    """Private names, fixtures and empty files need nothing."""
    assert untold_tests(File("tests/test_a.py", 'def test_a():\n    """One."""\ndef made(): ...')) == []
    assert (
        untold(File("feed/a.py", '"""M."""\ndef _f(): ...\ndef f():\n    """F."""')) == untold(File("a.py", "\n")) == []
    )
