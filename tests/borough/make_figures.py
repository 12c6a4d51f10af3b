"""Make the figures, shapes and known truths of Madeborough, a council that does not exist.

Run it from anywhere: `python tests/borough/make_figures.py`. It reads the measures beside it in
data/framework and writes data/figures/*, data/boundaries/*, truth.csv and secrets.csv. The seed
is fixed, so the same files come out every time; tests/test_borough.py compares them.

Each measure's story is told once, in STORIES: how its figures go, and what a page must say of them.
Figures that truly change step far outside their 95% intervals; figures that do not change wobble
well within them. Every ward and group count adds up to its borough's.
"""

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist
from typing import NamedTuple
from zlib import crc32

import numpy as np
from ruamel.yaml import YAML
from scipy.stats import chi2

from pmif.period import Period, add_months

HERE = Path(__file__).resolve().parent
SEED = 20261114
Z = NormalDist().inv_cdf(0.975)

# ---- Places ------------------------------------------------------------------------------------------

BOROUGH, REGION, COUNTRY, NEIGHBOURS = "Z99000001", "Z12000001", "Z92000001", "neighbours-made-up"
VINTAGE = {
    BOROUGH: "borough-made-up",
    REGION: "region-made-up",
    COUNTRY: "country-made-up",
    NEIGHBOURS: "neighbours-made-up",
}
SIZE = {BOROUGH: 1, REGION: 12, COUNTRY: 250, NEIGHBOURS: 10}  # denominators beside the borough's
WARD_OLD = {
    "W99000001": "Alderpond",
    "W99000002": "Brackenwick",
    "W99000003": "Copperlea",
    "W99000004": "Dunmade",
    "W99000005": "Kettle & Quay",  # a name that must be escaped on a page
    "W99000006": "Larkfold and Long Mothering",  # a name too long for its ward
    "W99000007": "O'Made's Rest",
    "W99000008": "Thimble Hill",
}
WARD_NEW = {
    "W99000011": "Alderpond",  # the same name as an old ward, and not the same place
    "W99000012": "Brackenwick",
    "W99000013": "Copperlea North",
    "W99000014": "Dunmade",
    "W99000015": "Kettle & Quay",
    "W99000016": "Larkfold and Longmade",
    "W99000017": "Thimble Hill",
}
WARDS = {"ward-old": tuple(WARD_OLD), "ward-new": tuple(WARD_NEW)}
WARD_NAMES = WARD_OLD | WARD_NEW
LAST_DAY_OLD, FIRST_DAY_NEW = date(2026, 5, 6), date(2026, 5, 7)

# ---- How figures go ----------------------------------------------------------------------------------


def line(first: float, last: float, points: int) -> tuple[float, ...]:
    return tuple(round(float(v), 4) for v in np.linspace(first, last, points))


@dataclass(frozen=True)
class Wards:
    """All wards of one vintage in one period: counts, or published values (None = unavailable)."""

    vintage: str
    period: str
    counts: tuple[tuple[int, int], ...] = ()
    values: tuple[str | None, ...] = ()
    mark: str = ""


@dataclass(frozen=True)
class Groups:
    """One dimension in one period: group -> (numerator, denominator), or group -> (value, lower, upper)."""

    dimension: str
    period: str
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    values: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class ByAge:
    """How often events come at each age, beside a schedule: one factor a period for each place.

    `bands` is the schedule; `people` is how many years of people a period holds. There are a few more people of
    every age each period, so that no count comes twice.
    """

    bands: Mapping[str, int]  # age band -> events for every 100,000
    factors: Mapping[str, Sequence[float]]
    people: int = 1


@dataclass(frozen=True)
class Story:
    """How one measure's figures go, newest last, and what must be said of them.

    `borough` and the others are values in the measure's unit. Of a counted measure they are turned
    into counts out of `of` (counts wins where it is given). `half` is half the width of a published
    interval. `wobble` is the largest random step, in the measure's unit.
    """

    measure: str
    state: str
    due: str
    newest: str = ""
    borough: Sequence[float] = ()
    region: Sequence[float] = ()
    country: Sequence[float] = ()
    neighbours: Sequence[float] = ()
    of: int = 0
    counts: Sequence[tuple[int, int]] = ()
    half: float | None = None
    wobble: float = 0.0
    level: str = ""  # beside the country
    target: str = ""  # met, missed or not-yet
    judged_by: str = ""  # the test that finds the change: step, usual-range or trend
    leave_out: Sequence[str] = ()  # periods for which no row exists
    status: Mapping[str, str] = field(default_factory=dict)  # period -> status other than shown
    marks: Mapping[str, str] = field(default_factory=dict)
    wards: Sequence[Wards] = ()
    groups: Sequence[Groups] = ()
    by_age: ByAge | None = None
    basis: str = "on"


