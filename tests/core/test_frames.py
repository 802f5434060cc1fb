import itertools
import struct
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feed.core.frames import (
    MESSAGE_BYTES_MAX,
    CloseCode,
    Event,
    FrameError,
    FrameReader,
    Opcode,
    close_frame,
    pong_frame,
    text_frame,
    text_frame_head,
)

MASK = b"\x11\x22\x33\x44"
FIN, MASKED = 0x80, 0x80
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = Opcode


def client(  # noqa: PLR0913 - a frame has so many parts
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    masked: bool = True,
    mask: bytes = MASK,
    width: int | None = None,
) -> bytes:
    """A client's frame, also one that no client may send; `width` forces the form of its length."""
    size = len(payload)
    width = width if width is not None else 0 if size < 126 else 2 if size < 65_536 else 8
    form = {0: bytes((size,)) if width == 0 else b"", 2: b"\x7e" + size.to_bytes(2, "big") if size < 65_536 else b""}
    length = form.get(width, b"\x7f" + size.to_bytes(8, "big"))
    head = bytes((FIN * fin | rsv | opcode, length[0] | MASKED * masked)) + length[1:]
    body = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload)) if masked else payload
    return head + (mask if masked else b"") + body


def events(data: bytes, cuts: Iterable[int] = ()):
    """Events of a reader that gets the data in pieces, and the code it closed with, if any."""
    reader, found, last = FrameReader(), [], 0
    for cut in [*sorted(cuts), len(data)]:
        try:
            found += reader.receive(data[last:cut])
        except FrameError as error:
            return found, error.code
        last = cut
    return found, None


def code_of(data: bytes):
    """The close code of bytes that must not be accepted: the same whole and byte by byte."""
    found, code = events(data)
    assert found == []
    assert events(data, range(len(data)))[1] == code
    return code


# What a server sends.


@pytest.mark.parametrize(
    "length, head",
    [
        (0, b"\x81\x00"),
        (1, b"\x81\x01"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (127, b"\x81\x7e\x00\x7f"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
        (2**32, b"\x81\x7f\x00\x00\x00\x01\x00\x00\x00\x00"),
    ],
)
def test_a_head_is_final_unmasked_and_as_short_as_can_be(length: int, head: bytes):
    """RFC 6455 section 5.2: the three forms of a length."""
    assert text_frame_head(length) == head


def test_whole_frames_are_head_and_payload():
    """Texts and pongs."""
    assert text_frame(b"abc") == b"\x81\x03abc"
    assert pong_frame(b"") == b"\x8a\x00"
    assert pong_frame(b"x" * 125) == b"\x8a\x7d" + b"x" * 125


def test_a_close_frame_has_a_code_and_a_short_reason():
    """At most 123 bytes, cut between characters and never inside one."""
    assert close_frame(1000) == b"\x88\x02\x03\xe8"
    assert close_frame(4410, b"why") == b"\x88\x05\x11\x3awhy"
    assert close_frame(1000, b"x" * 200) == b"\x88\x7d\x03\xe8" + b"x" * 123
    assert close_frame(1000, b"x" * 122 + "\u00e9".encode())[4:] == b"x" * 122


# What a client may send.


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, MESSAGE_BYTES_MAX])
def test_a_message_of_any_allowed_length_is_one_event(opcode: int, size: int):
    """Unmasked again, whichever form its length needs."""
    payload = bytes(65 + at % 26 for at in range(size))
    assert events(client(opcode, payload)) == ([Event(opcode, payload)], None)


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_one_byte_above_the_limit_is_too_big(opcode: int):
    """Refused at its head: nothing of it is kept."""
    assert code_of(client(opcode, b"x" * (MESSAGE_BYTES_MAX + 1))[:14]) == CloseCode.TOO_BIG


def test_fragments_count_together_against_the_limit():
    """The limit is the message's, not the frame's."""
    first = client(TEXT, b"x" * MESSAGE_BYTES_MAX, fin=False)
    assert events(first + client(CONTINUATION))[0] == [Event(TEXT, b"x" * MESSAGE_BYTES_MAX)]
    assert code_of(first + client(CONTINUATION, b"x")) == CloseCode.TOO_BIG


@pytest.mark.parametrize("size, width", [(0, 2), (125, 2), (0, 8), (125, 8), (126, 8), (65_535, 8)])
def test_a_length_that_is_not_in_its_shortest_form_is_refused(size: int, width: int | None):
    """RFC 6455 section 5.2: the minimal number of bytes must be used."""
    assert code_of(client(TEXT, b"x" * size, width=width)[:14]) == CloseCode.PROTOCOL_ERROR


