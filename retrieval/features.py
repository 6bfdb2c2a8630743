"""How well passages answer a question, as features that a person can read.

Everything is relative to the question or to the passage, never a raw BM25 score: that means
something else in every library. Information is the weight of terms as `Stats.weights` gives it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.cards import KINDS, Card, Question, Stats, Vocabulary

Floats = NDArray[np.float64]

_K1, _B = 1.5, 0.75


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the first ranking adds up."""

    whole: float  # BM25 of all phrasings together, against that of the best one
    centroid: float  # cosine with the mean phrasing, both relative to the best candidate
    document: float  # BM25 of the whole document


ENTRIES = Recipe(whole=2.0, centroid=1.0, document=0.0)
CLAUSES = Recipe(whole=0.0, centroid=0.0, document=0.5)

FEATURES = (
    "score",  # BM25 as the recipe adds it up, to what the question could reach
    "best_score",
    "self_score",  # BM25 of the best phrasing to what it scores on itself
    "centroid",  # cosine with the mean phrasing
    "best_cosine",
    "near_cosine",  # mean over the three nearest phrasings
    "covered_words",  # share of the question's information that stands in the passage
    "covered_characters",
    "covered_pairs",
    "best_covered_words",  # the same for its best phrasing
    "best_covered_characters",
    "best_covered_pairs",
    "best_filled_words",  # share of the best phrasing's information that stands in the question
    "best_filled_characters",
    "best_filled_pairs",
    "core",  # share of the passage's typical words that stand in the question
    "core_squared",
    "common_of_question",  # longest common substring to the question's length
    "common_of_phrasing",
    "same_characters",  # shared characters to all characters, with the phrasing where this is most
    "same_order",  # longest common subsequence to the mean length, likewise
    "missing",  # the weightiest word of the question that the passage lacks
    "document",  # BM25 of the whole document, as "score"
    "exact",  # the question is one of the phrasings, letter for letter
    "rank_score",  # what the candidates were ranked by
    "score_to_first",
    "centroid_to_first",
)
AGAINST = frozenset({"missing"})  # the others speak for a passage
QUESTION_FEATURES = ("length", "unknown_words", "unknown_characters", "unknown_pairs", "terms")


@dataclass(frozen=True, slots=True)
class Weighed:
    """A question's terms with their weights in one state of the library."""

    question: Question
    numbers: NDArray[np.int32]  # the known terms
    kinds: NDArray[np.int8]
    weights: Floats
    counts: Floats
    information: Floats  # by kind, known and unknown terms
    unknown: Floats  # by kind, unknown terms only
    unknown_word: bool
    unknown_weight: float
    ideal: float  # BM25 of a text of mean length that holds every term once
    norm: float
    size: int  # of the vocabulary that the weights are for


def weigh(question: Question, stats: Stats, vocabulary: Vocabulary) -> Weighed:
    size = len(stats.frequencies)
    found = [vocabulary.find(term) for term, _ in question.terms]
    numbers = np.array([n if n is not None and n < size else -1 for n in found], np.int32)
    kinds = question.kinds()
    counts = np.array([count for _, count in question.terms], np.float64)
    known = numbers >= 0
    known[known] = stats.frequencies[numbers[known]] > 0
    top = stats.unknown_weight
    weights = np.full(len(numbers), top)
    weights[known] = stats.weights(numbers[known])
    unknown = _by_kind(kinds[~known], weights[~known])
    return Weighed(
        question,
        numbers[known],
        kinds[known],
        weights[known],
        counts[known],
        _by_kind(kinds, weights),
        unknown,
        bool(unknown[0]),
        top,
        max(float((weights * counts).sum()) * (_K1 + 1) / 2, 1e-9),
        max(float(np.sqrt(((np.log1p(counts) * weights) ** 2).sum())), 1e-9),
        size,
    )


