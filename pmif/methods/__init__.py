"""The methods a measure can name: one plain dictionary, from the name in YAML to the function.

`as-published` has no function: the value and its limits are the publisher's and are never recomputed.
"""

from collections.abc import Callable

from numpy.typing import ArrayLike

from pmif.methods.estimate import Estimate
from pmif.methods.proportion import proportion
from pmif.methods.rate import crude_rate

AS_PUBLISHED = "as-published"

METHODS: dict[str, Callable[[ArrayLike, ArrayLike], Estimate] | None] = {
    AS_PUBLISHED: None,
    "proportion": proportion,
    "crude-rate": crude_rate,
}

__all__ = ["AS_PUBLISHED", "METHODS", "Estimate", "crude_rate", "proportion"]
