"""From a matplotlib figure to a drawing inside the page.

The drawing is part of the page, not a picture on it: its text is text in the page's own font,
its colours follow the page into dark mode and print, and each ward or point has a name that can
be read out. Two drawings on a page must never share an id, so every id gets the exhibit's own.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from pmif.exhibits import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Names = Mapping[str, "str | Sequence[str]"]


@dataclass(frozen=True)
class Part:
    """What a named part of a drawing is called, and what the page's script and styles may know of it."""

    name: str
    data: Mapping[str, str] = field(default_factory=dict)
    focusable: bool = False


Parts = Mapping[str, "Part | Sequence[Part]"]


def two_drawings(wide: str, narrow: str) -> str:
    """Both drawings of an exhibit; the style sheet shows the one that fits and hides the other from everyone."""
    return f'<div class="pm-two"><div class="pm-wide">{wide}</div><div class="pm-narrow">{narrow}</div></div>'


def inline(
    figure: "Figure",
    prefix: str,
    alt_text: str,
    parts: Parts | None = None,
    view: tuple[float, float] | None = None,
) -> str:
    """The figure as an SVG element that can stand in a page.

    `prefix` goes before every id. `parts` names groups by their gid: one `Part`, or one for each
    mark of a line or of a scatter, in order. With parts the drawing is a group with a name;
    without, one image. `view` is the first and last row of pixels to show, where not all are.
    """
    parts = parts or {}
    root = ElementTree.fromstring(_svg_of(figure))
    width, height = (round(float(n)) for n in root.attrib["viewBox"].split()[2:])
    top, bottom = view or (0, height)
    _drop(root, {"metadata", "title", "desc"})
    _name_parts(root, parts)
    used = _ids_in_use(root) | set(parts)
    attributes = {
        "viewBox": f"0 {round(top)} {width} {round(bottom - top)}",
        "class": "pm-svg",
        "style": f"--w:{width}px;font-family:var(--pm-font-chart,Arial,sans-serif)",
        "role": "group" if parts else "img",
        "aria-label": alt_text,
    }
    body = "".join(_write(child, prefix, used, named=bool(parts)) for child in root)
    return f"<svg{_attributes(attributes)}>{body}</svg>"


def _svg_of(figure: "Figure") -> str:
    file = io.StringIO()
    with style.chart_style():  # text stays text, and ids the same from run to run, only in our own settings
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return re.sub(r"<!DOCTYPE.*?>", "", file.getvalue(), count=1, flags=re.DOTALL)


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _drop(element: ElementTree.Element, tags: set[str]) -> None:
    for child in list(element):
        # matplotlib states a round line join for everything in a style element of its own
        if (
            _tag(child) in tags
            or (_tag(child) == "style")
            or (_tag(child) == "defs" and all(_tag(grandchild) == "style" for grandchild in child))
        ):
            element.remove(child)
        else:
            _drop(child, tags)


def _name_parts(root: ElementTree.Element, parts: Parts) -> None:
    groups = {element.get("id", ""): element for element in root.iter() if element.get("id") in parts}
    if missing := parts.keys() - groups.keys():
        raise ValueError(f"parts were named that the drawing does not have: {sorted(missing)}")
    for gid, part in parts.items():
        if isinstance(part, Part):
            _name(groups[gid], part)
            continue
        marks = [element for element in groups[gid].iter() if _tag(element) == "use"]
        if len(marks) != len(part):
            raise ValueError(f"'{gid}' has {len(marks)} marks and {len(part)} names")
        for mark, one in zip(marks, part, strict=True):
            _name(mark, one)


def _name(element: ElementTree.Element, part: Part) -> None:
    element.set("role", "img")
    element.set("aria-label", part.name)
    element.set("class", "pm-mark")
    for key, value in part.data.items():
        element.set(f"data-{key}", value)
    if part.focusable:
        element.set("tabindex", part.data.get("tab", "-1"))


