import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed.core.cursor import read_cursor, write_cursor
from feed.errors import ErrorName, ReaderError

EPOCH = "k3x9-A_b"


def refused(text: str, *, floor: int = 10, tip: int = 20) -> ReaderError:
    with pytest.raises(ReaderError) as error:
        read_cursor(text, EPOCH, floor, tip)
    return error.value


@given(st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True), st.integers(0, 10**18 - 1))
def test_what_is_written_is_read(epoch: str, seq: int):
    """Every cursor that is handed out is understood again."""
    assert read_cursor(write_cursor(epoch, seq), epoch, 0, seq) == seq


def test_a_bare_sequence_is_accepted():
    """Without an epoch there is nothing to compare."""
    assert read_cursor("15", EPOCH, 10, 20) == 15


@pytest.mark.parametrize("seq", [10, 20])
def test_floor_and_tip_themselves_can_be_read_from(seq: int):
    """A cursor is exclusive: at the tip it waits for what comes next."""
    assert read_cursor(write_cursor(EPOCH, seq), EPOCH, 10, 20) == seq


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "x",
        "-1",
        "1.5",
        " 15",
        "15\n",
        "a:b:15",
        "ab c:15",
        f"{EPOCH}:",
        ":15",
        "1" * 19,
        "\u0661\u0665",
        "e" * 33 + ":15",
    ],
)
def test_a_text_that_is_no_cursor_is_named_so(text: str):
    """Nothing is guessed at; other alphabets' digits are none."""
    error = refused(text)
    assert error.name is ErrorName.BAD_CURSOR
    assert repr(text) in error.detail
    assert error.hint


def test_a_cursor_of_another_epoch_is_refused_before_its_sequence_is_looked_at():
    """The stream was made anew; both epochs are named."""
    error = refused("other:999")
    assert error.name is ErrorName.WRONG_EPOCH
    assert "other" in error.detail
    assert EPOCH in error.detail
    assert "snapshot=1" in error.hint


@pytest.mark.parametrize("text, name", [(f"{EPOCH}:21", ErrorName.NOT_READY), ("21", ErrorName.BAD_CURSOR)])
def test_a_cursor_beyond_the_tip_is_refused(text: str, name: ErrorName):
    """It would skip what is still to come. The epoch tells that another process handed it out: it is too early."""
    error = refused(text)
    assert error.name is name
    assert "21" in error.detail
    assert "20" in error.detail


@pytest.mark.parametrize("text", [f"{EPOCH}:9", "9", f"{EPOCH}:0"])
def test_a_cursor_below_the_floor_is_refused_never_moved(text: str):
    """What lies between is gone: the reader must know."""
    error = refused(text)
    assert error.name is ErrorName.CURSOR_TOO_OLD
    assert "snapshot=1" in error.hint


def test_a_bare_0_is_before_the_oldest():
    """Who asks for all there is gets what there is."""
    assert read_cursor("0", EPOCH, 10, 20) == 10
