"""Which events there are, and how each is held: a Summer Games as large as Paris 2024, a Winter one, and less.

One line of a table is a group of events that are held alike: discipline, sport, how it counts, places in use side by
side, entrants, size of a unit, members of a team, minutes of a unit, messages a minute, and the events by gender.
"""

from functools import partial
from typing import NamedTuple

from replay.simulate.model import Event, Format, event_code
from replay.simulate.moments import first_day
from schemas.facts import SHIPPED

_COLUMNS = 9
_SUMMER = """
ARC match sets5 2 64 2 1 16 8 M:IND W:IND
ARC match sets5 1 16 2 3 25 6 M:TEAM3 W:TEAM3 X:TEAM2
ATH race 1000 1 72 8 1 8 14 M:100M W:100M
ATH race 2000 1 64 8 1 8 14 M:200M W:200M
ATH race 4500 1 56 8 1 8 14 M:400M W:400M
ATH race 1330 1 56 8 1 8 14 M:110MH W:100MH
ATH race 4800 1 56 8 1 8 14 M:400MH W:400MH
ATH race 10400 1 64 8 1 10 14 M:800M W:800M
ATH race 21300 1 60 15 1 14 14 M:1500M W:1500M
ATH race 48900 1 36 15 1 18 14 M:3000MSC W:3000MSC
ATH race 79000 1 40 20 1 25 14 M:5000M W:5000M
ATH race 162000 1 26 26 1 40 14 M:10000M W:10000M
ATH race 3800 1 16 8 4 12 14 M:4X100M W:4X100M
ATH race 18000 1 16 8 4 14 14 M:4X400M W:4X400M X:4X400M
ATH race 486000 1 80 80 1 150 8 M:20KMW W:20KMW
ATH race 770000 1 80 80 1 170 8 M:MARATHON W:MARATHON
ATH race 1020000 1 25 25 2 190 5 X:WALKRLY
ATH field distance 3 32 16 1 100 10 M:LJ W:LJ M:TJ W:TJ M:SP W:SP M:DT W:DT M:HT W:HT M:JT W:JT
ATH heights 215 3 32 16 1 110 10 M:HJ
ATH heights 183 3 32 16 1 110 10 W:HJ
ATH heights 540 3 32 16 1 130 10 M:PV
ATH heights 440 3 32 16 1 130 10 W:PV
ATH legs decathlon 1 24 24 1 240 8 M:DECATH
ATH legs heptathlon 1 24 24 1 240 8 W:HEPTATH
BDM match sets21 3 64 2 1 42 7 M:SINGLES W:SINGLES
BDM match doubles21 3 16 2 2 50 7 M:DOUBLES W:DOUBLES X:DOUBLES
BKB match quarters 1 12 2 12 110 16 M:TEAM5 W:TEAM5
BK3 match half 1 8 2 4 25 12 M:TEAM3 W:TEAM3
BKG match battles 1 16 2 1 8 6 M:BBOYS W:BGIRLS
BMF judged 2 1 24 12 1 60 6 M:PARK W:PARK
BMX race 3400 1 32 8 1 8 12 M:RACING W:RACING
BOX combat rounds 2 32 2 1 15 6 M:51KG M:57KG W:50KG W:57KG W:60KG
BOX combat rounds 2 16 2 1 15 6 M:63KG M:71KG M:80KG M:92KG M:O92KG W:54KG W:66KG W:75KG
CLB judged 4 1 20 20 1 150 6 M:BOULDLD W:BOULDLD
CLB match duel 1 16 2 1 6 10 M:SPEED W:SPEED
CRD race 2200000 1 90 90 1 370 8 M:RR W:RR
CRD race 260000 1 34 34 1 110 8 M:TT W:TT
CSL race 9400 1 24 12 1 60 8 M:C1 W:C1 M:K1 W:K1
CSL race 6500 1 32 4 1 6 10 M:KX1 W:KX1
CSP race 9500 1 40 8 1 8 12 M:C1-1000 W:C1-200 M:K1-1000 W:K1-500
CSP race 9900 1 32 8 2 8 12 M:C2-500 W:C2-500 M:K2-500 W:K2-500
CSP race 8300 1 16 8 4 8 12 M:K4-500 W:K4-500
CTR race 22500 1 10 2 4 8 12 M:TMPURSUI W:TMPURSUI
CTR race 4200 1 8 2 3 6 12 M:TMSPRINT W:TMSPRINT
CTR match duel 1 32 2 1 7 12 M:SPRINT W:SPRINT
CTR race 960 1 24 6 1 8 12 M:KEIRIN W:KEIRIN
CTR legs omnium 1 22 22 1 120 10 M:OMNIUM W:OMNIUM
CTR field total 1 15 15 2 60 12 M:MADISON W:MADISON
DIV judged 6 1 26 13 1 90 7 M:3M W:3M M:10M W:10M
DIV judged 5 1 8 8 2 75 7 M:SYN3M W:SYN3M M:SYN10M W:SYN10M
EQU legs dressage 1 48 48 1 300 4 O:DRESIND
EQU legs jumping 1 48 48 1 300 4 O:JUMPIND
EQU legs eventing 1 48 48 1 300 4 O:EVENTIND
EQU legs teamride 1 16 16 3 240 4 O:DRESTEAM O:JUMPTEAM
EQU legs eventing 1 16 16 3 240 4 O:EVENTTM
FBL match halves 3 16 2 18 115 8 M:TEAM11
FBL match halves 3 12 2 18 115 8 W:TEAM11
FEN match touches 4 64 2 1 18 9 M:EPEE
FEN match touches 4 32 2 1 18 9 W:EPEE M:FOIL W:FOIL M:SABRE W:SABRE
FEN match touches 4 8 2 4 60 8 M:TEPEE W:TEPEE M:TFOIL W:TFOIL M:TSABRE W:TSABRE
GAR judged 6 1 36 36 1 150 9 M:1AA W:1AA
GAR judged 4 1 12 12 5 150 9 M:TEAM W:TEAM
GAR judged 1 1 40 40 1 100 9 M:1FX W:1FX M:1PH M:1SR M:1VT W:1VT M:1PB M:1HB W:1UB W:1BB
GLF legs golf 1 60 60 1 660 24 M:IND W:IND
GRY legs rhythmic 1 24 24 1 150 5 W:IND
GRY legs groups 1 14 14 5 100 5 W:GROUP
GTR judged 2 1 16 8 1 60 5 M:IND W:IND
HBL match halves 1 12 2 14 100 11 M:TEAM7 W:TEAM7
HOC match quarters 2 12 2 16 100 9 M:TEAM11 W:TEAM11
JUD combat rounds 2 32 2 1 9 8 M:60KG M:66KG M:73KG M:81KG M:90KG M:100KG M:O100KG W:48KG W:52KG W:57KG W:63KG W:70KG
JUD combat rounds 2 32 2 1 9 8 W:78KG W:O78KG
JUD combat rounds 2 16 2 6 42 6 X:TEAM6
MPN legs pentathlon 1 36 36 1 180 8 M:INDIVID W:INDIVID
MTB race 520000 1 36 36 1 100 8 M:XC W:XC
OWS race 730000 1 24 24 1 125 6 M:10KM W:10KM
ROW race 39500 1 36 6 1 10 12 M:1X W:1X
ROW race 37500 1 24 6 2 10 12 M:2X W:2X M:2- W:2- M:L2X W:L2X
ROW race 34500 1 18 6 4 10 12 M:4X W:4X M:4- W:4-
ROW race 32500 1 12 6 9 10 12 M:8PLUS W:8PLUS
RU7 match halves 1 12 2 12 22 9 M:TEAM7 W:TEAM7
SAL legs races 4 40 40 1 180 8 M:ILCA7 W:ILCA6 M:IQFOIL W:IQFOIL M:KITE W:KITE
SAL legs races 4 20 20 2 180 8 M:49ER W:49ERFX X:470 X:NACRA17
SHO field points 3 40 20 1 75 28 M:AR60 W:AR60 M:AP60 W:AP60 M:R3X40 W:R3X40 M:RFP W:SP M:TRAP W:TRAP M:SKEET W:SKEET
SHO field points 3 14 14 2 50 20 X:ARTEAM X:APTEAM X:SKTEAM
SKB judged 3 1 22 11 1 100 6 M:PARK W:PARK M:STREET W:STREET
SRF judged 6 1 24 4 1 35 6 M:SHORT W:SHORT
SWA legs duet 1 18 18 2 100 4 W:DUET
SWA legs routines 1 10 10 8 90 4 W:TEAM
SWM race 2400 1 64 8 1 5 20 M:50MFR W:50MFR
SWM race 5200 1 56 8 1 6 20 M:100MFR W:100MFR M:100MBK W:100MBK M:100MBR W:100MBR M:100MBF W:100MBF
SWM race 11600 1 32 8 1 7 20 M:200MFR W:200MFR M:200MBK W:200MBK M:200MBR W:200MBR M:200MBF W:200MBF M:200MIM W:200MIM
SWM race 24500 1 24 8 1 9 20 M:400MFR W:400MFR M:400MIM W:400MIM
SWM race 51000 1 16 8 1 14 20 M:800MFR W:800MFR
SWM race 93000 1 16 8 1 22 20 M:1500MFR W:1500MFR
SWM race 20800 1 16 8 4 9 20 M:4X100MFR W:4X100MFR M:4X100MMD W:4X100MMD X:4X100MMD
SWM race 44500 1 16 8 4 13 20 M:4X200MFR W:4X200MFR
TEN match tennis 12 64 2 1 95 6 M:SINGLES W:SINGLES
TEN match tennis 12 32 2 2 85 6 M:DOUBLES W:DOUBLES
TEN match tennis 12 16 2 2 80 6 X:DOUBLES
TKW combat rounds 2 16 2 1 15 10 M:58KG M:68KG M:80KG M:O80KG W:49KG W:57KG W:67KG W:O67KG
TRI race 640000 1 55 55 1 125 7 M:INDIVID W:INDIVID
TRI race 510000 1 16 16 4 95 6 X:MIXRELAY
TTE match sets11 4 64 2 1 45 9 M:SINGLES W:SINGLES
TTE match sets11 4 16 2 3 100 9 M:TEAM W:TEAM
TTE match sets11 4 16 2 2 45 9 X:DOUBLES
VBV match sets21 1 24 2 2 50 8 M:TEAM2 W:TEAM2
VVO match sets25 1 12 2 12 105 9 M:TEAM6 W:TEAM6
WLF field weight 1 12 12 1 120 6 M:61KG M:73KG M:89KG M:102KG M:O102KG W:49KG W:59KG W:71KG W:81KG W:O81KG
WPO match quarters 1 12 2 13 75 11 M:TEAM7 W:TEAM7
WRE combat rounds 3 16 2 1 11 9 M:GR60KG M:GR67KG M:GR77KG M:GR87KG M:GR97KG M:GR130KG M:FS57KG M:FS65KG M:FS74KG
WRE combat rounds 3 16 2 1 11 9 M:FS86KG M:FS97KG M:FS125KG W:FS50KG W:FS53KG W:FS57KG W:FS62KG W:FS68KG W:FS76KG
"""
_WINTER = """
ALP race 10200 1 56 56 1 120 8 M:DH W:DH M:SG W:SG
ALP legs slalom 1 56 56 1 70 8 M:GS W:GS M:SL W:SL
ALP legs slalom 1 24 24 2 70 8 M:TC W:TC
BOB legs sledge 1 26 26 2 110 6 M:2MAN W:2WOMAN
BOB legs sledge 1 26 26 1 110 6 W:MONOBOB
BOB legs sledge 1 24 24 4 110 6 M:4MAN
BTH race 150000 1 88 88 1 95 10 M:10KMSP W:7.5KMSP M:20KMIS W:15KMIS
BTH race 195000 1 60 60 1 45 12 M:12.5KMPU W:10KMPU M:15KMMS W:12.5KMMS
BTH race 450000 1 20 20 4 85 10 M:RELAY4 W:RELAY4 X:RELAY4
CCS race 160000 1 80 80 1 80 8 M:10KM W:10KM M:SKIATH W:SKIATH M:50KM W:50KM
CCS race 18500 1 60 6 1 8 8 M:SPRINT W:SPRINT
CCS race 110000 1 20 20 2 40 8 M:TSPRINT W:TSPRINT M:RELAY4 W:RELAY4
CUR match ends 4 10 2 5 170 3 M:TEAM4 W:TEAM4 X:TEAM2
FRS judged 3 1 30 30 1 90 6 M:MOGULS W:MOGULS M:AERIALS W:AERIALS M:HP W:HP M:SS W:SS M:BA W:BA M:DMOGULS W:DMOGULS
FRS judged 3 1 30 30 1 90 6 X:AERTEAM
FRS race 6800 1 32 4 1 8 8 M:SX W:SX
FSK legs skating 1 30 30 1 240 5 M:SINGLES W:SINGLES
FSK legs skating 1 24 24 2 220 5 X:PAIRS X:ICEDANCE
FSK legs skating 1 10 10 8 220 5 X:TEAM
IHO match thirds 2 12 2 20 140 9 M:TEAM6 W:TEAM6
LUG legs sledge 1 30 30 1 120 6 M:SINGLES W:SINGLES
LUG legs relay 1 18 18 2 100 6 M:DOUBLES W:DOUBLES
LUG legs relay 1 14 14 4 80 6 X:TEAM
NCB race 150000 1 40 40 1 60 8 M:NH10KM M:LH10KM
NCB race 180000 1 12 12 2 60 8 M:TSPRINT
SBD judged 3 1 26 26 1 90 6 M:HP W:HP M:SS W:SS M:BA W:BA
SBD race 7200 1 32 4 1 8 8 M:SBX W:SBX M:PGS W:PGS
SBD race 14500 1 16 4 2 10 8 X:SBXTEAM
SJP judged 2 1 50 50 1 110 6 M:NH W:NH M:LH W:LH
SJP judged 2 1 12 12 4 90 6 M:SUPERTM X:TEAM
SKN legs sledge 1 25 25 1 110 6 M:IND W:IND
SKN legs relay 1 15 15 2 80 6 X:TEAM
SMT race 17500 1 36 6 1 10 8 M:SPRINT W:SPRINT
SMT race 190000 1 12 12 2 45 8 X:RELAY
SSK race 3450 1 30 2 1 5 14 M:500M W:500M
SSK race 6800 1 30 2 1 6 14 M:1000M W:1000M M:1500M W:1500M
SSK race 37000 1 20 2 1 11 14 M:5000M W:3000M M:10000M W:5000M
SSK race 46000 1 24 24 1 20 12 M:MS W:MS
SSK race 22000 1 8 2 3 10 12 M:TP W:TP
STK race 4050 1 32 4 1 6 12 M:500M W:500M M:1000M W:1000M
STK race 13800 1 36 6 1 8 12 M:1500M W:1500M
STK race 24500 1 8 4 4 12 12 M:RELAY W:RELAY X:RELAY
"""
_SMALL = """
SWM race 2400 1 16 8 1 5 20 M:50MFR W:50MFR
ATH race 1000 1 16 8 1 8 14 M:100M
ATH race 4500 1 16 8 1 8 14 W:400M
ATH field distance 1 12 12 1 30 6 M:LJ
ATH heights 183 1 12 12 1 30 6 W:HJ
DIV judged 6 1 8 8 1 40 4 W:10M
WLF field weight 1 8 8 1 40 4 M:61KG
SHO field points 1 8 8 1 30 6 X:ARTEAM
HBL match halves 1 6 2 14 60 3 W:TEAM7
BDM match sets21 2 4 2 1 30 4 M:SINGLES
TEN match tennis 2 4 2 1 60 2 W:SINGLES
BOX combat rounds 1 8 2 1 12 3 W:50KG
JUD combat rounds 2 8 2 1 9 4 M:60KG W:48KG
ATH legs heptathlon 1 8 8 1 20 4 W:HEPTATH
TTE match duel 1 4 2 3 60 3 M:TEAM
"""