AGES = [f"age-{first}-to-{first + 4}" for first in range(0, 90, 5)] + ["age-90-and-over"]
PEOPLE = (
    10_400, 11_200, 11_600, 11_000, 12_400, 12_800, 13_200, 13_000, 12_400, 12_200,
    13_200, 14_000, 12_800, 10_800, 9_600, 8_400, 5_800, 3_400, 1_800,
)  # fmt: skip
DEATHS = (
    95, 9, 11, 30, 42, 60, 82, 118, 180, 270, 400, 620, 980, 1_560, 2_500, 4_200, 7_500, 13_000, 23_000,
)  # fmt: skip
STAYS = (
    9_000, 4_100, 4_300, 6_200, 7_400, 7_600, 7_200, 7_000, 7_300, 7_900,
    8_600, 9_600, 11_200, 14_000, 18_600, 26_000, 35_500, 46_000, 52_000,
)  # fmt: skip
STANDARD = (  # the European standard population of 2013
    5_000, 5_500, 5_500, 5_500, 6_000, 6_000, 6_500, 7_000, 7_000, 7_000,
    7_000, 6_500, 6_000, 5_500, 5_000, 4_000, 2_500, 1_500, 1_000,
)  # fmt: skip
MORE_PEOPLE = 0.002  # from one period to the next, of every age
FIRST_YEARS = {"age-0": (2_040, 390), "age-1-to-4": (8_360, 23)}  # people, and deaths for every 100,000
LIFE_AGES = [*FIRST_YEARS, *AGES[1:]]

# Steps so far from a steady series that screening asks about them: (oddity, role, reason).
CONFIRMED = (
    (
        "anti-social-behaviour/Z99000001/2026-27-q2/spike",
        "community-safety",
        "Made up. Reports by telephone are counted from July 2026.",
    ),
    (
        "domestic-abuse-reports/Z99000001/2025-26/spike",
        "community-safety",
        "Made up. The police counted again and found the same.",
    ),
    (
        "young-people-not-learning/Z99000001/2026-m09/spike",
        "children",
        "Made up. September has the places of the new school year.",
    ),
)

NEW_AND_REVISED = {"2026-27-q2": "p", "2026-27-q1": "r"}

