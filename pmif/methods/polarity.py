"""Which way is improvement, as measures say it in YAML."""

import numpy as np
from numpy.typing import ArrayLike

from pmif.errors import MethodError
from pmif.methods.estimate import Texts, refuse

# The words of pmif.framework's Polarity, which stands above the methods; a test holds the two together.
HIGHER_IS_BETTER, LOWER_IS_BETTER, NEUTRAL = "higher-is-better", "lower-is-better", "neutral"


def as_polarity(polarity: ArrayLike, shape: tuple[int, ...]) -> Texts:
    """One polarity for each figure of this shape, refused unless each is one of the three words."""
    words = np.asarray(polarity, dtype=str)
    if words.shape not in ((), shape):
        raise MethodError(f"{words.shape} polarities for {shape} figures: give one for each, or one for all")
    known = (HIGHER_IS_BETTER, LOWER_IS_BETTER, NEUTRAL)
    refuse(~np.isin(words, known), "have an unknown polarity", f"use '{known[0]}', '{known[1]}' or '{known[2]}'")
    return np.broadcast_to(words, shape)
