import json

import msgspec
import pytest

from schemas import result_parts, wire
from schemas.result_parts import Extended, Member

PARTS = [part for part in vars(result_parts).values() if isinstance(part, type) and issubclass(part, msgspec.Struct)]


@pytest.mark.parametrize("part", [part for part in PARTS if part is not msgspec.Struct], ids=lambda part: part.__name__)
def test_a_part_leaves_out_what_was_not_sent(part: type[msgspec.Struct]):
    """Only required fields are always written; parts cannot be changed once made."""
    required = {field.name: "x" for field in msgspec.structs.fields(part) if field.required}
    assert json.loads(wire._encoder.encode(part(**required))) == required
    assert part.__struct_config__.frozen


def test_parts_come_back_from_json():
    """Texts stay texts, also those that look like numbers."""
    extended = Extended(type="ER", code="INTERMEDIATE", pos="1", value="57.80", rank_equal=True)
    member = Member(id="1", order="1", extended=(extended,))
    assert msgspec.json.decode(msgspec.json.encode(member), type=Member) == member
