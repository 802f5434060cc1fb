"""Games of one event and two units: their truth, and what a right service holds of them."""

import io
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from replay.simulate.oracle import Held, Oracle
from replay.verify.delivered import Delivered, read_line

COMPETITION = "XG"
EVENT = "ATHM100M".ljust(34, "-")
UNITS = [f"ATHM100M--------------FNL-000{number}00--" for number in (1, 2)]
PLACE = "XG.ATH.M.100M"
START = 1_911_283_200_000
STEPS: list[list[Held]] = [
    [("gold", "1", "SUI"), ("silver", "2", "FRA")],
    [("gold", "2", "FRA"), ("silver", "1", "SUI")],
]
Line = dict[str, Any]


def truth() -> list[Line]:
    """The lines of a truth, but the last."""
    file = io.BytesIO()
    oracle = Oracle(file)
    oracle.tell("games", competition=COMPETITION, seed=1)
    oracle.tell("weather", of="a later version of the file")
    for number, held in enumerate(STEPS, 1):
        oracle.won(EVENT, held, number, {"type": "DT_RESULT", "code": UNITS[0], "version": number})
    for code in UNITS:
        oracle.tell("unit", code=code, status="FINISHED", start=START, end=START + 1_000)
        rows = [{"id": each, "rank": 1, "result": "9.90", "irm": None, "wlt": None} for each in ("2", "1")]
        oracle.tell("result", code=code, status="OFFICIAL", rows=rows)
    oracle.close()
    return [json.loads(line) for line in file.getvalue().splitlines()][:-1]


def write(lines: list[Line], path: Path) -> Path:
    """A file whose last line is right."""
    text = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    end = {"about": "end", "documents": 2, "sha256": sha256(text).hexdigest()}
    path.write_bytes(text + json.dumps(end).encode() + b"\n")
    return path


class Service:
    """What it holds; bugs are planted into its parts. Every field that is compared is told, and no other."""

    def __init__(self) -> None:
        self.results = [
            {"topic": f"{PLACE}.FNL.000{number}00.result", "status": "OFFICIAL", "body": {"competitors": _rows()}}
            for number in (1, 2)
        ]
        times = {"started": START * 1_000, "ended": (START + 1_000) * 1_000}
        self.units = [
            {"topic": f"{PLACE}.FNL.000{number}00.unit", "body": {"status": "FINISHED"} | times} for number in (1, 2)
        ]
        self.course = [*_entries(10, [], STEPS[0]), _table(12, STEPS[0])]
        self.course += [*_entries(20, STEPS[0], STEPS[1]), _table(24, STEPS[1])]

    def state(self) -> list[bytes]:
        return [json.dumps(each).encode() for each in [*self.results, *self.units]]

    def messages(self) -> list[Delivered]:
        read = [read_line(json.dumps(each).encode()) for each in self.course]
        return [each for each in read if isinstance(each, Delivered)]


def _rows() -> list[Line]:
    return [{"id": each, "rank": "1", "result": "9.90", "bib": "7"} for each in ("2", "1")]


def _message(seq: int, kind: str, topic: str, body: Line) -> Line:
    """A message of a kind that the feed makes."""
    named = {"seq": seq, "type": kind, "prev": 0, "topic": topic, "op": "put", "competition": COMPETITION}
    ours = {"code": "GEN".ljust(34, "-"), "unit": None, "version": None, "status": None, "source": "feed"}
    times = {"event": 0, "recv": 0, "published": 0}
    return named | ours | {"lane": "live", "ts": times, "document": None, "body": {"view": "official"} | body}


def _entries(seq: int, before: list[Held], after: list[Held]) -> list[Line]:
    moves = [("withdrawn", held) for held in before] + [("awarded", held) for held in after]
    cause = {"seq": seq - 1, "topic": f"{PLACE}.FNL.000100.result", "type": "result"}
    return [
        _message(
            seq + number,
            "ledger",
            f"{PLACE}.-.-.ledger.official.{seq}-{number}",
            {"action": action, "medal": medal, "event": EVENT, "winner": {"id": who, "noc": noc}, "cause": cause},
        )
        for number, (action, (medal, who, noc)) in enumerate(moves)
    ]


def _table(seq: int, held: list[Held]) -> Line:
    oracle = Oracle(io.BytesIO())
    oracle.won(EVENT, held, 0, {})
    rows = json.loads(msgspec.json.encode(oracle.rows()))
    return _message(seq, "medal_table", f"{COMPETITION}.GEN.-.-.-.-.medal_table.official", {"rows": rows})
