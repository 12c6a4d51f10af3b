"""How a figure or a claim is typed: a MyST role, {value}`measure` or {fell}`dropped <measure>`.

    {value}`healthy-life-women`                       a value writes itself
    {value}`healthy-life-women/england`               of another place, period or group
    {change}`healthy-life-women, since 2015-to-2017`  with an option after a comma
    {fell}`healthy-life-women`                        a claim: checked, then written as "fell"
    {fell}`has dropped <healthy-life-women>`          the same in words of one's own
    {quoted}`40 families <Family hubs, annual review>` a figure from elsewhere, with its source

The form with words before <...> is that of Sphinx and MyST, so an editor that knows these colours it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

ROLE = re.compile(r"\{(?P<role>[a-zA-Z_\-+:]+)\}(?P<ticks>`+)(?P<content>.+?)(?P=ticks)(?!`)", re.DOTALL)
OPTIONS = ("since", "above", "below", "decimals", "in")
_OWN_WORDS = re.compile(r"(?P<words>.*?)\s*<(?P<target>[^<>]*)>", re.DOTALL)


@dataclass(frozen=True)
class Target:
    """What stands between the backticks. `words` is blank where the role is to write itself."""

    name: str
    words: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


def read_target(content: str) -> Target | str:
    """Take the content of a role apart, or say in a sentence why it cannot be."""
    content = " ".join(content.split())
    words, target = "", content
    if found := _OWN_WORDS.fullmatch(content):
        words, target = found["words"], found["target"]
        if not words:
            return "has nothing before <...>: write {role}`measure`, or words of your own before it"
    elif "<" in content or ">" in content:
        return "needs its measure between < and > at the very end, like {fell}`has dropped <measure>`"
    name, *rest = (part.strip() for part in target.split(","))
    if not name:
        return "names nothing: write a measure's id, like {value}`claimants`"
    options: dict[str, str] = {}
    for part in rest:
        key, _, value = part.partition(" ")
        if key not in OPTIONS or not value.strip():
            return f"'{part}' is no option: after a comma write one of {', '.join(f'{o} ...' for o in OPTIONS)}"
        options[key] = value.strip()
    return Target(name, words, options)


def write_role(role: str, name: str, words: str = "", options: Mapping[str, str] | None = None) -> str:
    """The inverse of reading: a role as an analyst types it."""
    target = ", ".join([name, *(f"{key} {value}" for key, value in (options or {}).items())])
    return f"{{{role}}}`{words} <{target}>`" if words else f"{{{role}}}`{target}`"
