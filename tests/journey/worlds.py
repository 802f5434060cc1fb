"""The same Games twice, told apart by one mark in everything that they name: once for real, once as a rehearsal."""

import base64
from typing import NamedTuple

from tests.core.record_makers import HEAT, mark, of_type, records, swim
from tests.core.test_ceremonies import ceremony
from tests.core.test_disputes import UNIT as FINAL
from tests.core.test_disputes import protest
from tests.core.test_medal_check import standings
from tests.core.test_medals import medallists, result
from tests.documents import large, odf
from tests.matches import people
from tests.results import row
from tests.schedules import local, schedule, session, unit
from tests.serve.test_codes import table

BLOB = 600_000  # bytes: more than a message carries
_START = "2030-07-03T12:00:00+00:00"
_STATUSES = ("LIVE", "UNOFFICIAL", "OFFICIAL", "PROTESTED")


class World(NamedTuple):
    """One of the two: its flag, the mark that is in all of its names, and its organisation."""

    flag: str
    mark: str
    noc: str

    @property
    def athlete(self) -> str:
        return f"{self.mark}a"


REAL = World("P", "PRDX", "PNO")
REHEARSAL = World("T", "TSTX", "TNO")


def documents(world: World, version: int) -> list[bytes]:
    """One round of what venues send, in an order in which all of it is accepted; its Versions are all the same."""
    mark_, noc, athlete = world.mark, world.noc, world.athlete
    status = _STATUSES[version % len(_STATUSES)]
    final = unit(1, _START, Code=FINAL, Medal="1", ScheduleStatus="RUNNING", Venue=mark_, Location=f"{mark_}{version}")
    found = [
        table("XA", f"{mark_} ENG:{mark_} of round {version}", version=version),
        people("XA", f"{athlete} {noc} {mark_}{version}", version=version),
        schedule("XA", session(f"{mark_}01", _START), final.replace("Heat 1", mark_), version=version),
        local("XA", "ON", version),
        ceremony(version, "GETTING_READY" if version % 2 else "RUNNING").replace(b"Heat 1", mark_.encode()),
        result(version, f"1 {athlete} {noc}", f"2 {mark_}b {noc}", status=status),
        odf("XA", version, body=swim(athlete, f"46.{version:02d}", mark("WR"), noc=noc), DocumentCode=HEAT),
        records(version, of_type("WR", _held(f"{mark_}c", f"47.{version:02d}", noc))),
        medallists(version, f"GOLD {athlete} {noc}", f"SILVER {mark_}b {noc}"),
        standings(version, {noc: "M300 TOT300"}),
        protest(version, "CLS" if version % 3 else "OPN", f"<Details>{mark_}</Details>"),
        _picture(f"{mark_} {version}".encode(), version),
        local("XA", "KA", version),
    ]
    if version == 1:
        found.append(large("XA", unit=9, size=BLOB).replace(b"xxxx", f"{mark_} ".encode(), 1))
    return [_flagged(world, each) for each in found]


def refused(world: World, version: int) -> list[bytes]:
    """What goes to quarantine: held, refused, not to be read at all."""
    rows = (row(f"{world.mark}a", world.noc, Rank="1", Result="9.99", ResultType="TIME"),)
    slower = (*rows, row(f"{world.mark}b", world.noc, Rank="2", Result="9.89", ResultType="TIME"))
    code = FINAL.replace("0001", "0007")
    held = odf("XA", version, body="".join(slower), DocumentCode=code, ResultStatus="OFFICIAL")
    return [
        _flagged(world, held),
        _flagged(world, odf("XA", version, Version="0", body=f"<{world.mark}/>")),
        _flagged(world, odf("XA", version, body=f"<{world.mark}>")),
    ]


def _held(name: str, value: str, noc: str) -> str:
    holder = f'<Competitor Code="{name}" Type="A" Organisation="{noc}"/>'
    return f'<RecordData Order="1" ResultType="TIME" Result="{value}" Historical="Y">{holder}</RecordData>'


def _picture(content: bytes, version: int) -> bytes:
    body = f"<Picture>{base64.b64encode(content).decode()}</Picture>"
    return odf("XA", version, body=body, DocumentCode="1900123", DocumentType="DT_PIC", DocumentSubtype="HEADSHOT")


def _flagged(world: World, document: bytes) -> bytes:
    """With the flag in its header, from a system of this world."""
    assert b'FeedFlag="P"' in document
    named = document.replace(b'FeedFlag="P"', f'FeedFlag="{world.flag}"'.encode())
    return named.replace(b'Source="STA1"', f'Source="{world.mark}1"'.encode())