def test_an_absurd_length_is_refused_at_its_head():
    """Also one with its highest bit set."""
    for length in (2**63 - 1, 2**64 - 1):
        assert events(b"\x81\xff" + struct.pack("!Q", length)) == ([], CloseCode.TOO_BIG)


@pytest.mark.parametrize("count", [2, 3, 1_000])
def test_fragments_are_joined(count: int):
    """Also empty ones, and characters that are cut in two."""
    payload = ("\u00e9" * count).encode()
    size = len(payload) // count + 1
    pieces = [payload[at * size : (at + 1) * size] for at in range(count)]
    frames = [client(TEXT if at == 0 else CONTINUATION, piece, fin=at == count - 1) for at, piece in enumerate(pieces)]
    assert events(b"".join(frames)) == ([Event(TEXT, payload)], None)


def test_empty_fragments_make_an_empty_message():
    """All of them, or all but one in the middle."""
    start, rest, end = client(TEXT, fin=False), client(CONTINUATION, fin=False), client(CONTINUATION)
    assert events(start + rest + end)[0] == [Event(TEXT, b"")]
    assert events(start + client(CONTINUATION, b"a", fin=False) + end)[0] == [Event(TEXT, b"a")]


@pytest.mark.parametrize("opcode", [PING, PONG])
def test_a_control_frame_may_come_between_fragments(opcode: int):
    """It is its own event, before the message it interrupts, which may be as large as any."""
    for size in (1, MESSAGE_BYTES_MAX):
        data = client(TEXT, b"a" * size, fin=False) + client(opcode, b"!" * 125) + client(CONTINUATION)
        assert events(data) == ([Event(opcode, b"!" * 125), Event(TEXT, b"a" * size)], None)


def test_messages_and_control_frames_follow_each_other():
    """A hundred pings in a row, an unsolicited pong, then a message."""
    data = b"".join(client(PING, str(n).encode()) for n in range(100)) + client(PONG) + client(TEXT, b"a")
    expected = [*(Event(PING, str(n).encode()) for n in range(100)), Event(PONG, b""), Event(TEXT, b"a")]
    assert events(data) == (expected, None)


@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
def test_a_control_frame_above_125_bytes_is_refused(opcode: int):
    """For a close frame that is a reason of 124 bytes."""
    assert code_of(client(opcode, b"\x03\xe8" + b"x" * 124)) == CloseCode.PROTOCOL_ERROR


@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
def test_a_control_frame_cannot_be_fragmented(opcode: int):
    """RFC 6455 section 5.5."""
    assert code_of(client(opcode, b"\x03\xe8", fin=False)) == CloseCode.PROTOCOL_ERROR


@pytest.mark.parametrize("fin", [True, False])
def test_a_continuation_needs_a_beginning(*, fin: bool):
    """First of all, and after a message that has ended."""
    assert code_of(client(CONTINUATION, b"a", fin=fin)) == CloseCode.PROTOCOL_ERROR
    found, code = events(client(TEXT, b"a", fin=False) + client(CONTINUATION) + client(CONTINUATION, fin=fin), [13])
    assert code == CloseCode.PROTOCOL_ERROR
    assert found in ([], [Event(TEXT, b"a")])


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_a_message_cannot_begin_inside_another(opcode: int):
    """Data frames of two messages are never mixed."""
    assert code_of(client(TEXT, b"a", fin=False) + client(opcode, b"b")) == CloseCode.PROTOCOL_ERROR


@pytest.mark.parametrize("rsv", [0x40, 0x20, 0x10, 0x70])
@pytest.mark.parametrize("opcode", [TEXT, PING, CLOSE])
def test_reserved_bits_are_refused(rsv: int, opcode: int):
    """No extension is ever agreed on."""
    assert code_of(client(opcode, rsv=rsv)) == CloseCode.PROTOCOL_ERROR


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
def test_reserved_opcodes_are_refused(opcode: int):
    """With and without a payload."""
    assert code_of(client(opcode)) == code_of(client(opcode, b"abc")) == CloseCode.PROTOCOL_ERROR


@pytest.mark.parametrize("size", [0, 1, 126, 65_536])
def test_an_unmasked_frame_is_refused(size: int):
    """RFC 6455 section 5.1: a client must mask."""
    assert code_of(client(TEXT, b"x" * size, masked=False)[:14]) == CloseCode.PROTOCOL_ERROR