STORIES = (
    # Objective 1
    Story(
        "family-help-in-time",
        "improving",
        "new",
        judged_by="step",
        newest="2026-27-q2",
        borough=(*line(48, 58, 15), 66),
        region=line(55, 57, 16),
        country=line(58, 60, 16),
        neighbours=line(57, 59, 16),
        of=2_400,
        wobble=0.2,
        level="better",
        target="missed",
        marks=NEW_AND_REVISED,
    ),
    Story(
        "parents-finish-course",
        "improving",
        "new",
        judged_by="usual-range",
        newest="2026-27-q2",
        borough=(*line(64.2, 70.9, 15), 71.4),
        region=line(66, 68.3, 16),
        country=line(67, 69.8, 16),
        level="higher",
    ),
    Story(
        "parents-offered-help",
        "change-not-tested",
        "not-due",
        newest="2024-25-school",
        borough=(80.2, 81.5, 81.5),
        country=(79.9, 80.6, 81.5),
        level="same",
    ),
    Story(
        "ready-for-reception",
        "getting-worse",
        "not-due",
        judged_by="step",
        newest="2024-25-school",
        counts=(
            (1_702, 2_391),
            (0, 0),
            (0, 0),
            (1_617, 2_377),
            (1_603, 2_363),
            (1_589, 2_371),
            (1_436, 2_371),
        ),
        region=line(66.0, 66.6, 7),
        country=line(67.2, 67.7, 7),
        neighbours=line(66.8, 67.1, 7),
        level="worse",
        target="missed",
        leave_out=("2019-20-school", "2020-21-school"),
        wards=(
            Wards(
                "ward-old",
                "2024-25-school",
                counts=(
                    (331, 402),
                    (212, 347),
                    (105, 311),
                    (180, 289),
                    (163, 268),
                    (216, 331),
                    (98, 189),
                    (131, 234),
                ),
            ),
        ),
        groups=(
            Groups("sex", "2024-25-school", counts={"female": (781, 1_160), "male": (655, 1_211)}),
            Groups(
                "free-school-meals",
                "2024-25-school",
                counts={"eligible": (262, 631), "not-eligible": (1_174, 1_740)},
            ),
            Groups(
                "deprivation-quintile",
                "2024-25-school",
                counts={
                    "quintile-1-most-deprived": (321, 702),
                    "quintile-2": (300, 522),
                    "quintile-3": (283, 443),
                    "quintile-4": (271, 381),
                    "quintile-5-least-deprived": (261, 323),
                },
            ),
            Groups(  # far less unequal than a year later
                "deprivation-quintile",
                "2023-24-school",
                counts={
                    "quintile-1-most-deprived": (440, 702),
                    "quintile-2": (345, 522),
                    "quintile-3": (300, 443),
                    "quintile-4": (265, 381),
                    "quintile-5-least-deprived": (239, 323),
                },
            ),
            Groups("sex", "2023-24-school", counts={"female": (855, 1_150), "male": (734, 1_221)}),
            Groups(
                "free-school-meals",
                "2023-24-school",
                counts={"eligible": (310, 622), "not-eligible": (1_279, 1_749)},
            ),
        ),
    ),
    Story(
        "pupils-excluded-for-good",
        "no-detectable-change",
        "not-due",
        newest="2024-25-school",
        counts=((60, 30_911), (64, 30_947), (61, 30_983), (63, 31_010), (60, 31_033), (62, 31_061)),
        region=line(204, 203, 6),
        country=line(199, 201, 6),
        neighbours=line(206, 205, 6),
        level="similar",
        wards=(
            Wards(
                "ward-old",
                "2024-25-school",
                counts=(
                    (3, 5_197),
                    (12, 4_451),
                    (28, 4_013),
                    (0, 3_877),
                    (8, 3_613),
                    (2, 4_271),
                    (8, 2_593),
                    (1, 3_046),
                ),
            ),
        ),
        groups=(
            Groups("sex", "2024-25-school", counts={"female": (6, 15_187), "male": (56, 15_874)}),
            Groups(
                "free-school-meals",
                "2024-25-school",
                counts={"eligible": (37, 8_321), "not-eligible": (25, 22_740)},
            ),
            Groups(
                "deprivation-quintile",
                "2024-25-school",
                counts={
                    "quintile-1-most-deprived": (34, 9_203),
                    "quintile-2": (13, 6_841),
                    "quintile-3": (8, 5_807),
                    "quintile-4": (4, 4_987),
                    "quintile-5-least-deprived": (3, 4_223),
                },
            ),
        ),
    ),
    # Objective 2
    Story(
        "young-people-who-cope",
        "no-detectable-change",
        "new",
        newest="2025",
        borough=(71.0, 71.6, 70.8, 71.3, 70.9, 71.5, 71.2),
        region=line(70.1, 70.4, 7),
        country=line(70.8, 71.0, 7),
        half=2.2,
        level="similar",
        groups=(Groups("sex", "2025", values={"female": ("66.9", "63.9", "69.9"), "male": ("75.5", "72.6", "78.4")}),),
    ),
    Story(
        "young-people-not-learning",
        "improving",
        "new",
        judged_by="step",
        newest="2026-m09",
        borough=(*line(6.8, 6.0, 23), 3.9),
        region=line(6.3, 5.9, 24),
        country=line(5.6, 5.4, 24),
        neighbours=line(6.2, 5.8, 24),
        of=4_100,
        wobble=0.05,
        level="better",
        marks={"2026-m09": "p"},
    ),
    Story(
        "adults-low-wellbeing",
        "getting-worse",
        "not-due",
        judged_by="step",
        newest="2022-to-2024",
        borough=(7.9, 8.0, 8.3, 8.8, 9.5, 10.1, 11.2, 13.1),
        region=line(8.6, 10.9, 8),
        country=line(8.4, 10.1, 8),
        half=0.6,
        level="worse",
    ),
    Story(
        "adults-who-volunteer",
        "change-not-tested",
        "occasional",
        newest="2021",
        borough=(24.6, 0, 0, 21.3),
        leave_out=("2019", "2020"),
        basis="not-later-than",
    ),
    Story(
        "domestic-abuse-reports",
        "moved",
        "new",
        judged_by="step",
        newest="2025-26",
        borough=(18.0, 18.2, 18.5, 18.7, 19.0, 19.3, 23.1),
        region=line(17.8, 18.9, 7),
        country=line(16.5, 17.2, 7),
        of=200_300,
        wobble=0.05,
        level="higher",
    ),
    # Objective 3
    Story(
        "residents-in-work",
        "no-detectable-change",
        "new",
        newest="2026-27-q2",
        borough=(
            73.6,
            74.0,
            73.5,
            74.1,
            73.7,
            74.2,
            73.6,
            73.9,
            73.4,
            74.0,
            73.8,
            74.1,
            73.5,
            73.9,
            74.0,
            73.8,
        ),
        region=line(72.1, 72.6, 16),
        country=line(74.8, 75.0, 16),
        half=2.3,
        level="similar",
        marks=NEW_AND_REVISED,
    ),
    Story(
        "claimants",
        "improving",
        "new",
        judged_by="step",
        newest="2026-09-30",
        counts=((6_420, 124_811), (6_198, 125_020), (5_877, 125_204), (5_461, 125_377), (4_288, 125_733)),
        region=line(5.3, 4.4, 5),
        country=line(4.4, 3.9, 5),
        neighbours=line(5.2, 4.5, 5),
        level="better",
        wards=(
            Wards(
                "ward-old",
                "2025-09-30",
                counts=(
                    (502, 20_411),
                    (731, 18_620),
                    (1_483, 16_904),
                    (566, 15_310),
                    (811, 14_227),
                    (433, 17_605),
                    (702, 10_189),
                    (233, 12_111),
                ),
            ),
            Wards(
                "ward-new",
                "2026-09-30",
                counts=(
                    (471, 21_822),
                    (702, 19_208),
                    (1_266, 18_340),
                    (544, 17_115),
                    (697, 16_909),
                    (402, 18_130),
                    (206, 14_209),
                ),
            ),
        ),
    ),
    Story(
        "weekly-pay",
        "change-not-tested",
        "new",
        newest="2026-04-30",
        borough=(521.3, 540.8, 566.1, 589.7, 612.4),
        region=(538.2, 555.1, 578.6, 604.9, 628.8),
        country=(571.6, 590.4, 613.8, 640.2, 667.5),
        level="lower",
        groups=(Groups("sex", "2026-04-30", values={"female": ("571.90", "", ""), "male": ("649.20", "", "")}),),
    ),
    # Objective 4
    Story(
        "jobs-below-living-wage",
        "change-not-tested",
        "late",
        newest="2022-23",
        borough=(23.9, 22.8, 21.6, 20.4),
        country=(20.1, 19.3, 17.9, 16.8),
        level="higher",
    ),
    Story("debt-advice-waits", "awaiting-a-return", "never-received"),
    Story(
        "extra-income-found",
        "no-detectable-change",
        "new",
        newest="2026-27-h1",
        borough=(1_104, 1_187, 1_133, 1_265, 1_301, 1_290, 1_342, 1_377),
    ),
    Story(
        "childcare-places",
        "change-not-tested",
        "not-due",
        newest="2024-25-school",
        borough=(42.7, 41.9, 41.0),
        country=(44.0, 44.6, 45.2),
        level="lower",
    ),
    # Objective 5
    Story(
        "homes-easy-to-heat",
        "improving",
        "new",
        judged_by="step",
        newest="2026-27-h1",
        borough=(*line(70, 78, 7), 84),
        of=18_200,
        wobble=0.1,
        target="met",
    ),
    Story(
        "cold-homes",
        "change-not-tested",
        "not-due",
        newest="2024",
        borough=(14.9, 14.1, 15.3, 13.8),
        region=line(14.6, 14.2, 4),
        country=line(13.4, 12.7, 4),
        level="higher",
        wards=(
            Wards(
                "ward-old",
                "2024",
                values=("9.1", "13.7", "21.4", "12.2", "17.9", "8.6", "19.3", None),
                mark="e",
            ),
        ),
    ),
    Story(
        "green-space-nearby",
        "nothing-to-compare",
        "occasional",
        newest="2023",
        borough=(88.1,),
        country=(84.6,),
        half=1.9,
        level="better",
        basis="not-later-than",
    ),
    Story(
        "fine-particles",
        "change-not-tested",
        "late",
        newest="2022",
        borough=(8.31, 7.02, 7.66, 7.13),
        region=line(7.9, 7.4, 4),
        country=line(8.8, 8.1, 4),
        level="lower",
    ),
    Story(
        "traffic-on-main-roads",
        "change-not-tested",
        "new",
        newest="2025",
        borough=(611.3, 583.0, 640.8, 655.2),
    ),
    Story(
        "anti-social-behaviour",
        "getting-worse",
        "new",
        judged_by="step",
        newest="2026-27-q2",
        borough=(*line(6.5, 7.2, 15), 9.4),
        region=line(6.9, 7.1, 16),
        country=line(6.3, 6.4, 16),
        neighbours=line(6.8, 7.0, 16),
        of=201_400,
        wobble=0.05,
        level="worse",
        target="met",
        marks=NEW_AND_REVISED,
    ),
    Story(
        "council-carbon",
        "change-not-tested",
        "new",
        newest="2025-26",
        borough=(31.4, 29.9, 27.2, 26.8, 24.1, 22.7),
        target="not-yet",
    ),
    # Objective 6
    Story(
        "tooth-admissions",
        "no-detectable-change",
        "not-due",
        newest="2024-25",
        counts=((115, 11_120), (121, 11_078), (112, 11_044), (120, 11_013), (118, 10_989)),
        region=line(1_101, 1_092, 5),
        country=line(1_064, 1_059, 5),
        level="similar",
        wards=(
            Wards(
                "ward-old",
                "2024-25",
                counts=(
                    (11, 1_861),
                    (19, 1_609),
                    (44, 1_453),
                    (3, 977),
                    (23, 1_327),
                    (5, 1_571),
                    (12, 1_018),
                    (1, 1_173),
                ),
            ),
        ),
        groups=(
            Groups("sex", "2024-25", counts={"female": (55, 5_377), "male": (63, 5_612)}),
            Groups(
                "deprivation-quintile",
                "2024-25",
                counts={
                    "quintile-1-most-deprived": (56, 3_121),
                    "quintile-2": (30, 2_417),
                    "quintile-3": (20, 2_063),
                    "quintile-4": (7, 1_759),
                    "quintile-5-least-deprived": (5, 1_629),
                },
            ),
        ),
    ),
    Story(
        "smokers-who-quit",
        "no-detectable-change",
        "not-due",
        newest="2024-25",
        counts=((611, 1_190), (0, 0), (0, 0), (0, 0), (588, 1_163), (601, 1_171), (593, 1_168)),
        status={"2019-20": "unavailable", "2020-21": "suppressed", "2021-22": "not-applicable"},
    ),
    Story(
        "years-in-good-health",
        "no-detectable-change",
        "not-due",
        newest="2022-to-2024",
        borough=(57.4, 57.0, 57.3, 56.9, 57.2, 57.1),
        region=line(58.6, 58.3, 6),
        country=line(61.2, 61.0, 6),
        half=1.1,
        level="worse",
        groups=(
            Groups(
                "sex",
                "2022-to-2024",
                values={"female": ("57.9", "56.4", "59.4"), "male": ("56.3", "54.8", "57.8")},
            ),
        ),
    ),
    Story(
        "deaths-before-their-time",
        "improving",
        "new",
        judged_by="trend",
        newest="2025",
        by_age=ByAge(
            dict(zip(AGES, DEATHS, strict=True)),
            {
                BOROUGH: (1.42, 1.36, 1.31, 1.25, 1.19),
                REGION: (1.10, 1.10, 1.09, 1.09, 1.08),
                COUNTRY: (1.0, 1.0, 1.0, 1.0, 1.0),
            },
        ),
        level="worse",
    ),
    Story(
        "emergency-stays",
        "no-detectable-change",
        "new",
        newest="2025-26",
        by_age=ByAge(
            dict(zip(AGES, STAYS, strict=True)),
            {BOROUGH: (1.12, 1.12, 1.12), COUNTRY: (1.0, 1.0, 1.0)},
        ),
        level="worse",
    ),
    Story(
        "years-of-life",
        "no-detectable-change",
        "new",
        newest="2023-to-2025",
        by_age=ByAge(
            {
                **{age: events for age, (_, events) in FIRST_YEARS.items()},
                **dict(zip(AGES[1:], DEATHS[1:], strict=True)),
            },
            {BOROUGH: (1.16, 1.16, 1.16, 1.16), COUNTRY: (1.0, 1.0, 1.0, 1.0)},
            people=3,
        ),
        level="worse",
    ),
    Story(
        "poor-health",
        "wards-only",
        "occasional",
        wards=(
            Wards(
                "ward-old",
                "2024",
                values=("4.1", "6.6", "10.2", "5.4", "8.8", "4.6", "9.3", "4.9"),
                mark="e",
            ),
        ),
        basis="not-later-than",
    ),
    Story(
        "temporary-housing",
        "nothing-to-compare",
        "new",
        newest="2026-03-31",
        borough=(1.42, 1.51, 1.49, 1.62, 3.15),
        region=line(1.5, 2.2, 5),
        country=line(1.9, 2.4, 5),
        of=92_300,
        wobble=0.01,
        level="worse",
    ),
    Story(
        "care-waits",
        "withheld",
        "new",
        newest="2026-27-q2",
        counts=((14, 61), (11, 58), (13, 63), (12, 59), (15, 71), (10, 66), (12, 49), (4, 67)),
    ),
    Story(
        "still-at-home-later",
        "withheld",
        "new",
        newest="2025-26",
        borough=(81.2, 82.7, 80.9, 0),
        country=line(82.1, 83.6, 4),
        status={"2025-26": "suppressed"},
    ),
    # Balanced Scorecard
    Story(
        "days-lost-to-sickness",
        "no-detectable-change",
        "new",
        newest="2026-27-q2",
        borough=(2.4, 2.9, 3.1, 2.3, 2.5, 3.0, 3.2, 2.4, 2.6, 3.1, 3.3, 2.6, 2.5, 2.9, 2.7, 2.2),
    ),
    Story("staff-vacancies", "awaiting-a-return", "never-received"),
    Story(
        "calls-answered-in-time",
        "improving",
        "new",
        judged_by="step",
        newest="2026-27-q2",
        borough=(*line(61, 79, 15), 86),
        of=30_400,
        wobble=0.1,
        target="met",
        marks={"2026-27-q2": "p"},
    ),
    Story("complaints-upheld", "no-figure", "never-received"),
    Story(
        "council-tax-collected",
        "getting-worse",
        "new",
        judged_by="step",
        newest="2025-26",
        borough=(97.0, 96.9, 96.8, 96.6, 96.5, 95.2),
        country=line(96.4, 95.9, 6),
        of=90_100,
        wobble=0.01,
        level="worse",
        target="missed",
    ),
    Story(
        "budget-gap",
        "no-detectable-change",
        "late",
        newest="2025-26-q4",
        borough=(0.6, -0.4, 1.1, 2.3, 0.9, 0.0, 0.7, -1.4),
    ),
    # Context
    Story(
        "hardship-score",
        "wards-only",
        "occasional",
        wards=(
            Wards(
                "ward-old",
                "2025",
                values=("11.2", "24.8", "47.9", "22.1", "35.6", "9.4", "41.3", "15.7"),
                mark="e",
            ),
        ),
        basis="not-later-than",
    ),
    Story(
        "homes-without-a-car",
        "wards-only",
        "occasional",
        wards=(
            Wards(
                "ward-old",
                "2021-03-21",
                counts=(
                    # more of them from west to east, whichever row a ward is in: neighbours are alike
                    (1_811, 11_302),
                    (2_622, 10_488),
                    (3_904, 10_011),
                    (4_439, 8_877),
                    (1_344, 8_402),
                    (2_480, 9_918),
                    (2_228, 5_713),
                    (3_475, 6_951),
                ),
            ),
        ),
        basis="not-later-than",
    ),
)

