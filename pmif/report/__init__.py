"""Pages and the book: the plan, the functions that notebooks call, and the run that makes a site.

Notebooks import what they call from here. The commands take theirs from `report.run` and `report.lab`,
so that a page's kernel loads neither papermill nor Jupyter's own machinery.
"""

from pmif.report.contents import (
    commentary,
    evidence_gaps,
    interventions,
    opening,
    outcome,
    responses,
    scorecard_area,
    words,
)
from pmif.report.inequalities import (
    all_wards_strip,
    deprivation_gradients,
    group_gaps,
    narrowing,
    places,
    ward_funnels,
    ward_maps,
    wards_by_measure,
)
from pmif.report.methods import method_cards, methods_in_use, methods_not_in_use
from pmif.report.origins import figure_origins, files, origins_counted
from pmif.report.overview import (
    getting_worse,
    headline_map,
    improving,
    objective_tiles,
    scorecard_tiles,
    thriving,
    widest_gaps,
)
from pmif.report.page import Page, open_page
from pmif.report.sources import every_measure, licences, source_cards

__all__ = [
    "Page",
    "all_wards_strip",
    "commentary",
    "deprivation_gradients",
    "every_measure",
    "evidence_gaps",
    "figure_origins",
    "files",
    "getting_worse",
    "group_gaps",
    "headline_map",
    "improving",
    "interventions",
    "licences",
    "method_cards",
    "methods_in_use",
    "methods_not_in_use",
    "narrowing",
    "objective_tiles",
    "open_page",
    "opening",
    "origins_counted",
    "outcome",
    "places",
    "responses",
    "scorecard_area",
    "scorecard_tiles",
    "source_cards",
    "thriving",
    "ward_funnels",
    "ward_maps",
    "wards_by_measure",
    "widest_gaps",
    "words",
]
