from tests.documents import fresh_competition, odf
from tests.schedules import local
from tests.service_fixture import Running


async def test_the_systems_of_a_competition(service: Running):
    """By name, as each of them said last; those of other competitions are not shown."""
    competition, other = fresh_competition(), fresh_competition()
    seqs = await service.store(
        local(competition, "ON", Source="B1"),
        local(competition, "ON", Source="A1", DocumentCode="ATH" + 31 * "-"),
        local(other, "ON"),
        local(competition, "OFF", Source="B1", Time="120000000"),
        odf(competition),
    )
    status, page = await service.get(f"/v1/sources?competition={competition}")
    assert status == 200
    assert (set(page), page["competition"]) == ({"epoch", "seq", "competition", "sources"}, competition)
    athletics, basketball = page["sources"]
    assert athletics == {
        "topic": f"{competition}.ATH.-.-.-.-.source.A1",
        "seq": athletics["seq"],
        "source": "A1",
        "code": "ATH" + 31 * "-",
        "discipline": "ATH",
        "venue": None,
        "state": "on",
        "since": athletics["since"],
        "keep_alive_seconds": 60,
        "tolerance_seconds": 10,
    }
    assert (basketball["source"], basketball["venue"], basketball["state"]) == ("B1", "BCY", "off")
    assert basketball["since"] > athletics["since"]
    assert seqs[2] < basketball["seq"] == page["seq"] <= seqs[3] + 1


async def test_a_competition_without_systems_has_none(service: Running):
    """It is there, none of its systems has spoken."""
    competition = fresh_competition()
    await service.store(odf(competition))
    _, page = await service.get(f"/v1/sources?competition={competition}")
    assert (page["seq"], page["sources"]) == (0, [])
