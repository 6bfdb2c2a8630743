"""How much each term of a question says in one state of a library."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.cards import KINDS, Question, Stats
from retrieval.postings import Vocabulary

Floats = NDArray[np.float64]

QUESTION_FEATURES = ("length", "unknown_words", "unknown_characters", "unknown_pairs")


@dataclass(frozen=True, slots=True)
class Weighed:
    """A question's terms with their weights; information is the sum of weights."""

    question: Question
    known: NDArray[np.bool_]  # which of the terms the library knows; the next four are of these
    numbers: NDArray[np.int32]
    kinds: NDArray[np.int8]
    weights: Floats
    counts: Floats
    information: Floats  # by kind, known and unknown terms
    unknown: Floats  # by kind, unknown terms only
    unknown_weight: float
    norm: float  # of the question as a vector of weighed terms
    size: int  # of the vocabulary

    def features(self) -> Floats:
        """One value per name in QUESTION_FEATURES."""
        unknown = self.unknown / np.maximum(self.information, 1e-9)
        return np.array([np.log(max(len(self.question.text), 1)), *unknown])


def weigh(question: Question, stats: Stats, vocabulary: Vocabulary) -> Weighed:
    """The question as the library sees it; terms that stand nowhere weigh the most."""
    size = len(stats.frequencies)
    found = [vocabulary.find(term) for term, _ in question.terms]
    numbers = np.array([n if n is not None and n < size else -1 for n in found], np.int32)
    kinds = question.kinds()
    counts = np.array([count for _, count in question.terms], np.float64)
    known = numbers >= 0
    known[known] = stats.frequencies[numbers[known]] > 0
    weights = np.full(len(numbers), stats.unknown_weight)
    weights[known] = stats.weights(numbers[known])
    return Weighed(
        question,
        known,
        numbers[known],
        kinds[known],
        weights[known],
        counts[known],
        _by_kind(kinds, weights),
        _by_kind(kinds[~known], weights[~known]),
        stats.unknown_weight,
        max(float(np.sqrt(((np.log1p(counts) * weights) ** 2).sum())), 1e-9),
        size,
    )


def term_weights(question: Question, stats: Stats, vocabulary: Vocabulary) -> dict[str, float]:
    """The information of each term of a question."""
    weights = {term: stats.unknown_weight for term, _ in question.terms}
    for term in weights:
        number = vocabulary.find(term)
        if number is not None and number < len(stats.frequencies):
            weights[term] = float(stats.weights(np.array([number], np.int32))[0])
    return weights


def _by_kind(kinds: NDArray[np.int8], values: Floats) -> Floats:
    return np.bincount(kinds, values, len(KINDS)).astype(np.float64)