# ---- The measures beside this file -------------------------------------------------------------------


class Definition(NamedTuple):
    page: str
    multiplier: float
    decimals: int
    method: str
    lag_months: int
    source: str
    disclosure: str
    bands: str


def definitions(root: Path = HERE) -> dict[str, Definition]:
    """Every measure of data/framework, by id, with the file it is defined in."""
    files = {
        path.stem: YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        for path in sorted((root / "data" / "framework").glob("*.yml"))
    }
    multipliers = {unit["id"]: unit.get("multiplier", 1) for unit in files["units"]["units"]}
    found = {}
    for page, file in files.items():
        for m in file.get("measures", ()):
            found[m["id"]] = Definition(
                page,
                multipliers[m["unit"]],
                m["decimals"],
                m["method"],
                int(m["lag"].split()[0]),
                m["source"],
                m["disclosure"],
                m.get("bands", ""),
            )
    return found


# ---- Observations ------------------------------------------------------------------------------------

COLUMNS = (
    "measure",
    "area",
    "vintage",
    "period",
    "dimension",
    "group",
    "numerator",
    "denominator",
    "value",
    "lower",
    "upper",
    "status",
    "mark",
    "published",
    "published_basis",
    "source",
)
Row = dict[str, str]


def observations() -> dict[str, list[Row]]:
    """The rows of each file of data/figures, in the order they are written."""
    defined = definitions()
    if missing := set(defined) ^ {s.measure for s in STORIES}:
        raise SystemExit(f"Measures with no story, or stories with no measure: {', '.join(sorted(missing))}")
    pages: dict[str, list[Row]] = {}
    for story in STORIES:
        pages.setdefault(defined[story.measure].page, []).extend(rows_of(story, defined[story.measure]))
    for rows in pages.values():
        rows.sort(key=lambda r: [r[c] for c in ("measure", "dimension", "group", "area", "period")])
    return {page: rows for page, rows in pages.items() if rows}


