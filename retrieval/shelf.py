"""The passages of one kind, at one moment: found by the index, compared by their cards."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.cards import Card, Question, Stats, Vocabulary
from retrieval.comparison import Comparison, Recipe
from retrieval.cutter import Cutter
from retrieval.features import features
from retrieval.index import Snapshot
from retrieval.segment import BIGRAM
from retrieval.weighing import Floats, weigh

CANDIDATES = 40  # found by the index and ranked exactly
COMPARED = 10  # of these get features and a probability


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates for one question, best first; features for the first COMPARED of them."""

    cards: tuple[Card, ...]
    scores: Floats  # of the first ranking
    features: Floats
    question: Floats


@dataclass(frozen=True, slots=True)
class Shelf:
    """Never changes; whoever publishes makes a new one."""

    cards: Mapping[str, Card]  # by passage id
    limited: frozenset[str]  # the ids of those that are not for every place and day
    stats: Stats
    index: Snapshot
    documents: Snapshot | None  # whole documents by group, where the recipe asks for them
    vocabulary: Vocabulary
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
        """The cards that the index finds."""
        found = self.index.search(dict(question.terms), limit, allowed)
        return [self.cards[hit.key] for hit in found]

    def rank(
        self, question: Question, cards: Sequence[Card], stats: Stats | None = None
    ) -> Ranking:
        """The cards in order, with features; `stats` stands in for the shelf's own."""
        stats = stats or self.stats
        weighed = weigh(question, stats, self.vocabulary)
        about = weighed.features()
        if not cards or not len(weighed.numbers):
            return Ranking((), np.zeros(0), np.zeros((0, len(self.recipe.features))), about)
        documents = self._documents(question, cards)
        compared = Comparison(weighed, cards, stats, self.recipe, documents)
        order = np.argsort(-compared.rank_score, kind="stable")
        return Ranking(
            tuple(cards[place] for place in order),
            compared.rank_score[order],
            features(compared, order[:COMPARED], self.recipe),
            about,
        )

    def _documents(self, question: Question, cards: Sequence[Card]) -> Floats:
        if self.documents is None:
            return np.zeros(len(cards))
        groups = sorted({card.passage.group for card in cards})
        scores = dict(zip(groups, self.documents.score(dict(question.terms), groups), strict=True))
        return np.array([scores[card.passage.group] for card in cards])
