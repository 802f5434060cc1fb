from schemas.xml_names import odf


def test_a_name_carries_its_path_and_codes():
    """Readers and writers find the place and the translation in one entry."""
    assert odf("Competitor/@Type", A="athlete").extra == {"odf": "Competitor/@Type", "values": {"A": "athlete"}}
    assert odf("@Rank").extra == {"odf": "@Rank", "values": {}}
