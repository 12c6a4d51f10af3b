"""The hub: every observation that was ever taken in, in a database that plain files can remake.

Rows are only ever added. What was known on a day is a question put to the history, and so is what
was revised between two days. The same code serves DuckDB and PostgreSQL, by SQLAlchemy.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from pmif.hub.batches import read_batches, read_rows
from pmif.hub.columns import KEY, NUMBERS, STORED
from pmif.hub.receipt import BatchKind, Receipt

metadata = sa.MetaData()

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("batch", sa.Integer, primary_key=True, autoincrement=False),  # in order of arrival
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("received", sa.Text, nullable=False),  # with its time zone; "" for a table
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("report", sa.Text, nullable=False),
    sa.Column("taken", sa.Integer, nullable=False),
    sa.Column("refused", sa.Integer, nullable=False),
    sa.Column("receipt", sa.Text, nullable=False),  # all of it, as JSON
)

observations = sa.Table(
    "observations",
    metadata,
    sa.Column("batch", sa.Integer, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),  # from 0, within its batch
    *(sa.Column(c, sa.Text, nullable=False) for c in KEY),
    *(sa.Column(c, sa.Double) for c in NUMBERS),
    *(sa.Column(c, sa.Text, nullable=False) for c in ("status", "mark")),
    sa.Column("published", sa.Text, nullable=False),
    *(sa.Column(c, sa.Text, nullable=False) for c in ("published_basis", "source")),
    sa.Column("known", sa.Date, nullable=False),  # the day from which the council could know it
    *(sa.Column(c, sa.Text, nullable=False) for c in ("file", "sheet", "cell", "row", "transform")),
    # Only on a server: DuckDB would look up the batch of every row, and that is a seventh of the time of adding them.
    sa.ForeignKeyConstraint(["batch"], ["batches.batch"]).ddl_if(dialect="postgresql"),
)

# Which batch of each table of data/figures the file holds now: an edited table is a new batch, the old one is history.
standing = sa.Table(
    "standing",
    metadata,
    sa.Column("file", sa.Text, primary_key=True),
    sa.Column("batch", sa.Integer, sa.ForeignKey("batches.batch"), nullable=False),
)

# A server looks up a measure by this; DuckDB finds it by the order in which rows lie (see `_add_rows`).
_index = sa.Index("observations_by_measure", observations.c.measure, observations.c.known).ddl_if(dialect="postgresql")

STATES = [*NUMBERS, "status"]  # what a revision may change


@dataclass(frozen=True)
class StandingTable:
    """A table of data/figures as it stands, checked and typed (columns STORED), with its receipt."""

    receipt: Receipt
    rows: pd.DataFrame


class Hub:
    """An open hub. Made by `reading` and `writing`."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    # --- questions ----------------------------------------------------------------------------------

    def known_at(self, day: date, measures: Iterable[str] | None = None) -> pd.DataFrame:
        """What was known on a day: one row for each figure, the newest that had come by then.

        Columns STORED with `known`, `batch` (its name) and `revises`, true where an earlier row said otherwise.
        """
        named = self._history(day, measures)
        newest = sa.select(named).where(named.c.place == 1)
        table = self._frame(newest.order_by(*(newest.selected_columns[c] for c in KEY)))
        earlier = pd.DataFrame({c: table.pop(f"earlier_{c}") for c in STATES})
        table["revises"] = earlier["status"].notna() & ~agree(table, earlier)
        return table.drop(columns=["place", "line"])

    def last_known(self, day: date, measures: Iterable[str] | None = None) -> pd.DataFrame:
        """What was known on a day, in no order and with only what a new figure is set beside.

        Columns KEY, NUMBERS, `status` and `published`. Of a million it takes a quarter of the time of `known_at`.
        """
        figure = [*KEY, *STATES, "published"]
        query = sa.select(*(observations.c[c] for c in figure), *_arrival()).join_from(observations, batches)
        table = self._frame(query.where(*_known_by(day, measures)))
        # Few figures come more than once, and only those need be put in order.
        several = table.duplicated(KEY, keep=False)
        if several.any():
            arrival = [c.name for c in _arrival()]
            newest = table[several].sort_values(arrival).drop_duplicates(KEY, keep="last")
            table = pd.concat([table[~several], newest], ignore_index=True)
        return table[figure]

    def revisions(self, earlier: date, later: date, measures: Iterable[str] | None = None) -> pd.DataFrame:
        """What is known on the later day and was not, or was otherwise, on the earlier.

        Columns KEY, `change` ("new" or "revised"), each of value, numerator, denominator and status with
        `earlier_` before it and without, `known` and `batch` of the later.
        """
        before, after = self.known_at(earlier, measures), self.known_at(later, measures)
        beside = after[KEY].merge(before[[*KEY, *STATES]], on=KEY, how="left")
        found = after.join(beside[STATES].add_prefix("earlier_"))[~agree(after, beside)]
        found = found.assign(change=np.where(found["earlier_status"].isna(), "new", "revised"))
        shown = ["value", "numerator", "denominator", "status"]
        return found[[*KEY, "change", *(n for c in shown for n in (f"earlier_{c}", c)), "known", "batch"]].reset_index(
            drop=True
        )

    def history(self, key: Sequence[str]) -> pd.DataFrame:
        """Every row that was ever taken in of one figure, oldest first: columns STORED, `known`, `batch`."""
        query = _rows().where(*(observations.c[c] == part for c, part in zip(KEY, key, strict=True)))
        return self._frame(query.order_by(observations.c.known, observations.c.batch, observations.c.line)).drop(
            columns="line"
        )

    def receipts(self) -> list[Receipt]:
        """The receipts of all batches, in order of arrival."""
        with self.engine.connect() as connection:
            found = connection.execute(sa.select(batches.c.receipt).order_by(batches.c.batch)).scalars()
            return [Receipt.model_validate_json(text) for text in found]

    def receipt(self, name: str) -> Receipt:
        with self.engine.connect() as connection:
            text = connection.execute(sa.select(batches.c.receipt).where(batches.c.name == name)).scalar_one()
        return Receipt.model_validate_json(text)

    def _history(self, day: date, measures: Iterable[str] | None) -> sa.Subquery:
        """Rows that stand, each with its place among those of its figure (1 is the newest) and the one before."""
        over: dict[str, Any] = {
            "partition_by": [observations.c[c] for c in KEY],
            "order_by": [c.desc() for c in _arrival()],
        }
        query = _rows(
            sa.func.row_number().over(**over).label("place"),
            *(sa.func.lead(observations.c[c]).over(**over).label(f"earlier_{c}") for c in STATES),
        )
        return query.where(*_known_by(day, measures)).subquery()

    def _frame(self, query: sa.Select[Any]) -> pd.DataFrame:
        """The answer as a table: numbers as floats, days as text, everything else text."""
        with self.engine.connect() as connection:
            if connection.dialect.name == "duckdb":
                # The same statement, without turning every cell into a Python object on the way.
                words = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
                table = _of_arrow(_native(connection).sql(str(words)).to_arrow_table())
            else:
                table = pd.read_sql(query, connection)
                if "known" in table.columns:
                    table["known"] = pd.to_datetime(table["known"]).dt.strftime("%Y-%m-%d").astype("str")
        floats = [c for c in table.columns if str(c).removeprefix("earlier_") in NUMBERS]
        table[floats] = table[floats].astype("float64")
        texts = [c for c in table.columns if table[c].dtype == object]
        return table.astype(dict.fromkeys(texts, "str"))

    # --- taking in ----------------------------------------------------------------------------------

    def sync(
        self, root: Path, tables: Sequence[StandingTable] = (), provided: Callable[[], object] = lambda: None
    ) -> list[str]:
        """Add every batch that is kept in plain files and not yet here, and let `tables` stand. Names of those added.

        All or nothing: one transaction, which ends well only if `provided` returns. It runs meanwhile, in a thread
        of its own, for a database needs little of Python while it adds rows.
        Errors: what `provided` raises, and nothing is added then.
        """
        with ThreadPoolExecutor(1) as aside, self.engine.begin() as connection:
            condition = aside.submit(provided)
            known = connection.execute(sa.select(batches.c.name, batches.c.batch))
            held: dict[str, int] = {row.name: row.batch for row in known}
            added = []

            def add(receipt: Receipt, rows: pd.DataFrame) -> None:
                held[receipt.batch] = max(held.values(), default=0) + 1
                _add(connection, held[receipt.batch], receipt, rows)
                added.append(receipt.batch)

            for table in tables:
                if table.receipt.batch not in held:
                    add(table.receipt, table.rows)
            for receipt, folder in read_batches(root):
                if receipt.batch not in held:
                    add(receipt, read_rows(root, receipt, folder))
            if tables:
                connection.execute(sa.delete(standing))
                connection.execute(
                    sa.insert(standing), [{"file": t.receipt.file, "batch": held[t.receipt.batch]} for t in tables]
                )
            condition.result()
        return added


