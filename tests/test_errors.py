import pytest

from feed import errors
from feed.core.frames import REASON_BYTES_MAX
from feed.errors import COMPLAINTS, ErrorName, FeedError, ReaderError

OUR_CLOSE_CODES = {4400, 4401, 4403, 4410, 4429}
RFC_CLOSE_CODES = {1009, 1011, 1012}


def test_an_error_says_what_is_wrong_and_what_to_do():
    """As text: the detail, then the hint on its own line if there is one."""
    assert str(FeedError("what", hint="how")) == "what\n  how"
    assert str(FeedError("what")) == "what"
    assert (FeedError("what").detail, FeedError("what").hint) == ("what", "")


def test_every_error_of_ours_is_a_feed_error():
    """The command line tells them in one line."""
    raised = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)]
    assert len(raised) > 5
    assert all(issubclass(each, FeedError) for each in raised)
    assert all(each.__doc__ for each in raised)


@pytest.mark.parametrize("name", list(ErrorName))
def test_every_name_has_a_status_and_a_close_code(name: ErrorName):
    """A status of 4xx, 500 or 503, a code of the contract or of RFC 6455, and when it is given, in a sentence."""
    complaint = ReaderError(name, "d").complaint
    assert complaint is COMPLAINTS[name]
    assert 400 <= complaint.status < 500 or complaint.status in {500, 503}
    assert complaint.close_code in OUR_CLOSE_CODES | RFC_CLOSE_CODES
    assert complaint.meaning.endswith(".")


@pytest.mark.parametrize(
    "name, status, close_code",
    [
        (ErrorName.BAD_FILTER, 400, 4400),
        (ErrorName.EMBARGOED, 403, 4403),
        (ErrorName.CURSOR_TOO_OLD, 410, 4410),
        (ErrorName.TOO_MANY, 429, 4429),
        (ErrorName.RESTARTING, 503, 1012),
    ],
)
def test_the_contract_fixes_these(name: ErrorName, status: int, close_code: int):
    """The contract, "Reading": other people's programs look at them."""
    assert (COMPLAINTS[name].status, COMPLAINTS[name].close_code) == (status, close_code)


def test_a_close_reason_has_room_for_every_name():
    """With a cursor of the longest kind beside it."""
    longest = max(len(name.value) for name in ErrorName)
    assert len('{"name":"","cursor":""}') + longest + 32 + 1 + 18 <= REASON_BYTES_MAX
