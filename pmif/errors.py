"""What goes wrong when a report is made, said so that the person running it can put it right.

Every fault has a place (file, and line, row, column or cell where there is one), what was
found there, and what to do. A gate collects all the faults it can see and raises them
together, so that nobody mends a file one error at a time.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing to put right.

    `place` is a file with a line or row ("data/framework/po1.yml, line 12"); `problem` says what
    was found there and what was expected.
    """

    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


class PmifError(Exception):
    """A fault that the person running the report can mend. The command line prints it without a trace."""

    def __init__(self, what: str, faults: Iterable[Fault | str] = ()) -> None:
        self.what = what
        self.faults = tuple(faults)
        super().__init__(what, self.faults)

    def __str__(self) -> str:
        if not self.faults:
            return self.what
        return "\n".join([f"{self.what}: {len(self.faults)} to put right", *(f"  {fault}" for fault in self.faults)])

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of a trace: the name is IPython's."""
        return str(self).splitlines()


class PeriodError(PmifError):
    """Text that names no period, or a report period that reporting.yml does not know."""


class FrameworkError(PmifError):
    """Something in data/framework or data/sources that cannot be used as it stands."""


class HubError(PmifError):
    """The store of observations cannot be read, written or had to oneself."""


class IntakeError(PmifError):
    """A file, or rows of it, that were refused."""


class FetchError(PmifError):
    """Open data that could not be fetched, or that did not come as its publisher describes it. Nothing was changed."""


class MethodError(PmifError):
    """Figures that a method cannot be applied to."""


class GeographyError(PmifError):
    """Areas or shapes that do not belong together, or do not match."""


class DisclosureError(PmifError):
    """Figures that the disclosure gate cannot let through."""


class FigureNameError(PmifError):
    """A name that fits no published figure."""


class CommentaryError(PmifError):
    """Words that cannot be read, or that the figures do not bear out."""


class RunError(PmifError):
    """A page or a site that could not be built. The last good site stays as it was."""
