"""One figure as a returned file gives it, understood: cells by what they hold become an observation, or faults.

It is the same for our form and for an older layout: only where the cells stand differs. A figure is
taken when everything about it is known: what, where, when, of whom, and in which state.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

from pmif.framework import Framework, Measure
from pmif.geography import Area, AreaKind, Areas
from pmif.hub import Interpretation, Note
from pmif.hub.columns import KEY, STORED
from pmif.intake import form
from pmif.intake.asked import NIL_RETURN, OWN, RETURNED_BY_SERVICES, groups
from pmif.intake.cells import (
    NOT_APPLICABLE,
    UNAVAILABLE,
    Reading,
    counts_things,
    folded,
    read_number,
)
from pmif.intake.layouts import NUMBERS, Layout
from pmif.intake.line import CellFault, How, Line
from pmif.intake.period_words import read_period
from pmif.intake.template import EVERYONE, group_words
from pmif.intake.workbook import Cell, Sheet, place
from pmif.period import Period

# How the comments in a marked copy begin: pmif.intake.marking.
_MARKED = (f"{form.TO_MEND}: ", f"{form.TO_CHECK}: ")
_SENDERS = "Your comment: "

_STATES = {folded(state): state for state in form.STATES}


class Lines:
    """Understands the lines of one file, and keeps what came of them."""

    def __init__(
        self,
        framework: Framework,
        areas: Areas,
        *,
        role: str,
        report: Period | None,
        received: date,
        file: str,
        layout: Layout | None = None,
    ) -> None:
        self.faults: list[CellFault] = []
        self.notes: list[Note] = []
        self.rows: list[dict[str, str]] = []
        self.nil = 0
        self._said: dict[Interpretation, None] = {}
        self._framework, self._role, self._report = framework, role, report
        self._received, self._file, self._layout = received, file, layout
        self._measures = {m.id: m for m in framework.measures}
        self._titles: dict[str, list[str]] = {}
        for one in framework.measures:
            self._titles.setdefault(folded(one.title), []).append(one.id)
        self._licences = {s.id: s.licence for s in framework.sources}
        self._units = {u.id: u for u in framework.units}
        self._withholding = {r.id for r in framework.disclosure_rules if r.small is not None}
        self._borough = areas.borough
        self._areas: dict[str, list[Area]] = {}
        self._named: dict[str, list[Area]] = {}
        for area in areas.all:
            self._areas.setdefault(area.code, []).append(area)
            for name in {folded(area.name), folded(area.short)}:
                self._named.setdefault(name, []).append(area)
        self._seen: dict[tuple[str, ...], tuple[str, dict[str, str]]] = {}
        self._unknown: dict[
            str, str
        ] = {}  # what is said of a place that is not known; its nearest name is slow to find
        self._groups: dict[str, dict[str, tuple[str, str]]] = {}
        self._measure_words, self._place_words, self._state_words = {}, {}, dict(_STATES)
        self._group_words: dict[str, tuple[str, str]] = {}
        if layout is not None:
            self._measure_words = {folded(k): v for k, v in layout.measures.items()}
            self._place_words = {folded(k): v for k, v in layout.areas.codes.items()} if layout.areas else {}
            self._state_words |= {folded(k): v for k, v in layout.states.items()}
            self._group_words = {folded(k): (v.dimension, v.group) for k, v in layout.groups.items()}

    @property
    def interpretations(self) -> tuple[Interpretation, ...]:
        return tuple(self._said)

    def fault(self, sheet: str, cell: str, problem: str) -> None:
        self.faults.append(CellFault(sheet, cell, problem))

    def say(self, sheet: str, cell: str, found: str, taken_as: str) -> None:
        where = place(sheet, cell) if cell else f"sheet '{sheet}'" if sheet else "the file"
        self._said[Interpretation(place=where, found=found, taken_as=taken_as)] = None

    def say_left_out(
        self, sheet: Sheet, rows: Mapping[int, Mapping[int, Cell]], top: int, known: Iterable[int]
    ) -> None:
        """Columns of the sender's own are not read, and that is said once each."""
        known = set(known)
        own: dict[int, Cell] = {}
        for row, cells in rows.items():
            for column, cell in cells.items():
                if row >= top and column not in known:
                    own.setdefault(column, cell)
        for _, cell in sorted(own.items()):
            self.say(sheet.name, cell.at, " ".join(cell.text.split()), "left out: a column of the sender's own")

    def take(self, line: Line) -> None:
        """Understand one line that has an answer: a row more, or its faults, all of them."""
        before = len(self.faults)
        measure = self._measure(line)
        if measure is None:
            return
        period = self._period(line, measure)
        area = self._area(line, measure, period)
        group = self._group(line, measure)
        outcome = self._outcome(line, measure)
        if line.correction and not line.text("reason"):
            self._at(line, "reason", f"'{form.REASON}' is blank: say in a few words why the earlier figure was wrong")
        if len(self.faults) > before or period is None or area is None or group is None or outcome is None:
            return
        key = dict(zip(KEY, (measure.id, area.code, area.vintage, period.id, *group), strict=True))
        self._keep(line, key, outcome, measure)

    # --- what, when, where, of whom ----------------------------------------------------------------

    def _measure(self, line: Line) -> Measure | None:
        text = line.text("measure") or line.fixed.get("measure", "")
        if not text:
            self._at(line, "measure", "there is a figure, and no measure: write the measure's id, or clear the row")
            return None
        measure_id = self._measure_words.get(folded(text), text)
        if measure_id != text:
            self._say_cell(line, "measure", measure_id)
        measure = self._measures.get(measure_id)
        if measure is None:
            near = get_close_matches(folded(text), [*self._measures, *self._titles], n=1)
            offered = f"did you mean '{self._titles.get(near[0], near)[0]}'? " if near else ""
            self._at(line, "measure", f"'{text}' is no measure: {offered}Write its id, as in the form")
            return None
        if self._licences[measure.source] != RETURNED_BY_SERVICES:
            publisher = self._framework.source(measure.source).publisher
            self._at(
                line,
                "measure",
                f"'{measure.id}' is not asked of services: its figures come from {publisher}. Clear the row",
            )
            return None
        if self._role and measure.owner != self._role:
            owner = self._framework.role(measure.owner).title
            self._at(line, "measure", f"'{measure.id}' is not asked of '{self._role}': it is for {owner} to return")
        title = line.text("title")
        if title and measure.id not in self._titles.get(folded(title), [measure.id]):
            self._at(
                line,
                "title",
                f"says '{title}', but the row's measure id is '{measure.id}': cells have moved, perhaps by sorting "
                "some columns without the others. Put the row right from a new form",
            )
        return measure

    def _period(self, line: Line, measure: Measure) -> Period | None:
        if (cell := line.cells.get("period")) is not None and line.text("period"):
            reading = read_period(cell, measure.frequency)
            if reading.problem:
                self._at(line, "period", reading.problem)
                return None
            if reading.interpretation:
                self.say(line.sheet.name, cell.at, reading.found, reading.interpretation)
            period = Period.parse(reading.value or "")
        elif line.fixed.get("period"):
            period = Period.parse(line.fixed["period"])
        else:
            example = self._report.id if self._report else "2026-27-q2"
            self._at(line, "period", f"the period is blank: write the one that the figure is of, like {example}")
            return None
        if period.start > self._received:
            self._at(line, "period", f"{period.label} has not begun: write the period that the figure covers")
            return None
        if self._report is not None and period.end > self._report.end:
            self._at(
                line,
                "period",
                f"period {period.id} ends after the report's own ({self._report.label}): "
                "send it with the report that it belongs to",
            )
            return None
        return period

    def _area(self, line: Line, measure: Measure, period: Period | None) -> Area | None:
        text = line.text("area") or line.fixed.get("area", "")
        if not text:
            if set(measure.geographies) & set(OWN) == {AreaKind.BOROUGH}:
                taken_as = f"{self._borough.code}: '{measure.id}' is asked for of {self._borough.name} alone"
                self.say(line.sheet.name, line.at("area", *NUMBERS), "a blank area code", taken_as)
                return self._borough
            self._at(line, "area", "the area's code is blank: write it as in the form")
            return None
        code = self._place_words.get(folded(text), text)
        if code != text:
            self._say_cell(line, "area", code)
        vintage = self._layout.areas.vintage if self._layout and self._layout.areas else None
        known = [a for a in self._areas.get(code, ()) if vintage in (None, a.vintage)]
        if not known:
            if text not in self._unknown:
                self._unknown[text] = self._unknown_area(text, code, vintage)
            self._at(line, "area", self._unknown[text])
            return None
        name = line.text("place")
        if name and folded(name) in self._named and known[0] not in self._named[folded(name)]:
            self._at(
                line,
                "place",
                f"says '{name}', but the row's area code is {code}, {known[0].name}: cells have moved. "
                "Put the row right from a new form",
            )
            return None
        fit = [a for a in known if a.kind in measure.geographies]
        if not fit:
            kinds = ", ".join(measure.geographies)
            self._at(line, "area", f"{known[0].name} is a {known[0].kind}; '{measure.id}' is asked for: {kinds}")
            return None
        in_time = [a for a in fit if period is None or _stood(a, period)]
        if not in_time and period is not None:
            problem = f"{code} of {fit[0].vintage} was no area in {period.label}: use the code of that time"
            self._at(line, "area", problem)
            return None
        if len(in_time) > 1:
            vintages = ", ".join(a.vintage for a in in_time)
            self._at(line, "area", f"{code} is a code of {vintages}: the layout must say which, under areas")
            return None
        return in_time[0]

    def _unknown_area(self, text: str, code: str, vintage: str | None) -> str:
        if named := self._named.get(folded(text)):
            codes = " or ".join(f"{a.code} ({a.vintage})" for a in named)
            return f"'{text}' is a name, and places are matched by code, never by name: write {codes}"
        if held := self._areas.get(code):
            vintages = ", ".join(a.vintage for a in held)
            return f"area {code} is of vintage {vintages}, but the layout says that its places are of {vintage}"
        near = get_close_matches(code, list(self._areas), n=1)
        offered = f", did you mean {near[0]} ({self._areas[near[0]][0].name})?" if near else ""
        return f"area code '{text}' is in no vintage of areas.csv{offered or ': write the code as in the form'}"

    def _group(self, line: Line, measure: Measure) -> tuple[str, str] | None:
        fixed = (line.fixed.get("dimension", ""), line.fixed.get("group", ""))
        if all(fixed):
            return fixed
        if measure.id not in self._groups:
            self._groups[measure.id] = {
                folded(group_words(self._framework, dimension, group)): (dimension, group)
                for dimension, group in groups(measure, self._framework)
            }
        known = self._groups[measure.id]
        text, dimension = line.text("group"), line.text("dimension")
        if not text:
            if "group" in line.columns and len(known) > 1:
                problem = f"the group is blank: write '{EVERYONE}' or one of {_some(self._names(measure))}"
                self._at(line, "group", problem)
                return None
            if measure.bands:
                self._at(line, "group", f"'{measure.id}' is asked for by group: {_some(self._names(measure))}")
                return None
            return ("", "")
        if (found := self._group_words.get(folded(text))) is not None:
            self._say_cell(line, "group", "/".join(filter(None, found)) or EVERYONE)
            return found
        found = known.get(folded(text)) or known.get(folded(f"{dimension}: {text}"))
        if found is None and (folded(dimension), folded(text)) in known.values():
            found = (folded(dimension), folded(text))
        if found is None:
            self._at(line, "group", f"'{text}' is no group of '{measure.id}': use {_some(self._names(measure))}")
        return found

    def _names(self, measure: Measure) -> list[str]:
        return [group_words(self._framework, *pair) for pair in groups(measure, self._framework)]

    # --- the figure and its state ------------------------------------------------------------------

    def _outcome(self, line: Line, measure: Measure) -> "_Outcome | None":
        """The numbers and the status that the cells and the state come to; None, with its faults, where they do not."""
        readings = self._readings(line, measure)
        state = self._state(line)
        if readings is None or state is None:
            return None
        if state in (form.NOT_AVAILABLE, form.NOT_APPLICABLE):
            return self._reason(line, state, readings)
        if state == form.NIL:
            return self._nil_return(line, measure, readings)
        return self._figure(line, measure, state, readings)

    def _readings(self, line: Line, measure: Measure) -> dict[str, Reading] | None:
        markers = self._layout.markers if self._layout else {}
        readings, good = {}, True
        for name in NUMBERS:
            how = line.how.get(name, How())
            reading = read_number(
                line.cells.get(name),
                self._units[measure.unit] if name == "value" else None,
                words=measure.unit_words or "",
                markers=markers,
                fractions=how.fractions,
                times=how.times,
            )
            if reading.problem:
                self._at(line, name, reading.problem)
                good = False
            elif not reading.blank:
                readings[name] = reading
        return readings if good else None

    def _state(self, line: Line) -> str | None:
        """The state that the form or the layout gives a name to; "" where the cell is blank."""
        text = line.text("status")
        if not text:
            return ""
        state = self._state_words.get(folded(text))
        if state is None:
            self._at(line, "status", f"'{text}' is none of {', '.join(form.STATES)}: choose one of them")
        elif folded(text) != folded(state):
            self._say_cell(line, "status", state)
        return state

    def _reason(self, line: Line, state: str, readings: Mapping[str, Reading]) -> "_Outcome | None":
        """Why there is no figure, where none is given."""
        status = UNAVAILABLE if state == form.NOT_AVAILABLE else NOT_APPLICABLE
        wrong = [name for name, reading in readings.items() if reading.status != status]
        if wrong:
            self._at(line, "status", _contradicts(line, state, wrong, readings))
        return None if wrong else _Outcome({}, status)

    def _nil_return(self, line: Line, measure: Measure, readings: Mapping[str, Reading]) -> "_Outcome | None":
        """The service looked, and there was nothing: 0 of what is counted; nothing to work a rate out from."""
        wrong = [
            name
            for name, reading in readings.items()
            if reading.status != "shown" or (name != "denominator" and Decimal(reading.value or "0") != 0)
        ]
        if wrong:
            self._at(line, "status", _contradicts(line, form.NIL, wrong, readings))
            return None
        self.nil += 1
        denominator = readings["denominator"].value if "denominator" in readings else None
        if measure.method == "as-published":
            if counts_things(self._units[measure.unit]):
                numbers = {"value": "0"} | ({"numerator": "0"} if measure.disclosure in self._withholding else {})
                self._say_cell(line, "status", "0: nothing was counted")
                return _Outcome(numbers, "shown", transforms=(f"{NIL_RETURN} read as 0",))
        elif denominator is not None and Decimal(denominator) > 0:
            self._say_cell(line, "status", f"0 out of {denominator}: nothing was counted")
            counts = {"numerator": "0", "denominator": denominator}
            return _Outcome(counts, "shown", transforms=(f"{NIL_RETURN} read as 0",))
        for name, reading in readings.items():
            self.say(line.sheet.name, line.at(name), reading.found, "left out: a nil return")
        self._say_cell(line, "status", "not applicable: there was nothing to work the figure out from")
        return _Outcome({}, NOT_APPLICABLE, transforms=(NIL_RETURN,))

    def _figure(self, line: Line, measure: Measure, state: str, readings: Mapping[str, Reading]) -> "_Outcome | None":
        """A figure, or a cell that gives a reason instead of one."""
        main = ("value",) if measure.method == "as-published" else ("numerator", "denominator")
        whole = all(name in readings and readings[name].status == "shown" for name in main)
        # "n/a" beside a whole figure only leaves a cell blank; a withheld count withholds the figure as well.
        aside = {
            n for n, r in readings.items() if n not in main and whole and r.status in (NOT_APPLICABLE, UNAVAILABLE)
        }
        used = {name: reading for name, reading in readings.items() if name not in aside}
        reasons = {name: reading for name, reading in used.items() if reading.status != "shown"}
        if not used:
            problem = f"is '{state}', but no figure is given: write the figure, or another state"
            self._at(line, "status", problem if state else "the row has no figure: write one, or a state")
            return None
        if reasons and state:
            self._at(line, "status", _contradicts(line, state, list(reasons), readings))
            return None
        if len(statuses := {reading.status for reading in reasons.values()}) > 1:
            said = " and ".join(f"{line.heads[n]} is {r.interpretation}" for n, r in reasons.items())
            self._at(line, next(iter(reasons)), f"the row contradicts itself: {said}. Leave one of them")
            return None
        for name, reading in readings.items():
            if reading.interpretation:
                self.say(line.sheet.name, line.at(name), reading.found, reading.interpretation)
        transforms = tuple(self._transform(line, name, r, main) for name, r in used.items() if r.transform)
        if reasons:
            dropped = {name: reading for name, reading in used.items() if name not in reasons}
            for name, reading in dropped.items():
                self.say(line.sheet.name, line.at(name), reading.found, f"left out: the figure is {min(statuses)}")
            return _Outcome({}, min(statuses), transforms=transforms)
        marks = {reading.mark for reading in used.values()} - {""}
        if state == form.PROVISIONAL:
            marks.add("p")
        if len(marks) > 1 and not line.correction:
            self._at(line, main[0], f"the figure is marked as {' and '.join(sorted(marks))} at once: leave one mark")
            return None
        numbers = {name: reading.value or "" for name, reading in used.items()}
        notes = tuple(reading.note for reading in used.values() if reading.note)
        return _Outcome(numbers, "shown", min(marks, default=""), transforms, notes)

    def _transform(self, line: Line, name: str, reading: Reading, main: tuple[str, ...]) -> str:
        return reading.transform if main == (name,) else f"{line.heads[name]} {reading.transform}"

    # --- keeping it --------------------------------------------------------------------------------

    def _keep(self, line: Line, key: Mapping[str, str], outcome: "_Outcome", measure: Measure) -> None:
        main = ("value", "numerator") if measure.method == "as-published" else ("numerator", "denominator", "value")
        filled = [name for name in (*main, "status") if line.text(name) or name in outcome.numbers]
        cell = line.at(*(n for n in filled if n in line.columns and line.text(n)), *filled, *main)
        row = dict.fromkeys(STORED, "") | dict(key) | dict(outcome.numbers)
        row |= {
            "status": outcome.status,
            "mark": "r" if line.correction else outcome.mark,
            "published": self._received.isoformat(),
            "published_basis": "on",
            "source": self._layout.source if self._layout else measure.source,
            "file": self._file,
            "sheet": line.sheet.name,
            "cell": cell,
            "transform": "; ".join(outcome.transforms),
        }
        here = place(line.sheet.name, cell)
        if (other := self._seen.get(tuple(key.values()))) is not None:
            same = all(other[1][c] == row[c] for c in (*NUMBERS, "status"))
            what = "the same figure as" if same else "contradicts"
            self.fault(line.sheet.name, cell, f"{what} {other[0]}: keep one of the two")
            return
        self._seen[tuple(key.values())] = (here, row)
        self.rows.append(row)
        self._note(line, measure.id, key["period"], outcome)

    def _note(self, line: Line, measure: str, period: str, outcome: "_Outcome") -> None:
        """What was written beside the figure: under Note, in brackets after it, as a comment on a cell."""
        reason, beside = line.text("reason"), line.text("note")
        texts = [f"Corrected: {reason}" if reason else "", beside, *outcome.notes]
        for name in (*NUMBERS, "status", "note"):
            if (cell := line.cells.get(name)) is None:
                continue
            if comment := _own_words(cell.comment):
                texts.append(f"Comment on {cell.at}: {comment}")
        self.notes += [Note(measure=measure, period=period, text=text) for text in texts if text]

    def _at(self, line: Line, name: str, problem: str) -> None:
        self.fault(line.sheet.name, line.at(name, *NUMBERS, "status"), problem)

    def _say_cell(self, line: Line, name: str, taken_as: str) -> None:
        self.say(line.sheet.name, line.at(name), line.text(name), taken_as)


@dataclass(frozen=True)
class _Outcome:
    numbers: Mapping[str, str]
    status: str
    mark: str = ""
    transforms: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # written in the cell of a number, after it


def _contradicts(line: Line, state: str, names: Sequence[str], readings: Mapping[str, Reading]) -> str:
    held = " and ".join(f"{line.heads[name]} holds '{readings[name].found}'" for name in names)
    figure = "yet a figure is given: " if any(readings[name].status == "shown" for name in names) else "but "
    return f"is '{state}', {figure}{held}. Keep one of the two"


def _own_words(comment: str) -> str:
    """What the sender wrote as a comment, without what a marked copy of ours had written there before."""
    own = [text for text in comment.splitlines() if not text.startswith(_MARKED)]
    return " ".join(" ".join(own).removeprefix(_SENDERS).split())


def _stood(area: Area, period: Period) -> bool:
    """Whether an area existed at some time in a period."""
    return (area.valid_from is None or area.valid_from <= period.end) and (
        area.valid_to is None or period.start <= area.valid_to
    )


def _some(names: Sequence[str]) -> str:
    listed = [f"'{name}'" for name in names]
    return ", ".join(listed[:8]) + (f" and {len(listed) - 8} more" if len(listed) > 8 else "")