def rows_of(story: Story, definition: Definition) -> Iterator[Row]:
    rng = np.random.default_rng([SEED, crc32(story.measure.encode())])

    def row(area: str, vintage: str, period: str, mark: str = "", status: str = "shown", **cells: str) -> Row:
        known = add_months(Period.parse(period).end, definition.lag_months) - timedelta(days=9)
        blank = dict.fromkeys(COLUMNS, "")
        return (
            blank
            | cells
            | {
                "measure": story.measure,
                "area": area,
                "vintage": vintage,
                "period": period,
                "status": status,
                "mark": mark,
                "published": known.isoformat(),
                "published_basis": story.basis,
                "source": definition.source,
            }
        )

    def figure(area: str, value: float) -> dict[str, str]:
        text = f"{value:.{definition.decimals}f}"
        if story.half is None:
            return {"value": text}
        half = story.half / SIZE[area] ** 0.5  # a larger place is known more closely
        limits = (f"{float(text) + s * half:.{definition.decimals}f}" for s in (-1, 1))
        return {"value": text, **dict(zip(("lower", "upper"), limits, strict=True))}

    def counted(value: float, whole: float) -> dict[str, str]:
        denominator = round(whole * (1 + rng.uniform(-0.01, 0.01)))
        value += rng.uniform(-story.wobble, story.wobble)
        return counts(round(value / definition.multiplier * denominator), denominator)

    def series(area: str, values: Sequence[float]) -> Iterator[Row]:
        published = definition.method == "as-published"
        for period, value in zip(periods_to(story.newest, len(values)), values, strict=True):
            status = story.status.get(period, "shown") if area == BOROUGH else "shown"
            if period in story.leave_out:
                continue
            if status != "shown":
                cells = {}
            else:
                whole = (story.of or story.counts[-1][1]) * SIZE[area] if not published else 0
                cells = figure(area, value) if published else counted(value, whole)
            yield row(area, VINTAGE[area], period, story.marks.get(period, ""), status, **cells)

    if story.by_age:
        for area, factors in story.by_age.factors.items():
            for number, period in enumerate(periods_to(story.newest, len(factors))):
                for age, (x, n) in band_counts(story.by_age, area, number).items():
                    yield row(area, VINTAGE[area], period, dimension=definition.bands, group=age, **counts(x, n))
    elif story.counts:
        for period, pair in zip(periods_to(story.newest, len(story.counts)), story.counts, strict=True):
            status = story.status.get(period, "shown")
            if period not in story.leave_out:
                cells = counts(*pair) if status == "shown" else {}
                yield row(BOROUGH, VINTAGE[BOROUGH], period, story.marks.get(period, ""), status, **cells)
    else:
        yield from series(BOROUGH, story.borough)
    for area, values in ((REGION, story.region), (COUNTRY, story.country), (NEIGHBOURS, story.neighbours)):
        yield from series(area, values)
    for wards in story.wards:
        for code, (x, n) in zip(WARDS[wards.vintage], wards.counts, strict=bool(wards.counts)):
            yield row(code, wards.vintage, wards.period, wards.mark, **counts(x, n))
        for code, value in zip(WARDS[wards.vintage], wards.values, strict=bool(wards.values)):
            status = "shown" if value else "unavailable"
            yield row(code, wards.vintage, wards.period, wards.mark if value else "", status, value=value or "")
    for split in story.groups:
        for group, (x, n) in split.counts.items():
            yield row(
                BOROUGH,
                VINTAGE[BOROUGH],
                split.period,
                dimension=split.dimension,
                group=group,
                **counts(x, n),
            )
        for group, (value, lower, upper) in split.values.items():
            cells = {
                "dimension": split.dimension,
                "group": group,
                "value": value,
                "lower": lower,
                "upper": upper,
            }
            yield row(BOROUGH, VINTAGE[BOROUGH], split.period, **cells)


