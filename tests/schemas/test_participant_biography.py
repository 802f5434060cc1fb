import json

from schemas.message import Lane, Mentions
from schemas.participant_biography import BiographyPerson, ParticipantBiographyBody, ParticipantTexts
from schemas.registry import KINDS, ODF_KEY
from schemas.wire import _encoder


def test_the_subject_always_says_who_it_is():
    """Id, organisation and texts are there, even when the provider told nothing else."""
    body = json.loads(_encoder.encode(ParticipantBiographyBody(subject=BiographyPerson())))
    assert body == {"subject": {"id": None, "noc": None, "texts": []}}
    assert json.loads(_encoder.encode(ParticipantBiographyBody())) == {"subject": None}


def test_what_is_not_told_in_a_language_is_left_out():
    """A language has its own texts; none stands for another."""
    body = json.loads(_encoder.encode(ParticipantTexts(language="FRA", hobbies="échecs")))
    assert body == {"language": "FRA", "hobbies": "échecs"}


def test_the_person_is_mentioned_whatever_the_function():
    """A filter for an athlete or an organisation finds what is written about them."""
    body = ParticipantBiographyBody(venue="HAL", subject=BiographyPerson(id="1", noc="XAA"))
    assert body.mentions() == Mentions("HAL", ("XAA",), ("1",))
    assert ParticipantBiographyBody(subject=BiographyPerson()).mentions() == Mentions()
    assert ParticipantBiographyBody(venue="HAL").mentions() == Mentions("HAL")


def test_biographies_wait_and_keep_imports_apart():
    """They never delay a result, and what the provider sent does not replace what was published."""
    biographies = [KINDS[f"{subject}_biography"] for subject in ("participant", "team", "horse", "noc")]
    assert {row.lane for row in biographies} == {Lane.BULK}
    assert {row.key_parts for row in biographies} == {("type", *ODF_KEY)}
