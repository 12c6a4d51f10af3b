"""Entries that people declare in a YAML file about places, read strictly, each with its line.

Below the framework on the road, so it cannot borrow the framework's reader; the rules are the same:
nothing is guessed, no unknown key is passed over, and a fault names file, line and entry.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from pmif.errors import Fault


class Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


M = TypeVar("M", bound=Declared)


def read_declared(root: Path, name: str, key: str | None, model: type[M], faults: list[Fault]) -> list[tuple[M, str]]:
    """The entries under `key` of the file `name`, or the file itself as one entry; each with its place.

    What cannot be read is left out and noted in `faults`.
    """
    try:
        page = YAML(typ="rt").load((root / name).read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        faults.append(Fault(name, "the file is missing"))
        return []
    except UnicodeDecodeError as fault:
        faults.append(Fault(name, f"byte {fault.start} is not UTF-8: save the file as UTF-8"))
        return []
    except MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else "unknown"
        faults.append(Fault(f"{name}, line {line}", f"not valid YAML, {fault.problem or 'cannot be read'}"))
        return []
    except YAMLError as fault:
        faults.append(Fault(name, f"not valid YAML: {str(fault).splitlines()[0]}"))
        return []
    if key is not None and (not isinstance(page, Mapping) or list(page) != [key] or not _is_list(page[key])):
        faults.append(Fault(name, f"expected one key '{key}:' with a list of entries under it"))
        return []
    entries = [([], page)] if key is None else [([key, at], entry) for at, entry in enumerate(page[key])]
    found = []
    for path, entry in entries:
        called = f"'{entry['id']}', " if isinstance(entry, Mapping) and "id" in entry else ""
        try:
            found.append((model.model_validate(_plain(entry)), f"{name}, line {_line(page, path)}"))
        except ValidationError as fault:
            faults += [
                Fault(f"{name}, line {_line(page, [*path, *error['loc']])}", called + _say(error))
                for error in fault.errors()
            ]
    return found


def _is_list(node: Any) -> bool:
    return isinstance(node, Sequence) and not isinstance(node, str)


def _plain(node: Any) -> Any:
    """ruamel's own texts, lists and mappings as Python's."""
    if isinstance(node, Mapping):
        return {str(k): _plain(v) for k, v in node.items()}
    if isinstance(node, str):
        return str(node)
    return [_plain(v) for v in node] if _is_list(node) else node


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


def _say(error: Any) -> str:
    where = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in error["loc"])
    match error["type"]:
        case "missing":
            return f"{where} is missing: it must be given"
        case "extra_forbidden":
            return f"unknown key '{where}': remove it or mend its spelling"
        case "enum" | "literal_error":
            return f"{where} is {error['input']!r}: use {error['ctx']['expected']}"
        case "value_error":
            return f"{where + ': ' if where else ''}{error['ctx']['error']}"
        case _:
            return f"{where + ' ' if where else ''}is {error['input']!r}: {error['msg'][0].lower()}{error['msg'][1:]}"