def band_counts(by_age: ByAge, area: str, n: int) -> dict[str, tuple[int, int]]:
    """Events and people of each age band: the n-th period of a place, -1 the newest."""
    people = dict(zip(AGES, PEOPLE, strict=True)) | {age: n for age, (n, _) in FIRST_YEARS.items()}
    factors = by_age.factors[area]
    size = SIZE[area] * by_age.people * (1 + MORE_PEOPLE * (n % len(factors)))
    return {
        age: (round(people[age] * size * events * factors[n] / 100_000), round(people[age] * size))
        for age, events in by_age.bands.items()
    }


def counts(numerator: int, denominator: int) -> dict[str, str]:
    return {"numerator": str(numerator), "denominator": str(denominator)}


def periods_to(newest: str, points: int) -> list[str]:
    """That many periods of one kind, oldest first, ending with `newest`."""
    if not points:
        return []
    period, found = Period.parse(newest), []
    for _ in range(points):
        found.append(period.id)
        period = period.previous
    return found[::-1]


# ---- What is known to be true ------------------------------------------------------------------------


def estimate(x: int, n: int, method: str, m: float) -> tuple[float, float, float]:
    """Value and 95% limits, times `m`: Wilson of a proportion; else, as of one age band, Byar, exact below 10."""
    if method == "proportion":
        reach = Z * (Z**2 + 4 * x * (1 - x / n)) ** 0.5
        lower, upper = ((2 * x + Z**2 + sign * reach) / (2 * (n + Z**2)) * n for sign in (-1, 1))
    elif x < 10:
        lower, upper = (
            (float(chi2.ppf(0.025, 2 * x)) / 2 if x else 0.0),
            float(chi2.ppf(0.975, 2 * x + 2)) / 2,
        )
    else:
        lower, upper = byar(x)
    return x / n * m, lower / n * m, upper / n * m


