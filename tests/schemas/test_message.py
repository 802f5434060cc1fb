import json

import msgspec
import pytest

from schemas import wire
from schemas.message import BodyRef, Lane, Mentions, Message, Op, Remark
from schemas.result import Result

ENVELOPE = (
    "type prev topic op competition code unit version status source lane remarks ts document caused_by supersedes body"
)


def test_the_envelope_has_the_names_of_the_contract(result: Result):
    """A stored message has every envelope field, null where nothing is known, and no seq."""
    stored = json.loads(wire.encode(result))
    assert set(stored) == set(ENVELOPE.split())
    assert (stored["type"], stored["caused_by"], stored["supersedes"]) == ("result", None, None)
    assert set(stored["ts"]) == {"event", "recv", "published"}
    header = "type code subcode subtype language version logical_date gen sport codes notes"
    assert set(stored["document"]) == set(header.split())


def test_a_body_kept_apart_is_named(result: Result):
    """`body_ref` has digest, size and media type; a name that is no digest is an error."""
    ref = BodyRef(sha256="0f" * 32, bytes=600_000, media="application/json")
    payload = wire.encode(msgspec.structs.replace(result, body=None, body_ref=ref))
    stored = json.loads(payload)
    assert stored["body"] is None
    assert stored["body_ref"] == {"sha256": "0f" * 32, "bytes": 600_000, "media": "application/json"}
    assert wire.decode(payload).body_ref == ref
    with pytest.raises(msgspec.ValidationError):
        wire.decode(payload.replace(b"0f", b"0F"))


def test_the_words_of_the_contract():
    """Operations and lanes are written as documented."""
    assert [str(op) for op in Op] == ["put", "withdrawn", "removed"]
    assert [str(lane) for lane in Lane] == ["live", "bulk"]
    assert all(str(remark).islower() for remark in Remark)


def test_messages_do_not_change(result: Result):
    """A message is shared by many readers, so nobody can write to it."""
    with pytest.raises(AttributeError):
        result.version = 4  # type: ignore[misc]  # the point


def test_a_negative_sequence_is_no_sequence(result: Result):
    """Numbers of messages start at 0, which stands for none."""
    payload = wire.encode(result).replace(b'"prev":0', b'"prev":-1')
    with pytest.raises(msgspec.ValidationError):
        wire.decode(payload)


def test_nothing_is_mentioned_unless_told():
    """A body that knows no venue, nobody and no organisation mentions none."""
    assert Mentions() == Mentions(None, (), ())


class NewerStamps(msgspec.Struct, kw_only=True):
    event: int
    recv: int
    published: int
    relayed: int


class NewerResult(Message, kw_only=True, tag="result"):
    ts: NewerStamps  # type: ignore[assignment]  # newer than ours on purpose
    body: dict[str, object]
    weather: str


class OlderResult(msgspec.Struct, kw_only=True, tag_field="type", tag="result"):
    topic: str
    version: int | None
    body: dict[str, object]
    withdrawn_by: str | None = None


def test_an_older_reader_reads_a_newer_message(result: Result):
    """Fields that a reader does not know, at any depth, and remarks it does not know are no error."""
    newer = NewerResult(
        **{name: getattr(result, name) for name in Message.__struct_fields__ if name != "ts"} | {"remarks": ("new",)},
        ts=NewerStamps(event=1, recv=2, published=3, relayed=4),
        body={"competitors": [{"id": "1", "kind": "robot", "aura": "blue"}], "mood": 1},
        weather="fine",
    )
    read = wire.decode(msgspec.json.encode(newer))
    assert isinstance(read, Result)
    assert (read.topic, read.remarks, read.ts.published) == (result.topic, ("new",), 3)
    assert read.body is not None
    assert read.body.competitors[0].kind == "robot"


def test_a_newer_reader_reads_an_older_message(result: Result):
    """A field that is added later has a default, so messages stored before it can still be read."""
    older = msgspec.json.decode(wire.encode(result), type=OlderResult)
    assert (older.topic, older.version, older.withdrawn_by) == (result.topic, 3, None)
    stored = json.loads(wire.encode(result))
    for name in ("remarks", "caused_by", "supersedes"):
        del stored[name]
    for name in ("decision", "call"):
        del stored["body"][name]
    read = wire.decode(msgspec.json.encode(stored))
    assert read == msgspec.structs.replace(result, remarks=())
