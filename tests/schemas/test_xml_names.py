from schemas.xml_names import odf


def test_a_name_carries_its_path_and_codes():
    """Readers and writers find the place and the translation in one entry."""
    found = odf("Competitor/@Type", A="athlete").extra
    assert found == {"odf": "Competitor/@Type", "older": (), "values": {"A": "athlete"}}
    assert odf("@Rank").extra == {"odf": "@Rank", "older": (), "values": {}}


def test_a_name_carries_where_older_generations_had_it():
    """Further paths lead to the same field."""
    assert odf("Previous/@Unit", "@PreviousUnit").extra["older"] == ("@PreviousUnit",)
