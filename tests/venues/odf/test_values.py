import hashlib
from base64 import b64encode
from datetime import UTC, timedelta, timezone

import pytest

from feed.venues.odf.values import CONTENTS_MAX, Context, as_sent, code_of, content, flag, micros, number, whole
from schemas.message import Remark


@pytest.fixture
def context() -> Context:
    return Context(UTC)


def test_text_is_kept_as_sent(context: Context):
    """No trimming and no rounding: 9.580 stays 9.580."""
    assert [as_sent(text, context) for text in ("9.580", " x ", "")] == ["9.580", " x ", ""]


@pytest.mark.parametrize("text, expected", [("0", 0), ("7", 7), ("007", 7), ("999999999", 999_999_999)])
def test_whole_numbers(text: str, expected: int, context: Context):
    """Up to nine digits are a number."""
    assert whole(text, context) == expected


@pytest.mark.parametrize("text, expected", [("60", 60), ("", ""), ("a minute", "a minute"), ("1.5", "1.5")])
def test_a_number_or_the_text_it_is_not(text: str, expected: int | str, context: Context):
    """Where ODF says little about a value, nothing is refused for it."""
    assert number(text, context) == expected


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", " 1", "1_0", "٣", "²", "1000000000", "x"])
def test_anything_else_is_no_whole_number(text: str, context: Context):
    """What Python would accept beyond digits is refused."""
    with pytest.raises(ValueError, match="whole number"):
        whole(text, context)


def test_flags(context: Context):
    """Y and true are set; N, false and nothing are not; the rest is wrong."""
    assert [flag(text, context) for text in ("Y", "true", "N", "false", "")] == [True, True, False, False, False]
    with pytest.raises(ValueError, match="neither Y nor N"):
        flag("yes", context)


def test_moments_without_offset_are_remarked_when_no_zone_is_set():
    """Only a missing offset leaves the remark, and only where UTC had to be assumed."""
    context, known = Context(None), Context(timezone(timedelta(hours=1)))
    assert micros("1970-01-01T01:00:01", known) == 1_000_000
    assert list(known.remarks) == []
    assert micros("1970-01-01T01:00:00+01:00", context) == 0
    assert list(context.remarks) == []
    assert micros("1970-01-01T00:00:01", context) == 1_000_000
    assert list(context.remarks) == [Remark.ZONE_ASSUMED]


def test_codes_are_translated_and_unknown_ones_flow(context: Context):
    """A known code gets our word; another flows as sent and is remarked."""
    read = code_of({"A": "athlete"})
    assert read("A", context) == "athlete"
    assert list(context.remarks) == []
    assert read("Z", context) == "Z"
    assert list(context.remarks) == [Remark.UNKNOWN_CODE]


@pytest.mark.parametrize(
    "data, media",
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"<svg/>", "image/svg+xml"),
        (b"ID3", "audio/mpeg"),
        (b"anything", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_content_is_attached_and_referred_to(data: bytes, media: str, context: Context):
    """Base64 with line breaks; what it is its first bytes tell."""
    text = b64encode(data).decode()
    ref = content(f" {text[:4]}\n{text[4:]} ", context)
    assert (ref.sha256, ref.bytes, ref.media) == (hashlib.sha256(data).hexdigest(), len(data), media)
    assert [(each.ref, each.content) for each in context.attached] == [(ref, data)]


@pytest.mark.parametrize("text", ["AAA", "A*==", "Ä"])
def test_what_is_no_base64_is_refused(text: str, context: Context):
    """Nothing is attached then."""
    with pytest.raises(ValueError, match="no base64"):
        content(text, context)
    assert context.attached == []


def test_a_document_has_so_many_contents(context: Context):
    """Each is written to disk by itself before the message is: who sends thousands would never get an answer."""
    for _ in range(CONTENTS_MAX):
        content("QQ==", context)
        context.attached.clear()  # as it happens entity by entity
    with pytest.raises(ValueError, match=str(CONTENTS_MAX)):
        content("QQ==", context)