_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_NUMBER = re.compile(r"-?\d+\.\d+")
_HEX = re.compile(r"#[0-9a-fA-F]{6}\b")
_ROLE_OF = {value: role for role, value in style.COLOURS.items()}
_UPRIGHT = re.compile(r"rotate\(-?0(\.0+)? [^)]*\)")


def _ids_in_use(root: ElementTree.Element) -> set[str]:
    used: set[str] = set()
    for element in root.iter():
        for key, value in element.attrib.items():
            used.update(_REFERENCE.findall(value))
            if key.rpartition("}")[2] == "href":
                used.add(value.removeprefix("#"))
    return used


def _rounded(match: re.Match[str]) -> str:
    number = f"{float(match[0]):.1f}".removesuffix(".0")
    return "0" if number in ("-0", "0") else number


def _themed(match: re.Match[str]) -> str:
    value = match[0].lower()
    if value not in _ROLE_OF:
        raise ValueError(f"{value} is not a colour of the book: draw with those in style.COLOURS")
    return f"var(--pm-{_ROLE_OF[value]},{value})"


def _write(element: ElementTree.Element, prefix: str, used: set[str], *, named: bool) -> str:
    """One element as HTML. Comments, namespaces and ids nobody refers to are left behind."""
    tag = _tag(element)
    attributes: dict[str, str] = {}
    halo = ""
    for key, value in element.attrib.items():
        key = key.rpartition("}")[2]
        if key == "id":
            if value.startswith("halo-"):
                halo = "pm-" + re.match(r"halo-[a-z]+\d?", value)[0]  # type: ignore[index]
            if value in used:
                attributes["id"] = f"{prefix}-{value}"
        elif key == "href":
            attributes["href"] = f"#{prefix}-{value.removeprefix('#')}"
        elif key.startswith(("aria-", "data-")) or key in ("role", "class", "tabindex"):
            attributes[key] = value
        elif key == "transform" and _UPRIGHT.fullmatch(value):
            continue
        elif key == "style":
            attributes["style"] = _style(value, prefix)
        elif key == "clip-path":
            attributes[key] = _REFERENCE.sub(rf"url(#{prefix}-\1)", value)
        else:
            attributes[key] = _HEX.sub(_themed, _NUMBER.sub(_rounded, value)).strip()
            if tag == "path" and key == "d":
                attributes[key] = re.sub(r"\s+", " ", attributes[key])
    if halo:
        attributes["class"] = f"pm-halo {halo}"
    if tag == "text" and named:
        attributes["aria-hidden"] = "true"  # each part says its own name and value
    inside = "".join(_write(child, prefix, used, named=named) for child in element)
    text = escape(element.text) if tag in ("text", "tspan") and element.text else ""
    if tag in ("g", "defs") and not inside and "id" not in attributes:
        return ""
    if tag == "g" and not attributes:
        return inside
    if not (text or inside):
        return "" if attributes.get("style") == "fill:none" else f"<{tag}{_attributes(attributes)}/>"
    return f"<{tag}{_attributes(attributes)}>{text}{inside}</{tag}>"


def _style(value: str, prefix: str) -> str:
    """A style without the font's name (the page says it once) and with the page's colours."""
    value = _REFERENCE.sub(rf"url(#{prefix}-\1)", value)
    # "font: 700 15px 'PMIF Sans', ..." is matplotlib's shorthand
    if shorthand := re.search(r"font: (?P<before>[^;]*?)(?P<size>[\d.]+)px [^;]*", value):
        weight = re.search(r"\d{3}|bold", shorthand["before"])
        plain = f"font-size:{_NUMBER.sub(_rounded, shorthand['size'])}px"
        value = value.replace(shorthand[0], plain + (f";font-weight:{weight[0]}" if weight else ""))
    value = re.sub(r"font-family: [^;]*;?", "", value)
    value = _HEX.sub(_themed, _NUMBER.sub(_rounded, value))
    return re.sub(r"\s*([:;])\s*", r"\1", value).strip(";")


def _attributes(attributes: Mapping[str, str]) -> str:
    return "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
