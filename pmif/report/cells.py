"""A template's cells run in this process, so that the second time costs only what has changed.

A template holds imports and calls to functions of this package and nothing else, so it shows here what it
shows in a kernel of its own.
"""

import ast
import io
import warnings
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from pmif.errors import Fault, PmifError, RunError
from pmif.report.execute import first_line, sentence
from pmif.report.page import Page


@dataclass
class Cells:
    """The cells of one notebook, by number: what they defined and showed, and which of them read the commentary."""

    parameters: Mapping[str, str]
    _names: dict[str, Any] = field(default_factory=dict)
    _shown: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    _readers: set[int] = field(default_factory=set)

    def run(self, template: Any, name: str, *, only_words: bool = False) -> Any:
        """The notebook with its outputs. With `only_words`, nothing but the commentary has changed since the last time.

        Errors: RunError naming the cell that failed; or the cell's own error, where that says what is at fault.
        """
        from nbformat import from_dict

        again = only_words and bool(self._shown)
        if not again:
            self._names, self._shown, self._readers = {}, {}, set()
        notebook = deepcopy(template)
        shown = dict(self._shown)
        self._forget_words()
        for number, cell in enumerate(notebook.cells, start=1):
            if cell.cell_type != "code":
                continue
            if not again:
                self._forget_words()  # so that it can be seen whether this cell reads them
            if not again or number in self._readers:
                shown[number] = self._show(cell, f"{name}, cell {number} ({first_line(cell.source)})")
            if not again and any(page.has_read_words for page in self._pages):
                self._readers.add(number)
            cell.outputs = from_dict(shown[number])  # type: ignore[no-untyped-call]
        self._shown = shown
        return notebook

    def _show(self, cell: Any, place: str) -> list[dict[str, Any]]:
        printed, warned = io.StringIO(), io.StringIO()
        try:
            with redirect_stdout(printed), redirect_stderr(warned), warnings.catch_warnings():
                data = _data(_value(cell.source, self._names))
        except Exception as error:
            if isinstance(error, PmifError) and error.faults:
                raise
            raise RunError("The page", [Fault(place, sentence(type(error).__name__, str(error)))]) from None
        if "parameters" in cell.metadata.get("tags", []):
            self._names.update(self.parameters)
        streams = (("stdout", printed.getvalue()), ("stderr", warned.getvalue()))
        outputs: list[dict[str, Any]] = [
            {"output_type": "stream", "name": n, "text": text} for n, text in streams if text
        ]
        if data:
            outputs.append({"output_type": "display_data", "data": data, "metadata": {}})
        return outputs

    @property
    def _pages(self) -> list[Page]:
        return [value for value in self._names.values() if isinstance(value, Page)]

    def _forget_words(self) -> None:
        for page in self._pages:
            page.forget_words()


def _value(source: str, names: dict[str, Any]) -> object:
    """Run a cell; what its last line comes to, if that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if isinstance(last, ast.Expr) else None


def _data(value: object) -> dict[str, str]:
    """A value as a notebook shows it."""
    as_html = getattr(value, "_repr_html_", None)
    if as_html:
        return {"text/html": as_html()}
    return {} if value is None else {"text/plain": repr(value)}
