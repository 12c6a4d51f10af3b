"""Figures of one set of areas converted to another, by a lookup that someone has declared.

A lookup is two files in data/boundaries/lookups: a card, `<id>.yml`, which says from what to what, how,
by whom and under which licence; and a table, `<id>.csv`, of the columns from, to and weight. By
best fit an area goes whole to one other. Population-weighted, it is shared out as its people are,
and the weights of each area add up to 1.

Only counts are converted: a rate is made again from them afterwards, never averaged. What comes out is
an estimate, and is marked `e`. It breaks the line on a trend, because its vintage is not the one
before it: a figure counted for a ward and one converted to it are not the same measurement.
"""

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import ConfigDict, Field

from pmif.declared import Reader
from pmif.errors import Fault, GeographyError
from pmif.geography.registry import GEOGRAPHIES, Geography, Id, Model, Words
from pmif.methods.apportionment import Lookup as Overlaps
from pmif.methods.apportionment import apportion

if TYPE_CHECKING:
    import pandas as pd

    from pmif.geography.areas import Areas

LOOKUPS = "data/boundaries/lookups"
COLUMNS = ("from", "to", "weight")
ROUNDING = 1e-5  # by which weights that were printed with few decimals may miss 1
ESTIMATED = "e"

_SERIES = ["measure", "period", "dimension", "group"]
_COUNTS = ["numerator", "denominator"]
_VALUES = ["value", "lower", "upper"]


class LookupCard(Model):
    """What a lookup is: between which vintages, how, whose, and since when."""

    model_config = ConfigDict(title="lookup")  # what a fault calls it

    id: Id
    title: Words
    from_vintage: Annotated[Id, Field(alias="from")]
    to_vintage: Annotated[Id, Field(alias="to")]
    method: Literal["best-fit", "population-weighted"]
    publisher: Words
    dataset: Words
    licence: Literal["ogl-3", "opl-3", "cited-fact", "made-up"]
    address: Words
    date: date  # of the lookup's release


@dataclass(frozen=True)
class Lookup:
    """A card with its table: which part of which area goes to which other. One row a pair."""

    card: LookupCard
    origin: tuple[str, ...]
    target: tuple[str, ...]
    weight: tuple[float, ...]

    @property
    def note(self) -> str:
        """What a reader must be told beside figures that were converted by it."""
        how = "each counted whole where it fits best" if self.card.method == "best-fit" else "shared out by population"
        return (
            f"Estimates: figures of {self.card.from_vintage} areas, {how} "
            f"({self.card.title}, {self.card.publisher}, {self.card.date.isoformat()}). "
            f"Not to be joined by a line to figures counted for {self.card.to_vintage}."
        )


def load_lookups(root: Path, areas: "Areas") -> tuple[Lookup, ...]:
    """Every lookup declared below data/boundaries/lookups; none where the folder holds none.

    Errors: GeographyError with every fault of every card and table.
    """
    folder = root / LOOKUPS
    reader = Reader(root)
    faults = reader.faults
    made: dict[str, Lookup] = {}
    for name in reader.files(LOOKUPS):
        stem = Path(name).stem
        for card in reader.models(reader.read(name, None), None, LookupCard):
            place = reader.place(LookupCard, card.id)
            if card.id != stem:
                faults.append(Fault(place, f"the card's id is '{card.id}': expected '{stem}', as its file is called"))
            elif card.from_vintage == card.to_vintage:
                faults.append(
                    Fault(place, f"'{card.id}' goes from {card.from_vintage} to itself: there is nothing to do")
                )
            else:
                made[card.id] = _read_table(root, card, faults)
                faults += _check_lookup(made[card.id], areas)
    faults += [
        Fault(f"{LOOKUPS}/{path.name}", f"has no card: write {path.stem}.yml beside it, saying what it is")
        for path in sorted(folder.glob("*.csv"))
        if not path.with_suffix(".yml").is_file()
    ]
    if faults:
        raise GeographyError("Lookups cannot be used", faults)
    return tuple(made.values())


