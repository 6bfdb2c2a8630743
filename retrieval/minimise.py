"""The lowest point of a smooth function of some twenty variables within bounds.

scipy.optimize would do it too, but takes 28 MB and 0.2 s of every start, and fitting is rare.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Loss = Callable[[Floats], tuple[float, Floats]]  # a value and its gradient

_ITERATIONS = 100
_STEP = 1e-5  # for the differences of gradients that stand for second derivatives
_FLATTEST = 1e-6  # curvature that is reckoned with at least
_HALVINGS = 30
_ENOUGH = 1e-4  # of the descent that the slope promises (Armijo)
_FLAT = 1e-7  # slope that counts as none


def minimise(loss: Loss, start: Floats, low: Floats, high: Floats) -> Floats:
    """The place of a minimum, by Newton's method projected on the bounds (Bertsekas 1982)."""
    place = np.clip(start, low, high)
    value, slope = loss(place)
    for _ in range(_ITERATIONS):
        stuck = (place <= low) & (slope >= 0) | (place >= high) & (slope <= 0)
        free = np.flatnonzero(~stuck)
        if not len(free) or np.abs(slope[free]).max() < _FLAT:
            break
        step = np.zeros(len(place))
        step[free] = -_solved(_curvature(loss, place, slope, free), slope[free])
        for halving in range(_HALVINGS):
            moved = np.clip(place + step / 2**halving, low, high)
            there, slope_there = loss(moved)
            if there <= value + _ENOUGH * float(slope @ (moved - place)):
                break
        else:
            break  # no way further down can be told from rounding
        place, value, slope = moved, there, slope_there
    return place


def _curvature(loss: Loss, place: Floats, slope: Floats, free: NDArray[np.intp]) -> Floats:
    """The second derivatives by the free variables."""
    rows = []
    for variable in free:
        beside = place.copy()
        beside[variable] += _STEP
        rows.append((loss(beside)[1] - slope)[free] / _STEP)
    found = np.array(rows)
    return (found + found.T) / 2


def _solved(curvature: Floats, slope: Floats) -> Floats:
    """The Newton step; where the function is not convex, as if it were."""
    values, vectors = np.linalg.eigh(curvature)
    solved: Floats = vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), _FLATTEST))
    return solved