@pytest.mark.parametrize("text", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf", b"ok\x80"])
def test_a_text_that_is_not_utf8_is_refused(text: bytes):
    """Whole or in fragments: alone, cut, a surrogate, beyond Unicode, overlong."""
    parts = client(TEXT, text[:1], fin=False) + client(CONTINUATION, text[1:])
    assert code_of(client(TEXT, text)) == code_of(parts) == CloseCode.BAD_TEXT


def test_a_binary_message_may_hold_anything():
    """Only texts are looked at."""
    assert events(client(BINARY, b"\xff\x80"))[0] == [Event(BINARY, b"\xff\x80")]


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 3999, 4000, 4999])
def test_a_close_frame_with_an_allowed_code_is_an_event(code: int):
    """With and without a reason."""
    payload = struct.pack("!H", code)
    assert events(client(CLOSE, payload))[0] == [Event(CLOSE, payload)]
    assert events(client(CLOSE, payload + b"x" * 123))[0] == [Event(CLOSE, payload + b"x" * 123)]


def test_a_close_frame_needs_no_code():
    """An empty payload is allowed."""
    assert events(client(CLOSE))[0] == [Event(CLOSE, b"")]


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535])
def test_a_close_frame_with_a_forbidden_code_is_refused(code: int):
    """RFC 6455 section 7.4."""
    assert code_of(client(CLOSE, struct.pack("!H", code))) == CloseCode.PROTOCOL_ERROR


def test_half_a_close_code_is_refused():
    """One byte is none."""
    assert code_of(client(CLOSE, b"\x03")) == CloseCode.PROTOCOL_ERROR


def test_a_close_reason_must_be_utf8():
    """Like every text."""
    assert code_of(client(CLOSE, b"\x03\xe8\xff")) == CloseCode.BAD_TEXT


@pytest.mark.parametrize("late", [b"\x00" * 20, client(TEXT, b"late"), client(CLOSE), b"\xff" * 9])
def test_whatever_follows_a_close_frame_is_passed_over(late: bytes):
    """In the same bytes or later, well-formed or not: the client is answered what it asked for."""
    bye = client(CLOSE, b"\x03\xe8")
    assert events(bye + late) == events(bye + late, [len(bye)]) == ([Event(CLOSE, b"\x03\xe8")], None)


frames = st.one_of(
    st.tuples(st.just("control"), st.sampled_from([PING, PONG]), st.binary(max_size=125)),
    st.tuples(st.just("text"), st.just(TEXT), st.text(st.characters(codec="utf-8"), max_size=200).map(str.encode)),
    st.tuples(st.just("binary"), st.just(BINARY), st.binary(max_size=200)),
)


@st.composite
def conversations(draw: st.DrawFn):
    """Bytes of a well-behaved client, and the events they stand for."""
    data, expected = b"", []
    for _, opcode, payload in draw(st.lists(frames, max_size=6)):
        mask = draw(st.binary(min_size=4, max_size=4))
        cuts = sorted(draw(st.lists(st.integers(0, len(payload)), max_size=3))) if opcode < CLOSE else []
        bounds = [0, *cuts, len(payload)]
        for at, (start, end) in enumerate(itertools.pairwise(bounds)):
            kind, fin = (opcode if at == 0 else CONTINUATION), at == len(bounds) - 2
            data += client(kind, payload[start:end], fin=fin, mask=mask)
            if not fin and draw(st.booleans()):
                data += client(PING, b"between", mask=mask)
                expected.append(Event(PING, b"between"))
        expected.append(Event(opcode, payload))
    return data, expected


@given(conversations(), st.lists(st.integers(0, 1_000), max_size=8))
@settings(deadline=None)
def test_events_do_not_depend_on_how_the_bytes_arrive(conversation: tuple[bytes, list[Event]], cuts: Iterable[int]):
    """Whole, byte by byte and at any split: the same events."""
    data, expected = conversation
    assert events(data) == (expected, None)
    assert events(data, range(len(data))) == (expected, None)
    assert events(data, [min(cut, len(data)) for cut in cuts]) == (expected, None)


@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=5))
@settings(deadline=None)
def test_no_bytes_do_more_than_a_named_error(data: bytes, cuts: Iterable[int]):
    """Garbage is refused with the same code however it arrives, and never raises anything else."""
    _, code = events(data)
    slow, slow_code = events(data, range(len(data)))
    assert events(data, [min(cut, len(data)) for cut in cuts])[1] == code == slow_code
    assert code is not None or slow == events(data)[0]
