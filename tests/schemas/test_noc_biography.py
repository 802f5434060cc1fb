import json

from schemas.message import Mentions
from schemas.noc_biography import BiographyNoc, NocBiographyBody, NocFlagbearer, NocTexts
from schemas.wire import _encoder


def test_the_subject_always_says_which_committee_it_is():
    """Code, name and texts are there, even when the provider told nothing else."""
    body = json.loads(_encoder.encode(NocBiographyBody(subject=BiographyNoc())))
    assert body == {"subject": {"noc": None, "name": None, "texts": []}}


def test_several_may_carry_the_flag():
    """Each is an entry of its own, in the order they were sent."""
    texts = NocTexts(language="ENG", flagbearers=(NocFlagbearer(text="Anna"), NocFlagbearer(text="Ivo")))
    body = json.loads(_encoder.encode(NocBiographyBody(subject=BiographyNoc(noc="XAA", texts=(texts,)))))
    assert body["subject"]["texts"] == [{"language": "ENG", "flagbearers": [{"text": "Anna"}, {"text": "Ivo"}]}]


def test_the_committee_is_mentioned():
    """A filter for the organisation finds what is written about it."""
    assert NocBiographyBody(venue="HAL", subject=BiographyNoc(noc="XAA")).mentions() == Mentions("HAL", ("XAA",))
    assert NocBiographyBody().mentions() == Mentions()
