import pytest

from feed.errors import ErrorName, ReaderError
from feed.masking import masked

KEY = "feed_0a1b2c3d_" + "x-_Y" * 10
SIGNED = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl-_"
TICKET = "ticket_0123456789abcdef_" + "Z9-_" * 10


@pytest.mark.parametrize(
    "text, shown",
    [
        (f"GET /v1/log?key={KEY}&limit=1", "GET /v1/log?key=***&limit=1"),
        (f"/v1/stream?flag=T&ticket={TICKET}", "/v1/stream?flag=T&ticket=***"),
        ("b'GET /v1/log?KEY=typed-in HTTP/1.1'", "b'GET /v1/log?KEY=*** HTTP/1.1'"),
        (f"it presented {KEY}, then {TICKET}.", "it presented feed_0a1b2c3d_***, then ticket_0123456789abcdef_***."),
        ("feed_denied_total and key 0a1b2c3d stay", "feed_denied_total and key 0a1b2c3d stay"),
        ("bad key=", "bad key="),
        (f"Bearer {SIGNED}, and no more", "Bearer eyJ***, and no more"),
        ("tls://feed:pa%40ss@h:4222,nats://token@[::1]", "tls://***@h:4222,nats://***@[::1]"),
        ("http://h/v1/log?to=a@b", "http://h/v1/log?to=a@b"),
    ],
)
def test_a_secret_is_masked_wherever_it_stands(text: str, shown: str):
    """In an address by its name, elsewhere by its form; the public id stays, and so does all else."""
    assert masked(text) == shown


def test_an_error_repeats_no_secret():
    """Its detail quotes what was asked for: not the key in it."""
    assert KEY not in str(ReaderError(ErrorName.BAD_REQUEST, f"flag={KEY}: there are P and T"))
