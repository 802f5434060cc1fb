"""Calls that a protest changes after the result was published: the messages of kind `call`.

A result tells its own call when it is admitted. Where a protest is opened, heard or closed afterwards nothing is
rewritten: a message beside it says what holds now. Once a code has one, it follows every later result too, so that who
reads calls alone is never left behind.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from feed.core.decision import judge
from feed.core.derived import Remembering, derived_envelope
from feed.core.disputes import KIND, Disputes
from feed.core.entry import Entry
from schemas.call import Call, CallBody
from schemas.competitor import Decision, Rows
from schemas.message import Op
from schemas.registry import AnyMessage
from schemas.rsc import Level, Rsc
from schemas.topic import parse_topic, place_of

OUTCOMES = frozenset({"result", "phase_result", "cumulative_result"})
NOTHING = CallBody(call="wait", decision=Decision(pending=False), result=None)


class Calls(Remembering):
    """The disputes of every competition, where the newest outcome of a code is, and the calls that were made of it."""

    def __init__(self) -> None:
        super().__init__()
        self._disputes = Disputes()
        self._outcomes: dict[str, dict[str, int]] = {}
        self._calls: dict[str, CallBody] = {}

    def learn(self, entry: Entry) -> None:
        """Take over what an entry tells of disputes, outcomes and calls."""
        self._disputes.learn(entry.topic, entry.seq, entry.index.op, entry.json)
        if entry.kind in OUTCOMES:
            outcomes = self._outcomes.setdefault(place_of(entry.topic), {})
            if entry.index.op is Op.PUT:
                outcomes[entry.topic] = entry.seq
            else:
                outcomes.pop(entry.topic, None)
        elif entry.kind == "call":
            self.recall(entry)

    def concerns(self, entry: Entry) -> bool:
        """A dispute that is about an outcome, and the outcome of a code that has had a dispute or a call."""
        place = self._place(entry)
        if place is None or place not in self._outcomes:
            return False
        return place in self._calls or self._disputes.knows(place)

    def before(self, entry: Entry) -> frozenset[int]:
        """The newest outcome, unless the entry is that itself."""
        newest = self._newest(self._place(entry))
        return frozenset() if newest is None or newest == entry.seq else frozenset({newest})

    def follows(self, entry: Entry, message: AnyMessage, earlier: Mapping[int, AnyMessage]) -> list[AnyMessage]:
        """The call that holds from now on, where it is another than was told."""
        place = self._place(entry)
        newest = self._newest(place)
        if place is None:
            return []
        told = self._calls.get(place)
        if newest is None:
            return [] if told is None else [_call(entry, message, place, _gone(told))]
        outcome = message if newest == entry.seq else earlier[newest]
        said, holds = _body(outcome, newest), _body(judge(outcome, disputes=self._disputes), newest)
        return [] if _said(told or said) == _said(holds) else [_call(entry, message, place, holds)]

    def apply(self, message: AnyMessage) -> None:
        """Keep what was told of a place."""
        if isinstance(message, Call) and message.body is not None:
            self._calls[place_of(message.topic)] = message.body

    def _place(self, entry: Entry) -> str | None:
        if entry.kind == KIND:
            return self._disputes.place_of(entry.topic)
        return place_of(entry.topic) if entry.kind in OUTCOMES else None

    def _newest(self, place: str | None) -> int | None:
        return max(self._outcomes.get(place or "", {}).values(), default=None)


def _said(body: CallBody) -> tuple[str, Decision]:
    return body.call, body.decision


def _gone(told: CallBody) -> CallBody:
    """The outcome was taken back: there is nothing to call, but it has to be told where it was."""
    return replace(told, call=NOTHING.call, decision=NOTHING.decision, result=None)


def _body(outcome: AnyMessage, seq: int) -> CallBody:
    body = outcome.body
    if not isinstance(body, Rows):
        return replace(NOTHING, result=seq)
    about = body.mentions()
    return CallBody(
        call=body.call,
        decision=body.decision,
        result=seq,
        venue=about.venue,
        nocs=about.nocs,
        athletes=about.athletes,
    )


def _call(cause: Entry, like: AnyMessage, place: str, body: CallBody) -> Call:
    topic = f"{place}.call"
    code = parse_topic(topic).code
    unit = str(code) if isinstance(code, Rsc) and code.level is Level.UNIT else None
    return Call(**derived_envelope(like, code, topic, cause.seq) | {"unit": unit}, body=body)
