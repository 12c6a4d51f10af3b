"""What people declare in YAML, read strictly: every entry as its model, every slip with its file and line.

Policy, places, layouts, corrections, what to fetch: all are read here, below whatever they are about.
Nothing is guessed and no unknown key is passed over.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from pmif.errors import Fault

M = TypeVar("M", bound=BaseModel)


class Reader:
    """Reads YAML files and remembers where every entry stood, so that a fault can name its line."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.faults: list[Fault] = []
        self._places: dict[tuple[type[BaseModel], str], list[str]] = {}

    def read(self, name: str, keys: tuple[str, ...] | None) -> "Page":
        """The file's mapping; `keys` are its top-level keys, all needed, or None where it is one entry."""
        try:
            text = (self.root / name).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            self.faults.append(Fault(name, "the file is missing"))
        except UnicodeDecodeError as fault:
            self.faults.append(Fault(name, f"byte {fault.start} is not UTF-8: save the file as UTF-8"))
        else:
            return self.parse(name, text, keys)
        return Page(name, None)

    def parse(self, name: str, text: str, keys: tuple[str, ...] | None) -> "Page":
        """The same of text that is at hand: lines are counted from its beginning."""
        data: Any = None
        try:
            data = YAML(typ="rt").load(text)
        except MarkedYAMLError as fault:
            line = fault.problem_mark.line + 1 if fault.problem_mark else "unknown"
            problem = (fault.problem or "cannot be read").split("\n")[0]
            self.faults.append(Fault(f"{name}, line {line}", f"not valid YAML, {problem}"))
        except (YAMLError, ValueError) as fault:  # ValueError: a day that no calendar has
            self.faults.append(Fault(name, f"not valid YAML: {str(fault).splitlines()[0]}"))
        else:
            if not isinstance(data, Mapping):
                wanted = f"the keys {', '.join(keys)}" if keys else "one entry"
                self.faults.append(Fault(name, f"expected {wanted}, found {_kind(data)}"))
                data = None
            elif keys is not None:
                for key in data:
                    if key not in keys:
                        self.faults.append(
                            Fault(
                                f"{name}, line {_line(data, [key])}",
                                f"unknown key '{key}': use {', '.join(keys)}",
                            )
                        )
                for key in keys:
                    if key not in data:
                        self.faults.append(Fault(name, f"'{key}:' is missing"))
        return Page(name, data)

    def files(self, folder: str) -> Iterator[str]:
        """The names of the YAML files in a folder, which may be absent; one that would be passed over is a fault."""
        for file in sorted((self.root / folder).glob("*.y*ml")):
            name = f"{folder}/{file.name}"
            if file.suffix == ".yml":
                yield name
            else:
                self.faults.append(Fault(name, f"is not read: name it {file.stem}.yml"))

    def models(self, page: "Page", key: str | None, model: type[M]) -> list[M]:
        """Every entry under `key` (one mapping or a list of them) as `model`; faulty ones are left out and noted."""
        if page.data is None or (key is not None and key not in page.data):
            return []
        node = page.data if key is None else page.data[key]
        made: list[M] = []
        at: list[Any] = [] if key is None else [key]
        if isinstance(node, Mapping):
            entries: list[tuple[list[Any], Any]] = [(at, node)]
        elif isinstance(node, Sequence) and not isinstance(node, str):
            entries = [([*at, i], entry) for i, entry in enumerate(node)]
        else:
            self.faults.append(
                Fault(f"{page.name}, line {_line(page.data, at)}", f"expected entries, found {_kind(node)}")
            )
            return []
        for path, entry in entries:
            called = _name_of(entry, model)
            try:
                thing = model.model_validate(_plain(entry))
            except ValidationError as fault:
                for error in fault.errors():
                    line = _line(page.data, [*path, *error["loc"]])
                    self.faults.append(Fault(f"{page.name}, line {line}", f"{called}{_say(error)}"))
                continue
            made.append(thing)
            if (thing_id := getattr(thing, "id", None)) is not None:
                where = f"{page.name}, line {_line(page.data, path)}"
                self._places.setdefault((model, thing_id), []).append(where)
        return made

    def place(self, model: type[BaseModel], thing_id: str) -> str:
        return self._places.get((model, thing_id), ["data/framework"])[-1]

    def duplicates(self) -> Iterator[Fault]:
        for (model, thing_id), places in self._places.items():
            for place in places[1:]:
                yield Fault(
                    place,
                    f"{model.__name__.lower()} '{thing_id}' is already defined at {places[0]}: ids are used once",
                )


class Page:
    def __init__(self, name: str, data: Any) -> None:
        self.name = name
        self.data = data


def _plain(node: Any) -> Any:
    """ruamel's own texts, lists and mappings as Python's."""
    if isinstance(node, Mapping):
        return {str(k): _plain(v) for k, v in node.items()}
    if isinstance(node, str):
        return str(node)
    if isinstance(node, Sequence):
        return [_plain(v) for v in node]
    return node


def _line(page: Any, path: Sequence[Any]) -> int:
    """The line where the deepest part of `path` that exists begins, counted from 1."""
    node, line = page, page.lc.line if hasattr(page, "lc") else 0
    for step in path:
        try:
            marks = node.lc
            position = marks.key(step) if isinstance(node, Mapping) else marks.item(step)
            line, node = position[0], node[step]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return int(line) + 1


def _name_of(entry: Any, model: type[BaseModel]) -> str:
    kind = model.model_config.get("title") or model.__name__.lower()
    if isinstance(entry, Mapping) and "id" in entry:
        return f"{kind} '{entry['id']}', "
    return f"{kind}, "


def _say(error: Any) -> str:
    """One of pydantic's errors as a sentence for someone who has never heard of it."""
    where = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in error["loc"])
    found = error.get("input")
    match error["type"]:
        case "missing":
            return f"{where} is missing: it must be given"
        case "extra_forbidden":
            return f"unknown key '{where}': remove it or mend its spelling"
        case "enum" | "literal_error":
            return f"{where} is {found!r}: use {error['ctx']['expected']}"
        case "value_error":
            return f"{where + ': ' if where else ''}{error['ctx']['error']}"
        case "string_pattern_mismatch":
            return f"{where} is {found!r}: expected {_PATTERNS.get(error['ctx']['pattern'], error['ctx']['pattern'])}"
        case "string_too_short":
            return f"{where} is empty: it must be given"
        case "string_type":
            return f"{where} is {found!r}, {_kind(found)}: expected words; put it in quotes if it is meant as text"
        case _:
            return f"{where} is {found!r}: {error['msg'][0].lower()}{error['msg'][1:]}"


_PATTERNS = {
    rf"^{r'[a-z][a-z0-9]*(-[a-z0-9]+)*'}$": "small letters, digits and hyphens, like 'school-readiness'",
    r"^\d+ months?$": "a number of months, like '5 months'",
    "^(good|weak|advice)$": "good, weak or advice",
    "^(ogl-3|opl-3|cited-fact|made-up|council-return)$": "ogl-3, opl-3, cited-fact, made-up or council-return",
}


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, Sequence):
        return "a list"
    return f"the {type(value).__name__} {value!r}"
