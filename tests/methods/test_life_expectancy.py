import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pmif.errors import MethodError
from pmif.methods.life_expectancy import ABOUT, AGES, life_expectancy
from tests.methods.reference import cases

FILES = "life_expectancy_inputs.csv", "life_expectancy_outputs.csv"

# A town of 100,000 with an ordinary mortality, for tests to spoil.
PEOPLE = np.array([1000.0, 4000, *[6000] * 14, 5000, 3500, 1800, 700])
DEATHS = np.array([4.0, 1, 1, 1, 2, 3, 4, 6, 8, 11, 16, 24, 38, 55, 85, 130, 180, 220, 200, 150])


@pytest.mark.parametrize("case", cases("life-expectancy", *FILES))
def test_agrees_with_the_reference_software(case):
    deaths, population = case.column(FILES[0], "deaths"), case.column(FILES[0], "population")
    outputs = case.rows[FILES[1]]
    assert sorted(case.column(FILES[0], "startage")) == case.column(FILES[0], "startage")
    if outputs[0]["status"] == "error":
        with pytest.raises(MethodError, match="not in the 20 age bands"):
            life_expectancy([deaths], [population])
        return
    if "negative deaths" in outputs[0]["warning"]:
        with pytest.raises(MethodError, match=r"1 of 20 observations have a negative count, first \(0, 4\)"):
            life_expectancy([deaths], [population])
        assert all(row["value"] == row["lower95"] == "" for row in outputs)
        return

    assert case.column(FILES[1], "startage") == list(AGES)
    for confidence, digits in ((0.95, "95"), (0.998, "998")):
        estimate = life_expectancy([deaths], [population], confidence)
        for made, name in (
            (estimate.value, "value"),
            (estimate.lower, f"lower{digits}"),
            (estimate.upper, f"upper{digits}"),
        ):
            assert made[0] == pytest.approx(case.column(FILES[1], name), rel=1e-9, abs=0, nan_ok=True)
        withheld = [math.isnan(value) for value in case.column(FILES[1], "value")]
        assert (estimate.reason[0] == "95% interval wider than 20 years").tolist() == withheld
        assert (estimate.reason[0] == "").tolist() == [not reason for reason in withheld]
    for name, used in (("deaths", "deaths_used"), ("population", "pops_used")):  # from each age up
        assert np.cumsum(case.column(FILES[0], name)[::-1])[::-1].tolist() == case.column(FILES[1], used)


def life_table_by_hand(deaths, population):
    """The table of Eayres and Williams (2004), written out one band at a time with 100,000 newborn."""
    widths = [1, 4] + [5] * 17
    alive, lived, chance = [100_000.0], [], []
    for band in range(19):
        rate, n, a = deaths[band] / population[band], widths[band], 0.1 if band == 0 else 0.5
        chance.append(n * rate / (1 + n * rate * (1 - a)) if deaths[band] <= population[band] / (n * a) else 1.0)
        alive.append(alive[band] * (1 - chance[band]))
        lived.append(n * (alive[band + 1] + a * (alive[band] - alive[band + 1])))
    last_rate = deaths[19] / population[19]
    lived.append(alive[19] / last_rate)
    left = [sum(lived[band:]) / alive[band] for band in range(20)]
    errors = []
    for start in range(20):
        total = (alive[19] / 2) ** 2 * 4 / (deaths[19] * last_rate**2)
        for band in range(start, 19):
            n, a, q = widths[band], 0.1 if band == 0 else 0.5, chance[band]
            s2 = q**2 * (1 - q) / deaths[band] if deaths[band] else 0
            total += alive[band] ** 2 * ((1 - a) * n + left[band + 1]) ** 2 * s2
        errors.append(math.sqrt(total) / alive[start])
    return left, errors


def test_agrees_with_the_published_table_written_out_band_by_band():
    left, errors = life_table_by_hand(DEATHS, PEOPLE)
    estimate = life_expectancy([DEATHS], [PEOPLE])

    assert 75 < left[0] < 85
    assert estimate.value[0] == pytest.approx(left, rel=1e-12)
    assert estimate.upper[0] - estimate.value[0] == pytest.approx(np.multiply(errors, 1.959963984540054), rel=1e-9)
    assert estimate.value[0] - estimate.lower[0] == pytest.approx(np.multiply(errors, 1.959963984540054), rel=1e-9)


