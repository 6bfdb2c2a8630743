"""The index at one moment, and the search in it."""

from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.postings import NO_TERM, Flags, Floats, Ints, Saturation, Scores, Segment, Vocabulary
from retrieval.tally import Lists, Numbers, Tally, find_lists, kth_largest, touched

Query = Sequence[str] | Mapping[str, float]
Variant = Literal["lucene", "okapi"]
Allowed = Callable[[str], bool]

_EPSILON = 0.25  # rank-bm25's
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
        self._segments = tuple(part.segment for part in parts)
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

    def search(self, query: Query, k: int = 10, allowed: Allowed | None = None) -> list[Found]:
        """The k best of the documents that share a term with the query, best first; equal scores
        in the order of their keys. `allowed` says by key which documents may be found at all."""
        terms, weights = self._known(query)
        return self._best(self._reaching(terms, weights, k, allowed), terms, weights, k)

    def find_best(self, query: Query, k: int = 10, allowed: Allowed | None = None) -> list[str]:
        """The keys of what `search` finds, in no order: for whoever ranks them anew."""
        terms, weights = self._known(query)
        numbers = self._reaching(terms, weights, k, allowed)
        if len(numbers) <= k:
            return list(map(self._key, numbers.tolist()))
        return [found.key for found in self._best(numbers, terms, weights, k)]

    def _reaching(self, terms: Ints, weights: Floats, k: int, allowed: Allowed | None) -> Numbers:
        """Documents among which the k best are certain to be, ascending."""
        if k < 1 or len(terms) == 1:
            return np.zeros(0, np.intp)
        lists, peaks = find_lists(self._segments, self._offset_list, terms[-2::-1].copy())
        if weights[:-1].min() > 0:
            factors = weights[-2::-1].astype(np.float32)
            return self._candidates(lists, peaks, factors, k, allowed)
        # A floored weight in a tiny library.
        kept = (number for number in touched(lists).tolist() if self._accepts(number, allowed))
        return np.fromiter(kept, dtype=np.intp)

    def _accepts(self, number: int, allowed: Allowed | None) -> bool:
        return bool(self._alive[number]) and (allowed is None or allowed(self._key(number)))

    def _candidates(
        self,
        lists: list[Lists],
        peaks: Scores,
        factors: Scores,
        wanted: int,
        allowed: Allowed | None,
    ) -> Numbers:
        """Documents among which the `wanted` best are certain to be, ascending."""
        scores = self._scratch.take(self._offset_list[-1])
        try:
            alive = None if self._all_alive else self._alive
            tally = Tally(lists, factors, scores, self._drift, alive)
            tally.add_up(peaks)
            if allowed is None:
                return tally.candidates(wanted)[0]
            return tally.accepted_candidates(wanted, lambda number: allowed(self._key(number)))
        finally:
            self._scratch.give(scores)

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

    @cached_property
    def _drift(self) -> float:
        """By what factor the mean length has moved at most since a segment was frozen."""
        means = [
            segment.mean_length / self.mean_length
            for segment in self._segments
            if segment.mean_length
        ]
        return max(max(mean, 1 / mean) for mean in means)

    def _best(self, numbers: Numbers, terms: Ints, weights: Floats, wanted: int) -> list[Found]:
        """The `wanted` best of the numbers by exact score."""
        if not len(numbers):
            return []
        values = self._exact(numbers, terms, weights)
        if len(values) > wanted:
            (chosen,) = (values >= kth_largest(values, wanted) - _SAME).nonzero()
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


def weigh(query: Query) -> dict[str, float]:
    """Terms with weights; a term given twice weighs twice."""
    if isinstance(query, Mapping):
        return dict(query)
    return dict(Counter(query))
