"""The documents that list entities, by the name of their set: what their reader and their writer look up."""

from feed.venues.odf.actions import ACTIONS
from feed.venues.odf.codes import CODES
from feed.venues.odf.listing import Entities
from feed.venues.odf.participants import HORSES, NAMES, PARTICIPANTS, TEAMS
from feed.venues.odf.records import RECORDS
from feed.venues.odf.schedule import SCHEDULE

LISTS: dict[str, Entities] = {
    "schedule": SCHEDULE,
    "participants": PARTICIPANTS,
    "teams": TEAMS,
    "horses": HORSES,
    "names": NAMES,
    "actions": ACTIONS,
    "records": RECORDS,
    "codes": CODES,
}
