import json

from schemas.message import Mentions
from schemas.team_biography import BiographyTeam, TeamBiographyBody
from schemas.wire import _encoder


def test_the_subject_always_says_which_team_it_is():
    """Id, organisation, name and texts are there, even when the provider told nothing else."""
    body = json.loads(_encoder.encode(TeamBiographyBody(subject=BiographyTeam())))
    assert body == {"subject": {"id": None, "noc": None, "name": None, "texts": []}}


def test_a_team_is_no_athlete():
    """Its organisation is mentioned, its code is not."""
    body = TeamBiographyBody(venue="HAL", subject=BiographyTeam(id="GRYWTEAM5---XAA01", noc="XAA"))
    assert body.mentions() == Mentions("HAL", ("XAA",))
    assert TeamBiographyBody().mentions() == Mentions()
