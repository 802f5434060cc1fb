from tests.core.scrutiny import Scrutiny
from tests.documents import odf
from tests.results import COMPETITION, record, result, row
from tests.schedules import schedule

RUN = "ATHM100M--------------FNL-000100--"
QUARTER = "FENMTEAMSABR----------QFNL000{}00--"
SEMI = "FENMTEAMSABR----------SFNL000100--"
WORLD_RECORD = result(RUN, row("1", inner=record("WR"), Rank="1"), status="LIVE")


def unit(code: str, status: str = "SCHEDULED", starts: str = "", version: int = 1) -> bytes:
    body = f"<StartList>{starts}</StartList>" if starts else ""
    element = f'<Unit Code="{code}" PhaseType="3" ScheduleStatus="{status}">{body}</Unit>'
    return schedule(COMPETITION, element, version=version, discipline=code[:3])


def match(number: int, won: str, lost: str, status: str = "OFFICIAL", version: int = 1) -> bytes:
    return result(QUARTER.format(number), row(won, WLT="W"), row(lost, WLT="L"), status=status, version=version)


def start(order: int, previous: str, wlt: str) -> str:
    return f'<Start SortOrder="{order}"><PreviousUnit Unit="{previous}" WLT="{wlt}"/></Start>'


def listed(document_type: str, *elements: str) -> bytes:
    body = "".join(elements)
    return odf(COMPETITION, 1, body=body, DocumentType=document_type, DocumentCode="ATH" + 31 * "-")


def test_no_record_before_the_start():
    """By what the schedule says of the unit; one that runs, or that it does not name, may have one."""
    for status, rules in (
        ("UNSCHEDULED", ["record_before_start"]),
        ("SCHEDULED", ["record_before_start"]),
        ("GETTING_READY", ["record_before_start"]),
        ("RUNNING", []),
        ("FINISHED", []),
    ):
        assert Scrutiny().rules(unit(RUN, status), WORLD_RECORD) == rules
    assert Scrutiny().rules(WORLD_RECORD) == []
    later = result(RUN, row("1", inner=record("WR"), Rank="1"), status="LIVE", version=2)
    assert Scrutiny().rules(unit(RUN), WORLD_RECORD, unit(RUN, "RUNNING", version=2), later) == []


def test_who_lost_the_quarter_is_not_in_the_semi():
    """Only by signed results, and by the newest of them."""
    semi = result(SEMI, row("1"), row("3"), status="START_LIST")
    assert Scrutiny().rules(match(1, "1", "2"), match(2, "3", "4"), semi) == []
    assert Scrutiny().rules(match(1, "2", "1"), semi) == ["loser_in_next_round"]
    assert Scrutiny().rules(match(1, "2", "1", status="UNOFFICIAL"), semi) == []
    assert Scrutiny().rules(match(1, "2", "1"), match(1, "1", "2", version=2), semi) == []


def test_a_best_of_three_is_lost_by_who_won_none():
    """Each race of the match is a unit of its own."""
    semi = result(SEMI, row("1"), row("3"))
    races = (match(1, "2", "1"), match(2, "1", "2"), match(3, "1", "2"))
    assert Scrutiny().rules(*races, semi) == []


def test_the_schedule_says_whose_winner_comes():
    """In any phase; where the loser comes as well, both may."""
    final = "FENMTEAMSABR----------FNL-000100--"
    quarter = QUARTER.format(1)
    named = result(final, row("2"), row("9"))
    assert Scrutiny().rules(unit(final, starts=start(1, quarter, "W")), match(1, "1", "2"), named) == [
        "loser_in_next_round"
    ]
    bronze = unit(final, starts=start(1, quarter, "L"))
    both = unit(final, starts=start(1, quarter, "W") + start(2, quarter, "L"))
    odd = unit(final, starts=start(1, "Q" * 80, "W"))
    for known in (bronze, both, odd):
        assert Scrutiny().rules(known, match(1, "1", "2"), named) == []


def test_a_competitor_is_entered():
    """By the entries of the event where they are known, else by the whole lists; without either nobody can tell."""
    run = result(RUN, row("1"), row("2"))
    entries = odf(
        COMPETITION,
        1,
        body='<Entry SortOrder="1" Code="1" Type="A" Organisation="FRA"/>',
        DocumentType="DT_ENTRIES",
        DocumentCode="ATHM100M" + 26 * "-",
    )
    persons = listed("DT_PARTIC", '<Participant Code="1" Parent="1" Status="ACTIVE" FamilyName="A"/>')
    assert Scrutiny().rules(run) == []
    assert Scrutiny().rules(entries, run) == Scrutiny().rules(persons, run) == ["not_entered"]
    assert Scrutiny().rules(persons, result(RUN, row("1"))) == []
    update = listed("DT_PARTIC_UPDATE", '<Participant Code="1" Parent="1" Status="ACTIVE" FamilyName="A"/>')
    assert Scrutiny().rules(update, run) == []


def test_medallists_are_those_of_the_final():
    """Gold and silver of a signed result; a total of several units has another order."""
    final = result(RUN, row("1", Rank="1"), row("2", Rank="2"))

    def medallists(gold: str, silver: str) -> bytes:
        body = "".join(
            f'<Medal Code="{code}" Unit="{RUN}"><Competitor Code="{id_}" Type="A" Organisation="FRA"/></Medal>'
            for code, id_ in (("ME_GOLD", gold), ("ME_SILVER", silver))
        )
        event = RUN[:22] + 12 * "-"
        return odf(COMPETITION, 1, body=body, DocumentType="DT_MEDALLISTS", DocumentCode=event)

    assert Scrutiny().rules(final, medallists("1", "2")) == Scrutiny().rules(medallists("2", "1")) == []
    assert Scrutiny().rules(final, medallists("2", "1")) == ["medallists_unlike_final"]
    assert Scrutiny().rules(final, medallists("1", "9")) == ["medallists_unlike_final"]
    total = result(RUN[:22] + 12 * "-", row("2", Rank="1"), DocumentType="DT_CUMULATIVE_RESULT")
    assert Scrutiny().rules(final, total, medallists("2", "1")) == []
