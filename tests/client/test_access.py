import pytest

from feed.client.access import Access, closed, complaint
from feed.client.errors import ClientError, ExpiredError, LostError, RefusedError


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://", "http://[", "//127.0.0.1:8080"])
def test_an_address_that_is_none_is_told_at_once(url: str):
    """Before any attempt."""
    with pytest.raises(ClientError, match="is no address"):
        Access(url, None, [], 15)


@pytest.mark.parametrize(
    "code, kind",
    [
        *((code, RefusedError) for code in (4400, 4401, 4403)),
        (4410, ExpiredError),
        *((code, LostError) for code in (4429, 1000, 1001, 1006, 1011, 1012, None)),
    ],
)
def test_a_close_code_tells_whether_to_come_again(code: int | None, kind: type[ClientError]):
    """What the service refuses for good is never tried again."""
    error = closed(code, '{"name":"some_name","cursor":"e:1"}')
    assert type(error) is kind
    assert "some_name" in error.detail


def test_who_is_too_many_waits_longer():
    """A close code has no room for Retry-After: the second that it says."""
    # both codes are those of a LostError, which has seconds
    assert [closed(code, "").seconds for code in (4429, 1012)] == [1, 0]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "status, retry_after, kind, seconds",
    [
        (400, None, RefusedError, None),
        (401, None, RefusedError, None),
        (404, None, RefusedError, None),
        (410, None, ExpiredError, None),
        (429, "7", LostError, 7),
        (503, "1", LostError, 1),
        (503, "Wed, 21 Oct 2015 07:28:00 GMT", LostError, 0),
        (502, None, LostError, 0),
    ],
)
def test_a_status_tells_whether_to_ask_again(
    status: int, retry_after: str | None, kind: type[ClientError], seconds: float | None
):
    """With the service's own words, and after the time that it asks for."""
    error = complaint(status, '{"error":{"name":"some_name","detail":"so it is","hint":"do that"}}', retry_after)
    assert type(error) is kind
    assert "so it is" in error.detail
    assert getattr(error, "seconds", None) == seconds
    assert error.hint == "do that" or seconds is not None


@pytest.mark.parametrize("text", ["", "<html>", "[]", '{"error":"no"}'])
def test_an_answer_of_somebody_else_is_an_error_all_the_same(text: str):
    """A proxy in between answers in its own words."""
    assert complaint(404, text, None).detail == "404: the service answered 404"
