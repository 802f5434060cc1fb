import json

from schemas.competitor import Competitor
from schemas.image import ImageBody, ImageFile
from schemas.message import BodyRef, Mentions
from schemas.wire import _encoder

REF = BodyRef(sha256="0" * 64, bytes=3, media="image/png")


def test_a_picture_refers_to_its_bytes():
    """Its name, its size and its media type travel, the bytes do not; what was not sent is left out."""
    body = ImageBody(images=(ImageFile(content=REF), ImageFile()))
    written = {"content": {"sha256": "0" * 64, "bytes": 3, "media": "image/png"}, "competitors": []}
    assert json.loads(_encoder.encode(body)) == {"images": [written, {"competitors": []}]}


def test_an_image_mentions_who_is_to_be_seen():
    """On any of its pictures, each once, in order of appearance."""
    first, second = (Competitor(id=number, kind="athlete", noc="XAA") for number in "12")
    images = (ImageFile(competitors=(second,)), ImageFile(competitors=(first, second)))
    assert ImageBody(venue="STA", images=images).mentions() == Mentions("STA", ("XAA",), ("2", "1"))
    assert ImageBody().mentions() == Mentions()
