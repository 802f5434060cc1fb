import json

from schemas.horse_biography import BiographyHorse, HorseBiographyBody
from schemas.message import Mentions
from schemas.wire import _encoder


def test_the_subject_always_says_which_horse_it_is():
    """Id, organisation, name and texts are there, even when the provider told nothing else."""
    body = json.loads(_encoder.encode(HorseBiographyBody(subject=BiographyHorse())))
    assert body == {"subject": {"id": None, "noc": None, "name": None, "texts": []}}


def test_a_horse_is_no_athlete():
    """Its organisation is mentioned, its id is not."""
    body = HorseBiographyBody(venue="HAL", subject=BiographyHorse(id="9100007", noc="XBB"))
    assert body.mentions() == Mentions("HAL", ("XBB",))
    assert HorseBiographyBody().mentions() == Mentions()