def find_lookup(lookups: Collection[Lookup], from_vintage: str, to_vintage: str) -> Lookup:
    """The one declared lookup between two vintages.

    Errors: GeographyError where there is none, or more than one to choose from.
    """
    found = [v for v in lookups if (v.card.from_vintage, v.card.to_vintage) == (from_vintage, to_vintage)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(lookup.card.id for lookup in found)
        raise GeographyError(f"{names} all go from {from_vintage} to {to_vintage}: keep one, so that figures agree")
    raise GeographyError(
        f"no lookup from {from_vintage} to {to_vintage} is declared in {LOOKUPS}: figures of the one say nothing of "
        "the other; add the publisher's lookup with its card, or keep the figures apart"
    )


def _read_table(root: Path, card: LookupCard, faults: list[Fault]) -> Lookup:
    name = f"{LOOKUPS}/{card.id}.csv"
    rows: list[tuple[str, str, float]] = []
    try:
        with (root / name).open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file, strict=True))
    except FileNotFoundError:
        faults.append(Fault(name, f"the file is missing: the card {card.id}.yml needs it"))
        lines = []
    except (UnicodeDecodeError, csv.Error) as fault:
        faults.append(Fault(name, f"not a readable CSV file in UTF-8: {fault}"))
        lines = []
    if lines and tuple(lines[0]) != COLUMNS:
        faults.append(Fault(f"{name}, row 1", f"columns are {', '.join(lines[0])}: expected {', '.join(COLUMNS)}"))
        lines = []
    for number, cells in enumerate(lines[1:], start=2):
        if not cells:
            continue
        weight = _number(cells[2]) if len(cells) == len(COLUMNS) else np.nan
        if 0 < weight <= 1:
            rows.append((cells[0], cells[1], weight))
        else:
            faults.append(
                Fault(
                    f"{name}, row {number}",
                    f"is {','.join(cells)}: expected two codes and a weight above 0 and up to 1; leave out what is 0",
                )
            )
    return Lookup(card, *((tuple(column) for column in zip(*rows, strict=True)) if rows else ((), (), ())))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def _check_lookup(lookup: Lookup, areas: "Areas") -> Iterator[Fault]:
    """Everything in which the table does not agree with its card and the registry."""
    card, name = lookup.card, f"{LOOKUPS}/{lookup.card.id}.csv"
    for side, vintage, codes in (
        ("from", card.from_vintage, lookup.origin),
        ("to", card.to_vintage, lookup.target),
    ):
        geography = areas.geography(vintage)
        if geography is None:
            yield Fault(f"{LOOKUPS}/{card.id}.yml", f"'{side}' is '{vintage}', which is no geography of {GEOGRAPHIES}")
        elif codes:
            yield from _check_side(side, geography, set(codes), areas, name)
    pairs: set[tuple[str, str]] = set()
    sums: dict[str, float] = {}
    parts: dict[str, int] = {}
    for origin, target, weight in zip(lookup.origin, lookup.target, lookup.weight, strict=True):
        if (origin, target) in pairs:
            yield Fault(name, f"{origin} to {target} stands there twice: keep one row")
        pairs.add((origin, target))
        sums[origin] = sums.get(origin, 0.0) + weight
        parts[origin] = parts.get(origin, 0) + 1
    for origin, total in sums.items():
        if card.method == "best-fit" and (parts[origin] != 1 or total != 1):
            yield Fault(
                name, f"{origin} goes to {parts[origin]} areas by {total:g}: by best fit each goes whole to one"
            )
        elif abs(total - 1) > ROUNDING:
            yield Fault(
                name, f"the weights of {origin} add up to {total:.6g}: expected 1, so that none of its people is lost"
            )


def _check_side(side: str, geography: Geography, codes: set[str], areas: "Areas", name: str) -> Iterator[Fault]:
    vintage = geography.id
    if geography.is_listed:
        held = {area.code for area in areas.all if area.vintage == vintage}
        for code in sorted(codes - held):
            others = areas.vintages_of(code)
            known = f"it is a code of {', '.join(others)}" if others else "areas.csv does not list it"
            yield Fault(name, f"'{code}' under '{side}' is not a code of {vintage}: {known}")
        for code in sorted(held - codes):
            yield Fault(name, f"{code} of {vintage} is nowhere under '{side}': a lookup covers all its areas")
        return
    for code in sorted(codes):
        if not geography.matches(code):
            yield Fault(name, f"'{code}' under '{side}' is not a code of {vintage}: expected one like {geography.code}")
    if len(codes) != geography.count:
        yield Fault(name, f"has {len(codes)} areas under '{side}': expected the {geography.count} of {vintage}")


def convert(
    figures: "pd.DataFrame",
    lookup: Lookup,
    *,
    counted: Collection[str] = (),
    per: Mapping[str, float] | None = None,
) -> "pd.DataFrame":
    """Figures of the areas that the lookup goes to, made from `figures`, which are of those it goes from.

    `figures` are rows of observations, one for each key, all of one vintage, complete for every
    measure, period and group. `counted` names the measures whose value is itself a count (people), and `per`
    those whose value is made from the two counts, with what it is out of (100 for percent); the value
    of any other measure with counts is left blank, for its method to make.
    Units:   counts keep their decimals, and are rounded where they are shown.
    Missing: an area of which any part is suppressed is suppressed; else one of which any part has no figure is
             unavailable (not-applicable where none of its parts has one to give).
    Errors:  GeographyError with every series whose vintage, areas, counts or sources do not allow it.
    """
    import pandas as pd

    per = per or {}
    rows = figures.reset_index(drop=True)
    faults = list(_check_figures(rows, lookup, counted))
    if faults:
        raise GeographyError(f"Figures cannot be converted by {lookup.card.id}", faults)
    made = [_convert_series(key, series, lookup, counted, per) for key, series in _series(rows)]
    if not made:
        return rows
    converted = pd.concat(made, ignore_index=True)
    return converted.reindex(columns=figures.columns)


def _series(rows: "pd.DataFrame") -> "Iterator[tuple[dict[str, str], pd.DataFrame]]":
    """The rows of each measure, period and group, with which they are."""
    for key, series in rows.groupby(_SERIES, sort=False):
        yield {column: str(part) for column, part in zip(_SERIES, key, strict=True)}, series


