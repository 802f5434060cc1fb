from pathlib import Path

import aiohttp
import pytest

from schemas.facts import SHIPPED
from tests.documents import fresh_competition, odf
from tests.keyring import add, ask, reader, sender, store
from tests.service_fixture import Running, opened

VERSION = {"DocumentCode": "GEN" + 31 * "-", "DocumentType": "DT_CODES"}


def table(competition: str, *codes: str, name: str = "LOCATION", version: int = 1, **attributes: str) -> bytes:
    """A code table; codes as `T10 ENG:Court,FRA:Terrain`."""
    elements = []
    for text in codes:
        code, _, labels = text.partition(" ")
        told = (label.split(":") for label in labels.split(",") if label)
        languages = "".join(f'<Language Language="{language}" Description="{word}"/>' for language, word in told)
        elements.append(f'<CodeSet Code="{code}" Order="1">{languages}</CodeSet>')
    return odf(competition, version, body="".join(elements), DocumentSubtype=name, **(VERSION | attributes))


async def test_a_table_in_all_languages(service: Running):
    """Each code with its fields and labels, and the sequence of the newest change; other tables are not shown."""
    competition = fresh_competition()
    await service.store(
        table(competition, "T10 ENG:Court,FRA:Terrain", "A01 ENG:Road"),
        table(competition, "XAA ENG:A", name="NOC"),
        table(competition, "T10 ENG:Court,FRA:Terrain", "A01 ENG:Highway", version=2),
    )
    status, page = await service.get(f"/v1/codes/LOCATION?competition={competition}")
    assert status == 200
    assert set(page) == {"epoch", "seq", "competition", "table", "origin", "lang", "codes", "next"}
    assert (page["competition"], page["table"], page["origin"], page["lang"]) == (
        competition,
        "LOCATION",
        "received",
        None,
    )
    road, court = page["codes"]
    assert road == {
        "code": "A01",
        "order": "1",
        "labels": [{"language": "ENG", "description": "Highway"}],
        "topic": f"{competition}.GEN.-.-.-.-.code.LOCATION.-.A01",
        "seq": page["seq"],
    }
    assert [label["language"] for label in court["labels"]] == ["ENG", "FRA"]
    assert court["seq"] < page["seq"]


async def test_codes_in_one_language(service: Running):
    """One label each, which says when it is another: English, else any."""
    competition = fresh_competition()
    await service.store(table(competition, "A ENG:a,FRA:b", "B ENG:c", "C POR:d", "D", "E ENG:e,FRA:f"))
    _, page = await service.get(f"/v1/codes/LOCATION?competition={competition}&lang=FRA&code=A,B&code=C&code=D")
    told = {
        row["code"]: [(label["language"], label["description"]) for label in row["labels"]] for row in page["codes"]
    }
    assert told == {"A": [("FRA", "b")], "B": [("ENG", "c")], "C": [("POR", "d")], "D": []}
    assert page["lang"] == "FRA"


async def test_the_tables_with_their_sizes_and_languages(service: Running):
    """Those received and those that ship; withdrawn, a table is gone."""
    competition = fresh_competition()
    await service.store(
        table(competition, "A ENG:a,FRA:b", "B POR:c"),
        table(competition, "A ENG:a", name="BREED"),
        table(competition, name="BREED", version=2).replace(b"<Competition></Competition>", b""),
    )
    _, page = await service.get(f"/v1/codes?competition={competition}")
    rows = {row["table"]: row for row in page["tables"]}
    assert set(rows) == {"LOCATION", *SHIPPED}
    shown = rows["LOCATION"]
    assert (shown["origin"], shown["count"], shown["languages"]) == ("received", 2, ["ENG", "FRA", "POR"])
    assert 0 < shown["seq"] < page["seq"]
    assert rows["NOC"] == {
        "table": "NOC",
        "seq": 0,
        "origin": "shipped",
        "count": len(SHIPPED["NOC"]),
        "languages": ["ENG"],
    }


