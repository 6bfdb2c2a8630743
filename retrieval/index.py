"""BM25 over keyed documents that change while they are searched."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

Query = Sequence[str] | Mapping[str, float]
Variant = Literal["lucene", "okapi"]

_EPSILON = 0.25  # rank-bm25's


class Found(NamedTuple):
    """A document and its BM25 score."""

    key: str
    score: float


class Snapshot:
    """The index at one moment; never changes, so readers need no lock."""

    def __init__(
        self, documents: Mapping[str, Mapping[str, int]], variant: Variant, k1: float, b: float
    ) -> None:
        self._documents = documents
        self._variant = variant
        self._k1, self._b = k1, b
        self._lengths = {key: sum(terms.values()) for key, terms in documents.items()}
        self._df = Counter(term for terms in documents.values() for term in terms)
        self._mean_length = sum(self._lengths.values()) / max(1, len(documents))
        raw = [self._raw_idf(n) for n in self._df.values()]
        self._floor = _EPSILON * sum(raw) / len(raw) if raw else 0.0
        self._postings: dict[str, list[str]] = {}
        for key, terms in documents.items():
            for term in terms:
                self._postings.setdefault(term, []).append(key)

    def __len__(self) -> int:
        return len(self._documents)

    def __contains__(self, key: str) -> bool:
        return key in self._documents

    def _raw_idf(self, df: int) -> float:
        n = len(self._documents)
        if self._variant == "lucene":
            return math.log(1 + (n - df + 0.5) / (df + 0.5))
        return math.log((n - df + 0.5) / (df + 0.5))

    def frequency(self, term: str) -> int:
        """In how many documents the term stands."""
        return self._df[term]

    def idf(self, term: str) -> float:
        """The weight of a term; one that stands nowhere weighs the most."""
        raw = self._raw_idf(self._df[term])
        return self._floor if raw < 0 else raw

    def terms(self, key: str) -> dict[str, int]:
        """The terms of a document with their counts. Raises KeyError for an unknown key."""
        return dict(self._documents[key])

    def self_score(self, key: str) -> float:
        """What the document itself would score as a query. Raises KeyError for an unknown key."""
        counts = self._documents[key]
        return self.score(dict(counts), [key])[0]

    def score(self, query: Query, keys: Iterable[str]) -> list[float]:
        """The scores of the given documents, in their order. Raises KeyError for an unknown key."""
        weights = weigh(query)
        return [self._score(weights, key) for key in keys]

    def _score(self, weights: Mapping[str, float], key: str) -> float:
        terms, k1, b = self._documents[key], self._k1, self._b
        norm = k1 * (1 - b + b * self._lengths[key] / (self._mean_length or 1))
        return sum(
            weight * self.idf(term) * terms[term] * (k1 + 1) / (terms[term] + norm)
            for term, weight in weights.items()
            if term in terms
        )

    def search(
        self, query: Query, k: int = 10, allowed: Callable[[str], bool] | None = None
    ) -> list[Found]:
        """The k best of the documents that share a term with the query, best first; equal scores
        in the order of their keys. `allowed` says by key which documents may be found at all."""
        weights = weigh(query)
        keys = {key for term in weights for key in self._postings.get(term, ())}
        found = [
            Found(key, self._score(weights, key)) for key in keys if allowed is None or allowed(key)
        ]
        return sorted(found, key=lambda hit: (-round(hit.score, 9), hit.key))[:k]


def weigh(query: Query) -> dict[str, float]:
    """Terms with weights; a term given twice weighs twice."""
    if isinstance(query, Mapping):
        return dict(query)
    return dict(Counter(query))


class Index:
    """Documents by key, found by BM25. Writers publish whole snapshots; a reader takes `snapshot`
    once and uses it for all it does with one question.

    `lucene` is what ships: its weight ln(1 + (N - n + 0.5) / (n + 0.5)) is positive and falls with
    every further document. `okapi` is BM25Okapi of rank-bm25 to the letter, for comparison: there a
    term in most documents gets a quarter of the mean weight and so outweighs one in a third of
    them, and in a library of two documents nothing scores.
    """

    def __init__(self, variant: Variant = "lucene", k1: float = 1.5, b: float = 0.75) -> None:
        self._variant: Variant = variant
        self._k1, self._b = k1, b
        self.snapshot = Snapshot({}, variant, k1, b)

    def publish(
        self, documents: Iterable[tuple[str, Sequence[str]]] = (), withdraw: Iterable[str] = ()
    ) -> None:
        """Adds documents (key, terms), replacing those of the same key, and withdraws others, in
        one step: no reader sees half of it. Unknown keys are withdrawn silently."""
        known = dict(self.snapshot._documents)
        for key in withdraw:
            known.pop(key, None)
        for key, terms in documents:
            known[key] = Counter(terms)
        self.snapshot = Snapshot(known, self._variant, self._k1, self._b)

    def add(self, documents: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Adds or replaces documents, each given as its key and its terms."""
        self.publish(documents)

    def remove(self, keys: Iterable[str]) -> None:
        """Withdraws documents by key; unknown keys are ignored."""
        self.publish((), keys)
