"""What is unlikely is asked about, under a name that can be confirmed; steady figures and known ones are left alone."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.framework import Framework, load_framework
from pmif.framework.model import DefinitionChange
from pmif.geography import Areas, load_areas
from pmif.hub import STORED, Confirmation
from pmif.hub.columns import KEY
from pmif.intake import read_tables
from pmif.intake.schema import typed
from pmif.intake.screening import Oddity, screen, side_by_side, stray_confirmations, unconfirmed
from pmif.methods import METHODS
from pmif.period import Period
from tests.conftest import BOROUGH, PROJECT

BEHAVIOUR = "anti-social-behaviour"  # a rate per 1,000 from counts, by quarter
WAGES = "jobs-below-living-wage"  # a percentage as published, by financial year
SICKNESS = "days-lost-to-sickness"  # days as published, by quarter
HERE = ("Z99000001", "borough-made-up")


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_framework(BOROUGH, METHODS)


@pytest.fixture(scope="module")
def areas() -> Areas:
    return load_areas(BOROUGH)


@pytest.fixture
def asked(framework, areas):
    """Screen the last figure beside the others; what is asked, by kind."""

    def screened(rows: pd.DataFrame) -> dict[str, Oddity]:
        found = screen(rows.tail(1), rows.iloc[:-1], framework, areas)
        return {oddity.name.split("/")[3]: oddity for oddity in found}

    return screened


def row(measure: str, period: str, area: tuple[str, str] = HERE, **cells: str | float) -> dict[str, str]:
    named = {
        "measure": measure,
        "area": area[0],
        "vintage": area[1],
        "period": period,
        "status": "shown",
        "published": Period.parse(period).next.end.isoformat(),
        "published_basis": "on",
        "source": "figures-made-up",
        "file": "return.xlsx",
        "sheet": "Figures",
        "cell": f"F{period[-1]}",
    }
    return {**dict.fromkeys(STORED, ""), **named, **{c: str(cell) for c, cell in cells.items()}}


def table(rows: Sequence[dict[str, str]]) -> pd.DataFrame:
    return typed(pd.DataFrame(list(rows), columns=STORED, dtype="str"))


def run(measure: str, first: str, figures: Sequence[float | tuple[float, float]], **cells: str) -> pd.DataFrame:
    """A series of values, or of counts and their denominators."""
    period, rows = Period.parse(first), []
    for figure in figures:
        counts = isinstance(figure, tuple)
        given = {"numerator": figure[0], "denominator": figure[1]} if counts else {"value": figure}
        rows.append(row(measure, period.id, **{**given, **cells}))
        period = period.next
    return table(rows)


STEADY = [10.2, 10.9, 10.4, 11.1, 10.6, 10.3, 10.8, 10.5]


def test_a_steady_figure_is_not_asked_about(asked):
    assert asked(run(SICKNESS, "2024-25-q1", [*STEADY, 10.7])) == {}


def test_a_figure_far_from_the_others_is_asked_about_with_what_is_usual(asked):
    found = asked(run(SICKNESS, "2024-25-q1", [*STEADY, 18.7]))

    assert set(found) == {"spike"}
    name = f"{SICKNESS}/Z99000001/2026-27-q1/spike"
    assert found["spike"] == Oddity(
        name=name,
        measure=SICKNESS,
        place="return.xlsx, sheet 'Figures', cell F1",
        problem="value 18.7 is far from what is usual: the 8 figures before lie between 10.2 and 11.1, and the last is "
        "10.5",
        sheet="Figures",
        cell="F1",
    )
    advice = f"confirm it with --confirm {name} and a reason, or send a corrected file"
    assert found["spike"].asked == f"{found['spike'].problem}: {advice}"


def test_one_wild_figure_in_the_past_hides_nothing(asked):
    assert "spike" in asked(run(SICKNESS, "2024-25-q1", [10.2, 10.9, 10.4, 39.0, 10.6, 10.3, 10.8, 10.5, 18.7]))


def test_four_earlier_figures_are_too_few_for_a_spike(asked):
    assert "spike" not in asked(run(SICKNESS, "2024-25-q1", [*STEADY[:4], 18.7]))
    assert "spike" in asked(run(SICKNESS, "2024-25-q1", [*STEADY[:5], 30.7]))


def test_figures_before_a_change_of_definition_say_nothing_of_those_after_it(framework, areas):
    rows = run(SICKNESS, "2024-25-q1", [*STEADY, 18.7])
    change = DefinitionChange(since="2026-27-q1", what="Agency staff are counted too")
    measures = [
        m.model_copy(update={"definition_changes": (change,)}) if m.id == SICKNESS else m for m in framework.measures
    ]
    changed = framework.model_copy(update={"measures": tuple(measures)})

    assert len(screen(rows.tail(1), rows.iloc[:-1], framework, areas)) == 1
    assert screen(rows.tail(1), rows.iloc[:-1], changed, areas) == []


def test_a_season_that_comes_every_year_is_not_asked_about(asked):
    winter = [10.1, 10.4, 10.2, 18.3, 10.3, 10.2, 10.0, 18.8, 10.2, 10.1, 10.4, 18.5]

    assert asked(run(SICKNESS, "2023-24-q1", winter)) == {}
    assert "spike" in asked(run(SICKNESS, "2023-24-q1", [*winter[:-2], 18.5]))


def test_small_counts_may_vary_as_chance_has_it(asked):
    few = [(5, 20000), (3, 20000), (6, 20000), (4, 20000), (5, 20000), (4, 20000), (6, 20000)]

    assert asked(run(BEHAVIOUR, "2024-25-q1", [*few, (10, 20000)])) == {}
    assert "spike" in asked(run(BEHAVIOUR, "2024-25-q1", [*few, (30, 20000)]))


@pytest.mark.parametrize("scatter", ["chance", "more than chance"])
@pytest.mark.parametrize("level", [5, 40, 2_000])
def test_at_most_one_steady_series_in_a_hundred_raises_a_false_alarm(framework, areas, level, scatter):
    rng = np.random.default_rng(level)
    size = (2_000, 9)
    counts = rng.poisson(level, size) if scatter == "chance" else np.round(rng.normal(level, level / 8, size)).clip(1)
    rows = pd.concat(
        [run(BEHAVIOUR, "2024-25-q1", [0] * 9)] * len(counts), ignore_index=True
    ).assign(value=np.nan, numerator=counts.ravel().astype(float), denominator=20_000.0)  # fmt: skip
    rows["dimension"], rows["group"] = "series", pd.Series(np.repeat(np.arange(len(counts)), 9), dtype="str")
    newest = rows["period"] == "2026-27-q1"

    assert len(screen(rows[newest], rows[~newest], framework, areas)) <= len(counts) / 100


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (107, "value 107 is about 10 times the usual 10.55"),
        (1070, "value 1,070 is about 100 times the usual 10.55"),
        (1.07, "value 1.07 is about a 10th of the usual 10.55"),
    ],
)
def test_a_figure_in_another_unit_is_told_as_such(asked, sent, says):
    found = asked(run(SICKNESS, "2024-25-q1", [*STEADY, sent]))

    assert set(found) == {"unit-slip"}
    assert found["unit-slip"].problem.startswith(says)


def test_a_fraction_sent_for_a_percentage_is_seen_at_the_first_figure(asked):
    first = asked(run(WAGES, "2025-26", [0.183]))
    assert "as if a fraction had been sent for 18.3%" in first["unit-slip"].problem

    elsewhere = [
        row(WAGES, f"{y}-{y - 1999}", ("Z92000001", "country-made-up"), value=17 + y % 3) for y in range(2018, 2025)
    ]
    second = asked(table([*elsewhere, row(WAGES, "2025-26", value=0.183)]))
    assert "is about a 100th of the 18 usual elsewhere" in second["unit-slip"].problem
    assert asked(table([*elsewhere, row(WAGES, "2025-26", value=18.3)])) == {}


def test_a_sign_never_seen_before_is_asked_about(asked):
    gaps = [21.0, 34.5, 12.2, 28.9, 40.1, 15.5]

    assert set(asked(run("budget-gap", "2018-19", [*gaps, -18.3]))) == {"direction-flip"}
    assert asked(run("budget-gap", "2018-19", [*gaps[:-1], -3.0, -18.3])) == {}


def test_the_last_period_sent_again_is_asked_about(asked):
    counts = [(1534, 20127), (1489, 20209), (1571, 20154), (1502, 20188), (1545, 20231), (1517, 20166)]

    found = asked(run(BEHAVIOUR, "2024-25-q1", [*counts, counts[-1]]))
    assert set(found) == {"copied"}
    assert found["copied"].problem.startswith("1,517 of 20,166 (75.2) is the figure of the period before, digit")
    assert set(asked(run(BEHAVIOUR, "2024-25-q1", [counts[0], counts[0]]))) == {"copied"}
    assert asked(run(BEHAVIOUR, "2024-25-q1", [*counts, (1517, 20170)])) == {}


@pytest.mark.parametrize(
    "figures",
    [
        STEADY[:7] + STEADY[6:7],  # a tenth of a day: one in a few quarters is the same
        [(4, 11600), (2, 11600), (3, 11600), (2, 11600), (1, 11600), (1, 11600)],  # a population that stays
        [100, 98.2, 97.4, 99.1, 100, 100],
    ],
)
def test_a_figure_that_may_well_stay_the_same_is_not_asked_about(asked, figures):
    measure, first = (BEHAVIOUR, "2024-25-q1") if isinstance(figures[0], tuple) else (SICKNESS, "2024-25-q1")
    measure, first = (WAGES, "2018-19") if figures[0] == 100 else (measure, first)

    assert asked(run(measure, first, figures)) == {}


def test_a_denominator_that_is_suddenly_another_is_asked_about(asked):
    counts = [(1534, 20127), (1489, 20209), (1571, 20154), (1502, 20188), (1545, 20231), (1517, 20166)]
    found = asked(run(BEHAVIOUR, "2024-25-q1", [*counts, (1210, 16020)]))

    assert set(found) == {"denominator-jump"}
    assert found["denominator-jump"].problem.startswith(
        "denominator 16,020 is far from what is usual: the 6 before lie between 20,127 and 20,231"
    )
    assert asked(run(BEHAVIOUR, "2024-25-q1", [*counts, (1540, 20640)])) == {}
    assert "denominator-jump" in asked(run(BEHAVIOUR, "2024-25-q1", [(1534, 20127), (3068, 40254)]))


@pytest.mark.parametrize(
    ("value", "odd"), [("16.7", False), ("16.67", False), ("17", False), ("16.3", True), ("0.167", True)]
)
def test_a_value_is_what_its_counts_make_as_far_as_it_is_rounded(asked, value, odd):
    found = asked(table([row(WAGES, "2025-26", value=value, numerator=50, denominator=300)]))

    assert ("mismatch" in found) is odd
    if odd:
        assert "is not what its counts make: 50 of 300 is 16.67" in found["mismatch"].problem


def test_a_figure_from_before_its_period_ended_is_asked_about(framework, areas):
    early = table([row(SICKNESS, "2026-27-q2", value=10.5, published="2026-08-01")])
    (oddity,) = screen(early, early.iloc[0:0], framework, areas)

    assert oddity.name == f"{SICKNESS}/Z99000001/2026-27-q2/future"
    assert "is dated 2026-08-01, before its period ends on 2026-09-30" in oddity.problem

    planned = framework.measure(SICKNESS).model_copy(update={"definition": "Days that the plan of 2026 budgeted for"})
    others = [m for m in framework.measures if m.id != SICKNESS]
    plans = framework.model_copy(update={"measures": (*others, planned.model_copy(update={"title": "Planned days"}))})
    assert screen(early, early.iloc[0:0], plans, areas) == []


def test_one_figure_down_a_column_of_wards_is_asked_about_once(framework, areas):
    wards = [(a.code, a.vintage) for a in areas.wards("ward-old")]
    poor = "poor-health"
    alike = table([row(poor, "2021-03-21", ward, numerator=312, denominator=5100) for ward in wards])
    found = screen(alike, alike.iloc[0:0], framework, areas)

    assert [o.name for o in found] == [f"{poor}/wards/2021-03-21/copied"]
    assert "is the figure of 8 wards" in found[0].problem
    own = alike.assign(numerator=[312.0 + n for n in range(len(wards))])
    assert screen(own, own.iloc[0:0], framework, areas) == []


@pytest.mark.parametrize(
    ("everyone", "says"),
    [
        (2528, ""),
        (2550, ""),  # 22 cases whose ward nobody knows
        (2500, "add up to 2,528, more than everyone's 2,500"),
        (2700, "add up to 2,528, less than everyone's 2,700"),
    ],
)
def test_wards_make_their_borough(framework, areas, everyone, says):
    wards = [(a.code, a.vintage) for a in areas.wards("ward-old")]
    counts = [301, 312, 309, 321, 330, 318, 322, 315]
    rows = [
        row("poor-health", "2021-03-21", w, numerator=n, denominator=9000) for w, n in zip(wards, counts, strict=True)
    ]
    whole = row("poor-health", "2021-03-21", numerator=everyone, denominator=72000)
    found = screen(table([*rows, whole]), table([]), framework, areas)

    assert [o.name.rsplit("/", 1)[1] for o in found] == (["parts"] if says else [])
    assert not says or f"the numerators of the 8 wards {says}" in found[0].problem
    # With a ward missing, the others may well be less than the borough, but never more.
    some = screen(table([*rows[1:], whole]), table([]), framework, areas)
    assert some == []


def test_groups_are_never_more_than_everyone_but_may_be_less(framework, areas):
    (measure,) = [m for m in framework.measures if "sex" in m.groups and m.method == "proportion"][:1]
    period = next(
        p for p in ("2025-26", "2025-26-school", "2025", "2025-26-q1") if Period.parse(p).kind == str(measure.frequency)
    )

    def odd(men: int) -> list[str]:
        groups = [
            row(measure.id, period, dimension="sex", group=g, numerator=n, denominator=4000)
            for g, n in (("male", men), ("female", 512))
        ]
        rows = table([row(measure.id, period, numerator=1001, denominator=8000), *groups])
        return [o.name for o in screen(rows, table([]), framework, areas)]

    assert odd(489) == []
    assert odd(300) == []
    assert odd(589) == [f"{measure.id}/Z99000001/{period}/parts/sex"]


def test_what_the_hub_already_holds_is_not_asked_about_again(framework, areas):
    rows = run(SICKNESS, "2024-25-q1", [*STEADY, 18.7])
    again = rows.tail(1).assign(published="2027-01-01")

    assert screen(again, rows, framework, areas) == []
    assert len(screen(again.assign(value=19.7), rows, framework, areas)) == 1


def test_a_figure_withheld_or_unavailable_is_not_screened(asked):
    rows = run(SICKNESS, "2024-25-q1", [*STEADY, 18.7])
    rows.loc[8, ["status", "value"]] = ["unavailable", np.nan]

    assert asked(rows) == {}


def test_an_oddity_is_named_with_its_group(framework, areas):
    rows = run(BEHAVIOUR, "2024-25-q1", [(1500 + n, 20000 + 7 * n) for n in range(8)], dimension="sex", group="male")
    rows.loc[7, "numerator"] = 2900
    (oddity,) = screen(rows.tail(1), rows.iloc[:-1], framework, areas)

    assert oddity.name == f"{BEHAVIOUR}/Z99000001/2025-26-q4/spike/sex=male"


def test_nothing_is_odd_about_no_rows(framework, areas):
    assert screen(table([]), run(SICKNESS, "2024-25-q1", STEADY), framework, areas) == []


# --- all at once ----------------------------------------------------------------------------------------


@st.composite
def spoilt(draw) -> tuple[pd.DataFrame, np.ndarray]:
    """Some series of each of three measures, with mistakes here and there, and which rows are newly sent."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    kinds = [(BEHAVIOUR, "2022-23-q1"), (SICKNESS, "2022-23-q1"), (WAGES, "2012-13")]
    tables = []
    for number in range(draw(st.integers(1, 6))):
        measure, first = kinds[number % 3]
        length = int(rng.integers(7, 16))
        level = rng.normal(60, 2, length) * rng.choice([1, 1, 1, 1, 1, 1, 10, 0.1, 2, 0.5, -1], length)
        figures = [(round(abs(x) * 30), int(rng.integers(29_000, 31_000) * rng.choice([1, 1, 1, 1.3]))) for x in level]
        series = figures if measure == BEHAVIOUR else [round(float(x), 1) for x in level]
        for at in np.flatnonzero(rng.random(length - 1) < 0.1):
            series[at + 1] = series[at]
        tables.append(run(measure, first, series, dimension="series", group=str(number)))
        tables[-1]["row"] = [f"{number}-{at}" for at in range(length)]
    rows = pd.concat(tables, ignore_index=True)
    place = rows.groupby("group").cumcount().to_numpy()
    return rows, (place >= 4) & (rng.random(len(rows)) < draw(st.sampled_from([0.2, 0.6, 1.0])))


