"""Every method: the function behind each name that a measure can give, and what a reader is told of each."""

from collections.abc import Callable

from pmif.methods import (
    AS_PUBLISHED,
    apportionment,
    benchmark,
    disparity,
    funnel,
    gaps,
    interrupted_series,
    mean,
    quantile_bands,
    rate,
    recent_trend,
    slope_index,
    smoothing,
    spatial,
    spc,
    standardised,
    table_suppression,
    target,
)
from pmif.methods.about import About, Standing
from pmif.methods.estimate import Estimate
from pmif.methods.life_expectancy import ABOUT as LIFE_EXPECTANCY_ABOUT
from pmif.methods.life_expectancy import life_expectancy
from pmif.methods.proportion import ABOUT as PROPORTION_ABOUT
from pmif.methods.proportion import proportion
from pmif.methods.rate import crude_rate
from pmif.methods.standardised import directly_standardised_rate, indirectly_standardised_ratio

# Methods of one count and one denominator, then those of the counts of every age band.
METHODS: dict[str, Callable[..., Estimate] | None] = {
    AS_PUBLISHED: None,
    "proportion": proportion,
    "crude-rate": crude_rate,
    "directly-standardised-rate": directly_standardised_rate,
    "indirectly-standardised-ratio": indirectly_standardised_ratio,
    "life-expectancy": life_expectancy,
}

AS_PUBLISHED_ABOUT = About(
    id=AS_PUBLISHED,
    title="As published",
    tells="The figure exactly as its publisher gives it, with the publisher's own 95% interval where there is one. "
    "It is never worked out again, and no interval is made up.",
    needs="A published value.",
    formula="none",
    standing=Standing.OURS,
    source="The publisher of each measure",
)

# Every method, in the order in which the methods page tells of them.
CATALOGUE: tuple[About, ...] = (
    AS_PUBLISHED_ABOUT,
    PROPORTION_ABOUT,
    rate.ABOUT,
    mean.ABOUT,
    standardised.DIRECT_ABOUT,
    standardised.CLUSTERED_ABOUT,
    standardised.INDIRECT_ABOUT,
    LIFE_EXPECTANCY_ABOUT,
    benchmark.TWO_INTERVALS_ABOUT,
    spc.USUAL_RANGE_ABOUT,
    spc.ABOUT,
    recent_trend.ABOUT,
    recent_trend.PROPORTIONS_ABOUT,
    benchmark.ABOUT,
    benchmark.TEST_OF_PROPORTION_ABOUT,
    benchmark.TEST_OF_RATE_ABOUT,
    target.ABOUT,
    target.INTERVAL_ABOUT,
    target.THRESHOLDS_ABOUT,
    gaps.ABSOLUTE_GAP_ABOUT,
    gaps.RELATIVE_GAP_ABOUT,
    gaps.CHANGE_OF_GAP_ABOUT,
    slope_index.SLOPE_INDEX_ABOUT,
    slope_index.GRADIENT_ABOUT,
    disparity.INDEX_OF_DISPARITY_ABOUT,
    disparity.BETWEEN_GROUP_VARIANCE_ABOUT,
    disparity.MEAN_LOG_DEVIATION_ABOUT,
    disparity.CONCENTRATION_INDEX_ABOUT,
    disparity.POPULATION_ATTRIBUTABLE_FRACTION_ABOUT,
    funnel.ABOUT,
    spatial.MORAN_ABOUT,
    spatial.LOCAL_MORAN_ABOUT,
    quantile_bands.ABOUT,
    quantile_bands.PERCENTILE_ABOUT,
    quantile_bands.POPULATION_ABOUT,
    quantile_bands.SCORE_ABOUT,
    smoothing.EMPIRICAL_BAYES_ABOUT,
    apportionment.BEST_FIT_ABOUT,
    apportionment.APPORTIONMENT_ABOUT,
    interrupted_series.ABOUT,
    table_suppression.HOSPITAL_ROUNDING_ABOUT,
    table_suppression.FURTHER_CELLS_ABOUT,
)
