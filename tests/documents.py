"""Small ODF documents of our own making, for tests that only need one."""

import itertools
from xml.sax.saxutils import quoteattr

_number = itertools.count(1)


def fresh_competition() -> str:
    """A competition code that no other test uses."""
    return f"XT{next(_number):04d}"


def odf(competition: str, version: int = 1, *, unit: int = 1, body: str = "", **attributes: str) -> bytes:
    """A result of one unit; its time rises with its version. `attributes` replace those of the header."""
    header = {
        "CompetitionCode": competition,
        "DocumentCode": f"ATHM100M--------------FNL-{unit:06d}--",
        "DocumentType": "DT_RESULT",
        "Version": str(version),
        "ResultStatus": "LIVE",
        "FeedFlag": "P",
        "Date": "2030-07-03",
        "Time": f"{10 + version // 3600:02d}{version // 60 % 60:02d}{version % 60:02d}000",
        "Source": "STA1",
    }
    text = "".join(f" {name}={quoteattr(value)}" for name, value in (header | attributes).items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<OdfBody{text}><Competition>{body}</Competition></OdfBody>'.encode()
    )


def large(competition: str, version: int = 1, *, unit: int = 1, size: int = 200_000) -> bytes:
    """A document of a type that is not modelled, so that about `size` bytes of it reach every reader."""
    return odf(competition, version, unit=unit, body="<Text>" + "x" * size + "</Text>", DocumentType="DT_TEXT")
