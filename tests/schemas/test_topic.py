import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.rsc import PlainCode, parse_code
from schemas.topic import (
    SUBJECT_BYTES_MAX,
    SUBJECT_PREFIX,
    TOKEN_BYTES_MAX,
    BadKeyError,
    Topic,
    begins_with,
    escape,
    is_token,
    key_text,
    parse_topic,
    unescape,
)

RSC = st.from_regex(r"[A-Z0-9]{3}[A-Z-][A-Z0-9.-]{30}", fullmatch=True)
OLD = st.from_regex(r"[A-Z]{2}[MWXO0][0-9]{3}[0-9A-Z]{3}", fullmatch=True)
UNIT = parse_code("ATHM100M--------------FNL-000100--")
SAFE = re.compile(r"[A-Za-z0-9_~.-]+")


def trimmed(parts: list[str]) -> tuple[str, ...]:
    while parts and not parts[-1]:
        parts = parts[:-1]
    return tuple(parts)


@pytest.mark.parametrize(
    "code, parts, text",
    [
        ("ATHM100M--------------FNL-000100--", (), "XG2030.ATH.M.100M.FNL.000100.result"),
        ("JUDXTEAM6-------------R32-00020001", (), "XG2030.JUD.X.TEAM6.R32.00020001.result"),
        ("BTHM12.5KMPU----------FNL-000100--", (), "XG2030.BTH.M.12~2E5KMPU.FNL.000100.result"),
        ("TRU-IHO-------------------3D------", (), "XG2030.TRU.-.IHO.-.3D.result"),
        ("ATH-------------------------------", (), "XG2030.ATH.-.-.-.-.result"),
        ("SAM004910", (), "XG2030.SA.M.004.9.10.result"),
        ("A123", (), "XG2030.-.-.-.-.A123.result"),
        ("", (), "XG2030.-.-.-.-.-.result"),
        ("-", (), "XG2030.-.-.-.-.~2D.result"),
        ("ATH-------------------------------", ("B", "", "FRA"), "XG2030.ATH.-.-.-.-.result.B.-.FRA"),
        ("ATH-------------------------------", ("B", "", ""), "XG2030.ATH.-.-.-.-.result.B"),
        ("ATH-------------------------------", ("-", "a b", "é"), "XG2030.ATH.-.-.-.-.result.~2D.a~20b.~C3~A9"),
    ],
)
def test_how_a_key_is_written(code: str, parts: tuple[str, ...], text: str):
    """The contract's form: trimmed parts of the code, `-` for nothing, ~XX for what is not safe."""
    topic = Topic("XG2030", parse_code(code), "result", parts)
    assert str(topic) == text
    assert parse_topic(text) == Topic("XG2030", parse_code(code), "result", trimmed(list(parts)))


@given(
    competition=st.text(min_size=1, max_size=15),
    code=st.one_of(RSC, OLD, st.text(max_size=20)),
    kind=st.from_regex(r"[a-z_]{1,20}", fullmatch=True),
    parts=st.lists(st.text(max_size=20), max_size=4),
)
def test_topics_and_keys_are_a_bijection(competition: str, code: str, kind: str, parts: list[str]):
    """Any key that fits is one topic in the safe alphabet, and the topic gives the key back."""
    topic = Topic(competition, parse_code(code), kind, tuple(parts))
    try:
        text = str(topic)
    except BadKeyError:
        assume(False)
    assert SAFE.fullmatch(text)
    assert parse_topic(text) == Topic(competition, parse_code(code), kind, trimmed(parts))


@given(st.text())
def test_tokens_and_texts_are_a_bijection(text: str):
    """Escaping loses nothing, whatever the characters."""
    token = escape(text)
    assert unescape(token) == text
    assert not text or (SAFE.fullmatch(token) and "." not in token)


@given(st.one_of(st.text(), st.from_regex(r"([A-Za-z0-9_~.-]|~[0-9A-F]{2}){1,60}", fullmatch=True)))
def test_a_text_is_a_topic_only_if_it_is_written_that_way(text: str):
    """parse_topic either refuses or answers with the key whose one topic this is."""
    try:
        topic = parse_topic(text)
    except BadKeyError:
        return
    assert str(topic) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "XG2030", "XG2030.ATH.M.100M.FNL.000100", "XG2030.ATH.M.100M.FNL..result"),
        *("XG2030.ATH.M.100M-.FNL.000100.result", "XG2030.ATH.M.100M.FNL.000100.result.-"),
        *("XG2030.ATH.M.100M.FNL.000100.result.~41", "XG2030.ATH.M.100M.FNL.000100.result.~2e"),
        *("XG2030.ATH.M.100M.FNL.000100.result.~FF", "XG2030.ATH.M.100M.FNL.000100.result.~"),
        *("XG2030.-.M.-.-.A123.result", "XG2030.ATHL.M.100M.FNL.000100.result", ".ATH.M.-.-.-.result"),
        *("XG2030.ATH.M.100M.FNL.000100.result.\ud800", "XG2030.A.M.004.9.10.result"),
    ],
)
def test_other_texts_are_refused(text: str):
    """A text that no key is written as is BadKeyError, never another key."""
    with pytest.raises(BadKeyError):
        parse_topic(text)


