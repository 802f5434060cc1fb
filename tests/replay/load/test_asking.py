import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.link import address_of
from replay.load.asking import Answer, AnswerError, AnswerReader, Door

ANSWERS = b"HTTP/1.1 200 OK\r\nFeed-Tip: 7\r\ncontent-LENGTH: 5\r\n\r\nab\ncdHTTP/1.1 404 Not Found\r\n\r\n"


def test_a_request_names_flag_wish_and_key():
    """What stands in a query is quoted; a path before the service's own is kept."""
    door = Door(address_of("http://[::1]:80/behind"), "T", "secret")
    lines = door.get("/v1/log", [("filter", "XA.>"), ("after", "e:5")]).decode().split("\r\n")
    assert lines[0] == "GET /behind/v1/log?flag=T&filter=XA.%3E&after=e%3A5 HTTP/1.1"
    assert lines[1:4] == ["Host: [::1]:80", "X-API-KEY: secret", "Accept: application/x-ndjson"]
    assert lines[-2:] == ["", ""]
    assert b"X-API-KEY" not in Door(address_of("http://a"), "P", None).upgrade([])


@given(st.lists(st.integers(0, len(ANSWERS)), max_size=6))
def test_answers_are_read_wherever_they_are_cut(places: list[int]):
    """One after the other; what belongs to the next one is left to whoever reads on."""
    ends = sorted({0, len(ANSWERS), *places})
    reader, found = AnswerReader(), []
    for at, end in itertools.pairwise(ends):
        part = memoryview(ANSWERS[at:end])
        while part and (answer := reader.take(part)) is not None:
            found.append(answer)
            part = part[answer.end :]
    assert [(each.status, each.body) for each in found] == [(200, b"ab\ncd"), (404, b"")]
    assert found[0].headers == {"feed-tip": "7", "content-length": "5"}


def test_an_answer_tells_where_it_ended():
    """Behind the answer to an upgrade, frames may follow in the same read."""
    assert AnswerReader().take(memoryview(b"HTTP/1.1 101 Switching\r\n\r\n\x81\x00")) == Answer(101, {}, b"", 26)


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"x" * 70_000,
    ],
)
def test_what_cannot_be_read_is_an_error(data: bytes):
    """Another protocol, another version, chunks, no end."""
    with pytest.raises(AnswerError):
        AnswerReader().take(memoryview(data))
