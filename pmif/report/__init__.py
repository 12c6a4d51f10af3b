"""Pages and the book: the plan, the functions that notebooks call, and the run that makes a site.

Notebooks and commands import from here by name. What draws pages and what runs the book are each loaded when
first asked for: a page's kernel needs no papermill and a run no charts, and starting is most of a run's time.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pmif.report.contents import (
        commentary,
        evidence_gaps,
        interventions,
        opening,
        outcome,
        scorecard_area,
    )
    from pmif.report.inequalities import all_wards_strip, group_gaps, places, ward_maps, wards_by_measure
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
    from pmif.report.run import check_plan, make_book, open_lab, run_book
    from pmif.report.sources import every_measure, licences, source_cards

__all__ = [
    "Page",
    "all_wards_strip",
    "check_plan",
    "commentary",
    "every_measure",
    "evidence_gaps",
    "getting_worse",
    "group_gaps",
    "headline_map",
    "improving",
    "interventions",
    "licences",
    "make_book",
    "objective_tiles",
    "open_lab",
    "open_page",
    "opening",
    "outcome",
    "places",
    "run_book",
    "scorecard_area",
    "scorecard_tiles",
    "source_cards",
    "thriving",
    "ward_maps",
    "wards_by_measure",
    "widest_gaps",
]

RUNNING = ("run",)
DRAWING = ("page", "contents", "overview", "inequalities", "sources")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    wanted = RUNNING if name in ("check_plan", "make_book", "open_lab", "run_book") else DRAWING
    # All names of a kind at once: importing a module of the package binds that module's own name here,
    # and `commentary` must be the function.
    for module in [import_module(f"{__name__}.{part}") for part in wanted]:
        globals().update({key: value for key, value in vars(module).items() if key in __all__})
    return globals()[name]
