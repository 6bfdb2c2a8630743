"""The passages of one kind, at one moment: found by the index, compared by their cards."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.cards import Card, Question, Stats
from retrieval.comparison import Comparison, Norms, Recipe
from retrieval.cutter import Cutter
from retrieval.features import features
from retrieval.index import Snapshot
from retrieval.segment import BIGRAM
from retrieval.vocabulary import TermNumbers
from retrieval.weighing import Floats, weigh

CANDIDATES = 40  # found by the index and ranked exactly
COMPARED = 10  # of these get features and a probability
_DIGITS = 12  # of a score; beyond these equal passages differ by how they were added up


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates for one question, best first; features for the first COMPARED of them."""

    cards: tuple[Card, ...]
    scores: Floats  # of the first ranking
    features: Floats
    question: Floats
    held: NDArray[np.bool_]  # which of the question's terms stand in each of these


@dataclass(frozen=True, slots=True)
class Shelf:
    """Never changes; whoever publishes makes a new one."""

    cards: Mapping[str, Card]  # by passage id
    limited: frozenset[str]  # the ids of those that are not for every place and day
    stats: Stats
    norms: Norms
    index: Snapshot
    documents: Snapshot | None  # whole documents by group, where the recipe asks for them
    vocabulary: TermNumbers
    recipe: Recipe

    def frequency(self, pair: str) -> int:
        """In how many phrasings a pair of characters stands."""
        number = self.vocabulary.find(BIGRAM + pair)
        if number is None or number >= len(self.stats.frequencies):
            return 0
        return int(self.stats.frequencies[number])

    def question(self, text: str, cutter: Cutter) -> Question:
        """A question with those of its terms that may stand in an answer here."""
        return Question.cut(text, cutter, self.recipe.asking)

    def candidates(
        self, question: Question, allowed: Callable[[str], bool] | None, limit: int = CANDIDATES
    ) -> list[Card]:
        """The cards that the index finds, in the order of their words, then of their ids: ids are
        random, and what ties should stand in the same order in every store."""
        found = self.index.find_best(dict(question.terms), limit, allowed)
        return sorted((self.cards[key] for key in found), key=_words)

    def rank(
        self, question: Question, cards: Sequence[Card], stats: Stats | None = None
    ) -> Ranking:
        """The cards in order, with features; `stats` stands in for the shelf's own."""
        norms = self.norms if stats is None else Norms(stats)
        stats = stats or self.stats
        weighed = weigh(question, stats, self.vocabulary)
        about = weighed.features()
        if not cards or not len(weighed.numbers):
            none = np.zeros((0, len(self.recipe.features)))
            return Ranking((), np.zeros(0), none, about, np.zeros((0, 0), np.bool_))
        documents = self._documents(question, cards)
        compared = Comparison(weighed, cards, stats, norms, self.recipe, documents)
        order = np.argsort(-np.round(compared.rank_score, _DIGITS), kind="stable")
        rows = order[:COMPARED]
        held = np.zeros((len(rows), len(question.terms)), np.bool_)
        held[:, weighed.known] = compared.held[rows]
        return Ranking(
            tuple(cards[place] for place in order.tolist()),
            compared.rank_score[order],
            features(compared, rows, self.recipe),
            about,
            held,
        )

    def _documents(self, question: Question, cards: Sequence[Card]) -> Floats:
        if self.documents is None:
            return np.zeros(len(cards))
        groups = sorted({card.passage.group for card in cards})
        scores = dict(zip(groups, self.documents.score(dict(question.terms), groups), strict=True))
        return np.array([scores[card.passage.group] for card in cards])


def _words(card: Card) -> tuple[tuple[str, ...], str]:
    return card.texts, card.passage.id
