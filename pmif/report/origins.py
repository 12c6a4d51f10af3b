"""Where each figure comes from: its file and row, or the cell of a return, and what was done to it on the way.

Everything here has passed the gate. A withheld figure keeps its file and row, and shows its reason where its
number would be; what its sender called a file is never told.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from pmif.disclosure import BatchKind, Figure, PublishedBatch, PublishedMeasure
from pmif.exhibits import wording
from pmif.exhibits.exhibit import Fragment, details, fragment, scroll
from pmif.exhibits.gap_wording import dimension_title, group_title
from pmif.exhibits.source import link, origin_id
from pmif.methods import CATALOGUE
from pmif.period import Period
from pmif.report.page import Page
from pmif.report.sources import LICENCES

KINDS = ("borough", "region", "country", "neighbours", "ward")  # of places, in the order of a table
AS_WRITTEN = "as written"


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
    statuses = Counter(row["status"] for row in published.rows)
    withheld = statuses["suppressed"]
    others = statuses.total() - statuses["shown"] - withheld
    kinds = Counter(batch.kind for batch in published.batches)
    came = [
        wording.counted(kinds[kind], one)
        for kind, one in ((BatchKind.TABLE, "table"), (BatchKind.RETURN, "return"), (BatchKind.FETCH, "fetched file"))
        if kinds[kind]
    ]
    measures = wording.counted(len({row["measure"] for row in published.rows}), "measure")
    lead = f"{len(published.rows):,} figures of {measures} came in {wording.listed(came)}."
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
        parts += [_section(page, pm, files) for pm in measures if pm.figures]
        if without := sum(not pm.figures for pm in measures):
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
    held = [files[name] for name in dict.fromkeys(f.batch for f in pm.figures)]
    facts = [("Method", _method(pm))]
    if pm.id in page.published.addresses:
        facts.insert(0, ("On its page", f'<a href="{page.published.addresses[pm.id]}">{escape(pm.measure.title)}</a>'))
    facts.append(("From", _lines([f"{file.link}, batch {escape(file.batch.shown_as)}" for file in held])))
    facts.append(("Source", _lines([_source_link(pm, name) for name in dict.fromkeys(f.source for f in pm.figures)])))
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
    groups = {(d.id, g.id): n for d in framework.dimensions for n, g in enumerate(d.groups)}
    newest_first = pm.figures[::-1]
    order = sorted(
        newest_first,
        key=lambda f: (
            KINDS.index(f.kind), f.name, f.vintage, f.dimension, groups.get((f.dimension, f.group), -1),
        ),
    )  # fmt: skip
    # A ward keeps its name when its boundaries change, and not its code.
    several = len({f.vintage for f in pm.figures if f.kind == "ward"}) > 1
    return [
        Origin(
            whom=_whom(pm, f, coded=several and f.kind == "ward"),
            period=f.period.label,
            figure=_figure(pm, f),
            file=_in_words(files[f.batch].batch),
            place=_place(f),
            done=_done(f),
            known=_known(f),
            source=_source_words(pm, f.source),
        )
        for f in order
    ]


def _whom(pm: PublishedMeasure, figure: Figure, *, coded: bool) -> str:
    name = f"{figure.name} ({figure.area})" if coded else figure.name
    return f"{name}, {group_title(pm, figure.dimension, figure.group)}" if figure.dimension else name


def _figure(pm: PublishedMeasure, figure: Figure) -> str:
    """The figure as the pages show it, with its mark; or the symbol and the reason why there is none."""
    if figure.status == "shown":
        return wording.plain_value(pm, figure.value) + (f" [{figure.mark}]" if figure.mark else "")
    symbol = wording.SYMBOLS[figure.status]
    return f"{symbol} {figure.reason or wording.SYMBOL_WORDS[symbol]}"


def _place(figure: Figure) -> str:
    place = f"cell {figure.cell}" if figure.cell else f"row {figure.row}"
    return f"sheet '{figure.sheet}', {place}" if figure.sheet else place


def _done(figure: Figure) -> str:
    """What was done between the cell and the figure. The words may quote the cell: never of a withheld one."""
    if figure.status != "shown":
        return "not told"
    return figure.transform or AS_WRITTEN


def _known(figure: Figure) -> str:
    # Of a copy it is known when it was made, not since when the figure was out.
    return f"{'since' if figure.published_basis == 'on' else 'by'} {_day(figure.known)}"


def _source_words(pm: PublishedMeasure, name: str) -> str:
    source = pm.published.framework.source(name)
    return f"{source.publisher}, {source.dataset}"


def _source_link(pm: PublishedMeasure, name: str) -> str:
    return f'<a href="sources.html#source-{name}">{escape(_source_words(pm, name))}</a>'


def _method(pm: PublishedMeasure) -> str:
    title = escape(next(about.title for about in CATALOGUE if about.id == pm.measure.method))
    used = any(f.shown for f in pm.figures)  # only then has the page of methods a card to link to
    named = f'<a href="methods.html#method-{pm.measure.method}">{title}</a>' if used else title
    return named if pm.measure.method == "as-published" else f"{named}, from the counts that stand there"


def _confirmed(pm: PublishedMeasure) -> list[str]:
    """The odd figures that a role says are right, with its reason."""
    lines = []
    for row in pm.published.confirmations:
        if row["measure"] != pm.id:
            continue
        odd = row["oddity"].replace("-", " ")
        reason = row["reason"] or "the reason is not told, because figures of this measure are withheld"
        role = row["role"] or "the service"
        label = Period.parse(row["period"]).label
        lines.append(escape(f"{_whom_odd(pm, row)}, {label} ({odd}), by {role}: {reason}"))
    return lines


def _whom_odd(pm: PublishedMeasure, row: Mapping[str, str]) -> str:
    """Whom an odd figure is of; or all wards together, or the groups that make a sum."""
    name = next((f.name for f in pm.figures if f.area == row["area"]), "All wards together")
    if not row["dimension"]:
        return name
    if not row["group"]:
        return f"{name}, by {wording.lower_first(dimension_title(pm, row['dimension']))}"
    return f"{name}, {group_title(pm, row['dimension'], row['group'])}"


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
    figures = Counter(row["batch"] for row in page.published.rows)
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
