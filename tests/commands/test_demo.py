import signal
from collections.abc import Callable
from pathlib import Path

from tests.service_fixture import Child


def test_a_round_plays_to_a_corrected_official(tmp_path: Path, children: Callable[..., Child]):
    """One final at speed ends by itself, exit 0: ten results on the screen, the last corrected, and medals."""
    demo = children("demo", "--rounds", "1", "--speed", "50", "--port", "0", "--data", str(tmp_path), COLUMNS="40")
    assert demo.ended() == 0, demo.errors
    assert demo.output[0].startswith("ready http://127.0.0.1:")
    url = demo.output[0].removeprefix("ready ").strip()
    commands = [line.strip() for line in demo.output if f"--url {url}" in line]
    assert [command.split()[-3] for command in commands] == [
        *("--snapshot", "--json", '"/v1/snapshot?type=result"'),
        '"/v1/medals?view=official&competition=SIM2030S"',
    ]
    shown = [text.split() for text in demo.output if ".result" in text]
    seqs = [int(words[0]) for words in shown]
    assert (len(seqs), seqs) == (10, sorted(set(seqs)))
    assert [words[1] for words in shown] == [
        *("START_LIST", "START_LIST", "LIVE", "LIVE", "LIVE"),
        *("UNCONFIRMED", "UNOFFICIAL", "OFFICIAL", "PROTESTED", "OFFICIAL"),
    ]
    assert shown[-1][2] == "corrected"
    assert shown[-1][4:7] == ["1", "Shanice", "Bellamy"]
    assert shown[-3][2:7] == ["official", shown[-3][3], "1", "Adaeze", "Okoro"]
    tables = [text for text in demo.output if ".medal_table.official" in text]
    assert "1 NGR 1-0-0" in tables[0]
    assert not any("Traceback" in text for text in demo.errors)


def test_behind_the_final_come_games_with_medals(tmp_path: Path, children: Callable[..., Child]):
    """Until Ctrl-C: signed results, medals and their table, and nothing of the rest; once in a data folder."""
    arguments = ("demo", "--speed", "100", "--port", "0", "--data", str(tmp_path))
    demo = children(*arguments)
    shown: list[str] = []
    while not shown or ".GEN.-.-.-.-.medal_table.official" not in shown[-1]:
        if " SIM2030S." in (text := demo.line(60)):
            shown.append(text)
    assert not [
        text for text in shown if "START_LIST" in text or " LIVE " in text or ".unit" in text or ".action" in text
    ]
    assert demo.stop(signal.SIGINT) == 130, demo.errors
    again = children(*arguments)
    while "were played" not in again.line(60):
        pass
    assert again.stop(signal.SIGINT) == 130, again.errors