def byar(x: float) -> tuple[float, float]:
    """95% limits of a count of ten or more."""
    lower = x * (1 - 1 / (9 * x) - Z / (3 * x**0.5)) ** 3
    return lower, (x + 1) * (1 - 1 / (9 * (x + 1)) + Z / (3 * (x + 1) ** 0.5)) ** 3


def over_ages(story: Story, method: str, area: str, n: int) -> tuple[float, float, float]:
    """Value and 95% limits of everyone, worked out over the age bands: the n-th period of a place, -1 the newest."""
    assert story.by_age
    bands = band_counts(story.by_age, area, n)
    pairs = list(bands.values())
    events = sum(x for x, _ in pairs)
    if method == "directly-standardised-rate":
        whole = sum(STANDARD)
        rate = sum(w * x / p for w, (x, p) in zip(STANDARD, pairs, strict=True)) / whole
        spread = sum(x * (w / p) ** 2 for w, (x, p) in zip(STANDARD, pairs, strict=True)) / whole**2
        return (rate, *(rate + (spread / events) ** 0.5 * (limit - events) for limit in byar(events)))
    if method == "indirectly-standardised-ratio":
        country = band_counts(story.by_age, COUNTRY, n)
        expected = sum(p * country[age][0] / country[age][1] for age, (_, p) in bands.items())
        return (events / expected, *(limit / expected for limit in byar(events)))
    return life_table([x for x, _ in pairs], [p for _, p in pairs])


def life_table(deaths: Sequence[int], people: Sequence[int]) -> tuple[float, float, float]:
    """Years of life at birth with 95% limits, by an abridged table to 90 (Chiang)."""
    widths, alive, years, dying = [1, 4, *[5] * 17], [100_000.0], [], []
    for d, p, width in zip(deaths[:-1], people[:-1], widths, strict=True):
        share = 0.1 if len(alive) == 1 else 0.5
        q = width * d / p / (1 + width * (1 - share) * d / p)
        dying.append((q, d, share, width))
        alive.append(alive[-1] * (1 - q))
        years.append(width * (alive[-1] + share * (alive[-2] - alive[-1])))
    rate = deaths[-1] / people[-1]
    years.append(alive[-1] / rate)
    left = [sum(years[i:]) / alive[i] for i in range(len(alive))]
    variance = sum(
        alive[i] ** 2 * ((1 - share) * width + left[i + 1]) ** 2 * q**2 * (1 - q) / d
        for i, (q, d, share, width) in enumerate(dying)
        if d
    )
    variance += (alive[-1] / 2) ** 2 * 4 / (deaths[-1] * rate**2)
    reach = Z * variance**0.5 / alive[0]
    return left[0], left[0] - reach, left[0] + reach


def small(row: Row, definition: Definition) -> bool:
    """A count from 1 to 7 of a measure whose rule withholds such counts (data/framework/disclosure.yml)."""
    return definition.disclosure == "small-counts" and row["numerator"] != "" and 1 <= int(row["numerator"]) <= 7


def shown_value(row: Row, definition: Definition) -> float | None:
    """What a page may show of a row, before rounding; None where it shows no value."""
    if row["status"] != "shown" or small(row, definition):
        return None
    if definition.method == "as-published":
        return float(row["value"])
    return estimate(int(row["numerator"]), int(row["denominator"]), definition.method, definition.multiplier)[0]


def truths(pages: Mapping[str, Sequence[Row]]) -> list[Row]:
    """What a page must say of each measure in the report of 2026-27-q2."""
    defined, rows = definitions(), [r for page in pages.values() for r in page]
    found = []
    for story in STORIES:
        definition = defined[story.measure]
        truth = {
            "measure": story.measure,
            "state": story.state,
            "judged_by": story.judged_by,
            "due": story.due,
            "country": story.level,
            "target": story.target,
            "newest": story.newest,
            "newest_value": "",
            "ward_period": "",
            "wards_shown": "",
            "highest_ward": "",
            "highest_value": "",
            "lowest_ward": "",
            "lowest_value": "",
            "ward_gap": "",
        }
        for row in rows:
            plain = row["measure"] == story.measure and row["area"] == BOROUGH and not row["dimension"]
            if plain and row["period"] == story.newest:
                value = shown_value(row, definition)
                truth["newest_value"] = "" if value is None else f"{value:.6f}"
        if story.by_age:
            value = over_ages(story, definition.method, BOROUGH, -1)[0]
            truth["newest_value"] = f"{value * definition.multiplier:.6f}"
        if story.wards:
            newest = story.wards[-1]
            values = {
                r["area"]: value
                for r in rows
                if (r["measure"], r["vintage"], r["period"]) == (story.measure, newest.vintage, newest.period)
                and (value := shown_value(r, definition)) is not None
            }
            highest, lowest = max(values, key=values.__getitem__), min(values, key=values.__getitem__)
            truth |= {
                "ward_period": newest.period,
                "wards_shown": str(len(values)),
                "highest_ward": WARD_NAMES[highest],
                "highest_value": f"{values[highest]:.6f}",
                "lowest_ward": WARD_NAMES[lowest],
                "lowest_value": f"{values[lowest]:.6f}",
                "ward_gap": f"{values[highest] - values[lowest]:.6f}",
            }
        found.append(truth)
    return found


