"""Adding up posting lists: the inner loop of every search."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import _sparsetools

Ints = NDArray[np.int32]
Scores = NDArray[np.float32]


def _add_in_one_call(
    begins: Ints, ends: Ints, weights: Scores, docs: Ints, parts: Scores, scores: Scores
) -> None:
    """scipy's product of a column matrix with a vector, which is a private function with a plain
    loop: column j runs from pointers[j] to pointers[j + 1]. The wanted columns lie apart, so every
    second column is the gap between two of them; since the columns descend, a gap runs backwards
    and is empty."""
    pointers = np.empty(2 * len(begins), dtype=np.int32)
    pointers[0::2] = begins
    pointers[1::2] = ends
    factors = np.zeros(2 * len(begins) - 1, dtype=np.float32)
    factors[0::2] = weights
    _sparsetools.csc_matvec(len(scores), len(factors), pointers, docs, parts, factors, scores)


def _add_one_by_one(
    begins: Ints, ends: Ints, weights: Scores, docs: Ints, parts: Scores, scores: Scores
) -> None:
    """The same in numpy alone, at half the speed. No list names a document twice."""
    for begin, end, weight in zip(begins, ends, weights, strict=True):
        scores[docs[begin:end]] += weight * parts[begin:end]


def _one_call_works() -> bool:
    """Whether this scipy still has the loop as described."""
    begins, ends = np.array([3, 0], dtype=np.int32), np.array([5, 2], dtype=np.int32)
    docs = np.array([0, 1, 9, 1, 2], dtype=np.int32)
    parts = np.array([1, 2, 99, 4, 8], dtype=np.float32)
    scores = np.zeros(3, dtype=np.float32)
    try:
        _add_in_one_call(begins, ends, np.array([10, 1], np.float32), docs, parts, scores)
    except (AttributeError, TypeError, ValueError):
        return False
    return scores.tolist() == [1, 42, 80]


add_columns = _add_in_one_call if _one_call_works() else _add_one_by_one
