"""What of an ODF document tells nothing of a person and is kept when a capture is made anonymous.

A list of what may stay: an attribute that is not named here is replaced, also one that nobody has heard of.
"""

import re
from typing import Final

PERSONS: Final = frozenset(
    (
        *("Athlete", "Participant", "Official", "Coach", "Guide", "Flagbearer", "Presenter", "Jury", "SignedBy"),
        *("Witness", "Interpreter", "ParticipantBiography", "Picture", "Horse", "Related"),
    )
)
"""Elements whose Code is a person's (or a horse's) id."""
PERSON_TYPES: Final = frozenset({"A", "C", "O"})
"""Type of a Competitor, Opponent, Entry or Start who is one person."""

TIMES: Final = frozenset(
    (
        *("Date", "Time", "LogicalDate", "StartDate", "EndDate", "ActualStartDate", "ActualEndDate", "TimeStamp"),
        *("PublishTime", "IssuedTime", "HearingTime", "DecisionTime", "Update", "Duration", "Sunrise", "Sunset"),
        *("ItemDate", "ItemTime", "HideStartDate", "HideEndDate", "CompetitionDay", "UpdateDate", "ValidFrom"),
    )
)
"""Moments: digits and what stands between them, with the letters of ISO 8601."""

NUMBERS: Final = frozenset(
    (
        *("Version", "Serial", "RTSerial", "Revision", "Rank", "RankTotal", "SortRank", "SortRankTotal", "SortOrder"),
        *("StartOrder", "StartSortOrder", "Order", "Pos", "Bib", "Result", "Diff", "Pty", "Won", "Lost", "Tied"),
        *("Played", "For", "Against", "Ratio", "ResultPoints", "HomeScore", "AwayScore", "HomePeriodScore"),
        *("AwayPeriodScore", "Speed", "Avg", "Percent", "Attempt", "Gold", "Silver", "Bronze", "Total", "Value2"),
        *("TotalEvents", "FinishedEvents", "UnitsTotal", "UnitsComplete", "Attendance", "UnitNum", "ItemNum"),
        *("KADelay", "DelayOffSet", "Number", "Seq", "Sequence", "MatchNum", "DOrder", "LDOrder", "Humidity"),
    )
)
"""Figures; letters only as in a mark such as DNF."""

CODES: Final = frozenset(
    (
        *("CompetitionCode", "DocumentCode", "DocumentSubcode", "DocumentType", "DocumentSubtype", "Language"),
        *("ResultStatus", "FeedFlag", "Source", "ModificationIndicator", "Gen", "Sport", "Codes", "Code", "Type"),
        *("Organisation", "Gender", "Status", "Unit", "LastUnit", "PreviousUnit", "PreviousWLT", "PreviousValue"),
        *("Event", "Phase", "Discipline", "Venue", "Location", "SessionCode", "SessionStatus", "SessionType"),
        *("ScheduleStatus", "PhaseType", "UnitType", "Medal", "FOP", "Class", "ResultType", "IRM", "WLT"),
        *("QualificationMark", "RankEqual", "RankTotalEqual", "Unchecked", "PhotoFinish", "RecordType", "Equalled"),
        *("ValueType", "Move", "Discard", "Arrive", "Function", "FunctionId", "MainFunctionId", "Role", "TeamType"),
        *("EntryStatus", "Substitute", "Current", "HomeAway", "Home", "Away", "Period", "Running", "Action"),
        *("ImageType", "Category", "ReportType", "ReportFormat", "Bracket", "BracketItem", "Shared", "Country"),
        *("StartList", "Group", "Sex", "ProgressionType", "CompetitionFormatType", "Continent", "Region"),
    )
)
"""Members of code tables: capitals, digits and marks."""

PUBLIC_TEXTS: Final = frozenset(
    ("DisciplineName", "EventName", "SubEventName", "VenueName", "LocationName", "OrganisationName", "CategoryName")
)
"""Names of events and places, which equal the code tables."""

MARKS: Final = frozenset(
    (
        *("Y", "N", "W", "L", "T", "D", "P", "Q", "q", "X", "O", "XO", "XXO", "XX", "XXX", "-", "--", "M", "F"),
        *("DNF", "DNS", "DSQ", "DQ", "DQB", "DNQ", "LAP", "NM", "NVR", "RET", "WDR", "WO", "NR", "AB", "RAT"),
        *("WR", "OR", "PB", "SB", "NR", "AR", "CR", "WB", "OB", "ME_GOLD", "ME_SILVER", "ME_BRONZE", "PT", "TOT"),
        *("TIME", "POINTS", "DISTANCE", "IRM", "PROG", "FINISHED", "RUNNING", "CURRENT", "NEXT", "LAST", "true"),
        *("false", "LIVE", "OFFICIAL", "UNOFFICIAL", "INTERMEDIATE", "START_LIST", "UP", "DOWN", "C", "E", "S"),
    )
)
"""Words that a Value may have and be kept."""

CODE: Final = re.compile(r"[A-Z0-9_.+~@/-]{0,64}")
SMALL_CODES: Final = frozenset({"true", "false", "jpg", "png", "svg", "mp3", "pdf", "html", "q", "d"})
MOMENT: Final = re.compile(r"[0-9:.,+\-/TZ ]{0,40}|P[0-9YMWDTHS.]{1,30}")
NUMBER: Final = re.compile(r"[0-9:.,+\-/%()=*' ]{0,40}")
RSC: Final = re.compile(r"[A-Z]{3}[A-Z0-9.+\-]{31}")
COUNTERS: Final = frozenset({"Version", "Serial", "RTSerial", "Revision"})
NAMED: Final = frozenset({"ItemName", "SessionName"})  # whose Value is the name of a unit or session
NOBODY: Final = frozenset({"", "-", "TBD", "BYE", "NOCOMP", "NONE"})  # Codes that stand for nobody
BIRTHS: Final = frozenset({"BirthDate", "BirthDay", "DateOfBirth"})
ID_DIGITS: Final = 6  # a number this long, where figures or codes stand, is taken for a person's id
