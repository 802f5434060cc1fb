"""Kinds of sport.

race.py against the clock · attempts.py one after the other · heights.py over a bar that rises · judged.py before
judges · match.py side against side (actions.py what happens, board.py what is shown) · combat.py with judges' cards ·
tie.py team against team, match by match · beat.py what each is asked.
"""

from replay.simulate.sports.attempts import Attempts
from replay.simulate.sports.beat import Beat, Closing, Held, Sport
from replay.simulate.sports.combat import Combat
from replay.simulate.sports.heights import Heights
from replay.simulate.sports.judged import Judged
from replay.simulate.sports.match import Match
from replay.simulate.sports.race import Race
from replay.simulate.sports.tie import TIE, Tie

SPORTS: dict[str, Sport] = {
    "race": Race(),
    "field": Attempts(),
    "judged": Judged(),
    "match": Match(),
    "combat": Combat(),
    TIE: Tie(),
    "heights": Heights(),
}

__all__ = ["SPORTS", "Beat", "Closing", "Held", "Sport"]