class Scale(NamedTuple):
    """How large the Games are; `days` of competition."""

    competition: str
    first: int
    days: int
    table: str
    earlier: int = 0  # people of earlier Games in one list, which makes a document of many megabytes
    only: int | None = None  # the one day of which units are told
    unsent: frozenset[str] = frozenset()  # types of documents that no venue sends


_FIGURES = frozenset({"DT_CURRENT", "DT_STATS"})
SCALES = {
    "small": Scale("SIM2030S", first_day(2030, 7, 26), 4, _SMALL, 40),
    "day": Scale("SIM2030D", first_day(2030, 7, 24), 19, _SUMMER, only=4),
    "light-day": Scale("SIM2030L", first_day(2030, 7, 24), 19, _SUMMER, only=4, unsent=_FIGURES),
    "paris": Scale("SIM2030", first_day(2030, 7, 24), 19, _SUMMER, 42_000),
    "winter": Scale("SIMW2030", first_day(2030, 2, 6), 17, _WINTER, 12_000),
}
DISCIPLINES = {fact.code: str(fact.labels[0].description) for fact in SHIPPED["DISCIPLINE"]}
_GENDERS = {"M": "Men's", "W": "Women's", "X": "Mixed", "O": "Open"}


def events(scale: Scale) -> list[Event]:
    """All of them, without their units, in the order of the table."""
    found: list[Event] = []
    for line in scale.table.strip().splitlines():
        columns = line.split()
        discipline, kind, shape = columns[:3]
        fields, entrants, size, members, minutes, rate = map(int, columns[3:_COLUMNS])
        held = partial(Format, discipline, kind, shape, fields, entrants, size, members, minutes)
        for named in columns[_COLUMNS:]:
            gender, _, event = named.partition(":")
            name = f"{_GENDERS[gender]} {event}"
            found.append(Event(event_code(discipline, gender, event), name, len(found), held(float(rate))))
    return found
