"""Schedules of our own making: full lists, their SYNC and updates, and what one sequential writer makes of them."""

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.journey.venue import COMPETITION

FULL = "DT_SCHEDULE"
SYNC = "DT_SCHEDULE.-.SYNC"
UPDATE = "DT_SCHEDULE_UPDATE"
LIST_TOPIC = f"{COMPETITION}.ATH.-.-.-.-.list.schedule"
_START = datetime(2024, 7, 3, 6, tzinfo=UTC)


class Schedule:
    """One document. `made` counts the documents of a history, a second apart; `units` maps numbers to marks.

    `room` adds so many bytes to each unit.
    """

    __slots__ = ("data", "is_full", "made", "mark", "topic", "units", "version")

    def __init__(self, key: str, version: int, made: int, units: Mapping[int, str], *, room: int = 0) -> None:
        at = _START + timedelta(seconds=made)
        self.topic = LIST_TOPIC
        self.version = (version, int(at.timestamp()) * 1_000_000)
        self.mark = key
        self.made = made
        self.units = units
        self.is_full = key != UPDATE
        subtype = ' DocumentSubtype="SYNC"' if key == SYNC else ""
        elements = "".join(_unit(number, mark, room) for number, mark in units.items())
        self.data = (
            f'<OdfBody CompetitionCode="{COMPETITION}" DocumentCode="ATH{31 * "-"}" '
            f'DocumentType="{key.partition(".")[0]}"{subtype} Version="{version}" FeedFlag="P" Date="{at:%Y-%m-%d}" '
            f'Time="{at:%H%M%S}000" LogicalDate="2024-07-03" Source="JRN1">'
            f"<Competition>{elements}</Competition></OdfBody>"
        ).encode()

    def state(self) -> dict[str, str]:
        """What it lists, by topic."""
        return {topic_of(number): mark for number, mark in self.units.items()}


def topic_of(number: int) -> str:
    """The topic of a unit; the longest schedule has 999,999 of them."""
    return f"{COMPETITION}.ATH.W.100M.HEAT.{number:06d}.unit"


def mark_of(message: dict[str, Any]) -> str:
    """The mark of a unit's message, or what the head of a set names; a tombstone has none."""
    body = message["body"]
    if body is None:
        return ""
    return str(body["names"]["ENG"] if message["type"] == "unit" else body["documents"])


def one_writer(documents: Iterable[Schedule]) -> dict[str, str]:
    """The set, topic to mark, after all documents one after the other in the order in which they were made."""
    state: dict[str, str] = {}
    for document in sorted(documents, key=lambda each: each.made):
        if document.is_full:
            state.clear()
        state |= document.state()
    return state


def history(chance: random.Random, units: int, *, full: int, updates: int, contradictions: int) -> list[Schedule]:
    """Documents in the order in which they were made; the first and the last are full lists, every third of these SYNC.

    Lists change a third of the units and leave some out; updates name a few, also new ones. Marks come again, so that a
    unit may be what it was before. The last `contradictions` have other marks for the units of an earlier document, and
    its key, Version and time.
    """
    keys = [SYNC if number % 3 == 2 else FULL for number in range(1, full - 1)] + [UPDATE] * updates
    chance.shuffle(keys)
    versions = dict.fromkeys((FULL, SYNC, UPDATE), 0)
    state: dict[int, str] = {}
    made: list[Schedule] = []
    for number, key in enumerate([FULL, *keys, FULL]):
        versions[key] += 1
        size = units // 3 if key != UPDATE else chance.randint(1, 40)
        named = chance.sample(range(units + units // 10), size) if number else range(units)
        changed = {unit: chance.choice("ABC") for unit in named}
        state |= changed
        if key != UPDATE and number:
            state = {unit: mark for unit, mark in state.items() if chance.random() > 0.05}
        made.append(Schedule(key, versions[key], number, state.copy() if key != UPDATE else changed))
    for each in chance.sample(made, contradictions):
        others = dict.fromkeys(each.units, f"not {each.made}")
        made.append(Schedule(each.mark, each.version[0], each.made, others))
    return made


def _unit(number: int, mark: str, room: int) -> str:
    text = random.Random(number).randbytes(room // 2).hex()
    described = f'<ItemDescription Language="ENG" Value="{text}"/>' if room else ""
    return (
        f'<Unit Code="ATHW100M--------------HEAT{number:06d}--" PhaseType="3" ScheduleStatus="SCHEDULED" '
        f'StartDate="2024-08-01T10:00:00+02:00" EndDate="2024-08-01T10:05:00+02:00" Venue="STA" Location="TRK" '
        f'SessionCode="ATH01"><ItemName Language="FRA" Value="Série {number}"/><ItemName Language="ENG" '
        f'Value="{mark}"/>{described}<VenueDescription VenueName="Stadium" LocationName="Track"/></Unit>'
    )
