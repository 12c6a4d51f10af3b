"""Did a series change when something was done? Its level and slope before, and what changed from then on.

The series before the change says what would have come without it, if it had gone on as it did. What came
instead is compared with that. A change found so came at the time of the intervention. That is no proof that
the intervention brought it: whatever else began at that time is in it too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, nan
from typing import Literal
from warnings import catch_warnings, simplefilter

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from pmif.errors import MethodError
from pmif.methods.about import About, Standing
from pmif.methods.estimate import Bools, Floats, counts, numbers, require_confidence

LAG = 2  # points back to which neighbouring errors may go together
RULE_OF_POINTS = 8  # a common rule for each side; fewer is a caution
FEWEST_POINTS = 3  # a line through two points has no scatter
HARMONICS = 2  # pairs of waves in a year: enough for one high and one low season of unlike length

VANISHED = 1e-6  # an expected count so near 0 that it has been driven there

Integers = NDArray[np.int_]
Model = Literal["linear", "quasi-poisson"]

ABOUT = About(
    id="interrupted-series",
    title="Interrupted time series",
    tells="A series is followed across the time when something was done. "
    "The line before it, carried on, says what would have come without a change. "
    "It is read as two changes: of level, at once, and of slope, from then on. "
    "It shows what happened at that time, not what caused it.",
    needs="A series at even steps, best with at least eight points before and eight after. "
    "For counts, also the people they come from. Better still, a series of somewhere without the intervention.",
    formula="y = b0 + b1 × t + b2 × after + b3 × (t − T) × after\n"
    "after is 0 before the intervention at time T, and 1 from then on.\n"
    "b2 is the change of level and b3 the change of slope.\n"
    "Counts: ln(expected count) = the same + ln(people), and exp(b2) is a ratio of rates.\n"
    "Intervals allow for errors that go together over neighbouring points (Newey and West, lag 2).",
    standing=Standing.ACADEMIC,
    source="Bernal, Cummins and Gasparrini (2017) Interrupted time series regression for the evaluation of public "
    "health interventions, International Journal of Epidemiology 46, 348-355",
)


@dataclass(frozen=True)
class Term:
    """One figure of the line, with its interval; NaN where `reason` says why there is none.

    `se` is Newey and West's; `se_model` supposes that errors of neighbouring points have nothing to do with
    each other. For counts all are on the log scale: exp(value) is a ratio.
    """

    value: float
    se: float
    se_model: float
    lower: float
    upper: float
    p: float
    reason: str


@dataclass(frozen=True)
class InterruptedSeries:
    """A series before and after a change.

    `effect_last` is what the last point has over the counterfactual: a difference, or for counts the logarithm of
    a ratio. `fitted` and `counterfactual` are in the units of the value, one figure a point. With a control, every
    term is the series' own less the control's, and the counterfactual has changed as the control did.
    `cautions` are to be shown wherever a figure is; `reason` says why there is no figure at all.
    """

    model: Model
    intercept: Term
    slope_before: Term
    level_change: Term
    slope_change: Term
    effect_last: Term
    dispersion: float
    durbin_watson: float
    lag: int
    fitted: Floats
    counterfactual: Floats
    cautions: tuple[str, ...]
    reason: str


def interrupted_series(
    value: ArrayLike,
    intervention: int,
    *,
    denominator: ArrayLike | None = None,
    lag: int = LAG,
    season: int | None = None,
    control: ArrayLike | None = None,
    control_denominator: ArrayLike | None = None,
    confidence: float = 0.95,
) -> InterruptedSeries:
    """Estimate how the level and the slope of one series changed from a point on.

    Without a denominator the line is straight, fitted by least squares. With one, values are counts, and the
    logarithm of their rate is a straight line (quasi-Poisson). `season` is how many points make a year: a wave of a
    year and one of half a year are fitted too. A control is a series of somewhere without the intervention, over
    the same points; errors of both at one time may go together in any way.

    Shapes:  value, denominator, control and its denominator (n,), at even steps; intervention is the position
             of the first point after the change, counted from 0.
    Units:   those of the value; the slope is for one step. Counts: logarithms.
    Missing: a point without a value (or with a denominator of 0) is left out in its place, with a caution. No
             figure for fewer than 3 points before, none after, too few points or events for the terms, or no
             events at all before or after. No slope change for one point after. Limits use `se_model` where a
             side has fewer than 3 points, for `se` then leaves out the chance in them.
    Errors:  MethodError if shapes differ, a count is negative, or a setting is out of range.
    Source:  Bernal et al. (2017), Int. J. Epidemiol. 46, 348-355; Newey and West (1987), Econometrica 55,
             703-708, with the factor n / (n − k); with a control, Driscoll and Kraay (1998), Rev. Econ. Stat. 80,
             549-560.
    """
    require_confidence(confidence)
    if confidence == 1:
        raise MethodError("no limits are certain: give a confidence below 1, such as 0.95 or 0.998")
    series = _series(value, denominator)
    both = [series] if control is None else [series, _series(control, control_denominator)]
    model: Model = "linear" if denominator is None else "quasi-poisson"
    points = series[0].size
    if len(both) == 2 and both[1][0].size != points:
        raise MethodError(f"the control has {both[1][0].size} points and the series {points}: give the same points")
    if control is not None and (control_denominator is None) != (denominator is None):
        raise MethodError("series and control are of different kinds: give both a denominator, or neither")
    if not 0 <= intervention <= points:
        raise MethodError(f"the intervention is at {intervention} of {points} points: count from 0")
    if lag < 0:
        raise MethodError(f"the lag is {lag}: give the number of points back to which errors may go together")
    if season is not None and season < 2:
        raise MethodError(f"a season of {season} points: give how many points make a year, such as 4 or 12")

    known = [~np.isnan(y + n) for y, n in both]
    after = np.arange(points) >= intervention
    sides = [int((here & side).sum()) for here in known for side in (~after, after)]
    before_fewest, after_fewest = min(sides[0::2]), min(sides[1::2])
    with_slope = after_fewest > 1
    design, effect = _design(points, intervention, len(both), season, with_slope)
    used = np.concatenate(known)
    reason = _no_figure(both, after, model, before_fewest, after_fewest)
    terms = design.shape[1]
    if not reason and (used.sum() <= terms or np.linalg.matrix_rank(design[used]) < terms):
        reason = "too few points for so many terms"
    cautions = tuple(_cautions(before_fewest, after_fewest, int((~used).sum())))
    if reason:
        return _without_figures(model, points, lag, cautions, reason)

    y, n = (np.concatenate([pair[part] for pair in both]) for part in (0, 1))
    fit = _fit(y[used], n[used], design[used], model)
    if fit is None:
        return _without_figures(model, points, lag, cautions, "too few events for so many terms")
    time = np.tile(np.arange(points), len(both))[used]
    newey_west = _newey_west(design[used], fit, time, points, lag)
    spare = int(used.sum()) - terms
    few = before_fewest < FEWEST_POINTS or after_fewest < FEWEST_POINTS

    def term(contrast: Floats) -> Term:
        return _term(contrast, fit, newey_west, spare, confidence, few)

    first = 4 * (len(both) - 1) if with_slope else 3 * (len(both) - 1)  # where the terms of the series itself begin
    unit = np.eye(terms)
    line = design[:points] @ fit.coefficients
    without = (design[:points] - effect) @ fit.coefficients
    back = np.exp if model == "quasi-poisson" else np.asarray
    size = series[1] if model == "quasi-poisson" else 1.0
    residuals = np.full(points, nan)
    residuals[known[0]] = fit.pearson[: int(known[0].sum())]
    return InterruptedSeries(
        model=model,
        intercept=term(unit[first]),
        slope_before=term(unit[first + 1]),
        level_change=term(unit[first + 2]),
        slope_change=term(unit[first + 3]) if with_slope else _nothing("only one point after the change"),
        effect_last=term(effect[-1]),
        dispersion=fit.dispersion,
        durbin_watson=_durbin_watson(residuals),
        lag=lag,
        fitted=back(line) * size,
        counterfactual=back(without) * size,
        cautions=cautions,
        reason="",
    )


@dataclass(frozen=True)
class _Fit:
    """A fitted line: what the standard errors are made from."""

    coefficients: Floats
    bread: Floats  # (X'WX)⁻¹
    residuals: Floats  # y − fitted
    pearson: Floats  # residuals, over the spread that the model expects of each
    dispersion: float


def _series(value: ArrayLike, denominator: ArrayLike | None) -> tuple[Floats, Floats]:
    """Values and denominators of one series, NaN where the point has no rate."""
    if denominator is None:
        (y,) = numbers(value=value)
        n = np.ones(y.shape)
    else:
        y, n = counts(value=value, denominator=denominator)
        n = np.where(n == 0, nan, n)
    if y.ndim != 1:
        raise MethodError(f"a series has one axis, and this has {y.ndim}: give one series at a time")
    return y, n


def _design(points: int, intervention: int, series: int, season: int | None, with_slope: bool) -> tuple[Floats, Floats]:
    """The terms of every point, the series' own points first, and those of the intervention alone.

    With a control, the first terms are those of both series, and the next are the series' own over the control's.
    """
    position = np.arange(points, dtype=float)
    after = (position >= intervention).astype(float)
    columns = [np.ones(points), position + 1, after, (position - intervention) * after]
    line = np.stack(columns if with_slope else columns[:3], axis=1)
    lasts = np.zeros_like(line)
    lasts[:, 2:] = line[:, 2:]
    waves = _waves(position, season)
    if series == 1:
        return np.hstack([line, waves]), np.hstack([lasts, np.zeros_like(waves)])
    own = np.hstack([line, line, waves])
    control = np.hstack([line, np.zeros_like(line), waves])
    return np.vstack([own, control]), np.hstack([np.zeros_like(line), lasts, np.zeros_like(waves)])


def _waves(position: Floats, season: int | None) -> Floats:
    """A wave of a year, one of half a year, and so on; of a wave of two points, only the half that is not 0."""
    if season is None:
        return np.empty((position.size, 0))
    waves: list[Floats] = []
    for times in range(1, min(HARMONICS, season // 2) + 1):
        turn = 2 * np.pi * times * position / season
        waves.append(np.cos(turn))
        if 2 * times < season:
            waves.append(np.sin(turn))
    return np.stack(waves, axis=1)


def _no_figure(
    both: list[tuple[Floats, Floats]], after: Bools, model: Model, before_fewest: int, after_fewest: int
) -> str:
    if before_fewest < FEWEST_POINTS:
        return f"fewer than {FEWEST_POINTS} points before the change"
    if after_fewest == 0:
        return "no point after the change"
    if model == "quasi-poisson":
        for y, n in both:
            events = ~np.isnan(y + n) & (y > 0)
            for side, name in ((~after, "before"), (after, "after")):
                if not events[side].any():
                    return f"no events {name} the change, so that rates have no ratio"
    return ""


def _without_figures(model: Model, points: int, lag: int, cautions: tuple[str, ...], reason: str) -> InterruptedSeries:
    none, blank = _nothing(reason), np.full(points, nan)
    return InterruptedSeries(model, none, none, none, none, none, nan, nan, lag, blank, blank, cautions, reason)


def _cautions(before_fewest: int, after_fewest: int, missing: int) -> Iterator[str]:
    for points, side in ((before_fewest, "before"), (after_fewest, "after")):
        if points < RULE_OF_POINTS:
            said = "1 point" if points == 1 else f"{points} points"
            yield f"{said} {side} the change, fewer than the usual {RULE_OF_POINTS}"
    if missing:
        yield "1 point has no figure" if missing == 1 else f"{missing} points have no figure"


def _fit(y: Floats, n: Floats, design: Floats, model: Model) -> _Fit | None:
    """The line, or None where counts of 0 would drive a term to infinity."""
    # statsmodels takes seconds to import, and few reports need it.
    import statsmodels.api as sm

    if model == "linear":
        line = sm.OLS(y, design).fit()
        residuals, expected = line.resid, np.ones(y.size)
    else:
        with catch_warnings():  # of a line that cannot be fitted, which is looked for here instead
            simplefilter("ignore")
            line = sm.GLM(y, design, family=sm.families.Poisson(), offset=np.log(n)).fit(tol=1e-12)
        residuals, expected = line.resid_response, line.fittedvalues
        # Such a term makes the count expected where there was none vanish, beyond what few people could.
        if not line.converged or (expected[y == 0] < VANISHED).any():
            return None
    pearson = residuals / np.sqrt(expected)
    # statsmodels' own is one step of fitting behind
    bread: Floats = np.asarray(np.linalg.inv(design.T @ (design * expected[:, None])), dtype=float)
    return _Fit(
        coefficients=line.params,
        bread=bread,
        residuals=residuals,
        pearson=pearson,
        dispersion=float((pearson**2).sum() / line.df_resid),  # for a straight line, σ²
    )


def _newey_west(design: Floats, fit: _Fit, time: Integers, points: int, lag: int) -> Floats:
    """The covariance of the coefficients, allowing for errors that go together over `lag` points.

    V = B × (Γ₀ + Σ (1 − j/(lag + 1)) × (Γⱼ + Γⱼ')) × B × n/(n − k), Γⱼ = Σ sₜsₜ₋ⱼ', s the scores x × residual.
    statsmodels has this too, but takes points as neighbours that have a missing one between them.
    """
    scores = np.zeros((points, design.shape[1]))
    np.add.at(scores, time, design * fit.residuals[:, None])  # a missing point keeps its place, and adds nothing
    meat = scores.T @ scores
    for back in range(1, min(lag, points - 1) + 1):
        together = scores[back:].T @ scores[:-back]
        meat += (1 - back / (lag + 1)) * (together + together.T)
    n, k = design.shape
    covariance: Floats = fit.bread @ meat @ fit.bread * n / (n - k)
    return covariance


def _term(contrast: Floats, fit: _Fit, newey_west: Floats, spare: int, confidence: float, few: bool) -> Term:
    value = float(contrast @ fit.coefficients)
    # The clip only mends rounding, where the line passes through every point.
    se, se_model = (
        float(np.sqrt(max(float(contrast @ covariance @ contrast), 0.0)))
        for covariance in (newey_west, fit.bread * fit.dispersion)
    )
    taken = se_model if few else se
    reach = float(scipy.special.stdtrit(spare, (1 + confidence) / 2)) * taken
    # A line through every point is certain of what it says, and of nothing where it says 0.
    t = abs(value) / taken if taken > 0 else (inf if value else 0.0)
    return Term(value, se, se_model, value - reach, value + reach, float(2 * scipy.special.stdtr(spare, -t)), "")


def _nothing(reason: str) -> Term:
    return Term(nan, nan, nan, nan, nan, nan, reason)


def _durbin_watson(residuals: Floats) -> float:
    """Near 2 where neighbouring errors have nothing to do with each other; NaN where there are none at all."""
    total = np.nansum(residuals**2)
    return float(np.nansum(np.diff(residuals) ** 2) / total) if total > 0 else nan
