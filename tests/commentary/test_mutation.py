"""Change figures, publish again, and see that every sentence made false is caught and none that stays true is refused.

Every claim that holds of the made-up borough is written as a sentence of its own, and values with them. Figures are then
changed at random in data/figures, one of a measure and many measures at a time, and published as they always are. What
is true afterwards is told by the oracle, which reads the published tables and knows nothing of how commentary decides.
"""

import csv
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

import pytest

from pmif.commentary.binding import VOCABULARY
from pmif.commentary.vocabulary import Kind
from pmif.disclosure import Published, open_published, publish
from tests.commentary.oracle import CROSSINGS, Oracle, slug_of
from tests.commentary.writing import FIRST, bound
from tests.confirming import confirm_odd

SOAK = bool(os.environ.get("PMIF_SOAK"))
REPORT_DATE = date(2026, 11, 14)
VALUES = (
    "value", "number", "period", "interval", "previous", "previous-period", "change", "difference", "times",
    "highest-name", "lowest-name", "highest-value", "lowest-value", "gap", "gap-period",
)  # fmt: skip
STATES = ("improving", "getting-worse", "no-detectable-change", "change-not-tested")
CHANGES = ("a tenth less", "half as much again", "a little more", "to the figure before", "at random", "withdrawn")


@dataclass(frozen=True)
class Sentence:
    """One role in a paragraph of its own."""

    role: str
    typed: str

    @property
    def text(self) -> str:
        return f"Here {{{self.role}}}`{self.typed}` stands."

    @property
    def claims(self) -> bool:
        return VOCABULARY[self.role].kind is Kind.CLAIM


@dataclass
class Tally:
    """What became of the sentences of one kind, over every change of a figure."""

    sentences: int = 0
    made_false: int = 0
    caught: int = 0
    stayed_true: int = 0
    refused: int = 0
    moved_on: int = 0  # values that write another figure than before
    wrong: list[str] = field(default_factory=list)


# --- what can be said --------------------------------------------------------------------------------------------


def candidates(oracle: Oracle, measures: Iterable[str]) -> Iterator[Sentence]:
    """Every claim and value that can be typed of these measures; of what takes a period or a number, a few."""
    for measure in measures:
        names = list(_names(oracle, measure))
        gaps = [f"{measure}/{gap['dimension']}" for gap in oracle.gaps.get(measure, ())]
        for role in (*VALUES, *(r for r, entry in VOCABULARY.items() if entry.kind is Kind.CLAIM)):
            entry = VOCABULARY[role]
            yield Sentence(role, measure)
            yield from (Sentence(role, name) for part, name in names if part in entry.parts)
            if "dimension" in entry.parts:
                yield from (Sentence(role, gap) for gap in gaps)
            if "since" in entry.options and role not in CROSSINGS:
                yield from (Sentence(role, f"{measure}, since {period}") for period in _periods(oracle, measure))
            if role in CROSSINGS:
                side = "above" if role == "first-above" else "below"
                yield from (Sentence(role, f"{measure}, {side} {line}") for line in _lines(oracle, measure))


def _names(oracle: Oracle, measure: str) -> Iterator[tuple[str, str]]:
    """Other places, groups, and earlier periods of the borough, each with what it names."""
    rows = oracle.rows.get(measure, [])
    for slug in dict.fromkeys(slug_of(r.area_name) if r.kind == "ward" else r.kind for r in rows):
        if slug != "borough":
            yield "area", f"{measure}/{slug}"
    for dimension, group in dict.fromkeys((r.dimension, r.group) for r in rows if r.dimension):
        yield "group", f"{measure}/{dimension}={group}"
    for period in _periods(oracle, measure)[-2:]:
        yield "period", f"{measure}/{period}"


