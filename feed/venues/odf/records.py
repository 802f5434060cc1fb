"""The entities of a list of records (General Messages, DT_RECORD, and DT_HISTORIC_RECORD of older generations).

The first list comes before the Games, later ones when a record is broken or equalled; none of them removes a record by
leaving it out.
"""

from feed.venues.odf.bodies import name_athlete
from feed.venues.odf.listing import Entities, Entity
from feed.venues.odf.plan import compile_plan
from schemas.contender import Contender
from schemas.record import RecordBody

# Up to Rio 2016 a record's code is an id of 10 to 14 characters (its table RECORD), since then a Results System Code.
RECORDS = Entities(
    {
        "Record": Entity(
            "record",
            compile_plan(RecordBody, {Contender: name_athlete}),
            ("Code",),
            has_own_code=True,
            has_older_ids=True,
        )
    }
)
