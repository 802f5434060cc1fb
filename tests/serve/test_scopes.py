"""Who may read a part of the feed learns nothing of the rest, by no door."""

from itertools import product

import aiohttp

from tests.documents import odf
from tests.keyring import Held, add, reader
from tests.matches import people
from tests.schedules import schedule, unit
from tests.serve.hunting import MARK, MARKER, Clock, Hunted, addresses, doors, listened
from tests.service_fixture import House, wait_until

SWIMMING = "SWMM100MFR------------FNL-000100--"
NAMED = f'<Description GivenName="{MARKER}" FamilyName="A" Organisation="FIN"/>'
WON = f"""<Result SortOrder="1" Rank="1" ResultType="TIME" Result="9.79">
<Competitor Code="7" Type="A" Organisation="FIN"><Composition>
<Athlete Code="7" Order="1">{NAMED}</Athlete></Composition></Competitor></Result>"""
ASKED = ("", "competition={0}", "competition={0}&as_of={1}", "after=0&limit=1000", "competition={0}&noc=FIN")
CODE = "competition={0}&DocumentCode=ATHM100M--------------FNL-000001--&DocumentType=DT_RESULT"
STREAMED = ("after=0", "snapshot=1", "after=0&delta=1", "after=0&encoding=msgpack", "snapshot=1&lang=ENG")


async def telling(hunted: Hunted, held: Held) -> set[str]:
    """The doors that tell a reader anything of what is marked, whatever it asks."""
    found = set()
    asked = [each.format(hunted.competition, hunted.newest) for each in (*ASKED, CODE)]
    async with aiohttp.ClientSession(hunted.house.url, headers=held.headers) as session:
        for route, accepted in product(doors(), ("application/json", "application/xml")):
            for path, query in product(addresses(hunted, route), asked):
                async with session.get(f"{path}?{query}", headers={"Accept": accepted}) as answer:
                    told = str(answer.headers).encode() + await answer.read()
                assert answer.status < 500, (path, query)
                if MARK.search(told):
                    found.add(route.path)
    for kind, query in product(("stream", "sse"), STREAMED):
        if MARK.search(await listened(hunted, kind, query, held.headers)):
            found.add(f"/v1/{kind}")
    return found


async def test_no_door_tells_what_is_not_for_a_key(house: House):
    """A reader of swimming, and all that is known of a hundred metres; who may read everything finds it everywhere."""
    hunted = Hunted(house, Clock())
    await house.store(
        people(hunted.competition, f"7 FIN {MARKER}"),
        schedule(hunted.competition, unit(1, "2030-07-03T10:00:00Z", "FIN", Location=MARKER.upper())),
        odf(hunted.competition, body=WON, ResultStatus="OFFICIAL", Source=MARKER.upper()),
        odf(hunted.competition, body=f"<Text>{MARKER}</Text>", DocumentType="DT_TEXT"),
        odf(hunted.competition, DocumentCode=SWIMMING),
    )
    await wait_until(lambda: any(entry.kind == "medal_table" for entry in house.pump()._log.read(0, 1000)))
    hunted.newest = house.service.tip("P")
    part, whole = reader(disciplines=("SWM",)), reader()
    await add(house, part, whole)
    assert await telling(hunted, part) == set()
    assert await telling(hunted, whole) >= {
        *("/v1/stream", "/v1/sse", "/v1/log", "/v1/snapshot", "/v1/documents/{topic}", "/v1/odf", "/v1/schedule"),
        *("/v1/units/{unit}", "/v1/units/{unit}/result", "/v1/events/{event}", "/v1/athletes/{id}", "/v1/nocs/{noc}"),
    }
