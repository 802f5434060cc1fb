"""A long list that comes in the middle of the Games: people of earlier Games, 20 MB of them."""

from replay.blocks import Captured
from replay.plan import Planned
from replay.simulate.lists import earlier_participants
from replay.simulate.model import Draft, general_code
from replay.simulate.odf import Press
from replay.simulate.people import NOCS

_EVERYWHERE = "GEN"  # no discipline's own list is touched


def long_list(competition: str, people: int, seed: int, number: int, at: int) -> Captured:
    """A list of so many people, the `number`-th of its run: its Version, and nobody in it is as before.

    `at` is its time of the Games, in milliseconds UTC.
    """
    body = earlier_participants(people, seed + number, NOCS, _EVERYWHERE)
    draft = Draft(at, "DT_PARTIC", general_code(_EVERYWHERE), "", "HR", subtype="HISTORICAL")
    press = Press(competition)
    for _ in range(1, number):
        press.written(draft)
    document, _ = press.written(draft._replace(body=body))
    return Captured(at * 1000, "HR", "odf", "", document, "synthesised")


def sent_now(captured: Captured) -> Planned:
    """To be sent whenever it is asked for, after nothing else."""
    return Planned(at=0, recv=0, number=0, captured=captured, lanes=())
