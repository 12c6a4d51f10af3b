"""Lists of words in YAML: the program's own, and below a council's root what it adds to them."""

from collections.abc import Iterator
from pathlib import Path

from pmif.declared import Page, Reader

OWN = "data/language"


def lists(root: Path, name: str) -> Iterator[tuple[Reader, Page]]:
    """The program's list of this name, then the council's where there is one, each with its reader."""
    for folder, place in ((Path(__file__).parent, name), (root, f"{OWN}/{name}")):
        if (folder / place).exists():
            reader = Reader(folder)
            yield reader, reader.read(place, None)
