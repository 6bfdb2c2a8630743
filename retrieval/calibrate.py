"""Learns from a library itself when its ranking can be trusted: no labels, no logs.

Every similar question is put to the library as if it had never been written (its entry is then the
right candidate), and again as if its whole entry had never been (then no candidate is right). An
entry without similar questions serves for the second only.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from retrieval.cards import Card, Question
from retrieval.choice import Choice, Example, fit
from retrieval.cutter import Cutter
from retrieval.decide import USUALLY_SHOWN, Thresholds
from retrieval.passages import lineage
from retrieval.shelf import COMPARED, Shelf
from retrieval.weighing import Floats

MOST_QUESTIONS = 1000  # put to the library in one calibration
_TRAFFIC = {"inside": 0.75, "near": 0.2, "far": 0.05}  # what is reckoned with
_TRUST = 30.0  # examples that the start is worth
_FOLDS = 5
_LEAST_QUESTIONS = 30  # below this a library says too little about itself
_NEAR_MISSES_ANSWERED = 0.08
_RIGHT_HANDED_OVER = 0.03  # of the questions whose right candidate could have been offered
_LEAST_ANSWERS = 20
_NEARLY_CERTAIN = 0.97  # needed where no lower confidence can be trusted


@dataclass(frozen=True, slots=True)
class Calibration:
    """What makes a confidence of features, and an action of that, for one kind of passage."""

    choice: Choice
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class Trial:
    """One question put to the library."""

    passage_id: str  # whose phrasing it is; "" for a question from outside
    example: Example
    kind: Literal["inside", "near", "far"]

    @property
    def in_scope(self) -> bool:
        return self.kind == "inside"


def trials(shelf: Shelf, cutter: Cutter, most: int = MOST_QUESTIONS) -> list[Trial]:
    """Up to `most` phrasings, evenly drawn, each once in scope and once out of it."""
    places = [
        (card, phrasing)
        for _, card in sorted(shelf.cards.items())
        for phrasing in range(len(card.sizes))
    ]
    step = max(len(places) / most, 1.0)
    chosen = [places[int(number * step)] for number in range(int(len(places) / step))]
    found = []
    for card, phrasing in chosen:
        question = Question.cut(card.texts[phrasing], cutter)
        if len(card.sizes) > 1:
            found.append(inside(shelf, question, card, phrasing))
        found.append(near(shelf, question, card))
    return found


def inside(shelf: Shelf, question: Question, card: Card, phrasing: int | None = None) -> Trial:
    """A question that the card answers, asked as if that phrasing of it had never been written."""
    others = _others(shelf, question, card)
    if phrasing is None:
        ranking = shelf.rank(question, [*others, card])
    else:
        rest = card.without(phrasing)
        ranking = shelf.rank(
            question, [*others, rest] if rest else others, shelf.stats.without(card, phrasing)
        )
    ids = [other.passage.id for other in ranking.cards[:COMPARED]]
    right = ids.index(card.passage.id) if card.passage.id in ids else None
    example = Example(ranking.features, ranking.question, right)
    return Trial(card.passage.id, example, "inside")


def near(shelf: Shelf, question: Question, card: Card) -> Trial:
    """The same as if the whole card had never been written."""
    stats = shelf.stats.changed((), (card,), len(shelf.stats.frequencies))
    ranking = shelf.rank(question, _others(shelf, question, card), stats)
    return Trial(card.passage.id, Example(ranking.features, ranking.question, None), "near")


def far(shelf: Shelf, question: Question) -> Trial:
    """A question that has nothing to do with the library."""
    ranking = shelf.rank(question, shelf.candidates(question, None))
    return Trial("", Example(ranking.features, ranking.question, None), "far")


def _others(shelf: Shelf, question: Question, card: Card) -> list[Card]:
    """The candidates beside a card, for an asker in the place that the card is for."""
    regions = card.passage.regions
    place = frozenset(chain.from_iterable(map(lineage, regions))) if regions else None

    def allowed(key: str) -> bool:
        return key != card.passage.id and shelf.cards[key].passage.applies_in(place)

    return shelf.candidates(question, allowed)


def calibrate(found: Sequence[Trial], start: Calibration, precision: float) -> Calibration:
    """Fits choice and thresholds to the trials; of the answers a share of `precision` shall be
    right. Too few trials leave the start as it is."""
    inside_ones = sum(trial.kind == "inside" for trial in found)
    if inside_ones >= _LEAST_QUESTIONS:
        choice = fit(weighted(found), start.choice, _TRUST)
        return Calibration(choice, _thresholds(_outcomes(found, start.choice), precision))
    if len(found) >= _LEAST_QUESTIONS:
        return replace(start, thresholds=_careful(found, start))
    return start


def _careful(found: Sequence[Trial], start: Calibration) -> Thresholds:
    """The start's thresholds, the first raised until near misses are answered seldom enough."""
    sure = [
        start.choice.probabilities(trial.example.candidates, trial.example.question)[0].max(
            initial=0
        )
        for trial in found
        if trial.kind == "near"
    ]
    answer = float(np.quantile(sure, 1 - _NEAR_MISSES_ANSWERED))
    return replace(start.thresholds, answer=max(answer, start.thresholds.answer))


