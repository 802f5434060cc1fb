"""Whether all is in the stream that follows from what was sent: the service says so itself, by its marks.

A pause of the service looks like an end. So quiet alone is none: `derived {through}` has to reach what was
acknowledged, and what came behind that, of every competition.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from replay.verify.door import Door
from replay.verify.wish import Wish
from schemas.derived import Derived
from schemas.topic import KIND_TOKEN

_MARK: Final = "derived"
_MARKS: Final = Wish((), (_MARK,))


class _Cause(msgspec.Struct):
    caused_by: int | None = None


_cause = msgspec.json.Decoder(_Cause)
_mark = msgspec.json.Decoder(Derived)


class Rest:
    """Looks at a service again and again; `acknowledged` are topics by sequence."""

    def __init__(self, acknowledged: Mapping[int, str]) -> None:
        self._read = max(acknowledged, default=0)
        self._newest: dict[str, int] = {}  # by competition, as topics have it
        for seq, topic in acknowledged.items():
            self._note(topic, seq)

    def look(self, door: Door) -> tuple[int, list[str]]:
        """The newest sequence, and the competitions of which something is not there or not followed up to there."""
        tip = door.tip(Wish())
        if self._read:  # else nothing was sent
            for message in door.messages(tip, self._read):
                if message.topic.split(".")[KIND_TOKEN] != _MARK and _cause.decode(message.raw).caused_by is None:
                    self._note(message.topic, message.seq)
            self._read = max(self._read, tip.seq)
        _, texts = door.state(_MARKS, None)
        marks = map(_mark.decode, texts)
        through = {mark.topic.partition(".")[0]: mark.body.through for mark in marks if mark.body}
        return tip.seq, [name for name, seq in self._newest.items() if through.get(name, 0) < seq]

    def _note(self, topic: str, seq: int) -> None:
        competition = topic.partition(".")[0]
        self._newest[competition] = max(seq, self._newest.get(competition, 0))
