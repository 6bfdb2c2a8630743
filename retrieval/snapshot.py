"""The index at one moment, and the search in it."""

from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.accumulate import add_columns
from retrieval.postings import NO_TERM, Flags, Floats, Ints, Saturation, Scores, Segment, Vocabulary

Query = Sequence[str] | Mapping[str, float]
Variant = Literal["lucene", "okapi"]
Numbers = NDArray[np.intp]

_EPSILON = 0.25  # rank-bm25's
_ROUNDING = 2.0**-23  # of one float32 operation, twice over
_WIDEN = 4  # how many times more candidates are taken when a filter leaves too few
_SAME = 1e-9  # scores closer than this count as equal


class Found(NamedTuple):
    """A document and its BM25 score."""

    key: str
    score: float


@dataclass(frozen=True, slots=True)
class Formula:
    """Which BM25 it is."""

    variant: Variant
    saturation: Saturation


class Part(NamedTuple):
    """A frozen segment and which of its documents have not been withdrawn or replaced since."""

    segment: Segment
    alive: Flags
    living: int  # how many are

    @classmethod
    def whole(cls, segment: Segment) -> "Part":
        """A segment with all its documents."""
        return cls(segment, np.ones(len(segment), dtype=np.bool_), len(segment))


class Lists(NamedTuple):
    """Where the lists of a query's terms lie in one segment, whose documents count from offset."""

    segment: Segment
    offset: int
    begins: Ints
    ends: Ints