class Comparison:
    """One question against some passages, all at once in arrays.

    Rows are passages (`p`), phrasings (`f`) or terms (`t`); in the arrays that begin with `whole`
    each term of a passage stands once.
    """

    def __init__(
        self,
        weighed: Weighed,
        cards: Sequence[Card],
        stats: Stats,
        recipe: Recipe,
        document: Floats,
    ) -> None:
        self.weighed, self.cards, self._stats = weighed, cards, stats
        self._recipe, self._document = recipe, document
        self._lay_out()
        self._score_phrasings()
        self._score_wholes()
        score = self.score / max(float(self.score.max(initial=0)), 1e-9)
        centroid = self.centroid / max(float(self.centroid.max(initial=0)), 1e-9)
        self.score_to_first, self.centroid_to_first = score, centroid
        self.rank_score = score + recipe.centroid * centroid

    def _lay_out(self) -> None:
        cards, weighed = self.cards, self.weighed
        self.t_number = np.concatenate([card.terms for card in cards])
        self.t_count = np.concatenate([card.counts for card in cards]).astype(np.float64)
        self.t_kind = np.concatenate([card.kinds for card in cards])
        self.t_weight = self._stats.weights(self.t_number)
        self.f_length = np.concatenate([card.lengths for card in cards]).astype(np.float64)
        self.f_size = np.concatenate([card.sizes for card in cards])
        self.p_phrasings = np.array([len(card.sizes) for card in cards])
        self.f_start = _starts(self.f_size)
        self.p_start = _starts(self.p_phrasings)
        self.t_phrasing = np.repeat(np.arange(len(self.f_size)), self.f_size)
        self.f_passage = np.repeat(np.arange(len(cards)), self.p_phrasings)
        asked = np.zeros(weighed.size)
        asked[weighed.numbers] = weighed.counts
        self.t_asked = asked[self.t_number]

    def _score_phrasings(self) -> None:
        weighed = self.weighed
        impact = _impact(
            self.t_weight, self.t_count, self.f_length[self.t_phrasing], self._stats.mean_length
        )
        self.f_score = _sums(impact * self.t_asked, self.f_start)
        self.f_self = _sums(impact * self.t_count, self.f_start)
        vector = np.log1p(self.t_count) * self.t_weight
        norm = np.sqrt(_sums(vector * vector, self.f_start))
        self.t_vector = vector / np.maximum(norm, 1e-9)[self.t_phrasing]
        wanted = np.log1p(self.t_asked) * self.t_weight
        self.f_cosine = _sums(self.t_vector * wanted, self.f_start) / weighed.norm
        self.best_score = np.maximum.reduceat(self.f_score, self.p_start)
        order = np.lexsort((-self.f_score, self.f_passage))
        self.best = order[self.p_start]  # the best phrasing of each passage

    def _score_wholes(self) -> None:
        weighed, size = self.weighed, self.weighed.size
        key = self.f_passage[self.t_phrasing].astype(np.int64) * size + self.t_number
        keys, first, place = np.unique(key, return_index=True, return_inverse=True)
        self.whole_passage = keys // size
        self.whole_kind = self.t_kind[first]
        self.whole_weight = self.t_weight[first]
        self.whole_asked = self.t_asked[first]
        self.whole_number = self.t_number[first]
        self.whole_start = np.searchsorted(self.whole_passage, np.arange(len(self.cards)))
        count = _totals(place, self.t_count)
        self.whole_vector = _totals(place, self.t_vector)
        length = _totals(self.f_passage, self.f_length)
        mean = self._stats.mean_length * self._stats.phrasings / max(self._stats.passages, 1)
        impact = _impact(self.whole_weight, count, length[self.whole_passage], mean)
        whole = _sums(impact * self.whole_asked, self.whole_start)
        recipe = self._recipe
        self.score = self.best_score + recipe.whole * whole + recipe.document * self._document
        norm = np.sqrt(_sums(self.whole_vector**2, self.whole_start))
        wanted = np.log1p(self.whole_asked) * self.whole_weight
        cosine = _sums(self.whole_vector * wanted, self.whole_start)
        self.centroid = cosine / np.maximum(norm * weighed.norm, 1e-9)

    def features(self) -> Floats:
        """One row per passage, one column per name in FEATURES."""
        asked = self.whole_asked > 0
        columns = [
            self.score / self.weighed.ideal,
            self.best_score / self.weighed.ideal,
            self.f_score[self.best] / np.maximum(self.f_self[self.best], 1e-9),
            self.centroid,
            np.maximum.reduceat(self.f_cosine, self.p_start),
            self._near_cosine(),
            *self._covered(asked * self.whole_weight, self.whole_kind, self.whole_start),
            *self._best_covered(),
            _share(self.whole_vector, asked, self.whole_start),
            _share(self.whole_vector**2, asked, self.whole_start),
            *self._common(),
            *self._likeness(),
            self._missing(asked),
            self._document / self.weighed.ideal,
            self._exact(),
            self.rank_score,
            self.score_to_first,
            self.centroid_to_first,
        ]
        return np.column_stack(columns)

    def _near_cosine(self) -> Floats:
        ends = np.append(self.p_start[1:], len(self.f_cosine))
        return np.array(
            [
                np.sort(self.f_cosine[start:end])[-3:].mean()
                for start, end in zip(self.p_start, ends, strict=True)
            ]
        )

    def _covered(
        self, information: Floats, kinds: NDArray[np.int8], starts: NDArray[np.int64]
    ) -> list[Floats]:
        asked = np.maximum(self.weighed.information, 1e-9)
        return [
            _sums(information * (kinds == kind), starts) / asked[kind] for kind in range(len(KINDS))
        ]

    def _best_covered(self) -> list[Floats]:
        information = self.t_weight * (self.t_asked > 0)
        covered = [
            column[self.best] for column in self._covered(information, self.t_kind, self.f_start)
        ]
        filled = []
        for kind in range(len(KINDS)):
            own = _sums(self.t_weight * (self.t_kind == kind), self.f_start)[self.best]
            shared = covered[kind] * max(float(self.weighed.information[kind]), 1e-9)
            filled.append(shared / np.maximum(own, 1e-9))
        return covered + filled

    def _common(self) -> list[Floats]:
        text = self.weighed.question.text
        best = [
            card.phrasings[place]
            for card, place in zip(self.cards, self.best - self.p_start, strict=True)
        ]
        common = np.array([longest_common(text, phrasing) for phrasing in best], np.float64)
        lengths = np.array([max(len(phrasing), 1) for phrasing in best])
        return [common / max(len(text), 1), common / lengths]

    def _likeness(self) -> list[Floats]:
        text = self.weighed.question.text
        characters = set(text)
        masks: dict[str, int] = {}
        for place, char in enumerate(text):
            masks[char] = masks.get(char, 0) | 1 << place
        same, order = np.zeros(len(self.cards)), np.zeros(len(self.cards))
        for row, card in enumerate(self.cards):
            for phrasing in card.phrasings:
                others = set(phrasing)
                shared = len(characters & others)
                same[row] = max(same[row], shared / max(len(characters | others), 1))
                common = common_subsequence(masks, len(text), phrasing)
                order[row] = max(order[row], 2 * common / max(len(text) + len(phrasing), 1))
        return [same, order]

    def _exact(self) -> Floats:
        text = self.weighed.question.text
        return np.array([float(text in card.phrasings) for card in self.cards])

    def _missing(self, asked: NDArray[np.bool_]) -> Floats:
        weighed = self.weighed
        if weighed.unknown_word:
            return np.ones(len(self.cards))
        words = np.flatnonzero(weighed.kinds == 0)
        place = np.full(weighed.size, -1)
        place[weighed.numbers[words]] = np.arange(len(words))
        lacking = np.tile(weighed.weights[words], (len(self.cards), 1))
        hits = np.flatnonzero(asked & (self.whole_kind == 0))
        lacking[self.whole_passage[hits], place[self.whole_number[hits]]] = 0
        missing: Floats = lacking.max(axis=1, initial=0) / weighed.unknown_weight
        return missing


