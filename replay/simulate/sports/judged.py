"""Routines before judges: attempts whose worth is a panel's marks, told one by one."""

from collections.abc import Sequence

from replay.simulate.rows import decimal_text, extended
from replay.simulate.sports.attempts import Attempts

_JUDGES = 7
_APART = 25  # hundredths between two judges' marks


class Judged(Attempts):
    """Gymnastics, diving, figure skating, surfing, ..."""

    def tell(self, parts: Sequence[int], kind: str) -> str:
        """With the marks of the last routine: around a tenth of its worth."""
        if not parts:
            return ""
        middle = parts[-1] // 10
        marks = (decimal_text(middle + (judge % 3 - 1) * _APART) for judge in range(1, _JUDGES + 1))
        judged = "".join(extended("JUDGE", mark, judge) for judge, mark in enumerate(marks, 1))
        return super().tell(parts, kind) + judged
