"""The methods, by the names that a measure gives in YAML. Each is in a module of its own.

`as-published` has no function: the value and its limits are the publisher's and are never recomputed.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pmif.methods.catalogue import CATALOGUE, METHODS

AS_PUBLISHED = "as-published"
BANDED_METHODS = ("directly-standardised-rate", "indirectly-standardised-ratio", "life-expectancy")

__all__ = ["AS_PUBLISHED", "BANDED_METHODS", "CATALOGUE", "METHODS"]


def __getattr__(name: str) -> Any:
    """What can be done is loaded when it is first asked for: whoever reads figures needs no method."""
    if name not in ("CATALOGUE", "METHODS"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pmif.methods import catalogue

    return getattr(catalogue, name)
