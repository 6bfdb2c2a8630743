"""Finding some term numbers in long arrays of them."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

_free: deque[NDArray[np.uint16]] = deque(maxlen=8)  # tables of zeros: fresh ones cost more


def columns(wanted: NDArray[np.int32], found: NDArray[np.int32], size: int) -> NDArray[np.uint16]:
    """For each number that was found its place among the wanted ones, counted from 1; 0 for others.
    All numbers are below `size`."""
    try:
        table = _free.pop()
    except IndexError:
        table = np.zeros(size, np.uint16)
    if len(table) < size:
        table = np.zeros(size + size // 8, np.uint16)
    table[wanted] = np.arange(1, len(wanted) + 1)
    places = table[found]
    table[wanted] = 0
    _free.append(table)
    return places
