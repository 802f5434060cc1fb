import json

from schemas.message import BodyRef, Lane
from schemas.picture import PictureBody, PictureFile
from schemas.registry import KINDS
from schemas.wire import _encoder

REF = BodyRef(sha256="0" * 64, bytes=3, media="image/jpeg")


def test_portraits_refer_to_their_bytes_and_wait():
    """Name, size and media type of each; they never hold up a result."""
    body = PictureBody(pictures=(PictureFile(content=REF), PictureFile()))
    written = {"content": {"sha256": "0" * 64, "bytes": 3, "media": "image/jpeg"}}
    assert json.loads(_encoder.encode(body)) == {"pictures": [written, {}]}
    assert KINDS["picture"].lane is Lane.BULK
