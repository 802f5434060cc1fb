"""What is known of one event whose medals are handed over: its ceremonies, what decides its medals, how it ended."""

from typing import NamedTuple

import msgspec

from feed.core.awards import FINAL, medal_by_form
from schemas.ceremony_conflict import CeremonyConflictBody
from schemas.rsc import FILLING, Level, Rsc
from schemas.topic import parse_topic, place_of

VICTORY = "VICT"
UNDERWAY = frozenset({"GETTING_READY", "RUNNING"})
_MEDALS = frozenset("123")
_EVENT_TOKEN, _PHASE_TOKEN = 3, 4  # of a topic


class Said(msgspec.Struct):
    """What the schedule says of a unit, as far as it matters here."""

    code: str
    names: dict[str, str] = {}
    status: str | None = None
    medal: str | None = None
    session: str | None = None
    venue: str | None = None


class UnitMessage(msgspec.Struct):
    """The message of a unit, read for that alone."""

    body: Said | None


class Planned(NamedTuple):
    """A unit of the schedule and the message that told it last."""

    seq: int
    said: Said


class Outcome(NamedTuple):
    """The newest message of a document: its kind, and its status, None where it was taken back."""

    seq: int
    kind: str
    status: str | None


class CeremonyEvent:
    """All that is known of one event: its units by place, its outcomes by topic, where there ever was a dispute."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.ceremonies: dict[str, Planned] = {}
        self.deciding: dict[str, Planned] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.disputed: set[str] = set()
        self.told: dict[str, CeremonyConflictBody] = {}

    def is_watched(self) -> bool:
        """Whether a ceremony is under way, or a conflict of one is not over."""
        underway = any(each.said.status in UNDERWAY for each in self.ceremonies.values())
        return underway or any(body.why for body in self.told.values())

    def plan(self, place: str, seq: int, said: Said | None) -> None:
        """What the schedule says of a unit from a message on; None where it was taken out."""
        units = self.ceremonies if _is_ceremony(place) else self.deciding
        units.pop(place, None)
        if said is not None and (units is self.ceremonies or said.medal in _MEDALS):
            units[place] = Planned(seq, said)

    def decided_by(self) -> dict[str, Outcome]:
        """The outcomes that have to be signed, by topic; of several of a code and kind the newest."""
        by_total = {
            topic: each for topic, each in self.outcomes.items() if each.kind == "cumulative_result" and _is_last(topic)
        }
        chosen = {topic: each for topic, each in self.outcomes.items() if each.kind == "medallists"} | by_total
        if not by_total:
            chosen |= {topic: each for topic, each in self.outcomes.items() if self._decides(topic, each)}
        newest: dict[tuple[str, str], str] = {}
        for topic in sorted(chosen, key=lambda topic: chosen[topic].seq):
            newest[place_of(topic), chosen[topic].kind] = topic
        return {topic: chosen[topic] for topic in newest.values()}

    def _decides(self, topic: str, outcome: Outcome) -> bool:
        """Where the schedule says of no unit that it decides a medal, the code has to tell."""
        if outcome.kind != "result":
            return False
        if self.deciding:
            return place_of(topic) in self.deciding
        code = parse_topic(topic).code
        return isinstance(code, Rsc) and medal_by_form(code) is not None


def _is_last(topic: str) -> bool:
    """Whether a total is that of the event; one of a phase before the final decides nothing."""
    code = parse_topic(topic).code
    return isinstance(code, Rsc) and (code.level is Level.EVENT or code.phase == FINAL)


def _is_ceremony(place: str) -> bool:
    """Whether it is one of an event: openings and the like celebrate no result."""
    tokens = place.split(".")
    return tokens[_PHASE_TOKEN] == VICTORY and tokens[_EVENT_TOKEN] != FILLING