def agree(rows: pd.DataFrame, others: pd.DataFrame) -> "pd.Series[bool]":
    """Whether each row says what the other in its place says: the same numbers, or none, and the same status."""
    same = [(rows[c] == others[c]) | (rows[c].isna() & others[c].isna()) for c in STATES]
    return pd.concat(same, axis=1).all(axis=1)


def _of_arrow(found: pa.Table) -> pd.DataFrame:
    """An answer of DuckDB as a table: days as text, and texts as they came, not one by one."""
    days = pa.schema([f.with_type(pa.string()) if pa.types.is_date(f.type) else f for f in found.schema])
    text = pd.StringDtype(na_value=np.nan)
    table: pd.DataFrame = found.cast(days).to_pandas(types_mapper={pa.string(): text}.get)
    return table


def _rows(*more: sa.ColumnElement[Any]) -> sa.Select[Any]:
    columns = [observations.c[c] for c in (*STORED, "known", "line")]
    return sa.select(*columns, batches.c.name.label("batch"), *more).join_from(observations, batches)


def _arrival() -> list[sa.Column[Any]]:
    """The order in which rows came to be known."""
    # A return of the same day as a table's row is the newer: a table's batch has no day of its own.
    return [observations.c.known, batches.c.received, observations.c.batch, observations.c.line]


