"""Where each figure comes from: its file and row, or the cell of a return, and what was done to it on the way.

Everything here has passed the gate. A withheld figure keeps its file and row, and shows its reason where its
number would be; what its sender called a file is never told.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from pmif.disclosure import BatchKind, PublishedBatch, PublishedMeasure
from pmif.exhibits import wording
from pmif.exhibits.exhibit import Fragment, details, fragment, scroll
from pmif.exhibits.gap_wording import group_title
from pmif.exhibits.source import link, origin_id
from pmif.methods import CATALOGUE
from pmif.period import Period
from pmif.report.page import Page
from pmif.report.sources import LICENCES

KINDS = ("borough", "region", "country", "neighbours", "ward")  # of places, in the order of a table
AS_WRITTEN = "as written"

Row = dict[Hashable, Any]  # one of the published figures


@dataclass(frozen=True)
class Origin:
    """One published figure with what a reader needs to find it again: plain text, as it is shown."""

    whom: str
    period: str
    figure: str
    file: str
    place: str  # "row 12", "sheet 'Figures', cell J7"
    done: str
    known: str
    source: str


Column = tuple[str, Callable[[Origin], str]]  # its heading, and what it says of a figure


def origins_counted(page: Page) -> Fragment:
    """How many figures there are, how many are withheld, and what they came in."""
    published = page.published
    figures = published.figures
    withheld = int((figures["status"] == "suppressed").sum())
    others = int((figures["status"] != "shown").sum()) - withheld
    kinds = Counter(batch.kind for batch in published.batches)
    came = [
        wording.counted(kinds[kind], one)
        for kind, one in ((BatchKind.TABLE, "table"), (BatchKind.RETURN, "return"), (BatchKind.FETCH, "fetched file"))
        if kinds[kind]
    ]
    measures = wording.counted(figures["measure"].nunique(), "measure")
    lead = f"{len(figures):,} figures of {measures} came in {wording.listed(came)}."
    sentences = [
        f"{withheld} {'is' if withheld == 1 else 'are'} withheld to protect people." if withheld else "",
        f"{others} could not be given or {'does' if others == 1 else 'do'} not apply." if others else "",
    ]
    said = " ".join(sentence for sentence in sentences if sentence) or "None is withheld."
    return fragment(f'<p class="pm-lead">{lead}</p>', f"<p>{said}</p>")


def figure_origins(page: Page) -> Fragment:
    """Every measure with figures, by objective, each closed until a reader wants it or a link leads to it."""
    groups = _groups(page)
    jump = "".join(f'<li><a href="#from-{name}">{escape(title)}</a></li>' for name, title, _ in groups)
    files = _files(page)
    parts = [f'<ul class="pm-jump">{jump}</ul>']
    for name, title, measures in groups:
        parts.append(f'<h3 id="from-{name}">{escape(title)}</h3>')
        parts += [_section(page, pm, files) for pm in measures if not pm.figures.empty]
        if without := sum(pm.figures.empty for pm in measures):
            other = "other " if without < len(measures) else ""
            has = "has" if without == 1 else "have"
            parts.append(f"<p>{wording.counted(without, f'{other}measure')} {has} no figure in this report.</p>")
    return fragment(*parts)


def _groups(page: Page) -> list[tuple[str, str, list[PublishedMeasure]]]:
    published = page.published
    framework = published.framework
    groups = [
        (o.id, f"{o.number} {o.title}", [m for x in o.outcomes for m in published.measures_of(x.id)])
        for o in framework.objectives
    ]
    scorecard = framework.scorecard
    groups.append((scorecard.id, scorecard.title, [m for a in scorecard.areas for m in published.measures_of(a.id)]))
    groups.append(("context", "About the place", [m for m in published.all_measures if m.measure.outcome is None]))
    return [group for group in groups if group[2]]


# --- one measure ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _File:
    """A batch as its figures name it, and where on the page its own entry stands."""

    batch: PublishedBatch
    anchor: str

    @property
    def link(self) -> str:
        return f'<a href="#{self.anchor}">{escape(_in_words(self.batch))}</a>'


def _files(page: Page) -> dict[str, _File]:
    """Every batch by name. Two that are shown under one name are told apart by a number."""
    found: dict[str, _File] = {}
    seen: Counter[str] = Counter()
    for batch in page.published.batches:
        seen[batch.shown_as] += 1
        number = f"-{seen[batch.shown_as]}" if seen[batch.shown_as] > 1 else ""
        found[batch.batch] = _File(batch, f"batch-{batch.shown_as}{number}")
    return found


def _section(page: Page, pm: PublishedMeasure, files: dict[str, _File]) -> str:
    """A measure's figures. What is true of all of them stands above the table; what differs is a column of it.

    What can be followed is a link above the table, once, and plain words in it.
    """
    origins = _origins(pm, files)
    held = [files[name] for name in dict.fromkeys(pm.figures["batch"])]
    facts = [("Method", _method(pm))]
    if pm.id in page.published.addresses:
        facts.insert(0, ("On its page", f'<a href="{page.published.addresses[pm.id]}">{escape(pm.measure.title)}</a>'))
    facts.append(("From", _lines([f"{file.link}, batch {escape(file.batch.shown_as)}" for file in held])))
    facts.append(("Source", _lines([_source_link(pm, name) for name in dict.fromkeys(pm.figures["source"])])))
    columns: list[Column] = [("From", lambda o: o.file)] if len(held) > 1 else []
    columns.append(_place_column(origins))
    if len({o.source for o in origins}) > 1:
        columns.append(("Source", lambda o: o.source))
    may_differ: list[Column] = [("Read", lambda o: o.done), ("Known", lambda o: o.known)]
    for title, part in may_differ:
        told = {part(o) for o in origins}
        if len(told) == 1:
            facts.append((title, escape(_capital(told.pop()))))
        else:
            columns.append((title, part))
    if confirmed := _confirmed(pm):
        facts.append(("Confirmed", _lines(confirmed)))
    count = wording.counted(len(origins), "figure")
    return details(
        f'{escape(pm.measure.title)} <span class="pm-n">{count}</span>',
        f'<div id="{origin_id(pm.id)}">{_facts(facts)}{_table(pm, origins, columns)}</div>',
        "pm-figures pm-from",
    )


def _origins(pm: PublishedMeasure, files: dict[str, _File]) -> list[Origin]:
    """Its figures, place by place, the newest first."""
    framework = pm.published.framework
    rows = pm.figures.iloc[::-1].to_dict("records")
    groups = {(d.id, g.id): n for d in framework.dimensions for n, g in enumerate(d.groups)}
    order = sorted(
        rows,
        key=lambda r: (
            KINDS.index(r["kind"]), r["area_name"], r["vintage"], r["dimension"],
            groups.get((r["dimension"], r["group"]), -1),
        ),
    )  # fmt: skip
    periods = {text: Period.parse(text).label for text in pm.figures["period"].unique()}
    sources = {name: _source_words(pm, name) for name in pm.figures["source"].unique()}
    # A ward keeps its name when its boundaries change, and not its code.
    several = pm.figures.loc[pm.figures["kind"] == "ward", "vintage"].nunique() > 1
    return [
        Origin(
            whom=_whom(pm, row, coded=several and row["kind"] == "ward"),
            period=periods[row["period"]],
            figure=_figure(pm, row),
            file=_in_words(files[row["batch"]].batch),
            place=_place(row),
            done=_done(row),
            known=_known(row),
            source=sources[row["source"]],
        )
        for row in order
    ]


def _whom(pm: PublishedMeasure, row: Row, *, coded: bool) -> str:
    name = f"{row['area_name']} ({row['area']})" if coded else row["area_name"]
    return f"{name}, {group_title(pm, row['dimension'], row['group'])}" if row["dimension"] else name


def _figure(pm: PublishedMeasure, row: Row) -> str:
    """The figure as the pages show it, with its mark; or the symbol and the reason why there is none."""
    if row["status"] == "shown":
        return wording.plain_value(pm, float(row["value"])) + (f" [{row['mark']}]" if row["mark"] else "")
    symbol = wording.SYMBOLS[row["status"]]
    return f"{symbol} {row['reason'] or wording.SYMBOL_WORDS[symbol]}"


def _place(row: Row) -> str:
    place = f"cell {row['cell']}" if row["cell"] else f"row {row['row']}"
    return f"sheet '{row['sheet']}', {place}" if row["sheet"] else place


def _done(row: Row) -> str:
    """What was done between the cell and the figure. The words may quote the cell: never of a withheld one."""
    if row["status"] != "shown":
        return "not told"
    return row["transform"] or AS_WRITTEN


def _known(row: Row) -> str:
    # Of a copy it is known when it was made, not since when the figure was out.
    return f"{'since' if row['published_basis'] == 'on' else 'by'} {_day(row['known'])}"


def _source_words(pm: PublishedMeasure, name: str) -> str:
    source = pm.published.framework.source(name)
    return f"{source.publisher}, {source.dataset}"


def _source_link(pm: PublishedMeasure, name: str) -> str:
    return f'<a href="sources.html#source-{name}">{escape(_source_words(pm, name))}</a>'


def _method(pm: PublishedMeasure) -> str:
    title = escape(next(about.title for about in CATALOGUE if about.id == pm.measure.method))
    used = (pm.figures["status"] == "shown").any()  # only then has the page of methods a card to link to
    named = f'<a href="methods.html#method-{pm.measure.method}">{title}</a>' if used else title
    return named if pm.measure.method == "as-published" else f"{named}, from the counts that stand there"


def _confirmed(pm: PublishedMeasure) -> list[str]:
    """The odd figures that a role says are right, with its reason."""
    every = pm.published.confirmations
    if every.empty:
        return []
    lines = []
    names = dict(zip(pm.figures["area"], pm.figures["area_name"], strict=True))
    for row in every[every["measure"] == pm.id].to_dict("records"):
        whom = _whom(pm, {**row, "area_name": names[row["area"]]}, coded=False)
        odd = row["oddity"].replace("-", " ")
        reason = row["reason"] or "the reason is not told, because figures of this measure are withheld"
        role = row["role"] or "the service"
        lines.append(escape(f"{whom}, {Period.parse(row['period']).label} ({odd}), by {role}: {reason}"))
    return lines


# --- its table --------------------------------------------------------------------------------------


def _place_column(origins: Sequence[Origin]) -> Column:
    if all(o.place.startswith("row ") for o in origins):
        return ("Row", lambda o: o.place.removeprefix("row "))
    return ("Place in it", lambda o: o.place)


def _table(pm: PublishedMeasure, origins: Sequence[Origin], columns: Sequence[Column]) -> str:
    """Plain rows without attributes: the page holds every figure of the report."""
    caption = f"{pm.measure.title}: {wording.lower_first(wording.axis_words(pm))}"
    head = "".join(f'<th scope="col">{title}</th>' for title in ("Of", "Period", "Figure", *(t for t, _ in columns)))
    body = "".join(
        f'<tr><th scope="row">{escape(o.whom)}</th><td>{escape(o.period)}</td><td>{escape(o.figure)}</td>'
        f"{''.join(f'<td>{escape(cell(o))}</td>' for _, cell in columns)}</tr>"
        for o in origins
    )
    note = wording.symbols_note(o.figure for o in origins if o.figure.endswith("]"))
    words = f'<p class="pm-small">{escape(note)}.</p>' if note else ""
    content = (
        f'<table class="pm-origins"><caption><span>{escape(caption)}</span></caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
    return scroll(caption, content, "Slide the table sideways." if len(columns) > 1 else "") + words


# --- files and returns ------------------------------------------------------------------------------


def files(page: Page) -> Fragment:
    """Every file that a figure of the report came in: what it is, its hash, and how many rows were taken from it."""
    figures = Counter(page.published.figures["batch"])
    return fragment(*(_card(file, figures[name]) for name, file in _files(page).items()))


def _card(file: _File, figures: int) -> str:
    batch = file.batch
    facts = [("What it is", _kind(batch)), ("Batch", escape(batch.shown_as))]
    if batch.address:
        facts.append(("Address", link(batch.address, batch.address)))
    refused = f", {batch.refused:,} refused" if batch.refused else ""
    facts.append(("Rows", f"{batch.taken:,} taken{refused}"))
    facts.append(("In this report", f"{figures:,} {'figure' if figures == 1 else 'figures'}"))
    if batch.licence:
        facts.append(("Licence", escape(LICENCES[batch.licence][0])))
    hidden_hash = "Not told, because not every row is shown: it could help to guess the others."
    facts.append(("Hash (SHA-256)", escape(batch.sha256) or hidden_hash))
    return f'<h3 id="{file.anchor}">{escape(_in_words(batch))}</h3>{_facts(facts)}'


def _in_words(batch: PublishedBatch) -> str:
    """A batch as a reader is told of it: the name of our table, who returned it and when, or when it was fetched."""
    when = _day(batch.received.isoformat()) if batch.received else ""
    match batch.kind:
        case BatchKind.TABLE:
            return batch.file
        case BatchKind.RETURN:
            return f"Return of {batch.role or 'a service'}, received {when}"
        case BatchKind.FETCH:
            return f"{batch.file}, fetched {when}"


def _kind(batch: PublishedBatch) -> str:
    return {
        BatchKind.TABLE: "A table that the makers of this report keep, each row with its source",
        BatchKind.RETURN: "Figures that a service of the council sent",
        BatchKind.FETCH: "Figures as the publisher's own service gave them",
    }[batch.kind]


def _day(iso: str) -> str:
    return Period.parse(iso).label


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _lines(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _facts(rows: Sequence[tuple[str, str]]) -> str:
    return f'<dl class="pm-facts">{"".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in rows)}</dl>'
