"""Madeborough, the made-up council: made as it says, true to its own truths, and nobody's real figures."""

import csv
import importlib.util
import re
import shutil
import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from ruamel.yaml import YAML
from shapely import is_valid, unary_union
from shapely.geometry import shape

from pmif.disclosure import publish
from pmif.framework import model
from pmif.methods import METHODS
from pmif.period import Period, add_months

ROOT = Path(__file__).resolve().parent.parent
BOROUGH = ROOT / "tests" / "borough"
PAGES = ("po1", "po2", "po3", "po4", "po5", "po6")
Row = dict[str, str]


def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_figures", BOROUGH / "make_figures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module


made = load_generator()


def read_yaml(path: Path) -> dict:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def read_csv(name: str | Path) -> list[Row]:
    with (BOROUGH / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def figures() -> list[Row]:
    return [row for path in sorted((BOROUGH / "data" / "figures").glob("*.csv")) for row in read_csv(path)]


def measures() -> dict[str, model.Measure]:
    found = {}
    for path in sorted((BOROUGH / "data" / "framework").glob("*.yml")):
        for text in read_yaml(path).get("measures", ()):
            measure = model.Measure.model_validate(text)
            assert measure.id not in found
            found[measure.id] = measure
    assert len(found) >= 30
    return found


MEASURES = measures()
FIGURES = figures()
MULTIPLIERS = {u["id"]: u.get("multiplier", 1) for u in read_yaml(BOROUGH / "data/framework/units.yml")["units"]}
SERIES: dict[str, list[Row]] = defaultdict(list)  # everyone in the borough, oldest first
for _row in FIGURES:
    if _row["area"] == made.BOROUGH and not _row["dimension"]:
        SERIES[_row["measure"]].append(_row)
for _story in made.STORIES:  # of a measure made of age bands: everyone, one row a period
    if _story.by_age:
        _factors = _story.by_age.factors[made.BOROUGH]
        for _n, _period in enumerate(made.periods_to(_story.newest, len(_factors))):
            _like = next(r for r in FIGURES if (r["measure"], r["period"]) == (_story.measure, _period))
            _whole = {"area": made.BOROUGH, "dimension": "", "group": "", "over_ages": str(_n - len(_factors))}
            SERIES[_story.measure].append(_like | _whole)
for _rows in SERIES.values():
    _rows.sort(key=lambda row: Period.parse(row["period"]).sort_key)


def figure_key(row: Row) -> tuple[str, ...]:
    return tuple(row[column] for column in ("measure", "area", "period", "dimension", "group"))


def trio(row: Row) -> tuple[float, float, float]:
    """Value and limits of a row: published, or worked out from its counts."""
    measure = MEASURES[row["measure"]]
    if measure.method == "as-published":
        return float(row["value"]), float(row["lower"]), float(row["upper"])
    if row.get("over_ages"):
        story = next(s for s in made.STORIES if s.measure == measure.id)
        found = made.over_ages(story, measure.method, row["area"], int(row["over_ages"]))
        return tuple(limit * MULTIPLIERS[measure.unit] for limit in found)
    return made.estimate(int(row["numerator"]), int(row["denominator"]), measure.method, MULTIPLIERS[measure.unit])


def test_made_files_are_what_the_generator_makes():
    files = made.files()
    on_disk = {p.relative_to(BOROUGH).as_posix() for p in (BOROUGH / "data" / "figures").iterdir()}
    on_disk |= {
        p.relative_to(BOROUGH).as_posix() for p in (BOROUGH / "data" / "boundaries").iterdir() if p.suffix != ".yml"
    }

    assert on_disk | {"truth.csv", "secrets.csv"} == set(files)
    for name, content in files.items():
        assert (BOROUGH / name).read_bytes().decode() == content, f"{name}: run tests/borough/make_figures.py"


def test_the_generator_makes_the_same_files_again():
    assert made.files() == made.files()


@pytest.mark.parametrize("page", PAGES)
def test_objectives_and_outcomes_are_the_real_frameworks(page):
    real = read_yaml(ROOT / "data" / "framework" / f"{page}.yml")["objective"]
    borough = read_yaml(BOROUGH / "data" / "framework" / f"{page}.yml")["objective"]

    assert [o["id"] for o in borough["outcomes"]] == [o["id"] for o in real["outcomes"]]
    for key in ("id", "number", "title", "short", "outcomes"):
        assert borough[key] == real[key]


def test_scorecard_areas_are_the_real_frameworks():
    real = read_yaml(ROOT / "data" / "framework" / "scorecard.yml")["scorecard"]
    borough = read_yaml(BOROUGH / "data" / "framework" / "scorecard.yml")["scorecard"]

    for key in ("id", "title", "description", "areas"):
        assert borough[key] == real[key]


def test_most_outcomes_have_evidence_and_some_have_none():
    outcomes = {
        o["id"] for p in PAGES for o in read_yaml(BOROUGH / "data/framework" / f"{p}.yml")["objective"]["outcomes"]
    }
    areas = {a["id"] for a in read_yaml(BOROUGH / "data/framework/scorecard.yml")["scorecard"]["areas"]}
    evidence = {m.outcome for m in MEASURES.values() if m.bearing is model.Bearing.EVIDENCE}

    assert {m.outcome for m in MEASURES.values() if m.outcome} <= outcomes | areas
    assert len(outcomes) == 23
    assert 18 <= len(outcomes & evidence) < 23
    assert "external-assessment" not in evidence


def test_everything_the_public_figures_lack_is_here():
    def some(test):
        return any(test(m) for m in MEASURES.values())

    assert {m.method for m in MEASURES.values()} == set(METHODS)
    assert {m.polarity for m in MEASURES.values()} == set(model.Polarity)
    assert {m.frequency for m in MEASURES.values()} == set(model.Frequency)
    assert {m.bearing for m in MEASURES.values()} == set(model.Bearing)
    assert {g for m in MEASURES.values() for g in m.groups} == {
        "sex",
        "free-school-meals",
        "deprivation-quintile",
    }
    assert {m.bands for m in MEASURES.values()} == {None, "age-band", "life-table-band"}
    assert some(lambda m: m.target is not None and m.target.tolerance is not None)
    assert some(lambda m: m.owner == "to-confirm")
    assert {r["status"] for r in FIGURES} == {"shown", "suppressed", "unavailable", "not-applicable"}
    assert {r["mark"] for r in FIGURES} == {"", "p", "r", "e"}
    assert {r["published_basis"] for r in FIGURES} == {"on", "not-later-than"}
    assert sum(len(rows) == 16 and rows[-1]["period"] == "2026-27-q2" for rows in SERIES.values()) >= 5
    as_published = [r for r in FIGURES if r["value"]]
    assert any(r["lower"] for r in as_published)
    assert not all(r["lower"] for r in as_published)


def test_the_other_parts_of_the_framework_fit_their_models():
    parts = {
        "units": ("units", model.Unit),
        "roles": ("roles", model.Role),
        "committees": ("committees", model.Committee),
        "judgements": ("judgements", model.Judgement),
        "disclosure": ("rules", model.DisclosureRule),
        "interventions": ("interventions", model.Intervention),
        "dimensions": ("dimensions", model.Dimension),
    }
    ids = {}
    for name, (key, kind) in parts.items():
        entries = [kind.model_validate(e) for e in read_yaml(BOROUGH / "data/framework" / f"{name}.yml")[key]]
        ids[name] = {e.id for e in entries}
        assert len(ids[name]) == len(entries) > 0
    groups = {
        (d["id"], g["id"])
        for d in read_yaml(BOROUGH / "data/framework/dimensions.yml")["dimensions"]
        for g in d["groups"]
    }
    assert {(r["dimension"], r["group"]) for r in FIGURES if r["dimension"]} == groups
    reporting = model.Reporting.model_validate(read_yaml(BOROUGH / "data/framework/reporting.yml"))
    sources = {p.stem: model.Source.model_validate(read_yaml(p)) for p in (BOROUGH / "data/sources").iterdir()}

    assert reporting.made_up
    assert all(s.id == name and s.publisher == "Made up for testing" for name, s in sources.items())
    assert {s.licence for s in sources.values()} == {"made-up", "council-return"}
    for measure in MEASURES.values():
        assert measure.unit in ids["units"]
        assert measure.owner in ids["roles"]
        assert measure.disclosure in ids["disclosure"]
        assert measure.source in sources


def test_figures_have_the_agreed_columns_order_and_content():
    paths = sorted((BOROUGH / "data" / "figures").glob("*.csv"))
    assert paths
    for path in paths:
        rows = read_csv(path)
        assert tuple(rows[0]) == made.COLUMNS
        keys = [tuple(r[c] for c in ("measure", "dimension", "group", "area", "period")) for r in rows]
        assert keys == sorted(set(keys))
    known = {(a["code"], a["vintage"]) for a in read_csv("data/boundaries/areas.csv")}
    for row in FIGURES:
        measure = MEASURES[row["measure"]]
        assert (row["area"], row["vintage"]) in known
        assert Period.parse(row["period"]).id == row["period"]
        assert row["source"] == measure.source
        assert bool(row["dimension"]) == bool(row["group"])
        assert row["dimension"] in ((measure.bands,) if measure.bands else ("", *measure.groups))
        counted = measure.method != "as-published"
        assert bool(row["numerator"] and row["denominator"]) == (counted and row["status"] == "shown")
        assert bool(row["value"]) == (not counted and row["status"] == "shown")
        if measure.frequency is not model.Frequency.OCCASIONAL:
            assert Period.parse(row["period"]).kind == measure.frequency.value


def test_ward_and_group_counts_add_up_to_the_boroughs():
    everyone = {(r["measure"], r["period"]): r for rows in SERIES.values() for r in rows}
    parts: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in FIGURES:
        part = row["dimension"] not in ("", MEASURES[row["measure"]].bands) or row["vintage"].startswith("ward-")
        if row["numerator"] and part:
            parts[row["measure"], row["period"], row["dimension"]].append(row)
    checked = 0
    for (measure, period, _), rows in parts.items():
        if whole := everyone.get((measure, period)):
            checked += 1
            for column in ("numerator", "denominator"):
                assert sum(int(r[column]) for r in rows) == int(whole[column]), (measure, period, column)
    assert checked >= 12


def test_every_ward_of_a_vintage_has_its_row_and_two_vintages_have_figures():
    seen: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in FIGURES:
        if row["vintage"].startswith("ward-"):
            seen[row["measure"], row["vintage"], row["period"]].add(row["area"])

    for (_, vintage, _), codes in seen.items():
        assert codes == set(made.WARDS[vintage])
    assert {vintage for _, vintage, _ in seen} == {"ward-old", "ward-new"}
    assert {"ward-old", "ward-new"} <= {vintage for measure, vintage, _ in seen if measure == "claimants"}


def test_no_count_is_withheld_alone_beside_its_total():
    """Otherwise a reader who knows the total takes the rest from it, and no page could be blamed."""
    withheld: dict[tuple[str, ...], int] = defaultdict(int)
    for row in read_csv("secrets.csv"):
        if row["dimension"] or row["area"] != made.BOROUGH:
            withheld[row["measure"], row["period"], row["dimension"]] += 1
    assert withheld
    assert min(withheld.values()) >= 2


def test_truth_names_every_measure_and_every_state():
    truth = {row["measure"]: row for row in read_csv("truth.csv")}

    assert set(truth) == set(MEASURES)
    assert {row["state"] for row in truth.values()} == {
        "improving",
        "getting-worse",
        "no-detectable-change",
        "moved",
        "change-not-tested",
        "nothing-to-compare",
        "withheld",
        "awaiting-a-return",
        "no-figure",
        "wards-only",
    }
    assert {row["due"] for row in truth.values()} == {
        "new",
        "not-due",
        "late",
        "occasional",
        "never-received",
    }
    assert {r["country"] for r in truth.values()} == {
        "",
        "better",
        "similar",
        "worse",
        "higher",
        "lower",
        "same",
    }
    assert {row["target"] for row in truth.values()} == {"", "met", "missed", "not-yet"}


@pytest.mark.parametrize("truth", read_csv("truth.csv"), ids=lambda row: row["measure"])
def test_figures_bear_out_the_truth(truth):
    measure, series = MEASURES[truth["measure"]], SERIES[truth["measure"]]
    state = truth["state"]
    if state in ("awaiting-a-return", "no-figure"):
        assert not [r for r in FIGURES if r["measure"] == measure.id]
        return
    if state == "wards-only":
        assert not series
        return
    newest = series[-1]
    assert newest["period"] == truth["newest"]
    if state == "withheld":
        assert newest["status"] == "suppressed" or 1 <= int(newest["numerator"]) <= 7
        return
    if state == "nothing-to-compare":
        changed = [c.since for c in measure.definition_changes]
        assert len(series) == 1 or changed == [newest["period"]]
    elif state == "change-not-tested":
        assert 1 < len(series) < 8 or measure.frequency is model.Frequency.OCCASIONAL
        assert not any(r["lower"] or r["numerator"] for r in series)
    elif truth["judged_by"] == "step" or series[-1]["lower"] or series[-1]["numerator"]:
        against_it(truth, measure, series)
    else:
        beside_the_usual(truth, measure, [float(r["value"]) for r in series])
    beside_the_country(truth, measure, newest)
    if measure.target and truth["target"] != "not-yet":
        beyond = trio(newest)[0] - measure.target.value
        assert (beyond > 0) == ((truth["target"] == "met") == (measure.polarity is model.Polarity.HIGHER))


def beside_the_usual(truth: Row, measure: model.Measure, values: list[float]) -> None:
    """Without intervals: the newest value is far outside what the earlier ones span, or well within it."""
    *earlier, newest = values
    assert len(earlier) >= 7
    if truth["state"] == "no-detectable-change":
        assert (
            min(earlier) - 0.5 * (max(earlier) - min(earlier)) < newest < max(earlier) + (max(earlier) - min(earlier))
        )
        return
    assert truth["judged_by"] == "usual-range"
    mean = sum(values) / len(values)
    ranges = [abs(b - a) for a, b in pairwise(values)]
    assert abs(newest - mean) > 2.66 * sum(ranges) / len(ranges)
    assert (newest > mean) == ((measure.polarity is model.Polarity.HIGHER) == (truth["state"] == "improving"))


def against_it(truth: Row, measure: model.Measure, series: list[Row]) -> None:
    """The newest figure against each it may be judged by: the one before, last year's, the last apart."""
    state = truth["state"]
    if truth["judged_by"] == "trend":
        values = [trio(r)[0] for r in series[-5:]]
        falls = all(b < a for a, b in pairwise(values))
        assert falls or all(b > a for a, b in pairwise(values))
        assert falls == ((measure.polarity is model.Polarity.LOWER) == (state == "improving"))
        return
    newest = Period.parse(series[-1]["period"])
    shown = [r for r in series if r["status"] == "shown"]
    apart = [r for r in shown if not Period.parse(r["period"]).overlaps(newest)]
    others = [shown[-2], apart[-1], *(r for r in shown if r["period"] == newest.same_last_year.id)]
    value, lower, upper = trio(series[-1])
    for other in others:
        before, low, high = trio(other)
        if state == "no-detectable-change":
            assert lower < before < upper
            assert low < value < high
        else:
            assert lower > high or upper < low
            better = (value > before) == (measure.polarity is model.Polarity.HIGHER)
            assert state == "moved" or better == (state == "improving")
    assert (state == "moved") == (measure.polarity is model.Polarity.NEUTRAL)


def beside_the_country(truth: Row, measure: model.Measure, newest: Row) -> None:
    level = truth["country"]
    key = (measure.id, made.COUNTRY, newest["period"])
    same = [r for r in FIGURES if (r["measure"], r["area"], r["period"]) == key]
    if "over_ages" in newest:
        same = [newest | {"area": made.COUNTRY}]
    assert bool(same) == bool(level)
    if not level:
        return
    if level == "similar":
        value, lower, upper = trio(newest)
        assert lower < trio(same[0])[0] < upper
    elif measure.polarity is not model.Polarity.NEUTRAL and level in ("better", "worse"):
        (value, lower, upper), (_, low, high) = trio(newest), trio(same[0])
        assert lower > high or upper < low
        assert (level == "better") == ((lower > high) == (measure.polarity is model.Polarity.HIGHER))
    else:
        value, country = (float(r["value"]) if r["value"] else trio(r)[0] for r in (newest, same[0]))
        assert level == ("same" if value == country else "higher" if value > country else "lower")


@pytest.mark.parametrize("truth", read_csv("truth.csv"), ids=lambda row: row["measure"])
def test_when_the_next_figure_is_due_bears_out_the_truth(truth):
    """Dates keep clear of every edge: new figures are from October, the others from before April."""
    measure = MEASURES[truth["measure"]]
    rows = [r for r in FIGURES if r["measure"] == measure.id]
    report = Period.parse("2026-27-q2")
    reporting = read_yaml(BOROUGH / "data/framework/reporting.yml")
    closes = report.end.toordinal() + reporting["closes_after_days"]
    if not rows:
        assert truth["due"] == "never-received"
        return
    newest = max(rows, key=lambda r: Period.parse(r["period"]).sort_key)
    assert max(r["published"] for r in rows) == newest["published"]
    if measure.frequency is model.Frequency.OCCASIONAL:
        assert truth["due"] == "occasional"
        return
    following = add_months(Period.parse(newest["period"]).next.end, measure.lag_months).toordinal()
    assert newest["published"] < "2026-11-14"
    if truth["due"] == "new":
        assert newest["published"] >= "2026-10-01"
    else:
        assert newest["published"] < "2026-06-01"
    assert (truth["due"] == "late") == (following < closes)


def test_secrets_are_small_counts_and_nothing_else_reads_like_them():
    secrets = read_csv("secrets.csv")
    rules = read_yaml(BOROUGH / "data/framework/disclosure.yml")["rules"]
    rule = next(rule for rule in rules if rule["id"] == "small-counts")
    small = {
        figure_key(r)
        for r in FIGURES
        if MEASURES[r["measure"]].disclosure == "small-counts"
        and r["numerator"]
        and rule["withhold_from"] <= int(r["numerator"]) <= rule["withhold_to"]
    }

    assert len(secrets) >= 10
    listed = {
        why: {figure_key(s) for s in secrets if s["why"] == why}
        for why in ("small count", "would reveal a small count")
    }
    assert listed["small count"] == small
    assert listed["would reveal a small count"]
    assert sum(map(len, listed.values())) == len(secrets)
    assert all(MEASURES[s["measure"]].disclosure == "small-counts" for s in secrets)
    assert {bool(s["dimension"]) for s in secrets} == {True, False}

    shown = []
    for row in FIGURES:
        key = figure_key(row)
        if row["status"] != "shown" or any(key in keys for keys in listed.values()):
            continue
        values = [float(row[c]) for c in ("value", "lower", "upper") if row[c]] or trio(row)
        decimals = MEASURES[row["measure"]].decimals
        shown += [f"{value:.{places}f}" for value in values for places in (decimals, 12)]
    for secret in secrets:
        pattern = made.secret_pattern(secret)
        assert pattern.search(f"a rate of {secret['rounded']}.")
        assert pattern.search(f'data-value="{secret["value"]}"')
        assert not pattern.findall(" ".join(shown))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The tables of the current report, built in a copy."""
    root = tmp_path_factory.mktemp("madeborough") / "root"
    shutil.copytree(BOROUGH, root, ignore=shutil.ignore_patterns("built", "pages"))
    folder = publish(root, "current")
    assert folder.name == "2026-27-q2"
    return folder


@pytest.mark.parametrize("truth", read_csv("truth.csv"), ids=lambda row: row["measure"])
def test_what_is_published_agrees_with_the_truth(built, truth):
    finding = next(r for r in read_csv(built / "published-findings.csv") if r["measure"] == truth["measure"])
    wards = [
        r
        for r in read_csv(built / "published-gaps.csv")
        if r["measure"] == truth["measure"] and r["dimension"] == "ward"
    ]

    for told, found in (("state", "state"), ("due", "due"), ("country", "benchmarks.country.level")):
        assert finding[found] == truth[told]
    if truth["newest_value"]:
        assert float(finding["value"]) == pytest.approx(float(truth["newest_value"]), abs=1e-6)
    else:
        assert not finding["value"]
    assert finding["judged_by"] == truth["judged_by"]
    assert finding["target"] == truth["target"]
    assert len(wards) == bool(truth["ward_gap"])
    for gap in wards:
        assert (gap["highest"], gap["lowest"]) == (truth["highest_ward"], truth["lowest_ward"])
        assert (gap["period"], gap["shown"]) == (truth["ward_period"], truth["wards_shown"])
        assert float(gap["difference"]) == pytest.approx(float(truth["ward_gap"]), abs=1e-5)


def test_no_secret_is_published(built):
    secrets = read_csv("secrets.csv")
    tables = sorted(built.glob("published-*.csv"))

    assert len(tables) == 5
    assert any(made.secret_pattern(s).search((built / "indicators.csv").read_text("utf-8")) for s in secrets)
    for table in tables:
        text = table.read_text(encoding="utf-8")
        assert not [s for s in secrets if made.secret_pattern(s).search(text)], table.name


def test_no_age_band_is_published(built):
    """A withheld band could be solved from the standardised rate and the count of everyone."""
    published = read_csv(built / "published-figures.csv")
    worked_out = read_csv(built / "indicators.csv")

    assert not [row for row in published if row["dimension"] in ("age-band", "life-table-band")]
    assert [row for row in worked_out if row["dimension"] == "age-band"]
    assert [row for row in published if row["measure"] == "deaths-before-their-time"]


def test_shapes_are_valid_wards_that_share_their_edges():
    features = read_yaml(BOROUGH / "data/boundaries/ward-old.geojson")["features"]
    wards = {f["properties"]["ward_code"]: shape(f["geometry"]) for f in features}

    assert {f["properties"]["ward_code"]: f["properties"]["ward_name"] for f in features} == made.WARD_OLD
    assert all(is_valid(ward) for ward in wards.values())
    whole = unary_union(list(wards.values()))
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert whole.area == pytest.approx(sum(ward.area for ward in wards.values()), rel=1e-9)
    west, south, east, north = whole.bounds
    assert west > 1 and east < 3 and south > 55 and north < 57  # open sea


def made_up_files() -> list[Path]:
    written = {".yml", ".md", ".csv", ".geojson", ".py"}
    return sorted(p for p in BOROUGH.rglob("*") if p.suffix in written and p.parent.parent.name != "built")


def test_no_made_up_file_names_the_real_council_or_its_wards():
    words = {"Gateshead", "Tyne", "E08000037", "E12000001", "E92000001"}
    with (ROOT / "data" / "boundaries" / "areas.csv").open(encoding="utf-8", newline="") as file:
        real = [row for row in csv.DictReader(file) if row["kind"] in ("borough", "region", "ward")]
    assert len(real) >= 22
    words |= {row[key] for row in real for key in ("code", "name")}
    spoken = re.compile(r"\b(" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + r")\b")
    # Objectives and outcomes keep the council's own words, which the notebooks share.
    outcomes = [o for p in PAGES for o in read_yaml(ROOT / "data/framework" / f"{p}.yml")["objective"]["outcomes"]]
    shared = {o[key] for o in outcomes for key in ("title", "short")}
    paths = made_up_files()
    assert len(paths) > 25
    assert shared
    for path in paths:
        text = " ".join(path.read_text(encoding="utf-8").split())
        for title in shared:
            text = text.replace(title, "")
        assert not (found := spoken.findall(text)), f"{path.relative_to(ROOT)}: {found}"


def test_commentary_says_who_wrote_it_and_that_it_is_made_up():
    paths = sorted((BOROUGH / "book/commentary/2026-27-q2").glob("*.md"))

    assert [p.stem for p in paths] == ["po1", "scorecard"]
    for path in paths:
        _, front, text = path.read_text(encoding="utf-8").split("---\n", 2)
        assert {"author_role", "status", "written"} <= set(YAML(typ="safe").load(front))
        assert "made up" in text
