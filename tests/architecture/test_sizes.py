import ast

from tests.architecture.source import FUNCTIONS, SOURCES, File, files, none_of

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70


def too_long(file: File) -> list[str]:
    """A file or a function that no longer fits into a head."""
    found = []
    if (lines := len(file.text.splitlines())) > FILE_LINES_MAX:
        found.append(file.offence(lines, f"the file has {lines} lines"))
    functions = [node for node in ast.walk(file.tree) if isinstance(node, FUNCTIONS)]
    sizes = [(node, node.end_lineno - node.lineno + 1) for node in functions]
    long = [(node, lines) for node, lines in sizes if lines > FUNCTION_LINES_MAX]
    return found + [file.offence(node.lineno, f"{node.name} has {lines} lines") for node, lines in long]


def test_files_and_functions_stay_small():
    """400 lines a file, 70 a function, in the source and in the tests."""
    none_of(offence for file in files(*SOURCES, "benchmarks", "tests") for offence in too_long(file))


def test_what_is_too_long_is_found():
    """At the limit it is not, one line above it is."""
    assert too_long(File("a.py", "x = 1\n" * 400)) == []
    assert too_long(File("a.py", "x = 1\n" * 401)) == ["a.py:401: the file has 401 lines"]
    assert too_long(File("a.py", "def f():\n" + "    x = 1\n" * 69)) == []
    assert too_long(File("a.py", "class A:\n  async def f():\n" + "    x = 1\n" * 70)) == ["a.py:2: f has 71 lines"]
