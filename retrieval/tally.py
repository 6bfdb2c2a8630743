"""Approximate scores of all documents for one query, and which documents may be among the best."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.accumulate import add_columns
from retrieval.postings import Flags, Ints, Scores, Segment

Numbers = NDArray[np.intp]

_ROUNDING = 2.0**-23  # of one float32 operation, twice over
_WIDEN = 4  # how many times more candidates are taken when a filter leaves too few
# The most frequent terms of a query, as long as they could add no more than this share of its
# score, are left out at first: they are most of the postings and decide next to nothing.
_MINOR_SHARE = 0.05
_FEW = 100_000  # postings that are added up without such thrift


class Lists(NamedTuple):
    """The lists of a query's terms in one segment, whose documents count from offset. The terms
    descend."""

    segment: Segment
    offset: int
    occurs: Flags  # which of the query's terms these are
    begins: Ints
    ends: Ints


def find_lists(
    segments: Sequence[Segment], offsets: Sequence[int], terms: Ints
) -> tuple[list[Lists], Scores]:
    """The lists of descending terms, and the largest part that any document has of each."""
    lists, peaks = [], np.zeros(len(terms), dtype=np.float32)
    for segment, offset in zip(segments, offsets, strict=False):
        occurs, begins, ends, tops = segment.spans(terms)
        if len(begins):
            lists.append(Lists(segment, offset, occurs, begins, ends))
            peaks[occurs] = np.maximum(peaks[occurs], tops)
    return lists, peaks


def touched(lists: Sequence[Lists]) -> Numbers:
    """All documents on the lists, ascending."""
    pieces = [
        each.segment.docs[begin:end] + each.offset
        for each in lists
        for begin, end in zip(each.begins, each.ends, strict=True)
    ]
    return np.unique(np.concatenate(pieces)).astype(np.intp)


class Tally:
    """Scores in single precision, for the mean lengths of the time of freezing. `drift` is the
    factor by which a mean has moved at most since; `alive` is None when all documents are."""

    def __init__(
        self,
        lists: Sequence[Lists],
        weights: Scores,
        scores: Scores,
        drift: float,
        alive: Flags | None,
    ) -> None:
        self._lists, self._weights, self._scores, self._alive = lists, weights, scores, alive
        # How far below a document an approximate score may lie and yet belong to a better one.
        summands = sum(len(each.begins) for each in lists)
        self._slack = (1 - (summands + 4) * _ROUNDING) / drift**2
        self._minor = np.zeros(len(weights), dtype=np.bool_)
        self._reserve = 0.0  # what the minor terms may add to any score

    def add_up(self, peaks: Scores) -> None:
        """Adds up all terms but minor ones."""
        sizes = np.zeros(len(peaks), dtype=np.int64)
        for each in self._lists:
            sizes[each.occurs] += each.ends - each.begins
        if sizes.sum() > _FEW:
            bounds = self._weights * peaks
            order = (-sizes).argsort()
            sums = bounds[order].cumsum()
            self._minor[order[sums <= _MINOR_SHARE * sums[-1]]] = True
            self._reserve = float(bounds[self._minor].sum()) * (1 + len(peaks) * _ROUNDING)
        self._add(~self._minor)

    def _add(self, chosen: Flags) -> None:
        for segment, offset, occurs, begins, ends in self._lists:
            here = chosen[occurs]
            if here.any():
                window = self._scores[offset : offset + len(segment)]
                weights = self._weights[occurs][here]
                add_columns(begins[here], ends[here], weights, segment.docs, segment.parts, window)

    def _complete(self) -> None:
        """Adds up the minor terms too."""
        self._add(self._minor)
        self._reserve = 0.0

    def candidates(self, wanted: int) -> tuple[Numbers, bool]:
        """Living documents among which the `wanted` best are certain to be, ascending; and whether
        they are all that share a term with the query."""
        bound = self._lower_bound(wanted) * self._slack - self._reserve
        if bound <= 0 and self._reserve:
            self._complete()
            bound = self._lower_bound(wanted) * self._slack
        reached = self._scores >= bound if bound > 0 else self._scores
        numbers = self._living(reached.nonzero()[0])
        if len(numbers) <= wanted:
            return numbers, bound <= 0
        values = self._scores[numbers]
        lowest = kth_largest(values, wanted) * self._slack - self._reserve
        return numbers[values >= lowest], False

    def accepted_candidates(self, wanted: int, accepts: Callable[[int], bool]) -> Numbers:
        """As `candidates`, among the accepted. Asks for the promising ones only, best first."""
        accepted, lowest = [], 0.0
        for number, score in self._descending(wanted):
            if score < lowest:
                break
            if accepts(number):
                accepted.append(number)
                if len(accepted) == wanted:
                    lowest = score * self._slack - self._reserve
        return np.array(sorted(accepted), dtype=np.intp)

    def _descending(self, wanted: int) -> Iterator[tuple[int, float]]:
        """Living documents with their scores from the best down, `wanted` being a guess at how many
        will be asked for. The scores may rise on the way, when minor terms are added."""
        given: set[int] = set()
        while True:
            numbers, complete = self.candidates(wanted)
            values = self._scores[numbers]
            order = (-values).argsort(kind="stable")
            for number, value in zip(numbers[order].tolist(), values[order].tolist(), strict=True):
                if number not in given:
                    given.add(number)
                    yield number, value
            if complete:
                return
            wanted *= _WIDEN

    def _lower_bound(self, wanted: int) -> float:
        """A score that at least `wanted` living documents reach, taken from those of the shortest
        list that is long enough; 0 when none is."""
        shortest: tuple[int, int, Lists] | None = None
        for each in self._lists:
            sizes = (each.ends - each.begins).tolist()
            for size, begin in zip(sizes, each.begins.tolist(), strict=True):
                if size >= wanted and (shortest is None or size < shortest[0]):
                    shortest = size, begin, each
        if shortest is None:
            return 0.0
        size, begin, each = shortest
        sample = (each.segment.docs[begin : begin + size] + each.offset).astype(np.intp)
        sample = self._living(sample)
        return kth_largest(self._scores[sample], wanted) if len(sample) >= wanted else 0.0

    def _living(self, numbers: Numbers) -> Numbers:
        return numbers if self._alive is None else numbers[self._alive[numbers]]


def kth_largest(values: NDArray[np.floating], k: int) -> float:
    """The k-th largest value, of at least k."""
    place = len(values) - k
    return float(np.partition(values, place)[place])
