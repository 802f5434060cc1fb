import json

import msgspec

from schemas.config import ConfigBody, Scope, Setting
from schemas.message import Mentions
from schemas.result_parts import Extension
from schemas.wire import _encoder


def test_a_configuration_always_has_its_list():
    """Each part of it names its scope, or null where that is the message's own."""
    assert json.loads(_encoder.encode(ConfigBody())) == {"configs": []}
    assert json.loads(_encoder.encode(Scope())) == {"unit": None, "settings": []}


def test_a_configuration_comes_back_from_json():
    """With all its details; it mentions the venue alone."""
    point = Setting(type="EC", code="INTERMEDIATE", pos="1", extensions=(Extension(code="NAME", value="400m"),))
    body = ConfigBody(venue="STA", configs=(Scope(unit="ATHM800M", settings=(point,)),))
    assert msgspec.json.decode(_encoder.encode(body), type=ConfigBody) == body
    assert body.mentions() == Mentions("STA")
