import json
from pathlib import Path

import pytest

from feed.venues.odf.catalogue import CATALOGUE, CodeFamily, document_type
from schemas.list import LIST_KIND
from schemas.registry import KINDS


def test_every_row_leads_to_a_kind_of_the_contract():
    """No document type names a kind that the registry of kinds does not have."""
    assert {row.kind for row in CATALOGUE.values()} <= set(KINDS)
    assert all(len(name) <= 30 for name in CATALOGUE)


@pytest.mark.parametrize("name", ["DT_RESULT", "DT_SCHEDULE", "DT_PARTIC", "DT_MEDALS", "DT_BIO_PAR_IMP", "DT_CODES"])
def test_full_documents_can_be_withdrawn(name: str):
    """A type that replaces its document whole is withdrawn by leaving out Competition."""
    assert CATALOGUE[name].full


@pytest.mark.parametrize(
    "name",
    [
        *("DT_KA", "DT_PING", "DT_LOCAL_ON", "DT_LOCAL_OFF", "DT_GLOBAL_GM", "DT_GLOBAL_GN", "DT_CURRENT"),
        *("DT_SCHEDULE_UPDATE", "DT_PARTIC_UPDATE", "DT_PARTIC_TEAMS_UPDATE", "DT_PARTIC_HORSES_UPDATE"),
    ],
)
def test_control_messages_updates_and_snapshots_are_not_full(name: str):
    """A missing Competition means nothing for a type that never replaces a document."""
    assert not CATALOGUE[name].full


def test_a_type_nobody_knows_flows_whole_with_any_code():
    """An unknown type is kind `document`, of any code family; without Competition it withdraws nothing."""
    row = document_type("DT_TELEPATHY")
    assert (row.name, row.kind, row.codes, row.full) == ("DT_TELEPATHY", "document", CodeFamily.ID, False)


def test_lists_name_their_set():
    """A schedule, its update and its synchronisation are one set; so is what systems say of themselves."""
    sets = {name: row.list_name for name, row in CATALOGUE.items() if row.kind == LIST_KIND}
    assert sets == {
        **dict.fromkeys(("DT_SCHEDULE", "DT_SCHEDULE_UPDATE"), "schedule"),
        **dict.fromkeys(("DT_LOCAL_ON", "DT_LOCAL_OFF"), "sources"),
        **dict.fromkeys(("DT_GLOBAL_GM", "DT_GLOBAL_GN", "DT_GM", "DT_GN"), "sources"),
        **dict.fromkeys(("DT_RECORD", "DT_HISTORIC_RECORD"), "records"),
        "DT_PLAY_BY_PLAY": "actions",
        **dict.fromkeys(("DT_PARTIC", "DT_PARTIC_UPDATE"), "participants"),
        **dict.fromkeys(("DT_PARTIC_TEAMS", "DT_PARTIC_TEAMS_UPDATE"), "teams"),
        **dict.fromkeys(("DT_PARTIC_HORSES", "DT_PARTIC_HORSES_UPDATE"), "horses"),
        "DT_PARTIC_NAME": "names",
        "DT_CODES": "codes",
    }
    assert not any(row.list_name for row in CATALOGUE.values() if row.kind != LIST_KIND)


def test_no_two_types_share_a_topic():
    """Types of one kind are told apart by its key; one that lists entities adds to a set together with others."""
    types = [row for row in CATALOGUE.values() if row.kind != LIST_KIND]
    apart = [row.kind for row in types if "type" not in KINDS[row.kind].key_parts]
    assert len(set(apart)) == len(apart)


def test_codes_follow_the_type():
    """Results are about a unit's code; imports and biographies carry ids of their providers."""
    assert CATALOGUE["DT_RESULT"].codes is CodeFamily.RSC
    assert CATALOGUE["DT_NEWS_IMP"].codes is CodeFamily.ID
    assert CATALOGUE["DT_BIO_HOR_IMP"].codes is CodeFamily.ID


@pytest.mark.shared
def test_the_enumeration_of_2026_is_complete(shared: Path):
    """Every DocumentType that the 2026 schema enumerates has a row."""
    names = json.loads((shared / "data" / "codes.json").read_text())["document_types_2026"]
    assert set(names) <= set(CATALOGUE)
