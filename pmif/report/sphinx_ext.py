"""What the book needs from Sphinx beyond its configuration: the report's bar, and honest pictures.

Loaded by `_config.yml`. It writes council, period and "figures known at" on every page, marks a
made-up council's book and a draft as such, drops the boxes that cells without output leave behind, and warns
(which fails the build) about a picture whose alternative text nobody wrote.
"""

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

TEMPLATES = Path(__file__).parent / "templates"
REPORT_PAGES = "book/pages/"

log = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict[str, Any]:
    for name, default in (
        ("pmif_council", "Gateshead"),
        ("pmif_period", ""),
        ("pmif_known_at", ""),
        ("pmif_made_up", False),
        ("pmif_draft", False),
    ):
        app.add_config_value(name, default, "env")
    # Jupyter Book always sets this one, for an extension which would ask other hosts for files.
    app.add_config_value("comments_config", {}, "")
    app.connect("config-inited", _find_templates)
    app.connect("doctree-resolved", _tidy)
    app.connect("html-page-context", _fill_layout, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _find_templates(app: Sphinx, config: Config) -> None:
    config["templates_path"] = [*config["templates_path"], str(TEMPLATES)]


def _tidy(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for cell in list(doctree.findall(nodes.container)):
        empty = not cell.children or all(isinstance(c, nodes.container) and not c.children for c in cell.children)
        if cell.get("nb_element") == "cell_code" and empty:
            cell.parent.remove(cell)
    for image in doctree.findall(nodes.image):
        # Sphinx would fall back to the file's name, which says nothing and which axe accepts.
        if not image.get("alt"):
            log.warning("the picture %s has no alternative text", image.get("uri"), location=docname)


def _fill_layout(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    config = app.config
    report_page = pagename.startswith(REPORT_PAGES)
    if report_page:
        context["secondary_sidebar_items"] = []  # exhibits need the width
    classes = [
        "pm-report" if report_page else "pm-written",
        "pm-made-up" if config["pmif_made_up"] else "",
        "pm-draft" if config["pmif_draft"] else "",
    ]
    context.update(
        language="en-GB",  # Sphinx knows English only as "en"
        pmif_body_class=" ".join(filter(None, classes)),
        pmif_council=config["pmif_council"],
        pmif_period=config["pmif_period"],
        pmif_known_at=config["pmif_known_at"],
        pmif_made_up=config["pmif_made_up"],
        pmif_draft=config["pmif_draft"],
    )
