"""The entities of a schedule: sessions and units (General Messages, DT_SCHEDULE and DT_SCHEDULE_UPDATE)."""

from feed.venues.odf.bodies import name_athlete
from feed.venues.odf.listing import Entities, Entity
from feed.venues.odf.plan import compile_plan
from schemas.session import SessionBody
from schemas.unit import Starter, UnitBody

SCHEDULE = Entities(
    {
        "Session": Entity("session", compile_plan(SessionBody, {}), ("SessionCode",)),
        "Unit": Entity(
            "unit", compile_plan(UnitBody, {Starter: name_athlete}), ("Code",), has_own_code=True, alike_below=True
        ),
    }
)
