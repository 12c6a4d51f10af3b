import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.errors import MethodError
from pmif.methods.spatial import gearys_c, local_moran, morans_i, row_standardised
from tests.methods.reference import Case, cases, number

INPUTS, NEIGHBOURS, GLOBAL, LOCAL = (
    "spatial_inputs.csv",
    "spatial_neighbours.csv",
    "spatial_global.csv",
    "spatial_local.csv",
)
# The neighbours' file also holds those of the cases of smoothing.
CASES = cases("spatial", INPUTS, NEIGHBOURS, GLOBAL, LOCAL, only=["SA003", "SA009", "SA010"])


def mapped(case: Case):
    """A case's values, and the weights of its neighbours."""
    pairs = [(int(r["area"]) - 1, int(r["neighbour"]) - 1) for r in case.rows[NEIGHBOURS] if r["neighbour"]]
    values = case.column(INPUTS, "value")
    return values, row_standardised(len(values), pairs)


@pytest.mark.parametrize("case", CASES)
def test_agrees_with_the_reference(case):
    values, weights = mapped(case)
    row = case.rows[GLOBAL][0]
    found, geary, local = morans_i(values, weights), gearys_c(values, weights), local_moran(values, weights)
    if row["status"] == "error":
        assert found.reason == geary.reason == local.reason[0] == "all areas are equal"
        assert np.isnan([found.i, found.p, geary.c, local.i[0]]).tolist() == [True] * 4
        assert local.quadrant.tolist() == [""] * len(values)
        return
    assert len(values) == int(row["n"])
    columns = {
        "morans_i": found.i,
        "expected": found.expected,
        "variance_randomisation": found.variance,
        "z_randomisation": found.z,
        "p_two_sided_randomisation": found.p,
        "variance_normality": found.variance_normality,
        "z_normality": found.z_normality,
        "p_two_sided_normality": found.p_normality,
        "gearys_c": geary.c,
    }
    for name, ours in columns.items():
        assert ours == pytest.approx(number(row[name]), rel=1e-9), name
    assert found.reason == ""

    theirs = {"i": "local_i", "expected": "expected", "variance": "variance", "z": "z", "p": "p_two_sided"}
    for name, column in theirs.items():
        assert getattr(local, name) == pytest.approx(case.column(LOCAL, column), rel=1e-9), name
    assert local.quadrant.tolist() == [r["quadrant"] for r in case.rows[LOCAL]]


def row_of(n):
    """Areas in a row, each beside the next."""
    pairs = [(i, i + 1) for i in range(n - 1)]
    return row_standardised(n, pairs + [(j, i) for i, j in pairs])


def test_moran_of_four_areas_in_a_row_agrees_with_arithmetic_by_hand():
    # Values 1, 2, 3, 4 less 2.5: −1.5, −0.5, 0.5, 1.5. Averages of neighbours: −0.5, −0.5, 0.5, 0.5.
    # I = (0.75 + 0.25 + 0.25 + 0.75) / 5; local I = those products over 5/4.
    found, local = morans_i([1, 2, 3, 4], row_of(4)), local_moran([1, 2, 3, 4], row_of(4))

    assert found.i == pytest.approx(2 / 5)
    assert found.expected == pytest.approx(-1 / 3)
    assert local.i == pytest.approx(np.array([0.75, 0.25, 0.25, 0.75]) / 1.25)
    assert local.quadrant.tolist() == ["low-low", "low-low", "high-high", "high-high"]


def test_p_agrees_with_a_simulation_of_the_figures_dealt_out_afresh():
    values, weights = np.array([1, 2, 1, 3, 5, 4, 6, 7, 5, 6.0]), row_of(10)
    draw = np.random.default_rng(3)
    dealt = np.array([morans_i(draw.permutation(values), weights).i for _ in range(4000)])

    found = morans_i(values, weights)

    assert found.expected == pytest.approx(dealt.mean(), abs=0.02)
    assert np.sqrt(found.variance) == pytest.approx(dealt.std(), rel=0.05)


values = st.lists(st.floats(-1e3, 1e3), min_size=12, max_size=12).filter(lambda v: np.std(v) > 0.1)


@given(values, st.floats(0.1, 100), st.floats(-100, 100))
def test_clustering_does_not_depend_on_unit_or_level(figures, scale, shift):
    here, there = (morans_i(v, row_of(12)) for v in (figures, np.array(figures) * scale + shift))

    assert there.i == pytest.approx(here.i, rel=1e-6, abs=1e-8)
    assert there.z == pytest.approx(here.z, rel=1e-5, abs=1e-6)


@given(values)
def test_the_local_figures_add_up_to_the_global_one(figures):
    assert local_moran(figures, row_of(12)).i.mean() == pytest.approx(morans_i(figures, row_of(12)).i, abs=1e-9)


@given(values, st.permutations(range(12)))
def test_clustering_does_not_depend_on_how_areas_are_numbered(figures, order):
    place = {area: position for position, area in enumerate(order)}
    pairs = [(i, i + 1) for i in range(11)] + [(i + 1, i) for i in range(11)]
    renumbered = row_standardised(12, [(place[i], place[j]) for i, j in pairs])

    there, here = local_moran(np.array(figures)[list(order)], renumbered), local_moran(figures, row_of(12))
    assert there.i == pytest.approx(here.i[list(order)], abs=1e-9)
    # A neighbours' average of nought, nearly, may fall on either side of it.
    lag = np.abs(row_of(12).sparse @ (np.array(figures) - np.mean(figures))) > 1e-9
    kept = (lag & (np.abs(np.array(figures) - np.mean(figures)) > 1e-9))[list(order)]
    assert there.quadrant[kept].tolist() == here.quadrant[list(order)][kept].tolist()


