import json

from schemas.audio import AudioBody, AudioFile, Related
from schemas.message import BodyRef, Lane, Mentions
from schemas.registry import KINDS
from schemas.wire import _encoder

REF = BodyRef(sha256="0" * 64, bytes=3, media="audio/mpeg")


def test_sounds_refer_to_their_bytes_and_wait():
    """Name, size and media type of each, and whom it is about; they never hold up a result."""
    body = AudioBody(files=(AudioFile(audio_type="mp3", content=REF),))
    written = {"athletes": [], "audio_type": "mp3", "content": {"sha256": "0" * 64, "bytes": 3, "media": "audio/mpeg"}}
    assert json.loads(_encoder.encode(body)) == {"files": [written]}
    assert KINDS["audio"].lane is Lane.BULK


def test_a_sound_mentions_the_athletes_it_is_about():
    """Each once, in order of appearance; coaches and teams are no athletes."""
    one, other = (AudioFile(athletes=(Related(id=number), Related())) for number in "21")
    spoken = AudioFile(coaches=(Related(id="9"),), teams=(Related(id="8"),))
    assert AudioBody(files=(one, other, one, spoken)).mentions() == Mentions(None, (), ("2", "1"))
