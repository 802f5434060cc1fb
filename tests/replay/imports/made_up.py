"""Tables of Games that never were, in the form of those of Paris 2024: two events of athletics, one for teams."""

import csv
from pathlib import Path

SPRINT, RELAY = "ATHM100M", "ATHX4X400M"
HEAT = "ATHM100M--------------HEAT000100--"
FINAL = "ATHM100M--------------FNL-000100--"
TOTAL = "ATHM100M--------------FNL---------"
RELAY_FINAL = "ATHX4X400M------------FNL-000100--"
Rows = list[dict[str, str]]

_START = {HEAT: "2024-08-01T10:00:00+02:00", FINAL: "2024-08-01T20:00:00+02:00", TOTAL: "", RELAY_FINAL: ""}
_AT = {
    HEAT: "2024-08-01T10:05:00+02:00",
    FINAL: "2024-08-01T20:05:01+02:00",
    TOTAL: "2024-08-01T20:05:01+02:00",
    RELAY_FINAL: "2024-08-02T21:00:00+02:00",
}
_NAMES = {"91": "ALPHA Ada", "92": "BETA Bo", "93": "GAMMA Cy"}
_NOCS = {"91": "XAA", "92": "XBB", "93": "XBB"}
_TEAMS = {"ATHX4X400M--XAA01": ("XAA", "['91']"), "ATHX4X400M--XBB01": ("XBB", "['92', '93']")}


def place(code: str, **cells: str) -> dict[str, str]:
    """A row of derived_units.csv."""
    return {
        "unit_code": code,
        "discipline_code": "ATH",
        "discipline": "Athletics",
        "event_code": code[:22].rstrip("-"),
        "event": {SPRINT: "Sprint", RELAY: "Relay"}[code[:22].rstrip("-")],
        "stage": "A unit",
        "venue_code": "XVE",
        "location_code": "XLO",
        "sched_start": _START[code],
        "sched_end": "",
        "medal": "0" if code == HEAT else "1",
        "result_time": _AT[code],
    } | cells


def result(code: str, id_: str, rank: str, **cells: str) -> dict[str, str]:
    """A row of a table of results."""
    return {
        "stage_code": code,
        "participant_code": id_,
        "participant_type": "Team" if id_ in _TEAMS else "Person",
        "participant_name": _NAMES.get(id_, "A team"),
        "participant_country_code": _NOCS.get(id_) or _TEAMS[id_][0],
        "rank": rank,
        "result": f"1{rank}",
        "result_type": "TIME",
    } | cells


def medal(name: str, code: str, id_: str, **cells: str) -> dict[str, str]:
    """A row of medals.csv."""
    return {
        "medal_type": f"{name} Medal",
        "medal_date": "2024-08-02",
        "discipline": "Athletics",
        "event": {SPRINT: "Sprint", RELAY: "Relay"}[code[:22].rstrip("-")],
        "event_type": "TEAM" if id_ in _TEAMS else "HATH",
        "url_event": f"/results/{code[22:].lower()}",
        "code": id_,
        "country_code": _NOCS.get(id_) or _TEAMS[id_][0],
    } | cells


def tables() -> dict[str, Rows]:
    """By file; a sprint that Alpha wins before Beta and Gamma, and a relay that the team of Beta and Gamma wins."""
    relay_of_a, relay_of_b = _TEAMS
    order = [(FINAL, "91", "1.0"), (FINAL, "92", "2.0"), (FINAL, "93", "3.0"), (HEAT, "92", "1.0"), (HEAT, "91", "2.0")]
    medals = [("Gold", FINAL, "91"), ("Silver", FINAL, "92"), ("Bronze", FINAL, "93")]
    medals += [("Gold", RELAY_FINAL, relay_of_b), ("Silver", RELAY_FINAL, relay_of_a)]
    return {
        "derived_units.csv": [place(HEAT), place(FINAL), place(RELAY_FINAL)],
        "results/Athletics.csv": [
            *(result(*each) for each in order),
            result(RELAY_FINAL, relay_of_b, "1.0"),
            result(RELAY_FINAL, relay_of_a, "2.0"),
        ],
        "medals.csv": [medal(*each) for each in medals],
        "medallists.csv": [_medallist("Sprint", id_, "") for id_ in _NAMES]
        + [_medallist("Relay", "91", relay_of_a), *(_medallist("Relay", id_, relay_of_b) for id_ in ("92", "93"))],
        "medals_total.csv": [_total("XAA", 1, 1, 0), _total("XBB", 1, 1, 1)],
        "athletes_taniki/athletes.csv": [
            {"code": id_, "name": name, "birthDate": "2000-01-01", "gender": "M", "country_code": _NOCS[id_]}
            for id_, name in _NAMES.items()
        ],
        "athletes_taniki/athletes_disciplines.csv": [{"code": id_, "disciplines": "Athletics"} for id_ in _NAMES],
        "teams.csv": [
            {
                "code": id_,
                "team": f"Team {noc}",
                "team_gender": "X",
                "country_code": noc,
                "disciplines_code": "ATH",
                "athletes_codes": athletes,
            }
            for id_, (noc, athletes) in _TEAMS.items()
        ],
    }


def write(folder: Path, found: dict[str, Rows] | None = None) -> Path:
    """The tables as files of a folder."""
    for name, rows in (found or tables()).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def _medallist(event: str, athlete: str, team: str) -> dict[str, str]:
    return {"event": event, "code_athlete": athlete, "code_team": team, "is_medallist": "TRUE"}


def _total(noc: str, gold: int, silver: int, bronze: int) -> dict[str, str]:
    return {
        "country_code": noc,
        "Gold Medal": str(gold),
        "Silver Medal": str(silver),
        "Bronze Medal": str(bronze),
    }
