import json

import pytest
from msgspec import Struct

from schemas.biography_parts import BiographyDiscipline, BiographyExtra, BiographyHighlight
from schemas.wire import _encoder


@pytest.mark.parametrize(
    "part, told",
    [
        (BiographyHighlight(), {}),
        (BiographyExtra(code="YOG"), {"code": "YOG"}),
        (BiographyDiscipline(code="SWM"), {"code": "SWM"}),
    ],
)
def test_what_was_not_sent_is_left_out(part: Struct, told: dict[str, str]):
    """Only what identifies a part is always there."""
    assert json.loads(_encoder.encode(part)) == told
