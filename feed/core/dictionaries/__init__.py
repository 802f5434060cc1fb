"""Dictionaries of zstd that ship with the service, by the id that their frames name.

`python -m benchmarks.dictionary ID` adds one. Those before it stay: a client may hold frames that were made with them.
The file `trained.json` says from what each is made, in the order in which they came; the last one is in use.
"""

import hashlib
from pathlib import Path
from typing import Final

import msgspec

FOLDER: Final = Path(__file__).parent
TRAINED: Final = FOLDER / "trained.json"


class Dictionary(msgspec.Struct, frozen=True):
    """One of them; `trained_from` is for people."""

    id: int
    content: bytes
    sha256: str
    trained_from: str


def path_of(number: int) -> Path:
    """Where the bytes of a dictionary are."""
    return FOLDER / f"{number}.zdict"


def _read(number: int, trained_from: str) -> Dictionary:
    content = path_of(number).read_bytes()
    return Dictionary(number, content, hashlib.sha256(content).hexdigest(), trained_from)


_TRAINED = msgspec.json.decode(TRAINED.read_bytes(), type=dict[int, str])
DICTIONARIES: Final = {number: _read(number, trained_from) for number, trained_from in _TRAINED.items()}
CURRENT: Final = DICTIONARIES[list(_TRAINED)[-1]]