def test_a_token_has_at_most_64_bytes():
    """The limit counts bytes as written, escapes included."""
    assert str(Topic("X", UNIT, "result", ("a" * TOKEN_BYTES_MAX,)))
    with pytest.raises(BadKeyError, match="65 bytes"):
        str(Topic("X", UNIT, "result", ("a" * (TOKEN_BYTES_MAX + 1),)))
    with pytest.raises(BadKeyError, match="66 bytes"):
        str(Topic("X", UNIT, "result", ("é" * 11,)))


@pytest.mark.parametrize(
    "parts, text", [((), ""), (("", ""), ""), (("A", "", "b.c"), "A.-.b~2Ec"), (("-", ""), "~2D"), (("", "x"), "-.x")]
)
def test_key_parts_alone_are_written_as_in_a_topic(parts: tuple[str, ...], text: str):
    """What stands behind the kind, with the same limits."""
    assert key_text(parts) == text
    assert str(Topic("X", UNIT, "result", parts)).removeprefix("X.ATH.M.100M.FNL.000100.result").lstrip(".") == text
    with pytest.raises(BadKeyError, match="65 bytes"):
        key_text((*parts, "a" * 65))


def test_a_subject_has_at_most_512_bytes():
    """The limit is on the subject with its prefix."""
    parts = ("a" * 64,) * 7
    room = SUBJECT_BYTES_MAX - len(SUBJECT_PREFIX) - len(str(Topic("X", UNIT, "result", parts))) - 1
    assert len(str(Topic("X", UNIT, "result", (*parts, "a" * room)))) + len(SUBJECT_PREFIX) == SUBJECT_BYTES_MAX
    with pytest.raises(BadKeyError, match="allowed with its prefix"):
        str(Topic("X", UNIT, "result", (*parts, "a" * (room + 1))))


def test_a_topic_needs_a_competition():
    """Nothing stands for an empty competition."""
    with pytest.raises(BadKeyError, match="competition"):
        str(Topic("", UNIT, "result"))


def test_half_a_character_is_no_key():
    """A lone surrogate has no bytes, so it has no topic."""
    with pytest.raises(BadKeyError, match="not text"):
        str(Topic("X", UNIT, "result", ("\ud800",)))


def test_a_plain_id_that_looks_like_a_code_stays_an_id():
    """The family of a code is part of the key: an id never turns into a code on its way."""
    topic = Topic("X", PlainCode("SAM004910"), "result")
    assert parse_topic(str(topic)) == topic


@pytest.mark.parametrize(
    "text, expected",
    [
        *((text, True) for text in ("ATH", "-", "~2D", "a_b", "a" * 64)),
        *((text, False) for text in ("a" * 65, "", "a.b", "*", ">", "~", "~2d", "é", "a\n")),
    ],
)
def test_what_can_be_a_token(text: str, *, expected: bool):
    """Safe characters and whole escapes, 1 to 64 bytes."""
    assert is_token(text) is expected


@pytest.mark.shared
def test_all_real_codes_are_topics_and_back(real_codes: list[str]):
    """Each of the thousands of real codes has its own topic, which gives it back."""
    assert len(real_codes) > 10_000
    topics = {}
    for code in real_codes:
        text = str(Topic("OG2024", parse_code(code), "result"))
        assert str(parse_topic(text).code) == code
        topics[text] = code
    assert len(topics) == len(real_codes)


@pytest.mark.parametrize(
    "parts, begins",
    [
        ((), True),
        (("a b",), True),
        (("a b", ""), True),
        (("a b", "", "7"), True),
        (("a",), False),
        (("a b", "7"), False),
    ],
)
def test_key_parts_begin_with_what_they_are_made_of(parts: tuple[str, ...], *, begins: bool):
    """Part by part, as topics write them, empty ones too."""
    assert begins_with(str(Topic("XG2030", UNIT, "action", ("a b", "", "7"))), parts) is begins
