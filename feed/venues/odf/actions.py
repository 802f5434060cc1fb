"""The entities of a match: its actions (General Messages, DT_PLAY_BY_PLAY).

A document with a DocumentSubcode is one period and a full list of it; the one without is the master, a full list of
all periods, which also clears them where it comes empty before the start.
"""

from lxml import etree

from feed.venues.odf.bodies import name_athlete
from feed.venues.odf.header import Header
from feed.venues.odf.listing import Entities, Entity
from feed.venues.odf.plan import compile_plan
from schemas.action import ActionBody, Actor


def _period(header: Header, action: etree._Element) -> tuple[str, ...]:
    return (action.get("Period") or header.subcode or "",)


def _reach(header: Header) -> tuple[str, ...] | None:
    return (header.subcode,) if header.subcode else None


# An Id is mandatory (schema); where it is missing all the same, Order tells the actions of a match apart.
ACTIONS = Entities(
    {
        "Action": Entity(
            "action", compile_plan(ActionBody, {Actor: name_athlete}), ("Id",), leading=_period, instead=("Order",)
        )
    },
    within="Actions",
    reach=_reach,
)
