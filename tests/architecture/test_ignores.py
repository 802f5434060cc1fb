import io
import re
import tokenize

import pytest

from tests.architecture.source import SOURCES, File, files, none_of

_IGNORES = re.compile(r"#\s*(?:noqa\b|type:\s*ignore\b)", re.IGNORECASE)
_REASONED = re.compile(r"# noqa: [A-Z]+\d+(, [A-Z]+\d+)* - \w|# type: ignore\[[a-z-]+(,[a-z-]+)*\]  # \w")
_CODED = re.compile(r"# noqa: [A-Z]+\d+(, [A-Z]+\d+)*$|# type: ignore\[[a-z-]+(,[a-z-]+)*\]$")


def unreasoned(file: File) -> list[str]:
    """Comments that silence a check without a code or without words behind it, or alone on the line above."""
    if not _IGNORES.search(file.text):
        return []
    found, words = [], 0  # the newest line that is nothing but words
    for token in tokenize.generate_tokens(io.StringIO(file.text).readline):
        if token.type != tokenize.COMMENT:
            continue
        line, text = token.start[0], token.string
        if not (ignores := list(_IGNORES.finditer(text))):
            words = words if token.line[: token.start[1]].strip() else line
        for each in ignores:
            told = text[each.start() :]
            if not _REASONED.match(told) and not (_CODED.match(told) and words == line - 1):
                found.append(file.offence(line, f"{told} has no reason"))
    return found


def test_every_ignore_says_why():
    """A check of ruff or mypy is silenced by its code, and with a reason."""
    none_of(offence for file in files(*SOURCES, "benchmarks", "tests") for offence in unreasoned(file))


@pytest.mark.parametrize("ignore", ["# noqa", "# noqa: S311", "# noqa: S311 jitter", "# type: ignore[misc]"])
def test_an_ignore_without_a_reason_is_found(ignore: str):
    """Also where the line above has words of its own, behind code."""
    assert unreasoned(File("a.py", f"y = 2  # two\nx = 1  {ignore}")) == [f"a.py:2: {ignore} has no reason"]


@pytest.mark.parametrize("ignore", ["# noqa: S311, T201 - a why", "# type: ignore[misc]  # a why"])
def test_a_reason_stands_behind_the_code_or_above(ignore: str):
    """Above as a comment of its own, and words in a text are no comment."""
    assert unreasoned(File("a.py", f"x = 1  {ignore}\ny = '# noqa'")) == []
    assert unreasoned(File("a.py", f"# a why\nx = 1  {re.split(' - |  # ', ignore)[0]}")) == []