def _periods(oracle: Oracle, measure: str) -> list[str]:
    earlier = [r.period.id for r in oracle.rows.get(measure, ()) if r.kind == "borough" and not r.dimension][:-1]
    return list(dict.fromkeys(earlier[i] for i in (0, len(earlier) // 2, -1))) if earlier else []


def _lines(oracle: Oracle, measure: str) -> list[str]:
    """Between the newest figure and the one before it, where the first time is decided, and far from both."""
    rows = [r for r in oracle.rows.get(measure, ()) if r.kind == "borough" and not r.dimension and r.value is not None]
    if len(rows) < 2:
        return []
    per = float(oracle._unit(measure)["shown_in"])
    now, before = ((row.value or 0) / per for row in (rows[-1], rows[-2]))
    lines = ((now + before) / 2, min(now, before) * 0.9, max(now, before) * 1.1)
    return [f"{line:.2f}" for line in lines if line > 0]


def what_holds(oracle: Oracle, sentences: Iterable[Sentence]) -> list[Sentence]:
    return [s for s in sentences if (oracle.holds if s.claims else oracle.says)(s.role, s.typed)]


# --- a text of such sentences, and what the program makes of it ----------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """Of every sentence: why it is refused, or what it says."""

    refused: dict[int, str]
    says: dict[int, str]


def outcome(root: Path, published: Published, sentences: list[Sentence]) -> Outcome:
    """What becomes of every sentence, by its number; the counts of STATES come first."""
    every = [*(f"There are {{count}}`{state}` of them." for state in STATES), *(s.text for s in sentences)]
    found = Outcome({}, {})
    for start in range(0, len(every), IN_ONE_TEXT):
        text = "## Summary\n" + "".join(f"\n{line}\n" for line in every[start : start + IN_ONE_TEXT])
        made = bound(root, published, text, page="overview")
        for fault in made.faults:
            found.refused.setdefault(start + _number(int(fault.place.rpartition(" ")[2])), fault.problem)
        found.says.update((start + _number(one.line), one.words) for one in made.bound)
    return found


IN_ONE_TEXT = 500
FIRST_LINE = FIRST + 2  # below the summary's heading; sentences follow two lines apart


def _number(line: int) -> int:
    return (line - FIRST_LINE) // 2


def compare(
    oracle: Oracle, sentences: list[Sentence], found: Outcome, before: Outcome | None, tallies: dict[str, Tally]
) -> None:
    """Set what the program made of every sentence beside what is true."""
    for n, state in enumerate(STATES):
        said, true = found.says.get(n), oracle.counted(state)
        tally = tallies.setdefault("{count}", Tally())
        tally.stayed_true += 1
        tally.moved_on += before is not None and said != before.says[n]
        if said != true:
            tally.wrong.append(f"{{count}}`{state}` says {said}, not {true}")
    for n, sentence in enumerate(sentences, start=len(STATES)):
        tally = tallies.setdefault(sentence.role if sentence.claims else f"{{{sentence.role}}}", Tally())
        refusal = found.refused.get(n)
        words = None if sentence.claims else oracle.says(sentence.role, sentence.typed)
        true = oracle.holds(sentence.role, sentence.typed) if sentence.claims else words is not None
        if not true:
            tally.made_false += 1
            tally.caught += refusal is not None
            if refusal is None:
                tally.wrong.append(f"not caught: {sentence.text}")
            tally.wrong += [f"'{refusal}' offers {false}" for false in untrue_offers(oracle, refusal or "")]
            continue
        tally.stayed_true += 1
        tally.refused += refusal is not None
        if refusal is not None:
            tally.wrong.append(f"refused, though true: {sentence.text} {refusal}")
        elif words is not None:
            tally.moved_on += before is not None and found.says.get(n) != before.says.get(n)
            if found.says[n] != words:
                tally.wrong.append(f"{sentence.text} says '{found.says[n]}', not '{words}'")


def untrue_offers(oracle: Oracle, refusal: str) -> list[str]:
    """Of the claims that a refusal offers instead, those that do not hold either."""
    offers = re.findall(r"\{([a-z-]+)\}`([^`]*)`", refusal.partition(" True would be ")[2])
    return [f"{{{role}}}`{typed}`" for role, typed in offers if not oracle.holds(role, typed)]


# --- changing figures ----------------------------------------------------------------------------------------------


class Figures:
    """The tables in data/figures of one copy, to be changed and put back."""

    def __init__(self, root: Path) -> None:
        self.files = {file: file.read_bytes() for file in sorted((root / "data/figures").glob("*.csv"))}
        self.tables = {
            file: list(csv.DictReader(content.decode().splitlines())) for file, content in self.files.items()
        }

    def put_back(self) -> None:
        for file, content in self.files.items():
            file.write_bytes(content)

    def rows(self) -> dict[str, list[dict[str, str]]]:
        by_measure: dict[str, list[dict[str, str]]] = {}
        for table in self.tables.values():
            for row in table:
                by_measure.setdefault(row["measure"], []).append(dict(row))
        return by_measure

    def write(self, changed: Iterable[dict[str, str]]) -> None:
        keys = {_key(row): row for row in changed}
        for file, table in self.tables.items():
            rows = [keys.get(_key(row), row) for row in table]
            with file.open("w", encoding="utf-8", newline="") as opened:
                writer = csv.DictWriter(opened, list(table[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)


def _key(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[key] for key in ("measure", "area", "vintage", "period", "dimension", "group"))


def change(random: Random, rows: list[dict[str, str]], highest: float) -> tuple[str, dict[str, str]]:
    """One figure of a measure, changed: half of them of its newest period, whose figures the sentences are about.

    `highest` is what no figure in the measure's unit can be above; limits that would be are left out.
    """
    shown = [row for row in rows if row["status"] == "shown"]
    newest = [row for row in shown if row["period"] == shown[-1]["period"]]
    row = dict(random.choice(newest if random.random() < 0.5 else shown))
    how = random.choice(CHANGES)
    if how == "withdrawn":
        gone = dict.fromkeys(("numerator", "denominator", "value", "lower", "upper"), "")
        return how, row | gone | {"status": "unavailable"}
    if how == "to the figure before":
        alike = [
            r for r in shown if all(r[k] == row[k] for k in ("area", "dimension", "group")) and _key(r) != _key(row)
        ]
        if alike:
            return how, row | {k: alike[-1][k] for k in ("numerator", "denominator", "value", "lower", "upper")}
    factor = {"a tenth less": 0.9, "half as much again": 1.5, "a little more": 1.01}.get(how, random.uniform(0.3, 2.5))
    if row["value"]:
        value = float(row["value"]) * factor
        if value > highest:
            value = highest - 1
        by = value - float(row["value"])
        limits = {key: f"{float(row[key]) + by:.4f}" for key in ("lower", "upper") if row[key]}
        if not all(0 <= float(limit) <= highest for limit in limits.values()):
            limits = dict.fromkeys(limits, "")
        return how, row | {"value": f"{value:.4f}"} | limits
    part = min(round(int(row["numerator"]) * factor), int(row["denominator"] or 10**9))
    return how, row | {"numerator": str(part)}


# --- the two tests ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def root(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of its own, whose figures are changed."""
    root = tmp_path_factory.mktemp("mutation") / "borough"
    shutil.copytree(built, root)
    return root


@pytest.fixture(scope="module")
def oracle(root: Path) -> Oracle:
    return oracle_of(root)


def oracle_of(root: Path) -> Oracle:
    return Oracle(root / "data/built/2026-27-q2", REPORT_DATE)


def test_claims_hold_exactly_where_the_published_tables_say_so(root: Path, oracle: Oracle):
    """Those that do not hold among them: every fiftieth of all that can be typed, and in the soak all."""
    typed = list(candidates(oracle, oracle.measures))[:: 1 if SOAK else 50]
    tallies: dict[str, Tally] = {}

    compare(oracle, typed, outcome(root, open_published(root), typed), None, tallies)

    assert [wrong for tally in tallies.values() for wrong in tally.wrong] == []
    assert sum(tally.stayed_true for tally in tallies.values()) > 0.05 * len(typed)
    assert sum(tally.made_false for tally in tallies.values()) > 0.5 * len(typed)


@pytest.mark.soak
def test_every_sentence_made_false_is_caught_and_none_that_stays_true_is_refused(
    root: Path, oracle: Oracle, pytestconfig: pytest.Config
):
    random = Random(20261114)
    figures = Figures(root)
    rows = figures.rows()
    measures = [m for m in oracle.measures if m in rows]
    many = 200 if SOAK else 15
    chosen = [m for _ in range(1 + many // len(measures)) for m in random.sample(measures, len(measures))][:many]
    sentences = what_holds(oracle, candidates(oracle, oracle.measures if SOAK else dict.fromkeys(chosen)))
    if not SOAK:
        sentences = sentences[::3]
    before = outcome(root, open_published(root), sentences)
    assert before.refused == {}
    # Claims that do not hold at first, and must be refused for as long; all of those of which none holds.
    holding = {s.role for s in sentences}
    typed = [s for s in candidates(oracle, oracle.measures) if s.claims and s not in sentences]
    false = [s for n, s in enumerate(typed) if n % (20 if SOAK else 400) == 0 or (SOAK and s.role not in holding)]
    tallies = {s.role if s.claims else f"{{{s.role}}}": Tally() for s in sentences}
    for s in sentences:
        tallies[s.role if s.claims else f"{{{s.role}}}"].sentences += 1
    others: dict[str, Tally] = {}
    hows: Counter[str] = Counter()

    try:
        for start in range(0, many, len(measures)):
            changes = [change(random, rows[m], oracle.highest(m)) for m in chosen[start : start + len(measures)]]
            hows.update(how for how, _ in changes)
            figures.write(row for _, row in changes)
            confirm_odd(root)
            publish(root, "current")
            published, changed = open_published(root), oracle_of(root)
            compare(changed, sentences, outcome(root, published, sentences), before, tallies)
            compare(changed, false, outcome(root, published, false), None, others)
    finally:
        figures.put_back()

    if SOAK:
        became = total(tally for role, tally in others.items() if role in VOCABULARY)
        pytestconfig.get_terminal_writer().line(
            f"\n{table(tallies, hows)}\nOf claims that were false at first, {became.stayed_true} became true, of which "
            f"{became.refused} refused; {became.made_false} stayed false, of which {became.caught} refused."
        )
    assert [wrong for tally in (*tallies.values(), *others.values()) for wrong in tally.wrong] == []
    of_claims = [tally for role, tally in tallies.items() if not role.startswith("{")]
    assert sum(tally.made_false for tally in of_claims) >= many / 2, (
        "too few sentences were made false to prove anything"
    )
    assert sum(tally.moved_on for tally in tallies.values()) >= many


def table(tallies: dict[str, Tally], hows: Counter[str]) -> str:
    """What became of the sentences, by kind, as lines of text."""
    heads = ("kind", "sentences", "made false", "caught", "stayed true", "refused", "moved on", "wrong")
    lines = [f"{sum(hows.values())} figures changed: {dict(hows)}", "".join(f"{h:>12}" for h in heads)]
    claims = {role: tally for role, tally in sorted(tallies.items()) if not role.startswith("{")}
    values = {role: tally for role, tally in sorted(tallies.items()) if role.startswith("{")}
    for title, group in (("claims", claims), ("values", values)):
        for role, t in (*group.items(), (f"all {title}", total(group.values()))):
            cells = (t.sentences, t.made_false, t.caught, t.stayed_true, t.refused, t.moved_on, len(t.wrong))
            lines.append(f"{role:>26}" + "".join(f"{cell:>12}" for cell in cells))
    return "\n".join(lines)


def total(tallies: Iterable[Tally]) -> Tally:
    every = list(tallies)
    made = Tally(
        *(
            sum(getattr(t, key) for t in every)
            for key in ("sentences", "made_false", "caught", "stayed_true", "refused", "moved_on")
        )
    )
    made.wrong = [wrong for t in every for wrong in t.wrong]
    return made
