"""Two sides against each other, action by action.

A match is played twice and kept never: once for the result, once for the story.
"""

from collections.abc import Iterator

from replay.simulate.model import Row, Rows
from replay.simulate.sports.actions import played
from replay.simulate.sports.beat import Beat, Closing, Held
from replay.simulate.sports.board import Board


class Match:
    """Ball sports, racket sports, fencing, curling; combat is played alike, in another kind of tree."""

    def play(self, held: Held, /) -> Rows:
        total = (0, 0)
        for action in played(held):
            total = action.total
        kind = "SCORE" if held.form.shape == "tennis" else "POINTS"
        marks = ("T", "T") if total[0] == total[1] else ("W", "L") if total[0] > total[1] else ("L", "W")
        return tuple(
            Row(entrant, -score, str(score), kind, wlt=mark)
            for entrant, score, mark in zip(held.starters, total, marks, strict=True)
        )

    def beats(self, held: Held, rows: Rows, /) -> Iterator[Beat]:
        count = sum(1 for _ in played(held))
        board = Board(held.form, held.starters, rows[0].type)
        for action in played(held):
            board.take(action, action.number / count)
            yield board.beat(action, action.number / count)

    def closing(self, held: Held, rows: Rows, /) -> Closing:
        board = Board(held.form, held.starters, rows[0].type)
        for action in played(held):
            board.take(action, 1.0)
        return Closing(board.periods(), tuple(("", text) for text in board.competitors()))
