import json

import msgspec

from schemas.infos import Infos
from schemas.list import ListBody, ListedDocument
from schemas.message import Mentions, Op
from schemas.result_parts import Info
from schemas.wire import _encoder

DOCUMENT = ListedDocument(key="DT_SCHEDULE.-.SYNC", version=3, event=7, hash="ab")


def test_a_document_says_whether_it_took_its_list_back():
    """A plain one is put; what it did not say is left out."""
    written = json.loads(_encoder.encode(DOCUMENT))
    assert written == {
        "key": "DT_SCHEDULE.-.SYNC",
        "version": 3,
        "event": 7,
        "hash": "ab",
        "op": "put",
        "complete": True,
    }
    assert msgspec.structs.replace(DOCUMENT, op=Op.WITHDRAWN).op is Op.WITHDRAWN


def test_a_head_comes_back_from_json():
    """With what its documents say of the list as a whole."""
    about = Infos(infos=(Info(type="CS", code="STATUS", value="APPROVED"),))
    document = msgspec.structs.replace(DOCUMENT, about=about, unmapped={"/OdfBody/Other": "<Other/>"})
    body = ListBody((document,), full=7)
    assert msgspec.json.decode(_encoder.encode(body), type=ListBody) == body
    assert body.mentions() == Mentions()


def test_an_older_head_is_still_read():
    """What was added since has its default."""
    older = {"documents": [{"key": "DT_SCHEDULE", "version": 1, "event": 1, "hash": "a"}]}
    assert msgspec.convert(older, ListBody).documents[0].about is msgspec.UNSET