def test_those_of_90_live_as_many_years_as_there_are_people_to_a_death():
    # 150 deaths among 700 people: 700 ÷ 150 = 4.6667 years, with an error of √(4 ÷ (150 × (150 ÷ 700)²)) ÷ 2 = 0.3810
    estimate = life_expectancy([DEATHS], [PEOPLE])

    assert estimate.value[0, -1] == pytest.approx(700 / 150)
    assert estimate.upper[0, -1] - estimate.value[0, -1] == pytest.approx(1.959964 * 0.3810, abs=1e-4)


survival = arrays(float, 19, elements=st.floats(0.7, 1))


@given(survival, st.floats(1, 8))
def test_where_births_and_deaths_are_even_life_expectancy_is_people_over_births(share, last_years):
    # In a population that never changes, the people of each age are the years lived in it, and the deaths are
    # those who do not reach the next: people from an age on, over those who reach it, is what the table must find.
    widths, early = np.diff(AGES), np.where(np.diff(AGES) == 1, 0.1, 0.5)
    reach = 100_000 * np.concatenate([[1], np.cumprod(share)])
    deaths = np.append(reach[:-1] - reach[1:], reach[-1])
    people = np.append(widths * (reach[1:] + early * (reach[:-1] - reach[1:])), reach[-1] * last_years)
    assume((deaths <= people).all())

    estimate = life_expectancy([deaths], [people])

    assert estimate.value[0] == pytest.approx(np.cumsum(people[::-1])[::-1] / reach, rel=1e-9)


more_deaths = arrays(float, 20, elements=st.integers(0, 40).map(float))


@given(more_deaths)
def test_more_deaths_shorten_life_and_limits_stand_around_it(extra):
    few, many = life_expectancy([DEATHS], [PEOPLE]), life_expectancy([DEATHS + extra], [PEOPLE])

    assert many.reason.tolist() == [[""] * 20]
    assert (many.value <= few.value * (1 + 1e-12)).tolist() == [[True] * 20]
    assert (many.lower < many.value).tolist() == [[True] * 20]
    assert (many.value < many.upper).tolist() == [[True] * 20]


@given(st.integers(2, 20))
def test_more_people_with_the_same_rates_live_as_long_and_are_surer_of_it(times):
    here, there = life_expectancy(DEATHS, PEOPLE), life_expectancy(DEATHS * times, PEOPLE * times)

    assert there.value == pytest.approx(here.value)
    assert there.upper - there.value == pytest.approx((here.upper - here.value) / math.sqrt(times))


@given(more_deaths, more_deaths)
def test_an_area_does_not_depend_on_its_neighbours(one, another):
    spoilt = DEATHS.copy()
    spoilt[3] = np.nan
    together = life_expectancy([DEATHS + one, spoilt, DEATHS + another], [PEOPLE] * 3)
    alone = life_expectancy(DEATHS + another, PEOPLE)

    # Sums over many rows at once may add in another order, which the last binary digit shows.
    assert together.value[2] == pytest.approx(alone.value, rel=1e-12)
    assert together.upper[2] == pytest.approx(alone.upper, rel=1e-12)
    assert np.isnan(together.value[1]).tolist() == [True] * 20


def spoil(figures, band, value):
    spoilt = figures.copy()
    spoilt[band] = value
    return spoilt


LACKING = [
    (spoil(DEATHS, 5, np.nan), PEOPLE, "deaths missing"),
    (DEATHS, spoil(PEOPLE, 5, np.nan), "population missing"),
    (DEATHS, spoil(PEOPLE, 5, 0), "nobody in an age band"),
    (spoil(DEATHS, 1, 4001), PEOPLE, "more deaths than people in an age band"),
    (spoil(DEATHS, 19, 701), PEOPLE, "more deaths than people in an age band"),
    (DEATHS / 20, PEOPLE / PEOPLE.sum() * 5000, "no more than 5,000 people"),
    (spoil(DEATHS, 19, 0), PEOPLE, "no deaths at 90 and over"),
]


@pytest.mark.parametrize(("deaths", "population", "reason"), LACKING)
def test_an_area_that_cannot_have_a_table_says_why_at_every_age(deaths, population, reason):
    estimate = life_expectancy([DEATHS, deaths], [PEOPLE, population])

    assert estimate.reason.tolist() == [[""] * 20, [reason] * 20]
    for part in (estimate.value, estimate.lower, estimate.upper):
        assert np.isnan(part).tolist() == [[False] * 20, [True] * 20]


