"""How charts look: one style sheet, one typeface, one list of colours.

The page and matplotlib must measure text in the same typeface, or labels placed so that they
do not touch will touch on the page. The site ships one variable font, "PMIF Sans"; matplotlib
cannot read it, so plain copies in the weights we use are made from it once for each user.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib import RcParams
    from matplotlib.ft2font import FT2Font

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
FONT_FILE = FONTS / "pmif-sans-400-700.woff2"
FAMILY = "PMIF Sans"
WEIGHTS = (400, 600, 700)

# Drawn with these, then replaced by the style sheet's var(--pm-...): one drawing serves light, dark,
# contrast and print. Each role needs a value of its own, or two roles could not be told apart.
COLOURS = {
    "ink": "#15212b",
    "ink2": "#45525d",
    "paper": "#ffffff",
    "line": "#c5ced5",
    "edge": "#6f7b85",
    "gh": "#12436d",
    "eng": "#4b545c",
    "ne": "#737d86",
    "band": "#d3e0ea",
    "grid": "#dde3e7",
    "better": "#00585a",
    "worse": "#b84600",
    "same": "#5a656f",
    "note": "#6b5200",
    "s1": "#e4eef5",
    "s2": "#a9cbe3",
    "s3": "#3d78a8",
    "s4": "#0f3557",
    "s1t": "#15212c",
    "s2t": "#15212d",
    "s3t": "#fffffe",
    "s4t": "#fffffd",
}

TEXT = 15  # pixels; the smallest text in a chart
LABEL_STEP = 19  # pixels between the middles of two labels, one above the other
WIDE, NARROW = 620, 328


@contextmanager
def chart_style() -> Iterator[None]:
    """Draw in the book's style: matplotlib's settings are the book's inside, and its own again after."""
    import matplotlib as mpl

    register_fonts()
    if mpl.rcParams["font.family"] == [FAMILY]:  # already inside
        yield
        return
    with mpl.rc_context():
        mpl.rcParams.update(_settings())
        yield


@cache
def _settings() -> "RcParams":
    from matplotlib import rc_params_from_file

    return rc_params_from_file(HERE / "pmif.mplstyle", use_default_template=False)


@cache
def register_fonts() -> tuple[Path, ...]:
    """Tell matplotlib of the plain copies of the shipped font, made now if this user has none yet."""
    from matplotlib import font_manager, get_cachedir

    source = FONT_FILE.read_bytes()
    shelf = Path(get_cachedir()) / f"pmif-fonts-{hashlib.sha256(source).hexdigest()[:16]}"
    files = tuple(shelf / f"pmif-sans-{weight}.ttf" for weight in WEIGHTS)
    for weight, file in zip(WEIGHTS, files, strict=True):
        if not file.is_file():
            _make_static(weight, file)
        # A variable font says "Regular" of itself at every weight, so the weight is said here.
        entry = font_manager.FontEntry(
            fname=str(file), name=FAMILY, style="normal", variant="normal",
            weight=weight, stretch="normal", size="scalable",
        )  # fmt: skip
        font_manager.fontManager.ttflist.append(entry)
    return files


def _make_static(weight: int, file: Path) -> None:
    """Write one weight of the font. Several kernels may do so at once: whoever is last replaces like with like."""
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    font = instancer.instantiateVariableFont(TTFont(FONT_FILE, recalcTimestamp=False), {"wght": weight})
    font.flavor = None
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, suffix=".tmp")
    with os.fdopen(handle, "wb") as half_made:
        font.save(half_made)
    try:
        Path(name).replace(file)
    except OSError:  # Windows refuses while another kernel has the file open; theirs is as good
        Path(name).unlink(missing_ok=True)
        if not file.is_file():
            raise


@cache
def _face(weight: int) -> "FT2Font":
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    register_fonts()
    properties = font_manager.FontProperties(family=FAMILY, weight=weight)
    face = FT2Font(font_manager.findfont(properties, fallback_to_default=False))
    face.set_size(100, 72)
    return face


@cache
def text_width(text: str, size: float = TEXT, weight: int = 400) -> float:
    """How many pixels wide this text is drawn."""
    from matplotlib.ft2font import LoadFlags

    face = _face(weight)
    face.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    width: float = face.get_width_height()[0] / 64
    return width * size / 100


@cache
def characters() -> frozenset[str]:
    """Every character the font can show."""
    from fontTools.ttLib import TTFont

    return frozenset(chr(code) for code in TTFont(FONT_FILE).getBestCmap())


def wrap(text: str, width: float, size: float = TEXT, weight: int = 400) -> list[str]:
    """Break text into lines of at most this many pixels, at spaces; one long word stays whole."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, weight) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
