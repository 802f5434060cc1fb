import ast
import io
import json
from pathlib import Path

from replay.simulate.oracle import Oracle

SOURCE = Path(__file__).parents[3] / "replay" / "simulate"


def test_it_is_a_second_opinion():
    """Neither the oracle nor the rest of the simulation imports anything of the service."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.split(".")[0] == "feed"], path


def test_the_oracle_imports_the_shared_shapes_only():
    """And the standard library and msgspec."""
    tree = ast.parse((SOURCE / "oracle.py").read_text("utf-8"))
    modules = {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules == {"collections", "hashlib", "typing", "schemas"}


def test_who_ties_shares_a_rank_and_the_next_is_skipped():
    """By gold, silver, bronze, then by code; the rank by total beside it."""
    oracle = Oracle(io.BytesIO())
    event = "ATHM100M".ljust(34, "-")
    oracle.won(event, [("gold", "1", "SUI"), ("silver", "2", "FRA"), ("bronze", "3", "FRA")], 1, {})
    oracle.won(event.replace("100M", "200M"), [("gold", "4", "ITA"), ("gold", "5", "FRA")], 2, {})
    oracle.won(event.replace("100M", "400M"), [("gold", "6", "JPN"), ("bronze", "7", "ITA")], 3, {})
    rows = [(row.rank, row.rank_equal, row.noc, row.total, row.rank_total) for row in oracle.rows()]
    assert rows == [(1, False, "FRA", 3, 1), (2, False, "ITA", 2, 2), (3, True, "JPN", 1, 3), (3, True, "SUI", 1, 3)]


def test_only_what_moves_a_medal_is_told():
    """The same winners again are no line; the last line has the hash of all before it."""
    file = io.BytesIO()
    oracle = Oracle(file)
    held = [("gold", "1", "SUI")]
    for number in (1, 2):
        oracle.won("ATHM100M".ljust(34, "-"), held, number, {"type": "DT_RESULT"})
    digest = oracle.close(documents=2)
    lines = [json.loads(line) for line in file.getvalue().splitlines()]
    assert [line["about"] for line in lines] == ["medals", "table", "end"]
    assert lines[-1] == {"about": "end", "documents": 2, "sha256": digest}
