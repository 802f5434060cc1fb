"""Which change of ResultStatus is usual (ODF Foundation Principles 2.6). An unusual one flows with a remark.

START_LIST -> LIVE <-> INTERMEDIATE -> [UNCONFIRMED] -> [UNOFFICIAL] -> OFFICIAL, with PROTESTED and PROVISIONAL
beside the finished ones. A status may always repeat.
"""

FINISHED = frozenset({"UNCONFIRMED", "UNOFFICIAL", "OFFICIAL", "PARTIAL", "PROTESTED", "PROVISIONAL"})
_RUNNING = frozenset({"LIVE", "INTERMEDIATE"})

NEXT: dict[str, frozenset[str]] = {
    "START_LIST": _RUNNING | FINISHED,
    "LIVE": _RUNNING | FINISHED,
    "INTERMEDIATE": _RUNNING | FINISHED,
    "UNCONFIRMED": FINISHED,
    "UNOFFICIAL": FINISHED - {"UNCONFIRMED"},
    "PROTESTED": frozenset({"UNOFFICIAL", "OFFICIAL", "PROVISIONAL"}),
    "PROVISIONAL": frozenset({"UNOFFICIAL", "OFFICIAL", "PROTESTED"}),
    "PARTIAL": frozenset({"UNOFFICIAL", "OFFICIAL", "PROVISIONAL"}),
    "OFFICIAL": frozenset({"PROTESTED", "PROVISIONAL"}),
}


def is_usual(before: str | None, after: str | None) -> bool:
    """Whether `after` may follow `before`; unknown or absent statuses are never unusual."""
    if before == after or before not in NEXT or after not in NEXT:
        return True
    return after in NEXT[before]
