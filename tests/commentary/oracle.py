"""Is a claim true, and what does a value say? Decided from the published tables alone, for the tests.

Written apart from `pmif.commentary`, of which it imports nothing: the two must come to the same by different roads.
It reads the three tables as text, and does its own rounding, ranking and comparing of intervals. What only a method
can tell (a trend, a usual range, whether a gap narrows) it takes from the published findings and gaps.
"""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from pmif.period import Period

MOVED = ("improving", "getting-worse", "moved")
MINUS = "−"
CHANGES = (
    "rose", "fell", "rising", "falling", "still-above", "still-below", "no-detectable-change", "rose-not-tested",
    "fell-not-tested", "unchanged", "higher-no-detectable-change", "lower-no-detectable-change",
)  # fmt: skip
RECORDS = {"highest-since": 1, "lowest-since": -1}
CROSSINGS = {"first-above": 1, "first-below": -1}


class NothingToSayError(Exception):
    """There is no figure for it, or it may not be seen: whatever is claimed cannot be said."""


@dataclass(frozen=True)
class Row:
    """A published figure."""

    area: str
    vintage: str
    kind: str
    area_name: str
    period: Period
    dimension: str
    group: str
    status: str
    value: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Name:
    """What stands between the backticks."""

    measure: str
    area: str
    period: str
    dimension: str
    group: str
    options: dict[str, str]