async def test_a_table_that_did_not_come_ships(service: Running):
    """And says so; when it comes, it replaces what ships."""
    competition = fresh_competition()
    await service.store(odf(competition))
    path = f"/v1/codes/NOC?competition={competition}&code=FRA,XAA&lang=FRA"
    _, page = await service.get(path)
    assert (page["origin"], page["seq"], len(page["codes"])) == ("shipped", 0, 1)
    (row,) = page["codes"]
    assert (row["topic"], row["seq"], row["labels"][0]["language"]) == (None, 0, "ENG")
    assert row["labels"][0]["description"] == "France"
    await service.store(table(competition, "XAA FRA:A", name="NOC"))
    _, page = await service.get(path)
    assert (page["origin"], [row["code"] for row in page["codes"]]) == ("received", ["XAA"])


async def test_the_facts_are_there_before_any_message(tmp_path: Path):
    """A service that has received nothing knows them; a competition that is named must be there."""
    async with opened(tmp_path) as house:
        status, page = await house.get("/v1/codes/IRM?code=DNF")
        assert (status, page["competition"], page["codes"][0]["labels"][0]["description"]) == (
            200,
            None,
            "Did not finish",
        )
        status, page = await house.get("/v1/codes")
        assert (status, {row["origin"] for row in page["tables"]}) == (200, {"shipped"})
        assert (await house.get("/v1/codes/IRM?competition=XG2030"))[0] == 404


@pytest.mark.parametrize(
    "path, status, name",
    [
        ("codes/NOTHING?competition={}", 404, "not_found"),
        ("codes/NOC?competition={}&lang=fr", 400, "bad_request"),
        ("codes/NOC?competition={}&lang=FRA&lang=ENG", 400, "bad_request"),
        ("codes/NOC?competition={}&as_of=x", 400, "bad_cursor"),
        ("codes?competition={}&lang=FRA", 400, "unknown_parameter"),
        ("codes?competition={}&code=FRA", 400, "unknown_parameter"),
    ],
)
async def test_what_cannot_be_answered_is_refused(path: str, status: int, name: str, service: Running):
    """No such table, no such language, a parameter that is not of this door."""
    competition = fresh_competition()
    await service.store(odf(competition))
    found, body = await service.get("/v1/" + path.format(competition))
    assert (found, body["error"]["name"]) == (status, name)


async def test_an_answer_is_known_by_its_tag(service: Running):
    """It holds until the table changes, whatever else does; another language is another answer."""
    competition = fresh_competition()
    await service.store(table(competition, "A ENG:a,FRA:b"))
    url = f"{service.url}/v1/codes/LOCATION?competition={competition}"
    async with aiohttp.ClientSession() as session:

        async def ask_again(query: str = "", tag: str = "") -> tuple[int, str]:
            async with session.get(url + query, headers={"If-None-Match": tag} if tag else {}) as answer:
                return answer.status, answer.headers["ETag"]

        _, plain = await ask_again()
        _, french = await ask_again("&lang=FRA")
        assert plain != french
        await service.store(table(competition, "XAA", name="NOC"))
        assert await ask_again(tag=plain) == (304, plain)
        await service.store(table(competition, "A ENG:new", version=2))
        status, newer = await ask_again(tag=plain)
        assert (status, newer != plain) == (200, True)


async def test_a_key_sees_the_codes_of_its_scope(tmp_path: Path):
    """Whoever reads one venue is shown its locations; a competition that is not his is refused."""
    located = table("XA", "A ENG:a", "B ENG:b").replace(b'Code="A"', b'Code="A" VenueCode="STA"')
    narrow, writer = reader(competitions=("XA",), venues=("STA",)), sender()
    async with opened(tmp_path) as house:
        await add(house, narrow, writer)
        await store(house, writer, located)
        status, page = await ask(house, "/v1/codes/LOCATION?competition=XA", narrow)
        assert (status, [row["code"] for row in page["codes"]]) == (200, ["A"])
        assert (await ask(house, "/v1/codes?competition=XB", narrow))[0] == 403
        assert (await house.get("/v1/codes"))[0] == 401