def weighted(found: Sequence[Trial]) -> list[Example]:
    """The examples, weighted so that each kind has its share of the traffic."""
    counts = Counter(trial.kind for trial in found)
    total = sum(_TRAFFIC[kind] for kind in counts)
    return [
        replace(
            trial.example,
            weight=_TRAFFIC[trial.kind] / total * len(found) / counts[trial.kind],
        )
        for trial in found
    ]


@dataclass(frozen=True, slots=True)
class _Outcomes:
    """What came of the trials, each judged by a choice that was fitted without its passage."""

    confidence: Floats  # of the first candidate
    any: Floats  # of all candidates together
    right: NDArray[np.bool_]
    among_shown: NDArray[np.bool_]  # the right one is among those that a clarifying reply shows
    weights: Floats
    near: NDArray[np.bool_]


def _outcomes(found: Sequence[Trial], start: Choice) -> _Outcomes:
    numbers = {
        passage: place for place, passage in enumerate(sorted({t.passage_id for t in found}))
    }
    folds = np.array([numbers[trial.passage_id] % _FOLDS for trial in found])
    examples = weighted(found)
    confidence, together = np.zeros(len(found)), np.zeros(len(found))
    right, shown = np.zeros(len(found), np.bool_), np.zeros(len(found), np.bool_)
    for fold in range(_FOLDS):
        others = [example for example, own in zip(examples, folds, strict=True) if own != fold]
        choice = fit(others, start, _TRUST)
        for place in np.flatnonzero(folds == fold):
            example = examples[place]
            chances, none = choice.probabilities(example.candidates, example.question)
            order = np.argsort(-chances, kind="stable")[:USUALLY_SHOWN]
            confidence[place] = chances.max(initial=0)
            together[place] = 1 - none
            right[place] = len(order) > 0 and order[0] == example.right
            shown[place] = example.right in order
    weights = np.array([example.weight for example in examples])
    near_miss = np.array([trial.kind == "near" for trial in found])
    return _Outcomes(confidence, together, right, shown, weights, near_miss)


def _thresholds(outcomes: _Outcomes, precision: float) -> Thresholds:
    """The lowest confidence above which answers are right as often as wished and near misses
    answered seldom enough; the sum of confidences that hardly any right candidate stays below."""
    order = np.argsort(-outcomes.confidence, kind="stable")
    weights = outcomes.weights[order]
    reached = np.cumsum(weights * outcomes.right[order]) / np.cumsum(weights)
    missed = np.cumsum(outcomes.near[order]) / max(int(outcomes.near.sum()), 1)
    good = np.flatnonzero((reached >= precision) & (missed <= _NEAR_MISSES_ANSWERED))
    good = good[good >= _LEAST_ANSWERS]
    answer = float(outcomes.confidence[order[good[-1]]]) if len(good) else _NEARLY_CERTAIN
    offered = outcomes.any[outcomes.among_shown]
    offer = float(np.quantile(offered, _RIGHT_HANDED_OVER)) if len(offered) else 0.0
    return Thresholds(answer, min(offer, answer))
