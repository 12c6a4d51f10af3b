"""The guide lists every role there is, as it is."""

from pathlib import Path

import pytest

from pmif.commentary.binding import VOCABULARY
from pmif.commentary.vocabulary import Entry

GUIDE = (Path(__file__).resolve().parents[2] / "docs/commentary.md").read_text(encoding="utf-8")


def row(entry: Entry) -> str:
    options = ", ".join(f"`{option} ...`" for option in entry.options)
    return f"| `{{{entry.role}}}` | {entry.says} | {', '.join(entry.parts)} | {options} |"


@pytest.mark.parametrize("entry", VOCABULARY.values(), ids=VOCABULARY)
def test_every_role_is_in_the_guide_as_it_is(entry: Entry):
    assert row(entry) in GUIDE.splitlines()


def test_the_guide_lists_no_role_that_there_is_not():
    listed = [line.split("`")[1].strip("{}") for line in GUIDE.splitlines() if line.startswith("| `{")]

    assert sorted(listed) == sorted(VOCABULARY)
