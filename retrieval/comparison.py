"""One question against some passages, all at once in arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retrieval.cards import Card, Stats, heads
from retrieval.columns import columns
from retrieval.cutter import is_meaning
from retrieval.focus import focus
from retrieval.likeness import Likeness
from retrieval.segment import WORD
from retrieval.weighing import Floats, Weighed

_K1, _B = 1.5, 0.75

Places = NDArray[np.intp]
_DAMPED = np.log1p(np.arange(256))  # of counts


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the first ranking adds up, and what the second one looks at (names in `features`)."""

    centroid: float  # cosine with the mean phrasing, both relative to the best candidate
    document: float  # BM25 of the whole document
    asking: bool  # whether words that only ask count: they do among questions, in clauses not
    features: tuple[str, ...]


class Norms:
    """How long cards are as vectors of weighed terms, under one state of a library. They do not
    depend on the question, so they are kept once they were computed."""

    def __init__(self, stats: Stats) -> None:
        self._stats = stats
        self._known: dict[str, Floats] = {}

    def of(self, cards: Sequence[Card]) -> list[Floats]:
        """For each card the length of each phrasing, and at the end that of their sum when each is
        scaled to one."""
        if missing := [card for card in cards if card.passage.id not in self._known]:
            for card, norms in zip(missing, _norms(missing, self._stats), strict=True):
                self._known[card.passage.id] = norms
        return [self._known[card.passage.id] for card in cards]


def _norms(cards: Sequence[Card], stats: Stats) -> list[Floats]:
    sizes = np.array([len(card.terms) for card in cards])
    phrasings = np.array([len(card.lengths) for card in cards])
    terms = np.concatenate([card.terms for card in cards])
    owner = np.concatenate([card.owners for card in cards]) + _starts(phrasings).repeat(sizes)
    vector = _DAMPED[np.concatenate([card.counts for card in cards])] * stats.weights(terms)
    each = np.sqrt(np.bincount(owner, vector * vector, int(phrasings.sum())))
    vector /= np.maximum(each, 1e-9)[owner]
    first = heads(terms, sizes)
    summed = np.add.reduceat(vector, first)
    passage = np.arange(len(cards)).repeat(sizes)[first]
    whole = np.sqrt(np.bincount(passage, summed * summed, len(cards)))
    pieces = np.split(each, np.cumsum(phrasings)[:-1])
    return [np.append(piece, length) for piece, length in zip(pieces, whole, strict=True)]


class Comparison:
    """The scores of the first ranking, and the arrays that features are made of.

    Rows are passages (no prefix), phrasings (`f_`) or what of a phrasing stands in the question
    (`t_`); columns are the terms of the question that the library knows, as in `weighed`.
    """

    def __init__(
        self,
        weighed: Weighed,
        cards: Sequence[Card],
        stats: Stats,
        norms: Norms,
        recipe: Recipe,
        document: Floats,
    ) -> None:
        self.weighed, self.cards = weighed, cards
        self._told: dict[int, str] = {}
        self._likeness: tuple[Places, Likeness] | None = None
        self._find_shared(norms)
        self._score_phrasings(stats.mean_length)
        self._find_centroids()
        score = self.best_score + recipe.document * document
        self.score_to_first = _to_first(score)
        self.centroid_to_first = _to_first(self.centroid)
        self.rank_score = self.score_to_first + recipe.centroid * self.centroid_to_first

    def _find_shared(self, norms: Norms) -> None:
        """Lays out what the phrasings share with the question."""
        cards, weighed = self.cards, self.weighed
        terms = np.concatenate([card.terms for card in cards])
        found = columns(weighed.numbers, terms, weighed.size)
        (cells,) = (found != 0).nonzero()
        sizes = np.array([len(card.terms) for card in cards])
        self.t_column = found[cells].astype(np.intp) - 1
        self.t_count = np.concatenate([card.counts for card in cards])[cells]
        self.t_passage = np.arange(len(cards)).repeat(sizes)[cells]
        phrasings = np.array([len(card.lengths) for card in cards])
        self.start = _starts(phrasings)
        owner = np.concatenate([card.owners for card in cards])[cells]
        self.t_phrasing = owner + self.start[self.t_passage]
        self.f_passage = np.arange(len(cards)).repeat(phrasings)
        self.f_length = np.concatenate([card.lengths for card in cards])
        known = norms.of(cards)
        self._f_norm = np.concatenate([each[:-1] for each in known])
        self.norm = np.array([each[-1] for each in known])

    def _score_phrasings(self, mean_length: float) -> None:
        count, asked = self.t_count, self.weighed.counts[self.t_column]
        below = _K1 * (1 - _B + _B * self.f_length / mean_length)
        impact = count * (_K1 + 1) / (count + below[self.t_phrasing])
        impact *= self.weighed.weights[self.t_column] * asked
        f_score = np.bincount(self.t_phrasing, impact, len(self.f_length))
        self.best_score = np.maximum.reduceat(f_score, self.start)
        # The best phrasing of each passage, the first of equals.
        (best,) = (f_score == self.best_score[self.f_passage]).nonzero()
        self.best = best[self.f_passage[best].searchsorted(np.arange(len(self.cards)))]

    def _find_centroids(self) -> None:
        """The cosine of the question with the sum of the phrasings, each scaled to one."""
        weights, counts = self.weighed.weights, self.weighed.counts
        vector = _DAMPED[self.t_count] * weights[self.t_column]
        vector /= np.maximum(self._f_norm, 1e-9)[self.t_phrasing]
        shape = len(self.cards), len(weights)
        cells = self.t_passage * shape[1] + self.t_column
        self.vector = np.bincount(cells, vector, shape[0] * shape[1]).reshape(shape)
        norm = np.maximum(self.norm * self.weighed.norm, 1e-9)
        self.centroid = self.vector @ (np.log1p(counts) * weights) / norm

    @cached_property
    def held(self) -> NDArray[np.bool_]:
        """Which terms of the question stand in each passage."""
        return self.vector > 0

    @cached_property
    def best_held(self) -> NDArray[np.bool_]:
        """Which of them stand in the best phrasing of each passage."""
        held = np.zeros(self.vector.shape, np.bool_)
        best = self.best[self.t_passage] == self.t_phrasing
        held[self.t_passage[best], self.t_column[best]] = True
        return held

    def told(self, row: int) -> str:
        """All that a passage says, in normal form: its title, phrasings and answer or text."""
        if row not in self._told:
            card = self.cards[row]
            self._told[row] = "\n".join((card.passage.title, *card.phrasings, card.says))
        return self._told[row]

    @cached_property
    def near(self) -> dict[str, float]:
        """The question's words but for those that only ask, with how near they are to these."""
        question = self.weighed.question
        words = [term[1:] for term, _ in question.terms if term[0] == WORD and not is_meaning(term)]
        return focus(question.normal, words)

    def likeness(self, rows: Places) -> Likeness:
        """The question's text beside the phrasings of some passages; kept for these rows."""
        if self._likeness is None or self._likeness[0] is not rows:
            cards = [self.cards[row] for row in rows]
            self._likeness = rows, Likeness(self.weighed.question.text, cards)
        return self._likeness[1]


def _to_first(values: Floats) -> Floats:
    return values / max(float(values.max(initial=0)), 1e-9)


def _starts(sizes: NDArray[np.integer]) -> Places:
    starts: Places = np.cumsum(sizes) - sizes
    return starts