@given(given=spoilt())
def test_a_series_among_others_is_judged_as_it_is_alone(framework, areas, given):
    rows, new = given

    def asked_of(rows: pd.DataFrame, new: np.ndarray) -> list[tuple[str, str]]:
        return [(o.name, o.problem) for o in screen(rows[new].reset_index(drop=True), rows[~new], framework, areas)]

    alone = [
        odd
        for group in rows["group"].unique()
        for odd in asked_of(rows[rows["group"] == group], new[rows["group"] == group])
    ]
    assert sorted(asked_of(rows, new)) == sorted(alone)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(side_by_side, "AT_ONCE", 3)
        assert sorted(asked_of(rows, new)) == sorted(alone)


@given(given=spoilt())
def test_what_is_known_already_may_come_along_and_changes_nothing(framework, areas, given):
    """A table that has grown, as categories, asks what only its new figures ask."""
    rows, new = given
    news, held = rows[new].reset_index(drop=True), rows[~new]
    grown = rows.astype(dict.fromkeys([*KEY, "status", "published"], "category"))

    def told(odd: list[Oddity]) -> list[tuple[str, str]]:
        return [(o.name, o.problem) for o in odd]

    assert told(screen(grown, held, framework, areas)) == told(screen(news, held, framework, areas))


def test_what_is_sent_is_judged_even_where_a_later_figure_is_known(framework, areas):
    rows = run(SICKNESS, "2024-25-q1", [*STEADY, 18.7])
    known = rows.tail(1).assign(value=10.4, published="2031-01-01")
    (oddity,) = screen(rows.tail(1), pd.concat([rows.iloc[:-1], known]), framework, areas)

    assert oddity.problem.startswith("value 18.7 is far from what is usual")


