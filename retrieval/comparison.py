"""One question against some passages, all at once in arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.cards import Card, Stats
from retrieval.weighing import Floats, Weighed

_K1, _B = 1.5, 0.75

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the first ranking adds up, and what the second one looks at (names in `features`)."""

    centroid: float  # cosine with the mean phrasing, both relative to the best candidate
    document: float  # BM25 of the whole document
    asking: bool  # whether words that only ask count: they do among questions, in clauses not
    features: tuple[str, ...]


class Comparison:
    """The scores of the first ranking, and the arrays that features are made of.

    Rows are passages (no prefix), phrasings (`f_`) or terms of a phrasing (`t_`); in the arrays
    that begin with `w_` each term of a passage stands once.
    """

    def __init__(
        self,
        weighed: Weighed,
        cards: Sequence[Card],
        stats: Stats,
        recipe: Recipe,
        document: Floats,
    ) -> None:
        self.weighed, self.cards = weighed, cards
        self._stats = stats
        self._lay_out()
        self._score_phrasings()
        self._find_centroids()
        score = self.best_score + recipe.document * document
        self.score_to_first = _to_first(score)
        self.centroid_to_first = _to_first(self.centroid)
        self.rank_score = self.score_to_first + recipe.centroid * self.centroid_to_first

    def _lay_out(self) -> None:
        cards, weighed = self.cards, self.weighed
        self.t_number = np.concatenate([card.terms for card in cards])
        self.t_count = np.concatenate([card.counts for card in cards]).astype(np.float64)
        self.t_kind = np.concatenate([card.kinds for card in cards])
        self.t_weight = self._stats.weights(self.t_number)
        self.f_length = np.concatenate([card.lengths for card in cards]).astype(np.float64)
        f_size = np.concatenate([card.sizes for card in cards])
        phrasings = np.array([len(card.sizes) for card in cards])
        self.f_start, self.start = _starts(f_size), _starts(phrasings)
        self.t_phrasing = np.repeat(np.arange(len(f_size)), f_size)
        self.f_passage = np.repeat(np.arange(len(cards)), phrasings)
        self._asked = np.zeros(weighed.size)
        self._asked[weighed.numbers] = weighed.counts
        self.t_asked = self._asked[self.t_number]

    def _score_phrasings(self) -> None:
        impact = _impact(
            self.t_weight, self.t_count, self.f_length[self.t_phrasing], self._stats.mean_length
        )
        f_score = sums(impact * self.t_asked, self.f_start)
        self.best_score = np.maximum.reduceat(f_score, self.start)
        order = np.lexsort((-f_score, self.f_passage))
        self.best = order[self.start]  # the best phrasing of each passage

    def _find_centroids(self) -> None:
        sizes = np.array([len(card.whole) for card in self.cards])
        self.w_start = _starts(sizes)
        self.w_passage = np.repeat(np.arange(len(self.cards)), sizes)
        self.w_number = np.concatenate([card.whole for card in self.cards])
        place = np.concatenate([card.places for card in self.cards])
        place = place + self.w_start[self.f_passage[self.t_phrasing]]
        self.w_weight = self._stats.weights(self.w_number)
        self.w_kind = np.zeros(len(self.w_number), np.int8)
        self.w_kind[place] = self.t_kind
        self.w_asked = self._asked[self.w_number]
        vector = np.log1p(self.t_count) * self.t_weight
        norm = np.sqrt(sums(vector * vector, self.f_start))
        vector /= np.maximum(norm, 1e-9)[self.t_phrasing]
        self.w_vector = np.bincount(place, vector).astype(np.float64)
        norm = np.sqrt(sums(self.w_vector**2, self.w_start)) * self.weighed.norm
        wanted = np.log1p(self.w_asked) * self.w_weight
        self.centroid = sums(self.w_vector * wanted, self.w_start) / np.maximum(norm, 1e-9)


def sums(values: Floats, starts: Places) -> Floats:
    """The sums of the pieces of an array that begin at the given places."""
    return np.add.reduceat(values, starts)


def _to_first(values: Floats) -> Floats:
    return values / max(float(values.max(initial=0)), 1e-9)


def _starts(sizes: NDArray[np.int32] | Places) -> Places:
    return np.concatenate([[0], np.cumsum(sizes)[:-1]])


def _impact(weight: Floats, count: Floats, length: Floats, mean: float) -> Floats:
    return weight * count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length / mean))
