"""Observations become indicators: each with a value, its interval, and where the interval came from."""

import math

import numpy as np
import pandas as pd

from pmif.framework import Framework, Measure
from pmif.geography import Area, Areas
from pmif.hub.columns import KEY, ORIGIN
from pmif.methods import METHODS
from pmif.methods.estimate import Estimate, Floats
from pmif.methods.life_expectancy import life_expectancy
from pmif.methods.rate import crude_rate
from pmif.methods.standardised import directly_standardised_rate, indirectly_standardised_ratio

MARKS = ("p", "r", "e")  # the one that asks for most care first
COLUMNS = [
    *KEY, "value", "lower", "upper", "interval", "numerator", "denominator",
    "status", "mark", "reason", "published", "published_basis", "source",
    *ORIGIN, "batch", "known",
]  # fmt: skip


def estimate(observations: pd.DataFrame, framework: Framework, areas: Areas) -> pd.DataFrame:
    """Apply each measure's method to its observations.

    A published value keeps its value and limits exactly. A counted one is worked out in the unit's own
    multiple: a proportion as a percentage, a rate per 1,000. A measure with age bands gets one more row for
    each place and period, worked out from all of its bands; the bands keep a crude rate each.
    Missing: a row that could not be estimated has status `unavailable` and a reason.
    """
    table = observations.copy()
    table["interval"] = np.where(table["lower"].notna(), "published", "")
    table["reason"] = ""
    everyone = [
        _over_bands(table, measure, framework, areas.country) for measure in framework.measures if measure.bands
    ]
    for measure in framework.measures:
        method = crude_rate if measure.bands else METHODS[measure.method]
        rows = table.index[(table["measure"] == measure.id) & (table["status"] == "shown")]
        if method is None or rows.empty:
            continue
        made = method(table.loc[rows, "numerator"], table.loc[rows, "denominator"])
        multiplier = framework.unit(measure).multiplier
        for column in ("value", "lower", "upper"):
            table.loc[rows, column] = getattr(made, column) * multiplier
        table.loc[rows, "interval"] = np.where(np.isnan(made.lower), "", "calculated")
        table.loc[rows, "reason"] = made.reason
        table.loc[rows[np.isnan(made.value)], "status"] = "unavailable"
    return pd.concat([table, *everyone], ignore_index=True)[COLUMNS] if everyone else table[COLUMNS]


def _over_bands(table: pd.DataFrame, measure: Measure, framework: Framework, country: Area) -> pd.DataFrame:
    """One row for each place and period of a banded measure: everyone, from the counts of every age band.

    A band that is missing or not shown leaves no figure, with a reason. A ratio is against what the country's
    rates would give in the same period. The row's counts are the sums over the bands, and it leads back to the
    first band's file and row.
    """
    bands = framework.dimension(measure.bands or "")
    order = [group.id for group in bands.groups]
    rows = table[(table["measure"] == measure.id) & (table["dimension"] == bands.id)]
    places = ["area", "vintage", "period"]
    by_place = rows.groupby(places, sort=False, as_index=False)
    whole = by_place.first()
    if whole.empty:
        return whole
    # The whole is as provisional, and as new, as any of its bands.
    whole["mark"] = by_place["mark"].agg(lambda marks: next((m for m in MARKS if m in set(marks)), ""))["mark"]
    whole["published"] = by_place["published"].max()["published"]
    by_place_withheld = (rows["status"] == "suppressed").groupby([rows[p] for p in places], sort=False).any()
    withheld = by_place_withheld.to_numpy(dtype=bool)
    keys = pd.MultiIndex.from_frame(whole[places])

    def by_band(column: str) -> Floats:
        wide = rows.pivot(index=places, columns="group", values=column).reindex(index=keys, columns=order)
        return wide.to_numpy(dtype=float)

    count, population = by_band("numerator"), by_band("denominator")
    match measure.method:
        case "directly-standardised-rate":
            made = directly_standardised_rate(count, population, [group.weight or math.nan for group in bands.groups])
        case "indirectly-standardised-ratio":
            made = _against_country(whole, count, population, country)
        case _:
            made = _at_birth(life_expectancy(count, population))
    multiplier = framework.unit(measure).multiplier
    given = ~np.isnan(made.value)
    return whole.assign(
        dimension="",
        group="",
        value=made.value * multiplier,
        lower=made.lower * multiplier,
        upper=made.upper * multiplier,
        interval=np.where(np.isnan(made.lower), "", "calculated"),
        numerator=count.sum(axis=1),
        denominator=population.sum(axis=1),
        status=np.where(given, "shown", np.where(withheld, "suppressed", "unavailable")),
        reason=made.reason,
    )


def _against_country(whole: pd.DataFrame, count: Floats, population: Floats, country: Area) -> Estimate:
    """Events beside what the country's rates of the same period would give at each age."""
    nothing = np.full(len(whole), math.nan)
    made = Estimate(nothing, nothing.copy(), nothing.copy(), np.full(len(whole), "", dtype=object))
    for period in whole["period"].unique():
        now = (whole["period"] == period).to_numpy()
        reference = now & (whole["area"] == country.code).to_numpy()
        if not reference.any() or not (count[reference] >= 0).all() or not (population[reference] > 0).all():
            made.reason[now] = f"no figures of {country.name} for every age in the same period"
            continue
        found = indirectly_standardised_ratio(
            count[now], population[now], count[reference][0], population[reference][0]
        )
        for name in ("value", "lower", "upper", "reason"):
            getattr(made, name)[now] = getattr(found, name)
    return made


def _at_birth(table: Estimate) -> Estimate:
    """The first age of a life table."""
    return Estimate(table.value[:, 0], table.lower[:, 0], table.upper[:, 0], table.reason[:, 0])
