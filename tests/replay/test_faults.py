import os
import subprocess
import sys

import pytest

from replay.faults import Chance, Faults
from tests.service_fixture import ROOT

WISHED = Faults(jitter_ms=5, loss=0.2, duplicate=0.2, reorder=0.2, cut=0.2)
SCRIPT = """
from replay.faults import Chance, Faults
chance = Chance(Faults(jitter_ms=5, loss=0.2, duplicate=0.2, reorder=0.2, cut=0.2), 7)
print([chance.blow() for _ in range(50)])
"""


def test_the_same_seed_draws_the_same_blows():
    """Also in another process with another hash seed; another seed draws others."""
    chance = Chance(WISHED, 7)
    here = str([chance.blow() for _ in range(50)])
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        there = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, check=True)
        assert there.stdout.decode().strip() == here
    other = Chance(WISHED, 8)
    assert str([other.blow() for _ in range(50)]) != here


def test_each_fault_comes_as_often_as_wished():
    """A fifth of two thousand documents each; jitter is spread over its range."""
    chance = Chance(WISHED, 1)
    blows = [chance.blow() for _ in range(2000)]
    counts = [
        sum(blow.is_lost for blow in blows),
        sum(blow.is_reordered for blow in blows),
        sum(blow.cut_at is not None for blow in blows),
        sum(blow.duplicate_after is not None for blow in blows),
    ]
    assert all(320 < count < 480 for count in counts), counts
    assert min(blow.delay for blow in blows) < 500
    assert 4500 < max(blow.delay for blow in blows) < 5000
    assert all(0 < blow.cut_at < 1 for blow in blows if blow.cut_at is not None)


@pytest.mark.parametrize("name", ["loss", "duplicate", "reorder", "cut", "jitter_ms"])
def test_one_fault_moves_no_other(name: str):
    """The victims of each are the same, alone and together with all others."""
    marks = {
        "loss": lambda blow: blow.is_lost,
        "duplicate": lambda blow: blow.duplicate_after,
        "reorder": lambda blow: blow.is_reordered,
        "cut": lambda blow: blow.cut_at,
        "jitter_ms": lambda blow: blow.delay,
    }
    alone, together = Chance(Faults(**{name: getattr(WISHED, name)}), 3), Chance(WISHED, 3)
    for _ in range(100):
        assert marks[name](alone.blow()) == marks[name](together.blow())