class Scratch:
    """Arrays to add scores up in, kept because fresh memory costs more than the search."""

    def __init__(self) -> None:
        self._free: deque[Scores] = deque(maxlen=8)

    def take(self, size: int) -> Scores:
        """An array of zeros; give it back when done."""
        try:
            scores = self._free.pop()
        except IndexError:
            return np.zeros(size, dtype=np.float32)
        if len(scores) < size:
            return np.zeros(size + size // 8, dtype=np.float32)[:size]
        scores = scores[:size]
        scores.fill(0)
        return scores

    def give(self, scores: Scores) -> None:
        """Takes an array back."""
        self._free.append(scores if scores.base is None else scores.base)


class Snapshot:
    """The index at one moment; never changes, so readers need no lock."""

    def __init__(
        self,
        parts: Sequence[Part],
        vocabulary: Vocabulary,
        document_counts: Ints,
        length: int,
        formula: Formula,
        scratch: Scratch,
    ) -> None:
        self.parts = tuple(parts)
        self.document_counts = document_counts  # by number of the term
        self._vocabulary = vocabulary
        self._formula = formula
        self._scratch = scratch
        sizes = [len(part.segment) for part in parts]
        self._offsets = np.concatenate(([0], np.cumsum(sizes, dtype=np.intp)))
        self._offset_list: list[int] = self._offsets.tolist()
        self._alive = np.concatenate([np.zeros(0, np.bool_), *(part.alive for part in parts)])
        self._all_alive = bool(self._alive.all())
        self._count = sum(part.living for part in parts)
        self.length = length  # of all documents together, in tokens
        self.mean_length = length / max(1, self._count)

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: str) -> bool:
        return self.find(key) is not None

    def frequency(self, term: str) -> int:
        """In how many documents the term stands."""
        number = self._vocabulary.numbers.get(term)
        if number is None or number >= len(self.document_counts):
            return 0
        return int(self.document_counts[number])

    def idf(self, term: str) -> float:
        """The weight of a term; one that stands nowhere weighs the most."""
        return float(self._idf(np.array([self.frequency(term)]))[0])

    def _idf(self, counts: NDArray[np.integer]) -> Floats:
        raw = self._raw_idf(counts)
        if self._formula.variant == "lucene":
            return raw
        return np.where(raw < 0, self._floor, raw) if (raw < 0).any() else raw

    def _raw_idf(self, counts: NDArray[np.integer]) -> Floats:
        odds = (self._count - counts + 0.5) / (counts + 0.5)
        return np.log1p(odds) if self._formula.variant == "lucene" else np.log(odds)

    @cached_property
    def _floor(self) -> float:
        """What rank-bm25 gives a term in more than half of the documents: a quarter of the mean
        weight over the whole vocabulary."""
        used = self.document_counts[self.document_counts > 0]
        return _EPSILON * float(self._raw_idf(used).mean())

    def terms(self, key: str) -> dict[str, int]:
        """The terms of a document with their counts. Raises KeyError for an unknown key."""
        part, number = self._locate(key)
        rows = self.parts[part].segment.rows
        names = map(self._vocabulary.terms.__getitem__, rows.terms_of(number).tolist())
        return dict(zip(names, rows.counts_of(number).tolist(), strict=True))

    def self_score(self, key: str) -> float:
        """What the document itself would score as a query. Raises KeyError for an unknown key."""
        return self.score(self.terms(key), [key])[0]

    def score(self, query: Query, keys: Iterable[str]) -> list[float]:
        """The scores of the given documents, in their order. Raises KeyError for an unknown key."""
        places = [self._locate(key) for key in keys]
        terms, weights = self._known(query)
        numbers = np.array([self._offsets[part] + number for part, number in places], dtype=np.intp)
        if not len(numbers):
            return [0.0] * len(numbers)
        order = np.argsort(numbers)
        scores = np.empty(len(numbers))
        scores[order] = self._exact(numbers[order], terms, weights)
        return scores.tolist()

    def search(
        self, query: Query, k: int = 10, allowed: Callable[[str], bool] | None = None
    ) -> list[Found]:
        """The k best of the documents that share a term with the query, best first; equal scores
        in the order of their keys. `allowed` says by key which documents may be found at all."""
        terms, weights = self._known(query)
        if k < 1 or len(terms) == 1:
            return []
        scores = self._scratch.take(int(self._offsets[-1]))
        try:
            lists = self._add_up(terms, weights, scores)
            if weights[:-1].min() <= 0:  # a floored weight in a tiny library
                numbers = self._touched(lists)
                if allowed is not None:
                    kept = [allowed(self._key(number)) for number in numbers.tolist()]
                    numbers = numbers[np.array(kept, dtype=np.bool_)]
            elif allowed is None:
                numbers, _ = self._candidates(lists, scores, k)
            else:
                numbers = self._allowed_candidates(lists, scores, k, allowed)
        finally:
            self._scratch.give(scores)
        return self._best(numbers, terms, weights, k)

    def _known(self, query: Query) -> tuple[Ints, Floats]:
        """The numbers of the query's terms that occur, ascending, and what each weighs; after them
        stands NO_TERM with weight 0, which the lists need as an end."""
        numbers, size = self._vocabulary.numbers, len(self.document_counts)
        known = []
        for term, weight in weigh(query).items():
            number = numbers.get(term)
            if number is not None and number < size and weight:
                known.append((number, weight))
        known.sort()
        terms = np.array([number for number, _ in known] + [NO_TERM], dtype=np.int32)
        weights = np.array([weight for _, weight in known] + [0.0])
        counts = self.document_counts[terms[:-1]]
        weights[:-1] *= self._idf(counts)
        if counts.all():
            return terms, weights
        occurs = np.append(counts > 0, True)
        return terms[occurs], weights[occurs]

    def _add_up(self, terms: Ints, weights: Floats, scores: Scores) -> list[Lists]:
        """Adds up approximate scores: single precision, mean lengths of the time of freezing."""
        descending = terms[-2::-1].copy()
        factors = weights[-2::-1].astype(np.float32)
        lists = []
        for (segment, _, _), offset in zip(self.parts, self._offsets.tolist(), strict=False):
            occurs, begins, ends = segment.spans(descending)
            if len(begins):
                window = scores[offset : offset + len(segment)]
                add_columns(begins, ends, factors[occurs], segment.docs, segment.parts, window)
                lists.append(Lists(segment, offset, begins, ends))
        return lists

    def _candidates(self, lists: list[Lists], scores: Scores, wanted: int) -> tuple[Numbers, bool]:
        """Living documents among which the `wanted` best are certain to be, ascending; and whether
        they are all that share a term with the query."""
        slack = self._slack(lists)
        bound = self._lower_bound(lists, scores, wanted)
        reached = scores >= bound * slack if bound else scores
        numbers = self._living(reached.nonzero()[0])
        if len(numbers) <= wanted:
            return numbers, not bound
        values = scores[numbers]
        return numbers[values >= _kth_largest(values, wanted) * slack], False

    def _allowed_candidates(
        self, lists: list[Lists], scores: Scores, wanted: int, allowed: Callable[[str], bool]
    ) -> Numbers:
        """As `_candidates`, among the allowed. Asks for the promising ones only, best first."""
        slack, lowest = self._slack(lists), 0.0
        accepted: list[int] = []
        for number, score in self._descending(lists, scores, wanted):
            if score < lowest:
                break
            if allowed(self._key(number)):
                accepted.append(number)
                if len(accepted) == wanted:
                    lowest = score * slack
        return np.array(sorted(accepted), dtype=np.intp)

    def _descending(
        self, lists: list[Lists], scores: Scores, wanted: int
    ) -> Iterator[tuple[int, float]]:
        """Living documents with their approximate scores from the best down, `wanted` being a
        guess at how many will be asked for."""
        given = 0
        while True:
            numbers, complete = self._candidates(lists, scores, wanted)
            values = scores[numbers]
            order = np.argsort(-values, kind="stable")[given:]
            yield from zip(numbers[order].tolist(), values[order].tolist(), strict=True)
            if complete:
                return
            given = len(numbers)
            wanted *= _WIDEN

    def _slack(self, lists: list[Lists]) -> float:
        """How far below a document an approximate score may lie and yet belong to a better one."""
        summands = sum(len(each.begins) for each in lists)
        return float(1 - (summands + 4) * _ROUNDING) / self._drift**2

    @cached_property
    def _drift(self) -> float:
        """By what factor the mean length has moved at most since a segment was frozen."""
        means = [part.segment.mean_length / self.mean_length for part in self.parts]
        return max(max(mean, 1 / mean) for mean in means)

    def _lower_bound(self, lists: list[Lists], scores: Scores, wanted: int) -> float:
        """An approximate score that at least `wanted` living documents reach, taken from those of
        one well chosen list; 0 when no list is long enough."""
        shortest: tuple[int, int, Lists] | None = None
        for each in lists:
            sizes = (each.ends - each.begins).tolist()
            for size, begin in zip(sizes, each.begins.tolist(), strict=True):
                if size >= wanted and (shortest is None or size < shortest[0]):
                    shortest = size, begin, each
        if shortest is None:
            return 0.0
        size, begin, each = shortest
        sample = self._living((each.segment.docs[begin : begin + size] + each.offset).astype(np.intp))
        return _kth_largest(scores[sample], wanted) if len(sample) >= wanted else 0.0

    def _living(self, numbers: Numbers) -> Numbers:
        return numbers if self._all_alive else numbers[self._alive[numbers]]

    def _touched(self, lists: list[Lists]) -> Numbers:
        """All living documents that share a term with the query, ascending."""
        pieces = [
            each.segment.docs[begin:end] + each.offset
            for each in lists
            for begin, end in zip(each.begins, each.ends, strict=True)
        ]
        return self._living(np.unique(np.concatenate(pieces)).astype(np.intp))

    def _best(self, numbers: Numbers, terms: Ints, weights: Floats, wanted: int) -> list[Found]:
        """The `wanted` best of the numbers by exact score."""
        if not len(numbers):
            return []
        values = self._exact(numbers, terms, weights)
        if len(values) > wanted:
            (chosen,) = (values >= _kth_largest(values, wanted) - _SAME).nonzero()
            numbers, values = numbers[chosen], values[chosen]
        ranked = sorted(
            (-round(value, 9), self._key(number), value)
            for number, value in zip(numbers.tolist(), values.tolist(), strict=True)
        )
        return [Found(key, value) for _, key, value in ranked[:wanted]]

    def _exact(self, numbers: Numbers, terms: Ints, weights: Floats) -> Floats:
        """Scores in double precision; numbers and terms ascend."""
        pieces = []
        borders = [0, *numbers.searchsorted(self._offsets[1:]).tolist()]
        for place, (begin, end) in enumerate(pairwise(borders)):
            if begin < end:
                inside = numbers[begin:end] - self._offset_list[place]
                segment, saturation = self.parts[place].segment, self._formula.saturation
                pieces.append(
                    segment.exact_scores(inside, terms, weights, saturation, self.mean_length)
                )
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def _key(self, number: int) -> str:
        place = bisect_right(self._offset_list, number) - 1
        return self.parts[place].segment.rows.keys[number - self._offset_list[place]]

    def find(self, key: str) -> tuple[int, int] | None:
        """In which part the living document of this key stands, and where in it."""
        for place in range(len(self.parts) - 1, -1, -1):
            segment, alive, _ = self.parts[place]
            number = segment.numbers.get(key)
            if number is not None and alive[number]:
                return place, number
        return None

    def _locate(self, key: str) -> tuple[int, int]:
        place = self.find(key)
        if place is None:
            raise KeyError(key)
        return place


def _kth_largest(values: NDArray[np.floating], k: int) -> float:
    place = len(values) - k
    return float(np.partition(values, place)[place])


def weigh(query: Query) -> dict[str, float]:
    """Terms with weights; a term given twice weighs twice."""
    if isinstance(query, Mapping):
        return dict(query)
    return dict(Counter(query))