def test_missing_deaths_are_not_taken_for_certain_death_as_the_reference_software_takes_them():
    estimate = life_expectancy(spoil(DEATHS, 12, np.nan), PEOPLE)

    assert np.isnan(estimate.value).tolist() == [True] * 20
    assert estimate.reason.tolist() == ["deaths missing"] * 20


def test_an_area_of_5001_people_is_large_enough():
    estimate = life_expectancy([DEATHS / 20], [PEOPLE / PEOPLE.sum() * 5001])

    assert "no more than 5,000 people" not in estimate.reason.tolist()[0]


def test_a_value_is_withheld_where_the_95_percent_interval_is_wider_than_20_years_and_the_limits_are_shown():
    # One death among 60 at 90 and over gives 60 years, with an error of √(4 × 60² ÷ 1) ÷ 2 = 60: far too wide.
    deaths, people = spoil(DEATHS, 19, 1), spoil(PEOPLE, 19, 60)
    for confidence in (0.9, 0.95, 0.998):
        estimate = life_expectancy(deaths, people, confidence)
        assert estimate.reason[-1] == "95% interval wider than 20 years"
        assert np.isnan(estimate.value[-1])
        middle = (estimate.lower[-1] + estimate.upper[-1]) / 2
        assert middle == pytest.approx(60)
    assert estimate.upper[-1] - estimate.lower[-1] == pytest.approx(2 * 3.090232 * 60, rel=1e-6)


def test_it_is_the_95_percent_interval_that_must_not_be_wider_whatever_the_limits_shown():
    # 2 deaths among 10: 5 years, error √(4 ÷ (2 × 0.2²)) ÷ 2 = 3.54, so 13.9 years wide at 95% and 21.9 at 99.8%
    deaths, people = spoil(DEATHS, 19, 2), spoil(PEOPLE, 19, 10)
    estimate = life_expectancy(deaths, people, 0.998)

    assert estimate.upper[-1] - estimate.lower[-1] == pytest.approx(21.85, abs=5e-3)
    assert estimate.value[-1] == pytest.approx(5)
    assert estimate.reason[-1] == ""


def test_nobody_is_left_alive_once_a_band_has_taken_all():
    # 2,500 of 6,000 die in a band of 5 years: more than 6,000 ÷ (5 × 0.5) = 2,400, so none of the table leaves it.
    estimate = life_expectancy(spoil(DEATHS, 4, 2500), PEOPLE)

    assert estimate.reason.tolist() == [""] * 5 + ["nobody left alive at this age"] * 15
    assert np.isnan(estimate.value).tolist() == [False] * 5 + [True] * 15
    assert np.isnan(estimate.lower).tolist() == [False] * 5 + [True] * 15
    assert estimate.value[4] == pytest.approx(2.5)  # half of the band's five years
    assert estimate.upper[4] == pytest.approx(2.5)


def test_no_limits_are_certain():
    estimate = life_expectancy(DEATHS, PEOPLE, confidence=1)

    assert estimate.value == pytest.approx(life_expectancy(DEATHS, PEOPLE).value)
    assert np.isnan([estimate.lower, estimate.upper]).tolist() == [[True] * 20] * 2
    assert estimate.reason.tolist() == ["no limits are certain"] * 20


@pytest.mark.parametrize(
    ("deaths", "population", "words"),
    [
        (spoil(DEATHS, 4, -1), PEOPLE, "negative count, first 4: .* deaths"),
        (DEATHS, spoil(PEOPLE, 4, -1), "negative count, first 4: .* population"),
        (DEATHS[1:], PEOPLE[1:], r"\(19,\) are not in the 20 age bands"),
        (DEATHS, PEOPLE[1:], "shapes differ"),
        (1, 2, "not in the 20 age bands"),
        (spoil(DEATHS, 4, np.inf), PEOPLE, "infinite deaths"),
    ],
)
def test_figures_that_can_only_be_mistakes_are_refused(deaths, population, words):
    with pytest.raises(MethodError, match=words):
        life_expectancy(deaths, population)


def test_a_wrong_confidence_is_refused():
    with pytest.raises(MethodError, match="give a fraction"):
        life_expectancy(DEATHS, PEOPLE, confidence=95)


def test_the_methods_page_can_show_the_formula_in_an_ordinary_font():
    assert ABOUT.id == "life-expectancy"
    assert [letter for letter in ABOUT.formula if ord(letter) > 255 and letter not in "√Σ≤≥−χ"] == []