def _known_by(day: date, measures: Iterable[str] | None) -> list[sa.ColumnElement[bool]]:
    """Rows that stand and had come by a day, of some measures or of all."""
    wanted = [observations.c.known <= day, _stands()]
    return wanted if measures is None else [*wanted, observations.c.measure.in_(list(measures))]


def _stands() -> sa.ColumnElement[bool]:
    """Rows of returns and fetches always stand; those of a table while the table holds them."""
    return sa.or_(batches.c.kind != BatchKind.TABLE.value, batches.c.batch.in_(sa.select(standing.c.batch)))


def _add(connection: sa.Connection, number: int, receipt: Receipt, rows: pd.DataFrame) -> None:
    connection.execute(
        sa.insert(batches).values(
            batch=number,
            name=receipt.batch,
            kind=receipt.kind.value,
            file=receipt.file,
            sha256=receipt.sha256,
            received=receipt.received.isoformat() if receipt.received else "",
            role=receipt.role,
            report=receipt.report,
            taken=len(rows),
            refused=receipt.refused,
            receipt=receipt.model_dump_json(),
        )
    )
    if len(rows):
        _add_rows(connection, number, receipt, rows)


def _add_rows(connection: sa.Connection, number: int, receipt: Receipt, rows: pd.DataFrame) -> None:
    """Add a batch's rows by the quickest way that each database has.

    A figure is known from the day it was published; one that came later in a batch, from the day it came.
    """
    known = rows["published"]
    if receipt.received_on:
        came = receipt.received_on.isoformat()
        known = known.astype("str").where(known.astype("str") > came, came)
    table = rows[STORED].assign(batch=number, line=range(len(rows)), known=known)
    names = [c.name for c in observations.columns]
    if connection.dialect.name == "duckdb":
        given = ", ".join(f'CAST("{c}" AS DATE)' if c == "known" else f'"{c}"' for c in names)
        # DuckDB reads categories three times as fast as texts; of `row`, nearly every word is another.
        table = table.astype({c: "category" for c in table.columns if table[c].dtype == "str" and c != "row"})
        native = _native(connection)
        native.register("incoming", pa.Table.from_pandas(_by_measure(table), preserve_index=False))
        native.execute(f"INSERT INTO observations SELECT {given} FROM incoming")
        native.unregister("incoming")
    else:
        quoted = ", ".join(f'"{c}"' for c in names)
        values = table[names].astype(object).where(table[names].notna(), None)
        with _native(connection).cursor() as cursor, cursor.copy(f"COPY observations ({quoted}) FROM STDIN") as copy:
            for row in values.itertuples(index=False, name=None):
                copy.write_row(row)


def _by_measure(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of one measure lie together, in the order of their names, so that a question about it reads little else."""
    measures = table["measure"].cat
    place = measures.categories.argsort().argsort()[measures.codes]
    return table if (np.diff(place) >= 0).all() else table.take(np.argsort(place, kind="stable"))


def _native(connection: sa.Connection) -> Any:
    """The database's own connection, inside SQLAlchemy's transaction."""
    return connection.connection.driver_connection
