"""Rows, gaps, judgements and counts: what a page says of many measures at once."""

from datetime import date

from pmif.disclosure import Comparison, Due, JudgedBy, Level, State, Went
from pmif.exhibits.gap_bars import gap_bars
from pmif.exhibits.judgements import judgement_timeline
from pmif.exhibits.overview import england_bar, hero_counts, marks, movers, summary_line, widest_gaps
from pmif.exhibits.rows import measure_rows  # fmt: skip
from pmif.framework.model import Judgement, Score
from pmif.indicators.finding import Step
from pmif.period import Period
from tests.exhibits.made import HOSTILE
from tests.exhibits.reading import drawings, ids_of, tags_of, words_of


def test_a_row_carries_what_a_reader_needs_without_opening_it(trend):
    html = measure_rows([trend.published]).html
    closed = words_of(html[: html.index("<details")])

    for words in (
        "68.3%", "2024/25", "Rose from 66.4% in 2023/24, a year before", "No detectable change",
        "England 68.7%", "North East 68.5%", "95% interval 66.8 to 69.8: similar to England",
    ):  # fmt: skip
        assert words in closed
    assert closed.count("66.4") == 1


def test_a_row_opens_to_chart_table_definition_source_owner_and_next_date(trend):
    html = measure_rows([trend.published]).html
    opened = words_of(html[html.index("<details") :])

    assert html.count("<svg") >= 4
    for words in (
        "Chart and figures", "What is counted", "Department for Examples, Example statistics",
        "To be confirmed by the council", "Next figure", "Each financial year, about 5 months after the period",
    ):  # fmt: skip
        assert words in opened


def test_small_drawings_are_hidden_where_the_words_say_it_all(trend):
    html = measure_rows([trend.published]).html
    spark, strip = drawings(html[: html.index("<details")])[-2:]

    assert spark.get("aria-hidden") == strip.get("aria-hidden") == "true"


def test_a_row_can_be_linked_to_and_headings_follow_the_page(trend):
    html = measure_rows([trend.published]).html

    assert '<h3 class="pm-mn" id="m-readiness">Readiness</h3>' in html
    ids = ids_of(html)
    assert len(ids) == len(set(ids))


def test_a_measure_that_awaits_a_return_keeps_its_row(book):
    entry = book.measure("sickness").finding(
        State.AWAITING_A_RETURN, Due.NEVER_RECEIVED, reason="No return has been received yet."
    )
    words = words_of(measure_rows([entry.published]).html)

    assert "Sickness" in words
    assert "Awaiting a return" in words
    assert "No return has been received yet." in words


def test_without_an_interval_values_stand_side_by_side_without_a_verdict(book):
    entry = book.measure("x").series("borough", {"2023-24": 66.4, "2024-25": 68.3})
    entry.finding(
        State.CHANGE_NOT_TESTED, period="2024-25", value=68.3, previous_period="2023-24", previous_value=66.4,
        direction="higher", benchmarks={"country": Comparison(value=70.0, level=Level.LOWER)},
    )  # fmt: skip
    words = words_of(measure_rows([entry.published]).html)

    assert "No interval published" in words
    assert "Higher, not tested" in words
    for verdict in ("better", "worse", "Improving", "lower than England"):
        assert verdict not in words


def test_related_measures_stand_apart_and_are_not_counted(trend, book):
    related = book.measure("traffic", bearing="related", related_note="It only touches clean air.")
    related.series("borough", {"2024-25": 5.0})
    published = book.publish()
    both = [published.measure("readiness"), published.measure("traffic")]
    html = measure_rows(both).html

    assert html.index("Related, not evidence") > html.index("Readiness")
    assert "It only touches clean air." in html
    assert "1 measure:" in words_of(summary_line(both).html)


def test_an_old_figure_carries_its_age(book):
    entry = book.measure("x").series("borough", {"2021-22": 5.0})
    entry.finding(State.NOTHING_TO_COMPARE, Due.LATE, period="2021-22", value=5.0, age_years=3.6)

    assert "about 4 years old" in words_of(measure_rows([entry.published]).html)


def test_hostile_words_are_text_wherever_a_row_shows_them(book):
    entry = book.measure("x", title=HOSTILE, definition=HOSTILE, note=HOSTILE, series=HOSTILE)
    entry.series("borough", {"2022-23": 1.0, "2023-24": 2.0, "2024-25": 3.0})
    entry.finding(State.CHANGE_NOT_TESTED, period="2024-25", value=3.0, direction="higher", reason=HOSTILE)
    html = measure_rows([entry.published]).html

    assert "script" not in tags_of(html)
    assert html.count("&lt;script&gt;") >= 5


def test_filled_is_the_one_that_fares_worse(book):
    entry = book.measure("readiness").series("borough", {"2024-25": 66.4})
    entry.gap("free-school-meals", "2024-25", "eligible", 47.1, "others", 72.4, average=66.4)
    exhibit = gap_bars([entry.published])
    svg = drawings(exhibit.drawing)[0]
    fills = {
        e.get("aria-label").rpartition(", ")[2]: next(u.get("style") for u in e.iter() if u.tag == "use")
        for e in svg.iter()
        if e.get("class") == "pm-mark"
    }

    assert "fill:var(--pm-gh" in fills["Eligible 47.1 per cent"]
    assert "fill:var(--pm-paper" in fills["Other pupils 72.4 per cent"]
    assert "25.3 points" in words_of(exhibit.drawing)
    assert "widening" not in exhibit._repr_html_()


