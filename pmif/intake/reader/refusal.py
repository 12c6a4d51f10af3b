"""Why a file is refused, in the reader's own process."""

from collections.abc import Iterable


class RefusedError(Exception):
    """What the sender can put right. Each fault is a place inside the file ("" for all of it) and a sentence."""

    def __init__(self, *faults: tuple[str, str]) -> None:
        super().__init__(*faults)
        self.faults: tuple[tuple[str, str], ...] = faults


SAVE_AGAIN = "open it in Excel or LibreOffice, see that all is there, save it under a new name and send that"


def damaged(what: str, found: str) -> RefusedError:
    return RefusedError((what, f"the file is damaged ({found}): {SAVE_AGAIN}"))


def listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
