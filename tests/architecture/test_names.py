import ast
import re
from collections.abc import Callable

import pytest

from tests.architecture.source import DEFINITIONS, SOURCES, File, files, none_of

EMPTY_WORDS = frozenset({"data", "helper", "helpers", "info", "manager", "process", "util", "utils"})
# Names that are not ours to choose: methods that asyncio, aiohttp and nats-py call by them.
GIVEN_NAMES = {"data_received", "feed_data", "_process_err", "_process_msg"}
GIVEN_PLACES = {
    ("schemas/result_parts.py", "Info"),  # ODF's ExtendedInfo
}
# Owners of a task's life: only they may catch whatever comes.
BLANKET_EXCEPTS = {
    "feed/stream/broker.py",
    "feed/stream/connection.py",
    "feed/stream/pull.py",
    "feed/stream/wire.py",
}
ODF_HOME = "feed/venues/odf/"
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def words(name: str) -> set[str]:
    """`readManagerInfo`, `ManagerInfo` and `manager_info` in lower-case words."""
    return {word.lower() for word in _WORD.findall(name)}


def empty_names(file: File) -> list[str]:
    """Modules, classes and functions whose name says nothing."""
    stem = file.path.rsplit("/", 1)[-1].removesuffix(".py")
    found = [(stem, 1)] + [(node.name, node.lineno) for node in ast.walk(file.tree) if isinstance(node, DEFINITIONS)]
    return [
        file.offence(line, f"{name} is named {', '.join(words(name) & EMPTY_WORDS)}")
        for name, line in found
        if words(name) & EMPTY_WORDS
        and name not in GIVEN_NAMES
        and (file.path, name) not in GIVEN_PLACES
        and not name.startswith("test_")  # a sentence, not a name
    ]


def blanket_excepts(file: File) -> list[str]:
    """`except:`, `except Exception` and `except BaseException`, also in a tuple."""
    found = []
    for node in ast.walk(file.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = {each.id for each in ast.walk(node.type) if isinstance(each, ast.Name)} if node.type else {"all"}
            if caught & {"all", "Exception", "BaseException"}:
                found.append(file.offence(node.lineno, f"catches {', '.join(sorted(caught))}"))
    return found


def odf_types(file: File) -> list[str]:
    """Names of ODF document types outside the decoder and the registry's table; docstrings may speak of them."""
    if file.path.startswith(ODF_HOME):
        return []
    spoken = {id(node.value) for node in ast.walk(file.tree) if isinstance(node, ast.Expr)}
    return [
        file.offence(node.lineno, f"names {node.value!r}")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and "DT_" in node.value
        and id(node) not in spoken
    ]


def test_every_name_says_something():
    """No manager, helper, util, data, info or process among modules, classes and functions."""
    none_of(offence for file in files(*SOURCES, "benchmarks", "tests") for offence in empty_names(file))


def test_only_owners_of_a_tasks_life_catch_everything():
    """And none is on the list that no longer does."""
    found = {file.path: offences for file in files(*SOURCES) if (offences := blanket_excepts(file))}
    none_of(offence for path, offences in found.items() if path not in BLANKET_EXCEPTS for offence in offences)
    assert set(found) >= BLANKET_EXCEPTS


def test_document_types_are_known_to_the_decoder_only():
    """What differs by type is a column of a table, not an `if` somewhere."""
    none_of(offence for file in files("feed", "schemas") for offence in odf_types(file))


@pytest.mark.parametrize(
    "check, path, text",
    [
        (empty_names, "feed/utils.py", ""),
        (empty_names, "feed/core/log_helper.py", ""),
        (empty_names, "feed/a.py", "class FeedManager: ..."),
        (empty_names, "feed/a.py", "def process_document(): ..."),
        (empty_names, "feed/a.py", "async def loadInfo(): ..."),
        (empty_names, "feed/a.py", "class HTTPData: ..."),
        (blanket_excepts, "feed/a.py", "try: ...\nexcept: ..."),
        (blanket_excepts, "feed/a.py", "try: ...\nexcept Exception as error: ..."),
        (blanket_excepts, "feed/a.py", "try: ...\nexcept (OSError, BaseException): ..."),
        (odf_types, "feed/core/gate.py", 'kind = "DT_RESULT"'),
        (odf_types, "feed/core/gate.py", 'def f(x):\n    """About DT_RESULT."""\n    return x == f"DT_{x}"'),
    ],
)
def test_an_offence_is_found(check: Callable[[File], list[str]], path: str, text: str):
    """Each check names the place."""
    (offence,) = check(File(path, text))
    assert offence.startswith(f"{path}:")


def test_what_is_allowed_is_no_offence():
    """Arguments may be called data; informed and processing are other words; named errors are caught."""
    text = 'def informed(data):\n    """DT_RESULT."""\n    try: ...\n    except (OSError, ValueError): ...'
    file = File("feed/core/processing.py", text)
    assert empty_names(file) + blanket_excepts(file) + odf_types(file) == []
    assert odf_types(File("feed/venues/odf/catalogue.py", 'x = "DT_RESULT"')) == []