def test_unlike_units_never_share_an_axis(book):
    book.measure("a").gap("ward", "2021", "Low Fell", 2.0, "Deckham", 9.0)
    book.measure("b", unit="score").gap("ward", "2021", "Low Fell", 11.0, "Deckham", 50.0)
    published = book.publish()
    exhibit = widest_gaps([published.measure("a"), published.measure("b")])

    assert len(drawings(exhibit.drawing)) == 4
    ids = ids_of(exhibit._repr_html_())
    assert len(ids) == len(set(ids))


def test_no_gap_no_exhibit(trend):
    assert gap_bars([trend.published]) is None
    assert widest_gaps([trend.published]) is None


BEFORE = {"period": Period.parse("2023-24"), "value": 4.0}
CHANGED = {
    State.IMPROVING: Step(went=Went.HIGHER, **BEFORE),
    State.GETTING_WORSE: Step(went=Went.LOWER, **BEFORE),
}


def many(book):
    states = [State.IMPROVING, State.GETTING_WORSE, State.NO_DETECTABLE_CHANGE, State.CHANGE_NOT_TESTED]
    levels = [(Level.BETTER, True), (Level.WORSE, True), (Level.SIMILAR, True), (Level.HIGHER, False)]
    for n, (state, (level, tested)) in enumerate(zip(states, levels, strict=True)):
        entry = book.measure(f"measure-{chr(100 - n)}").series("borough", {"2024-25": 5.0})
        entry.finding(
            state, Due.NEW, period="2024-25", value=5.0, step=CHANGED.get(state, Step(reason="None published.")),
            judged_by=JudgedBy.STEP if state in CHANGED else None,
            benchmarks={"country": Comparison(value=4.0, level=level, tested=tested)},
        )  # fmt: skip
    book.measure("returned").finding(State.AWAITING_A_RETURN, Due.NEVER_RECEIVED)
    return list(book.publish().all_measures)


def test_every_measure_is_in_exactly_one_count(book):
    words = words_of(summary_line(many(book)).html)

    assert words.startswith(
        "5 measures: 1 improving, 1 getting worse, 1 no detectable change, 1 change, not tested, 1 awaiting a return."
    )
    assert "4 with a new figure and 1 never received" in words


def test_one_mark_a_measure_with_counts_in_words(book):
    (svg,) = drawings(marks(many(book)).html)

    assert len([e for e in svg if e.tag == "g"]) == 5
    assert svg.get("aria-label").startswith("One mark for each of 5 measures: 1 improving, 1 getting worse")


def test_only_tested_measures_are_in_the_bar_of_england(book):
    html = england_bar(many(book), full=True, bar_id="x").html

    assert drawings(html)[0].get("aria-label") == "Against England, of 3 tested: 1 better, 1 similar and 1 worse."
    assert "1 compared by the figure alone (not tested) and 1 with nothing published to compare" in words_of(html)
    ids = ids_of(html)
    assert len(ids) == len(set(ids)) == 2


def test_movers_are_only_tested_changes_in_alphabetical_order(book):
    measures = many(book)
    extra = book.measure("a-first").finding(
        State.IMPROVING, period="2024-25", value=9.0, step=CHANGED[State.IMPROVING], judged_by=JudgedBy.STEP
    )
    words = words_of(movers([*measures, extra.published], State.IMPROVING).html)

    assert words.index("A first") < words.index("Measure d")
    assert "Measure c" not in words


def test_the_large_counts_are_the_data(book):
    html = hero_counts(many(book)).html

    assert html.count("<b>1</b>") == 4
    assert "1 awaiting a return" in html


def test_judgements_are_newest_first_with_the_bodys_own_scores(book):
    for on, day, verdict, standing in (
        ("January 2025", date(2025, 1, 1), "Good", "good"), ("April 2025", date(2025, 4, 1), "Weaknesses", "weak"),
    ):  # fmt: skip
        book.judgements.append(
            Judgement(
                id=standing, body="Inspectors", subject="Service", verdict=verdict, standing=standing, on=on,
                sort_date=day, source="publisher", address="https://example.org/j", detail=HOSTILE,
                scores=(Score(what="Safeguarding", value=3, out_of=4),),
            )
        )  # fmt: skip
    html = judgement_timeline(book.publish()).html

    assert html.index("April 2025") < html.index("January 2025")
    assert "3 of 4" in words_of(html)
    assert html.count('<i class="on"></i>') == 6
    assert "script" not in tags_of(html)


def test_every_character_of_the_books_names_is_in_the_font():
    from pmif.exhibits import style
    from pmif.framework import load_framework
    from pmif.geography import load_areas
    from pmif.methods import METHODS
    from tests.exhibits.made import ROOT

    framework = load_framework(ROOT, METHODS)
    texts = [area.name for area in load_areas(ROOT).all]
    texts += [text for m in framework.measures for text in (m.title, m.unit_words or "")]
    texts += [text for u in framework.units for text in (u.prefix, u.suffix, u.words)]
    texts += [group.title for d in framework.dimensions for group in d.groups]

    assert len(texts) > 100
    assert {c for text in texts for c in text} - style.characters() == set()
