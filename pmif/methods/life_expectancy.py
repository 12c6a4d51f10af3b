"""Life expectancy: how long people would live, on average, if today's death rates stayed as they are.

An abridged life table, of twenty age bands to 90 and over. It follows the newborn of one imagined year through
the death rates seen at each age now; it does not foretell how long anybody will live.
"""

import numpy as np
from numpy.typing import ArrayLike

from pmif.errors import MethodError
from pmif.methods.about import About, Standing
from pmif.methods.estimate import (
    NO_CERTAIN_LIMITS,
    POPULATION_MISSING,
    Estimate,
    Floats,
    counts,
    first_that_holds,
    normal_quantile,
)

AGES = (0, 1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90)  # the age each band begins at
WIDTHS = np.diff(AGES).astype(float)  # 1, 4, 5, ... 5; the last band has no end
LIVED = np.where(WIDTHS == 1, 0.1, 0.5)  # what share of a band those who die in it have lived: infants die early in it

FEWEST_PEOPLE = 5000  # it takes more than these
WIDEST_YEARS = 20.0  # of a 95% interval

DEATHS_MISSING = "deaths missing"
NOBODY_IN_A_BAND = "nobody in an age band"
MORE_DEATHS_THAN_PEOPLE = "more deaths than people in an age band"
TOO_FEW_PEOPLE = "no more than 5,000 people"
NO_DEATHS_AT_90 = "no deaths at 90 and over"
NOBODY_LEFT = "nobody left alive at this age"
TOO_WIDE = "95% interval wider than 20 years"

ABOUT = About(
    id="life-expectancy",
    title="Life expectancy",
    tells=(
        "How many more years people of an age would live, on average, if death rates stayed as they are now. "
        "It sums up today's death rates in one figure; it does not foretell how long anybody will live."
    ),
    needs=(
        "Deaths and people in twenty age bands, for more than 5,000 people; some deaths at 90 and over. "
        "The value is withheld where its 95% interval is wider than 20 years."
    ),
    formula=(
        "for each age band: d = deaths, P = people, M = d ÷ P, n = years in the band\n"
        "a = 0.1 under age 1, 0.5 at every other age\n"
        "q = nM ÷ (1 + nM(1 − a)), at most 1, is the chance to die in the band\n"
        "l = those alive when the band begins; next l = l × (1 − q)\n"
        "L = n × (next l + a × (l − next l)), years lived in the band; from 90 on L = l ÷ M\n"
        "e = ΣL from that age on ÷ l\n"
        "s² = q²(1 − q) ÷ d, and 4 ÷ (d × M²) from 90 on\n"
        "Var = (Σ l²((1 − a)n + next e)² s² + (l ÷ 2)² s² from 90 on) ÷ l²\n"
        "lower, upper = e ± z × √Var; z = 1.96 for 95% and 3.09 for 99.8%"
    ),
    standing=Standing.OHID,
    source="Eayres and Williams (2004), Journal of Epidemiology and Community Health 58, 243-249",
    address="https://doi.org/10.1136/jech.2003.009654",
)


def life_expectancy(deaths: ArrayLike, population: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Estimate the years of life left at each of `AGES`.

    Shapes:  deaths and population (n, 20), one row an area and one column an age band; each array of the
             result (n, 20), one column a starting age. One area may be given as (20,).
    Units:   deaths and people (times years, if over several) in; years out. The limits can fall below 0
             where they are so wide that the value is withheld.
    Missing: an area is NaN with a reason if deaths or population are missing, nobody lives in an age band, more
             died in one than lived there, there are no more than 5,000 people, or nobody died at 90 and over. An
             age is NaN with a reason if nobody reaches it. The value alone is NaN, with a reason, where the
             95% interval is wider than 20 years. At a confidence of 1 the value has no limits.
    Errors:  MethodError if a figure is negative, or there are other age bands.
    Source:  Eayres and Williams (2004), J. Epidemiol. Community Health 58, 243-249; Silcocks and others
             (2001), J. Epidemiol. Community Health 55, 38-43.
    """
    z = normal_quantile(confidence)
    d, people = counts(deaths=deaths, population=population)
    if d.shape[-1:] != (len(AGES),):
        raise MethodError(f"the figures {d.shape} are not in the {len(AGES)} age bands that begin at {AGES}")
    total = np.asarray(people.sum(axis=-1))
    why_not = first_that_holds(
        total.shape,
        (np.isnan(d).any(axis=-1), DEATHS_MISSING),
        (np.isnan(total), POPULATION_MISSING),
        ((people == 0).any(axis=-1), NOBODY_IN_A_BAND),
        ((d > people).any(axis=-1), MORE_DEATHS_THAN_PEOPLE),
        (total <= FEWEST_PEOPLE, TOO_FEW_PEOPLE),
        (d[..., -1] == 0, NO_DEATHS_AT_90),
    )
    d = np.where((why_not == "")[..., None], d, np.nan)
    years, error = _table(d, people)

    wide = 2 * normal_quantile(0.95) * error > WIDEST_YEARS
    reason = first_that_holds(
        d.shape,
        *((np.asarray(why_not == text)[..., None], str(text)) for text in np.unique(why_not) if text != ""),
        (np.isnan(years), NOBODY_LEFT),
        (wide, TOO_WIDE),
        (confidence == 1, NO_CERTAIN_LIMITS),
    )
    reach = np.multiply(error, np.nan if confidence == 1 else z, out=error)
    lower, upper = years - reach, years + reach
    return Estimate(np.where(wide, np.nan, years), lower, upper, reason)


def _table(d: Floats, people: Floats) -> tuple[Floats, Floats]:
    """Years of life left at each age, and their standard error; NaN where nobody is left alive."""
    n, a = WIDTHS, LIVED
    m = np.divide(d, people, out=np.full(d.shape, np.nan), where=people > 0)
    last = m[..., -1]

    q = n * m[..., :-1]
    q /= 1 + q * (1 - a)  # q = nM ÷ (1 + nM(1−a))
    np.minimum(q, 1, out=q)  # more would die than there are, where M > 1 ÷ (n·a)
    alive = np.ones(d.shape)  # l, as shares of the newborn: 100,000 of them would cancel out
    np.cumprod(1 - q, axis=-1, out=alive[..., 1:])

    years = np.empty(d.shape)
    years[..., :-1] = n * (alive[..., 1:] + a * (alive[..., :-1] - alive[..., 1:]))  # L
    years[..., -1] = alive[..., -1] / last
    _sum_from_each_age(years)  # T
    np.divide(years, alive, out=years, where=alive > 0)  # e = T ÷ l; 0 still where nobody is left

    variance = np.zeros(d.shape)
    np.divide(q * q * (1 - q), d[..., :-1], out=variance[..., :-1], where=d[..., :-1] > 0)  # s²
    variance[..., :-1] *= (alive[..., :-1] * ((1 - a) * n + years[..., 1:])) ** 2
    variance[..., -1] = (alive[..., -1] / 2) ** 2 * 4 / (d[..., -1] * last**2)
    _sum_from_each_age(variance)
    np.divide(variance, alive * alive, out=variance, where=alive > 0)

    gone = alive == 0
    years[gone] = np.nan
    variance[gone] = np.nan
    return years, np.sqrt(variance, out=variance)


def _sum_from_each_age(bands: Floats) -> None:
    """Replace each band by the sum of it and all older bands."""
    from_oldest = bands[..., ::-1]
    np.cumsum(from_oldest, axis=-1, out=from_oldest)