def test_a_cluster_is_found_and_the_rest_is_not_called_one():
    figures = np.concatenate([np.full(10, 9.0), np.random.default_rng(1).normal(0, 1, 50)])
    found = local_moran(figures, row_of(60))

    assert found.significant[1:9].tolist() == [True] * 8
    assert found.significant[12:].sum() == 0
    assert set(found.quadrant[1:9]) == {"high-high"}


def test_fewer_areas_are_called_significant_than_pass_one_test():
    figures = np.random.default_rng(4).normal(size=400)
    found = local_moran(figures, row_of(400))

    assert (found.p <= 0.05).sum() > 5
    assert found.significant.sum() <= 2


def test_benjamini_and_hochbergs_rule_takes_all_up_to_the_last_that_passes():
    from scipy.stats import false_discovery_control

    figures = np.concatenate([np.full(6, 5.0), np.random.default_rng(9).normal(0, 1, 34)])
    found = local_moran(figures, row_of(40), false_discoveries=0.2)

    expected = false_discovery_control(found.p) <= 0.2
    assert expected.sum() > 2
    assert found.significant.tolist() == expected.tolist()


def test_an_island_counts_as_an_area_and_has_no_local_figure():
    pairs = [(i, i + 1) for i in range(4)] + [(i + 1, i) for i in range(4)]
    weights = row_standardised(6, pairs)
    figures = [1, 2, 3, 4, 5, 30]

    found, local = morans_i(figures, weights), local_moran(figures, weights)

    z = np.array(figures) - np.mean(figures)
    lag = weights.sparse @ z
    assert lag[5] == 0
    assert found.i == pytest.approx(6 / 5 * (z * lag).sum() / (z**2).sum())  # n is 6, and Σw is 5
    assert found.expected == pytest.approx(-1 / 5)
    assert local.reason.tolist() == [""] * 5 + ["no neighbours"]
    assert np.isnan(local.i).tolist() == [False] * 5 + [True]
    assert np.isnan(local.p).tolist() == [False] * 5 + [True]
    assert local.quadrant[5] == ""
    assert not local.significant[5]


def test_an_area_at_the_average_exactly_is_no_cluster():
    local = local_moran([1, 2, 3, 2, 2], row_of(5))

    assert local.i[1] == local.z[1] == 0
    assert local.p[1] == 1


def test_pairs_given_twice_count_once_and_weights_of_an_area_add_up_to_one():
    weights = row_standardised(3, [(0, 1), (1, 0), (1, 2), (2, 1), (0, 1)])

    assert weights.sparse.toarray().tolist() == [[0, 1, 0], [0.5, 0, 0.5], [0, 1, 0]]


def test_weights_may_have_no_neighbours_at_all():
    weights = row_standardised(5, [])

    for found in (morans_i([1, 2, 3, 4, 5], weights), gearys_c([1, 2, 3, 4, 5], weights)):
        assert found.reason == "no area has a neighbour"
    assert local_moran([1, 2, 3, 4, 5], weights).reason.tolist() == ["no area has a neighbour"] * 5


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        ([1, np.nan, 3, 4], "1 area has no value"),
        ([np.nan, np.nan, 3, 4], "2 areas have no value"),
        ([1, 2, 3], "fewer than 4 areas"),
        ([2, 2, 2, 2], "all areas are equal"),
    ],
)
def test_a_map_without_a_figure_has_a_reason(figures, reason):
    weights = row_of(len(figures))
    found, local = morans_i(figures, weights), local_moran(figures, weights)

    assert found.reason == gearys_c(figures, weights).reason == reason
    assert np.isnan([found.i, found.expected, found.z, found.p, found.p_normality]).tolist() == [True] * 5
    assert local.reason.tolist() == [reason] * len(figures)
    assert np.isnan(local.i).tolist() == [True] * len(figures)
    assert local.significant.tolist() == [False] * len(figures)


def test_the_warnings_that_python_shows_are_as_they_were():
    before = list(warnings.filters)
    local_moran([1, 2, 3, 4], row_of(4))

    assert list(warnings.filters) == before


REFUSED = [
    (
        lambda: row_standardised(2, [(0, 2), (2, 0)]),
        r"2 of 2 pairs of neighbours name an area outside 0 to 1.*\(0, 2\)",
    ),
    (lambda: row_standardised(2, [(0, 0)]), "join an area to itself"),
    (lambda: row_standardised(3, [(0, 1), (1, 0), (1, 2)]), r"1 of 3 pairs.*one way only.*\(1, 2\)"),
    (lambda: morans_i([1, 2, 3], row_of(4)), "for 4 areas"),
    (lambda: local_moran([1, 2, 3, 4, 5], row_of(4)), "for 4 areas"),
    (lambda: gearys_c([[1, 2, 3, 4]], row_of(4)), "for 4 areas"),
    (lambda: morans_i([1, 2, 3, np.inf], row_of(4)), "infinite value"),
]


@pytest.mark.parametrize(("call", "words"), REFUSED)
def test_what_can_only_be_a_mistake_is_refused(call, words):
    with pytest.raises(MethodError, match=words):
        call()
