from collections import Counter
from pathlib import Path

import pytest

from feed.core.plausibility import RULES, Severity, refusal_of
from feed.refusals import Reason
from schemas.registry import KINDS, KindClass
from tests.core.scrutiny import Scrutiny
from tests.paris.games import games
from tests.results import record, result, row

RUN = "ATHM100M--------------FNL-000100--"
SLOW = (row("1", Rank="1", Result="9.89", ResultType="TIME"), row("2", Rank="2", Result="9.79", ResultType="TIME"))
HANDMADE = "statuses_handmade.xml"  # contradicts a real schedule of the same Version


def test_the_table_is_whole():
    """Each rule has an id and a sentence of its own, and looks at kinds that there are."""
    assert len({rule.id for rule in RULES}) == len({rule.sentence for rule in RULES}) == len(RULES)
    assert all(rule.kinds <= set(KINDS) for rule in RULES)
    assert {rule.severity for rule in RULES} == set(Severity)


def test_entities_of_sets_are_only_remarked():
    """A document of a set is stored as one: one odd entity must not keep the others back."""
    entities = {name for name, kind in KINDS.items() if kind.kind_class is KindClass.ENTITY}
    assert {rule.severity for rule in RULES if rule.kinds & entities} == {Severity.REMARK}


def test_what_is_held_names_its_rules():
    """The detail says where, the refusal which; one rule that refuses outweighs those that hold."""
    held = refusal_of(Scrutiny().post(result(RUN, *SLOW)))
    assert held is not None
    assert (held.reason, held.rules, held.is_held) == (Reason.IMPLAUSIBLE, ("leader_not_best",), True)
    assert held.detail.endswith("rank 1 has 9.89, rank 2 has 9.79 (rule leader_not_best)")
    both = refusal_of(Scrutiny().post(result(RUN, row("3", "GER", record("AS")), status="START_LIST")))
    assert both is not None
    assert (both.rules, both.is_held) == (("record_in_start_list", "record_of_other_continent"), False)


def test_a_waived_rule_does_not_count_and_others_do():
    """A release is about what held the document, nothing else."""
    rows = (*SLOW, row("3", "GER", record("AS")))
    findings = Scrutiny().post(result(RUN, *rows))
    left = refusal_of(findings, ("leader_not_best",))
    assert left is not None
    assert left.rules == ("record_of_other_continent",)
    assert refusal_of(findings, ("leader_not_best", "record_of_other_continent")) is None


def test_remarks_refuse_nothing():
    """And a message that takes its topic back is not looked at."""
    assert refusal_of(Scrutiny().post(result(RUN, row("1"), row("1")))) is None
    gone = result(RUN, version=2).replace(b"<Competition></Competition>", b"")
    assert Scrutiny().post(result(RUN, row("1")), gone) == []


@pytest.mark.shared
def test_no_real_document_is_kept_back(shared: Path):
    """Every real file, one after the other; what is remarked is known."""
    stream = Scrutiny()
    paths = sorted((shared / "data" / "odf").rglob("*.xml"))
    found = [each for path in paths if path.name != HANDMADE for each in stream.post(path.read_bytes())]
    assert len(paths) > 100
    assert [str(each) for each in found if each.rule.severity is not Severity.REMARK] == []
    assert Counter(each.rule.id for each in found) == {"rank_not_shared": 1, "outside_session": 46}


@pytest.mark.shared
@pytest.mark.slow
def test_nothing_of_the_recorded_paris_is_kept_back(shared: Path):
    """Lists, 4,399 results and medallists of all disciplines; kayaks that were penalised stand behind slower ones."""
    recorded = games(shared)
    found = Counter[str]()
    for discipline in recorded.disciplines():
        stream = Scrutiny()
        documents = (*recorded.lists(discipline), *recorded.results(discipline), *recorded.medallists(discipline))
        for document in documents:
            for each in stream.post(document):
                assert each.rule.severity is Severity.REMARK, str(each)
                found[each.rule.id] += 1
    assert set(found) <= {"not_entered", "order_unlike_results", "member_unknown"}
    assert found["order_unlike_results"] == 2