def _check_figures(rows: "pd.DataFrame", lookup: Lookup, counted: Collection[str]) -> Iterator[Fault]:
    card = lookup.card
    origins = set(lookup.origin)
    for key, series in _series(rows):
        place = ", ".join(filter(None, key.values()))
        if wrong := sorted(set(series["vintage"]) - {card.from_vintage}):
            yield Fault(
                place,
                f"figures are of {', '.join(wrong)}, and the lookup goes from {card.from_vintage}: "
                "find the lookup of their own vintage",
            )
            continue
        found = set(series["area"])
        if twice := sorted(series["area"][series["area"].duplicated()].unique()):
            yield Fault(place, f"{', '.join(twice)} has more than one figure: give those known on one day")
        if unknown := sorted(found - origins):
            yield Fault(place, f"the lookup has no {', '.join(unknown)}: their figures would be lost")
        if missing := sorted(origins - found):
            yield Fault(
                place,
                f"there is no row for {', '.join(missing)}: what they give to others is not known; "
                "give each a row, with its status where it has no figure",
            )
        shown = series[series["status"] == "shown"]
        without = (
            shown[shown["value"].isna()] if key["measure"] in counted else shown[shown[_COUNTS].isna().any(axis=1)]
        )
        if len(without):
            what = (
                "its value, which is a count, is blank"
                if key["measure"] in counted
                else "it has a rate without its numerator and denominator"
                if without["value"].notna().any()
                else "its numerator or denominator is blank"
            )
            yield Fault(
                place,
                f"{', '.join(sorted(without['area']))} cannot be converted, {what}: rates are made from converted "
                "counts, never averaged",
            )
        if len(sources := sorted(set(series["source"]))) > 1:
            yield Fault(place, f"figures of {', '.join(sources)} stand side by side: convert those of one source")


def _convert_series(
    key: dict[str, str], series: "pd.DataFrame", lookup: Lookup, counted: Collection[str], per: Mapping[str, float]
) -> "pd.DataFrame":
    """The rows of one measure, period and group, of every area that the lookup goes to."""
    import pandas as pd

    card = lookup.card
    given = series.set_index("area")
    moving = ["value"] if key["measure"] in counted else _COUNTS
    # A share of a whole of 1: the weights are each area's people, as parts of all its people.
    counts = given[moving].where(given["status"] == "shown", 0.0).to_numpy(float)
    overlaps = Overlaps(lookup.origin, lookup.target, lookup.weight, card.from_vintage, card.to_vintage)
    whole = _whole_of(given.index, lookup)
    moved = apportion(counts, given.index.to_numpy(str), whole, overlaps, vintage=card.from_vintage)
    amounts = dict(zip(moved.target.tolist(), moved.value.tolist(), strict=True))

    parts: dict[str, list[str]] = {}
    for origin, target in zip(lookup.origin, lookup.target, strict=True):
        parts.setdefault(target, []).append(origin)
    files = set(series["file"]) if "file" in series else set()
    provisional = " provisional" if (series["mark"] == "p").any() else ""
    shared: dict[str, Any] = {
        **key,
        "vintage": card.to_vintage,
        **dict.fromkeys([*_COUNTS, *_VALUES], np.nan),
        "mark": ESTIMATED,
        "published": max(series["published"]),
        "published_basis": "on" if (series["published_basis"] == "on").all() else "not-later-than",
        "source": series["source"].iloc[0],
        "file": files.pop() if len(files) == 1 else f"{LOOKUPS}/{card.id}.csv",
        **dict.fromkeys(["sheet", "cell", "row"], ""),
    }
    made = []
    for target in sorted(parts):
        status = _status_of(given.loc[parts[target], "status"].tolist())
        come_from = ", ".join(parts[target])
        row = {
            **shared,
            "area": target,
            "transform": f"converted from{provisional} {come_from} of {card.from_vintage} by {card.id}, {card.method}",
        }
        if status == "shown":
            row |= dict(zip(moving, amounts[target], strict=True))
            if key["measure"] in per and row["denominator"]:
                row["value"] = row["numerator"] / row["denominator"] * per[key["measure"]]
            elif key["measure"] in per:  # nobody there to be counted
                status = "unavailable"
                row |= dict.fromkeys(moving, np.nan)
        made.append(row | {"status": status})
    return pd.DataFrame(made)


def _whole_of(origins: "pd.Index", lookup: Lookup) -> list[float]:
    """What each area's weights add up to: 1 but for rounding."""
    sums = dict.fromkeys(origins, 0.0)
    for origin, weight in zip(lookup.origin, lookup.weight, strict=True):
        sums[origin] += weight
    return list(sums.values())


def _status_of(parts: Collection[str]) -> str:
    """What can be said of an area, given what is said of its parts. A withheld part withholds the whole."""
    if "suppressed" in parts:
        return "suppressed"
    if set(parts) == {"shown"}:
        return "shown"
    return "not-applicable" if set(parts) == {"not-applicable"} else "unavailable"
