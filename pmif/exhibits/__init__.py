"""Published figures become something to look at: every chart, map, row and count of the book."""

from pmif.exhibits.chip import chip_list, state_chip
from pmif.exhibits.control_chart import control_chart
from pmif.exhibits.exhibit import Exhibit, Fragment, fragment
from pmif.exhibits.funnel_plot import funnel_plot
from pmif.exhibits.gap_bars import gap_bars
from pmif.exhibits.gradient_chart import gradient_chart
from pmif.exhibits.heat_table import ward_heat_table
from pmif.exhibits.judgements import judgement_timeline
from pmif.exhibits.overview import (
    count,
    england_bar,
    hero_counts,
    judgement_chips,
    marks,
    marks_key,
    movers,
    objective_tiles,
    scorecard_tiles,
    states_words,
    summary,
    summary_line,
    widest_gaps,
)
from pmif.exhibits.rows import facts, group_table, measure_rows
from pmif.exhibits.trend_chart import trend_chart, trend_table
from pmif.exhibits.ward_map import ward_map
from pmif.exhibits.ward_strip import ward_strip
from pmif.exhibits.wording import age_words, change_words, format_value, state_words

__all__ = [
    "Exhibit",
    "Fragment",
    "age_words",
    "change_words",
    "chip_list",
    "control_chart",
    "count",
    "england_bar",
    "facts",
    "format_value",
    "fragment",
    "funnel_plot",
    "gap_bars",
    "gradient_chart",
    "group_table",
    "hero_counts",
    "judgement_chips",
    "judgement_timeline",
    "marks",
    "marks_key",
    "measure_rows",
    "movers",
    "objective_tiles",
    "scorecard_tiles",
    "state_chip",
    "state_words",
    "states_words",
    "summary",
    "summary_line",
    "trend_chart",
    "trend_table",
    "ward_heat_table",
    "ward_map",
    "ward_strip",
    "widest_gaps",
]