# --- confirming ---------------------------------------------------------------------------------------


ODD = [Oddity(f"{SICKNESS}/Z99000001/2026-27-q1/{kind}", SICKNESS, "", "") for kind in ("spike", "copied")]


def confirmation(name: str, reason: str = "Counted again on 3 October") -> Confirmation:
    return Confirmation(oddity=name, role="children", reason=reason)


def test_a_confirmed_oddity_is_settled_and_the_others_are_not():
    assert unconfirmed(ODD, [confirmation(ODD[0].name)]) == [ODD[1]]
    assert unconfirmed(ODD, []) == ODD
    assert stray_confirmations(ODD, [confirmation(ODD[0].name)], ["here"]) == []


def test_a_confirmation_of_nothing_odd_is_refused_with_the_nearest_name():
    name = f"{SICKNESS}/Z99000001/2026-27-q1/spikes"
    near, far = stray_confirmations(ODD, [confirmation(name), confirmation("x")], ["here", "there"])

    assert (near.place, far.place) == ("here", "there")
    assert near.problem.startswith(f"nothing odd is named '{name}': did you mean {ODD[0].name}")
    assert far.problem == "nothing odd is named 'x': leave it out"


def test_a_confirmation_needs_a_reason():
    (fault,) = stray_confirmations(ODD, [confirmation(ODD[0].name, " ")], ["here"])

    assert fault.problem == "has no reason: say how it is known that the figure is right"


# --- real figures ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("root", "most"), [(PROJECT, 4), (BOROUGH, 4)])
def test_few_of_the_newest_figures_of_a_real_book_are_asked_about(root, most):
    framework, areas = load_framework(root, METHODS), load_areas(root)
    rows = pd.concat([held.rows for held in read_tables(root, framework, areas)], ignore_index=True)
    end = rows["period"].map(lambda period: Period.parse(period).end)
    newest = end == end.groupby(rows["measure"]).transform("max")

    assert newest.sum() > 200
    assert len(screen(rows[newest], rows[~newest], framework, areas)) <= most