class Oracle:
    """Every figure, finding and gap of one report. `folder` is data/built/<period>."""

    def __init__(self, folder: Path, report_date: date) -> None:
        self.report_date = report_date
        self.framework = json.loads((folder / "framework.json").read_text(encoding="utf-8"))
        self.measures = {m["id"]: m for m in self.framework["measures"]}
        self.units = {u["id"]: u for u in self.framework["units"]}
        self.findings = {row["measure"]: row for row in _table(folder, "published-findings")}
        self.gaps: dict[str, list[dict[str, str]]] = {}
        for row in _table(folder, "published-gaps"):
            self.gaps.setdefault(row["measure"], []).append(row)
        self.rows: dict[str, list[Row]] = {}
        for row in _table(folder, "published-figures"):
            self.rows.setdefault(row["measure"], []).append(_row(row))
        for rows in self.rows.values():
            rows.sort(key=lambda row: (row.period.end, row.period.start))

    # --- names and rows --------------------------------------------------------------------------------------

    def name(self, typed: str) -> Name:
        target, *rest = (part.strip() for part in typed.split(","))
        options = dict(part.split(" ", 1) for part in rest)
        measure, *parts = target.split("/")
        area = period = dimension = group = ""
        dimensions = {"ward", *(d["id"] for d in self.framework["dimensions"])}
        for part in parts:
            if "=" in part:
                dimension, group = part.split("=")
            elif part in dimensions:
                dimension = part
            elif re.match(r"\d{4}", part):
                period = part
            else:
                area = self._area(measure, part)
        return Name(measure, area, period, dimension, group, options)

    def _area(self, measure: str, slug: str) -> str:
        """The newest area of this name, or of this kind."""
        for row in reversed(self.rows[measure]):
            if slug in (slug_of(row.area_name), row.kind):
                return row.area
        raise AssertionError(f"{measure} has no figures for {slug}")

    def series(self, name: Name) -> list[Row]:
        return [
            row
            for row in self.rows.get(name.measure, ())
            if (row.area == name.area if name.area else row.kind == "borough")
            and (row.dimension, row.group) == (name.dimension, name.group)
        ]

    def row(self, name: Name) -> Row:
        """The figure that is named: the newest, or of another place that of the borough's newest period."""
        if name.dimension and not name.group:
            raise NothingToSayError
        rows = self.series(name)
        newest = self.findings[name.measure]["period"]
        wanted = [row for row in rows if row.period.id == name.period] if name.period else rows[-1:]
        if not name.period and name.area:
            wanted = [row for row in rows if row.period.id == newest] or wanted
        if not wanted:
            raise NothingToSayError
        return _shown(wanted[-1])

    def before(self, name: Name) -> Row:
        """The figure that it is set beside: the one before, or that of `since`."""
        now = self.row(name)
        earlier = [row for row in self.series(name) if row.period.end < now.period.end]
        if "since" in name.options:
            earlier = [row for row in earlier if row.period.id == name.options["since"]]
        if not earlier or self._broken(name.measure, earlier[-1].period, now.period):
            raise NothingToSayError
        return _shown(earlier[-1])

    def _broken(self, measure: str, then: Period, now: Period) -> bool:
        starts = [Period.parse(c["since"]) for c in self.measures[measure]["definition_changes"]]
        return any(then.end < start.end <= now.end for start in starts)

    # --- claims ------------------------------------------------------------------------------------------------

    def holds(self, role: str, typed: str) -> bool:
        """Whether a claim may be made."""
        name = self.name(typed)
        try:
            return self._holds(role, name)
        except NothingToSayError:
            return False

    def _holds(self, role: str, name: Name) -> bool:
        finding = self.findings[name.measure]
        if role in CHANGES:
            everyone = not name.area and not name.dimension
            newest = name.period in ("", finding["period"])
            found = everyone and newest and "since" not in name.options
            return self._moved(role, finding, name) if found else self._stepped(role, name)
        if role in RECORDS:
            return self._record(RECORDS[role], name)
        if role in CROSSINGS:
            return self._crossing(CROSSINGS[role], name)
        if role.startswith(("highest", "lowest", "among")):
            return self._ranked(role, name)
        if role.endswith(("-than", "-than-not-tested", "-to", "same-as")):
            return self._beside(role, name)
        if role.startswith("gap-") or role.endswith(("-deprived", "-slope")) or role == "differ":
            return self._gap_claim(role, name)
        if role.endswith("target"):
            return self._target(role, name.measure)
        match role:
            case "improved":
                return finding["state"] == "improving"
            case "got-worse":
                return finding["state"] == "getting-worse"
            case "within-range":
                return finding["usual.went"] == "no change"
            case "late":
                return finding["due"] == "late"
            case "new-figure":
                return finding["due"] == "new"
            case "definition-changed":
                return bool(self.measures[name.measure]["definition_changes"])
            case "no-earlier-figure":
                return finding["state"] == "nothing-to-compare"
            case "awaiting-return":
                return finding["state"] == "awaiting-a-return"
            case "wards-only" | "withheld" | "no-figure":
                return finding["state"] == role
        raise AssertionError(f"the oracle does not know {role}")

    def _moved(self, role: str, finding: dict[str, str], name: Name) -> bool:
        """The borough's newest figure: what the tests found, or which way the bare number went."""
        state, judged = finding["state"], finding["judged_by"]
        went = finding[f"{judged.replace('usual-range', 'usual')}.went"] if judged else ""
        if role in ("rose", "rising", "still-above", "fell", "falling", "still-below"):
            up = role in ("rose", "rising", "still-above")
            if state not in MOVED or went != ("higher" if up else "lower"):
                return False
            back = finding["direction"] == ("lower" if up else "higher")  # the last step went the other way
            if judged == "trend":
                return role in ("rising", "falling")
            if judged == "step":
                return role in ("rose", "fell") and not back
            return role == (("still-above" if up else "still-below") if back else ("rose" if up else "fell"))
        if state == "no-detectable-change":
            return role == state or self._way(role, self.row(name), self.before(name), name.measure, tested=True)
        if state != "change-not-tested":
            return False
        shown = [row for row in self.series(name) if row.status == "shown"]
        return self._way(role, shown[-1], shown[-2], name.measure, tested=False)

    def _way(self, role: str, now: Row, then: Row, measure: str, *, tested: bool) -> bool:
        """Which way the bare number went, as it is written, where no test finds that it did."""
        one, other = self.shown(measure, now.value), self.shown(measure, then.value)
        if one == other:
            return role == "unchanged"
        if tested:
            return role == f"{'higher' if one > other else 'lower'}-no-detectable-change"
        return role == ("rose-not-tested" if one > other else "fell-not-tested")

    def _stepped(self, role: str, name: Name) -> bool:
        """Two figures by their intervals."""
        now, then = self.row(name), self.before(name)
        shared = now.period.start <= then.period.end and then.period.start <= now.period.end
        if shared or None in (now.lower, now.upper, then.lower, then.upper):
            return self._way(role, now, then, name.measure, tested=False)
        if now.lower > then.upper:
            return role == "rose"
        if now.upper < then.lower:
            return role == "fell"
        return role == "no-detectable-change" or self._way(role, now, then, name.measure, tested=True)

    def _beside(self, role: str, name: Name) -> bool:
        if name.group:  # without another place there is nothing to set it beside
            raise NothingToSayError
        measure = self.measures[name.measure]
        kind = next((r.kind for r in self.rows.get(name.measure, ()) if r.area == name.area), "country")
        ours = self._borough(name.measure)
        theirs = [r for r in self.rows[name.measure] if r.kind == kind and not r.dimension and r.period == ours.period]
        if measure["benchmark"] is None or kind == "ward" or not theirs:
            return False
        other = _shown(theirs[-1]).value
        if ours.lower is None or ours.upper is None:
            one, two = self.shown(name.measure, ours.value), self.shown(name.measure, other)
            return role == (
                "same-as" if one == two else "higher-than-not-tested" if one > two else "lower-than-not-tested"
            )
        if ours.lower <= other <= ours.upper:
            return role == "similar-to"
        higher = ours.lower > other
        if role in ("higher-than", "lower-than"):
            return higher == (role == "higher-than")
        good = {"higher-is-better": higher, "lower-is-better": not higher}.get(measure["polarity"])
        return good is not None and role == ("better-than" if good else "worse-than")

    def _borough(self, measure: str) -> Row:
        rows = [r for r in self.rows.get(measure, ()) if r.kind == "borough" and not r.dimension]
        if not rows:
            raise NothingToSayError
        return _shown(rows[-1])

    def _target(self, role: str, measure: str) -> bool:
        target, polarity = self.measures[measure]["target"], self.measures[measure]["polarity"]
        if target is None or polarity == "neutral":
            return False
        short = target["value"] - self._borough(measure).value
        short = short if polarity == "higher-is-better" else -short
        hair = 1e-9 * abs(target["value"])
        if short <= hair:
            return role == "on-target"
        if Period.parse(target["by"]).end > self.report_date:
            return role == "not-yet-at-target"
        return role == ("close-to-target" if short <= (target["tolerance"] or 0) + hair else "off-target")

    # --- wards and groups --------------------------------------------------------------------------------------

    def _gap(self, name: Name) -> dict[str, str]:
        gaps = self.gaps.get(name.measure, [])
        dimension = name.dimension or ("ward" if name.area or len(gaps) > 1 else gaps[0]["dimension"] if gaps else "")
        found = [gap for gap in gaps if gap["dimension"] == dimension]
        if not found:
            raise NothingToSayError
        return found[0]

    def _newest(self, measure: str, dimension: str) -> list[Row]:
        """The newest period's figures of every ward, or of every group."""
        of = [
            r
            for r in self.rows[measure]
            if (r.kind == "ward" and not r.dimension if dimension == "ward" else r.kind == "borough")
            and (dimension == "ward" or r.dimension == dimension)
        ]
        return [r for r in of if r.period == of[-1].period and r.vintage == of[-1].vintage]

    def end(self, name: Name, sign: int) -> tuple[list[Row], int]:
        """The row at one end with those that cannot be told from it, the end first; and how many are hidden."""
        dimension = self._gap(name)["dimension"]
        rows = self._newest(name.measure, dimension)
        shown = [row for row in rows if row.status == "shown"]
        if len(shown) < 2:
            raise NothingToSayError
        top = max(shown, key=lambda row: sign * (row.value or 0))
        level = [row for row in shown if row is not top and self._alike(name.measure, row, top)]
        return [top, *level], len(rows) - len(shown)

    def _alike(self, measure: str, row: Row, top: Row) -> bool:
        if self.shown(measure, row.value) == self.shown(measure, top.value):
            return True
        if None in (row.lower, row.upper, top.lower, top.upper):
            return False
        return row.lower <= top.upper and top.lower <= row.upper

    def _ranked(self, role: str, name: Name) -> bool:
        end, hidden = self.end(name, 1 if "highest" in role else -1)
        if len(end) > 1:
            fits = role.startswith("among")
        else:
            fits = not role.startswith("among") and role.endswith("-shown") == bool(hidden)
        if name.area:
            return fits and any(row.area == name.area for row in (end if role.startswith("among") else end[:1]))
        if name.group:
            return fits and any(row.group == name.group for row in (end if role.startswith("among") else end[:1]))
        return fits

    def _gap_claim(self, role: str, name: Name) -> bool:
        gap = self._gap(name)
        went = {
            "gap-narrowed": "narrowing", "gap-widened": "widening", "gap-reversed": "reversed",
            "gap-no-detectable-change": "no detectable change", "gap-change-not-tested": "",
        }  # fmt: skip
        if role in went:
            return gap["change.went"] == went[role]
        if role == "differ":
            return self._ends_differ(name, gap)
        low, high = (_number(gap[f"slope.{key}"]) for key in ("lower", "upper"))
        if low is None or high is None:
            return False
        return role == (
            "lower-where-deprived" if low > 0 else "higher-where-deprived" if high < 0 else "no-clear-slope"
        )

    def _ends_differ(self, name: Name, gap: dict[str, str]) -> bool:
        rows = {
            row.area_name if gap["dimension"] == "ward" else row.group: row
            for row in self._newest(name.measure, gap["dimension"])
        }
        if len(rows) == 1:  # one group alone, beside everyone
            everyone = [r for r in self.rows[name.measure] if r.kind == "borough" and not r.dimension]
            rows["everyone"] = next(r for r in everyone if r.period.id == gap["period"])
        high, low = rows[gap["highest"]], rows[gap["lowest"]]
        return high.lower is not None and low.upper is not None and high.lower > low.upper

    # --- the first time since ----------------------------------------------------------------------------------

    def _history(self, name: Name) -> tuple[Row, list[Row]]:
        now = self.row(name)
        before = [
            row
            for row in self.series(name)
            if row.period.end < now.period.end and not self._broken(name.measure, row.period, now.period)
        ]
        if not before:
            raise NothingToSayError
        return now, [_shown(row) for row in before]

    def _record(self, sign: int, name: Name) -> bool:
        """Not as high since a time before the last figure: by more than the intervals, and with no figure missing."""
        now, before = self._history(name)
        ours = sign * self.shown(name.measure, now.value)
        as_high = [n for n, row in enumerate(before) if sign * self.shown(name.measure, row.value) >= ours]
        beaten = before[as_high[-1] + 1 :] if as_high else before
        if not beaten:
            return False
        if self.measures[name.measure]["frequency"] != "occasional":
            for row, later in zip(beaten, [*beaten[1:], now], strict=True):
                if later.period.previous.end > row.period.end:
                    raise NothingToSayError
        for row in beaten:
            if None not in (row.lower, row.upper, now.lower, now.upper) and (
                row.lower <= now.upper and now.lower <= row.upper
            ):
                return False
        if "since" not in name.options:
            return True
        since = [row for row in before if row.period.id == name.options["since"]]
        if not since:
            raise NothingToSayError
        return not as_high or before.index(since[0]) >= as_high[-1]

    def _crossing(self, sign: int, name: Name) -> bool:
        now, before = self._history(name)
        typed = name.options.get("above" if sign > 0 else "below")
        if typed is None:
            raise NothingToSayError
        line = Decimal(typed) * Decimal(str(self._unit(name.measure)["shown_in"]))
        beyond = [sign * (self.shown(name.measure, row.value) - line) > 0 for row in (*before, now)]
        return beyond[-1] and not beyond[-2]

    # --- values ------------------------------------------------------------------------------------------------

    def says(self, role: str, typed: str) -> str | None:
        """What a value writes; None where there is nothing that may be written."""
        name = self.name(typed)
        try:
            return self._says(role, name)
        except NothingToSayError:
            return None

    def _says(self, role: str, name: Name) -> str:
        of = name.measure
        match role:
            case "value":
                return self.written(of, self.row(name).value)
            case "number":
                return self.bare(of, self.row(name).value)
            case "period":
                return self.row(name).period.label
            case "interval":
                row = self.row(name)
                if row.lower is None or row.upper is None:
                    raise NothingToSayError
                return f"{self.bare(of, row.lower)} to {self.bare(of, row.upper)}"
            case "previous":
                return self.written(of, self.before(name).value)
            case "previous-period":
                return self.before(name).period.label
            case "change":
                return self.apart(of, self.row(name).value, self.before(name).value)
            case "difference" | "times":
                if not name.area and not name.dimension:
                    raise NothingToSayError
                ours = self.row(Name(of, "", self.row(name).period.id, "", "", {}))
                one, other = self.row(name).value, ours.value
                if role == "difference":
                    return self.apart(of, one, other)
                high, low = (other, one) if name.area else (one, other)  # ours beside theirs, a group beside everyone
                if not 0 < low <= high:
                    raise NothingToSayError
                return f"{_commas(_round(high / low, 1), 1)} times"
            case "highest-name" | "lowest-name":
                end, hidden = self.end(name, 1 if role == "highest-name" else -1)
                if len(end) > 1 or hidden:
                    raise NothingToSayError
                return self._called(end[0])
            case "highest-value" | "lowest-value":
                return self.written(of, self.end(name, 1 if role == "highest-value" else -1)[0][0].value)
            case "gap":
                gap = self._gap(name)
                return self.apart(of, float(gap["highest_value"]), float(gap["lowest_value"]))
            case "gap-period":
                return Period.parse(self._gap(name)["period"]).label
        raise AssertionError(f"the oracle does not know {role}")

    def _called(self, row: Row) -> str:
        if not row.dimension:
            return row.area_name
        groups = next(d["groups"] for d in self.framework["dimensions"] if d["id"] == row.dimension)
        return next(str(g["title"]) for g in groups if g["id"] == row.group)

    def counted(self, what: str) -> str:
        """How many measures of the whole report are in a state."""
        evidence = [f for f in self.findings.values() if self.measures[f["measure"]]["bearing"] == "evidence"]
        return str(sum(f["state"] == what for f in evidence))

    # --- rounding and units ------------------------------------------------------------------------------------

    def _unit(self, measure: str) -> dict[str, str]:
        found: dict[str, str] = self.units[self.measures[measure]["unit"]]
        return found

    def highest(self, measure: str) -> float:
        """What no figure in its unit can be above."""
        return float(self._unit(measure).get("highest") or "inf")

    def shown(self, measure: str, value: float | None) -> Decimal:
        """A value as exact as it is written, still in its own unit."""
        assert value is not None
        unit = Decimal(str(self._unit(measure)["shown_in"]))
        return _round(Decimal(repr(value)) / unit, self.measures[measure]["decimals"]) * unit

    def bare(self, measure: str, value: float | None) -> str:
        unit, decimals = self._unit(measure), self.measures[measure]["decimals"]
        shown = self.shown(measure, value) / Decimal(str(unit["shown_in"]))
        sign = MINUS if shown < 0 else ""
        suffix = f" {unit['suffix']}" if unit["suffix"].isalpha() and len(unit["suffix"]) > 1 else unit["suffix"]
        return f"{sign}{unit['prefix']}{_commas(abs(shown), decimals)}{suffix}"

    def written(self, measure: str, value: float | None) -> str:
        words = self.measures[measure]["unit_words"] or self._unit(measure)["words"]
        return f"{self.bare(measure, value)} {words}".strip()

    def apart(self, measure: str, one: float | None, other: float | None) -> str:
        unit, decimals = self._unit(measure), self.measures[measure]["decimals"]
        size = abs(self.shown(measure, one) - self.shown(measure, other))
        if unit["prefix"]:
            return self.bare(measure, float(size))
        return f"{_commas(size / Decimal(str(unit['shown_in'])), decimals)} {unit['difference']}"


def slug_of(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower().replace("&", "and")).strip("-")


def _table(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _row(row: dict[str, str]) -> Row:
    value, lower, upper = (_number(row[key]) for key in ("value", "lower", "upper"))
    texts = (row[key] for key in ("area", "vintage", "kind", "area_name"))
    return Row(*texts, Period.parse(row["period"]), row["dimension"], row["group"], row["status"], value, lower, upper)


def _number(text: str) -> float | None:
    return float(text) if text else None


def _shown(row: Row) -> Row:
    if row.status != "shown" or row.value is None:
        raise NothingToSayError
    return row


def _round(value: Decimal | float, decimals: int) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _commas(value: Decimal, decimals: int) -> str:
    return f"{value:,.{decimals}f}"