def term_weights(question: Question, stats: Stats, vocabulary: Vocabulary) -> dict[str, float]:
    """The information of each term of a question; unknown terms weigh the most."""
    weights = {term: stats.unknown_weight for term, _ in question.terms}
    for term in weights:
        number = vocabulary.find(term)
        if number is not None and number < len(stats.frequencies):
            weights[term] = float(stats.weights(np.array([number], np.int32))[0])
    return weights


def question_features(weighed: Weighed) -> Floats:
    """One value per name in QUESTION_FEATURES."""
    unknown = weighed.unknown / np.maximum(weighed.information, 1e-9)
    length = np.log(max(len(weighed.question.text), 1))
    return np.array([length, *unknown, len(weighed.numbers) / 10])


def _starts(sizes: NDArray[np.int32] | NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(sizes)[:-1]])


def _totals(groups: NDArray[np.int64] | NDArray[np.intp], values: Floats) -> Floats:
    return np.bincount(groups, values).astype(np.float64)


def _by_kind(kinds: NDArray[np.int8], values: Floats) -> Floats:
    return np.bincount(kinds, values, len(KINDS)).astype(np.float64)


def _sums(values: Floats, starts: NDArray[np.int64]) -> Floats:
    return np.add.reduceat(values, starts)


def _share(values: Floats, chosen: NDArray[np.bool_], starts: NDArray[np.int64]) -> Floats:
    return _sums(values * chosen, starts) / np.maximum(_sums(values, starts), 1e-9)


def _impact(weight: Floats, count: Floats, length: Floats, mean: float) -> Floats:
    return weight * count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length / mean))


def longest_common(left: str, right: str) -> int:
    """Length of the longest common substring. Fast for a short text against a long one."""
    best = 0
    for start in range(len(left)):
        while start + best < len(left) and left[start : start + best + 1] in right:
            best += 1
    return best


def common_subsequence(masks: Mapping[str, int], length: int, other: str) -> int:
    """Length of the longest common subsequence of a text, given as the places of each character in
    bits, and another. Bit-parallel after Hyyrö (2004): one step per character of the other."""
    full = (1 << length) - 1
    row = full
    for char in other:
        met = row & masks.get(char, 0)
        row = ((row + met) | (row - met)) & full
    return length - row.bit_count()