def withheld(pages: Mapping[str, Sequence[Row]]) -> Iterator[tuple[Row, str]]:
    """Every row that may not be shown, and why.

    A part (a ward, a group) that is the only small one beside its total takes the next smallest with it.
    """
    defined = definitions()
    parts: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in (r for page in pages.values() for r in page):
        if small(row, defined[row["measure"]]):
            yield row, "small count"
        if row["numerator"] and (row["dimension"] or row["vintage"] in WARDS):
            parts[row["measure"], row["period"], row["vintage"], row["dimension"]].append(row)
    for rows in parts.values():
        if sum(small(r, defined[r["measure"]]) for r in rows) == 1:
            others = [r for r in rows if not small(r, defined[r["measure"]]) and r["numerator"] != "0"]
            yield min(others, key=lambda r: int(r["numerator"])), "would reveal a small count"


def secrets(pages: Mapping[str, Sequence[Row]]) -> list[Row]:
    """Every figure that no built page may contain, with the texts it would be recognised by.

    `rounded` is the value as the measure shows it; `begins` are the value and its limits cut after the
    fifth decimal, as a number printed in full begins. A limit of 0 gives nothing away.
    """
    defined, found = definitions(), []
    for row, why in withheld(pages):
        definition = defined[row["measure"]]
        trio = estimate(int(row["numerator"]), int(row["denominator"]), definition.method, definition.multiplier)
        begins = "|".join(f"{v:.9f}"[:-4] for v in trio if v > 0)
        kept = ("measure", "area", "period", "dimension", "group", "numerator", "denominator")
        found.append(
            {k: row[k] for k in kept}
            | {
                "value": f"{trio[0]:.6f}",
                "rounded": f"{trio[0]:.{definition.decimals}f}",
                "begins": begins,
                "why": why,
            }
        )
    return found


def secret_pattern(secret: Mapping[str, str]) -> re.Pattern[str]:
    """What finds a row of secrets.csv in the text of a page: the rounded number, or one in full."""
    starts = "|".join(re.escape(text) for text in secret["begins"].split("|"))
    return re.compile(rf"(?<![\d.])(?:{re.escape(secret['rounded'])}(?!\d)|(?:{starts}))")


# ---- Boundaries --------------------------------------------------------------------------------------


def areas() -> list[Row]:
    columns = ("code", "vintage", "name", "short", "kind", "valid_from", "valid_to")
    rows = [
        (BOROUGH, VINTAGE[BOROUGH], "Madeborough", "Madeborough", "borough", "2013-04-01", ""),
        (REGION, VINTAGE[REGION], "Madeshire", "Madeshire", "region", "2009-01-01", ""),
        (COUNTRY, VINTAGE[COUNTRY], "Madeland", "Madeland", "country", "2009-01-01", ""),
        (
            NEIGHBOURS,
            VINTAGE[NEIGHBOURS],
            "Councils made up to be like Madeborough",
            "Similar councils",
            "neighbours",
            "2020-01-01",
            "",
        ),
        *((c, "ward-old", n, n, "ward", "2004-06-10", LAST_DAY_OLD.isoformat()) for c, n in WARD_OLD.items()),
        *((c, "ward-new", n, n, "ward", FIRST_DAY_NEW.isoformat(), "") for c, n in WARD_NEW.items()),
    ]
    return [dict(zip(columns, row, strict=True)) for row in rows]


def shapes() -> str:
    """The eight old wards: four across, two up, in the North Sea, sharing bent edges exactly.

    Corners are moved about a little, so that no ward is a rectangle and areas differ.
    """
    rng = np.random.default_rng([SEED, 8])
    across, up = (2.00, 2.035, 2.09, 2.12, 2.18), (56.00, 56.025, 56.045)
    corner = {
        (i, j): [
            round(x + float(rng.uniform(-0.006, 0.006)), 5),
            round(y + float(rng.uniform(-0.003, 0.003)), 5),
        ]
        for i, x in enumerate(across)
        for j, y in enumerate(up)
    }

    def middle(a: tuple[int, int], b: tuple[int, int]) -> list[float]:
        """A bend halfway along an edge; the same from either side."""
        (x1, y1), (x2, y2) = corner[min(a, b)], corner[max(a, b)]
        bend = 0.0015 * (-1) ** (sum(a) + sum(b))
        return [round((x1 + x2) / 2 + bend, 5), round((y1 + y2) / 2 + bend / 2, 5)]

    features = []
    for place, (code, name) in enumerate(WARD_OLD.items()):
        i, j = place % 4, place // 4
        ring = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1), (i, j)]
        points = [p for a, b in pairwise(ring) for p in (corner[a], middle(a, b))]
        features.append(
            {
                "type": "Feature",
                "properties": {"ward_code": code, "ward_name": name},
                "geometry": {"type": "Polygon", "coordinates": [[*points, corner[ring[0]]]]},
            }
        )
    lines = ",\n".join(json.dumps(feature) for feature in features)
    return f'{{"type": "FeatureCollection", "name": "ward-old", "features": [\n{lines}\n]}}\n'


# ---- Writing -----------------------------------------------------------------------------------------


def table(rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def confirmed() -> str:
    entries = (f"  - oddity: {name}\n    role: {role}\n    reason: {reason}\n" for name, role, reason in CONFIRMED)
    return f"confirmations:\n{''.join(entries)}"


def files() -> dict[str, str]:
    """Every file this script writes, by its path below tests/borough."""
    pages = observations()
    return {
        **{f"data/figures/{page}.csv": table(rows) for page, rows in sorted(pages.items())},
        "data/figures/confirmed.yml": confirmed(),
        "data/boundaries/areas.csv": table(areas()),
        "data/boundaries/ward-old.geojson": shapes(),
        "truth.csv": table(truths(pages)),
        "secrets.csv": table(secrets(pages)),
    }


if __name__ == "__main__":
    for name, content in files().items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")
