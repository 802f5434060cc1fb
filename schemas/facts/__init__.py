"""Code tables that hold at every Games: what can be said before, or without, a venue's own.

Codes and English names alone. Tables are named as ODF's code sets; PHASE_CODE is the phase's part of a Results System
Code, and IRM is found among the sport codes there. A discipline's `group` is SUMMER or WINTER; the `note` of an
organisation of former Games is H.
"""

import hashlib
from pathlib import Path

import msgspec
from msgspec import UNSET

from schemas.code import CodeBody, Label, Text

LANGUAGE = "ENG"
_FILE = Path(__file__).parent / "codes.json"


class _Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    code: str
    name: str
    long_name: Text = UNSET
    continent: Text = UNSET
    group: Text = UNSET
    note: Text = UNSET
    order: Text = UNSET

    def body(self) -> CodeBody:
        label = Label(language=LANGUAGE, description=self.name, long_description=self.long_name)
        return CodeBody(
            code=self.code,
            labels=(label,),
            continent=self.continent,
            group=self.group,
            note=self.note,
            order=self.order,
        )


def _read(text: bytes) -> dict[str, tuple[CodeBody, ...]]:
    tables = msgspec.json.decode(text, type=dict[str, tuple[_Fact, ...]])
    return {name: tuple(fact.body() for fact in facts) for name, facts in tables.items()}


_TEXT = _FILE.read_bytes()
SHIPPED = _read(_TEXT)
EDITION = hashlib.sha256(_TEXT).hexdigest()[:8]  # other facts, other answers
