"""Learns when a ranking can be trusted: from the library's own phrasings, with no labels and no
logs, and from labelled questions where there are some."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retrieval.choice import Choice, Example, fit
from retrieval.decide import USUALLY_SHOWN, Thresholds
from retrieval.features import TAUGHT
from retrieval.trials import Trial
from retrieval.weighing import Floats

_TRAFFIC = {"inside": 0.75, "near": 0.2, "far": 0.05}  # what is reckoned with
_TRUST = 30.0  # examples that the start is worth
_FOLDS = 5
_LEAST_QUESTIONS = 30  # below this a library says too little about itself
_LEAST_LABELLED = 60  # from this on labelled questions say where the thresholds are
_NEAR_MISSES_ANSWERED = 0.08  # at most, of those that leaving entries out makes
_NEAR_LABELS_ANSWERED = 0.025  # and of those that people thought of, to entries and to clauses each
_RIGHT_HANDED_OVER = 0.03  # of the questions whose right candidate could have been offered
_LABEL_WEIGHT = 30.0  # of a labelled question, to one of the library's own
_LEAST_ANSWERS = 20
_SURE_ENOUGH = 0.75  # below this nothing is answered, however rare near misses are
_NEARLY_CERTAIN = 0.97  # needed where no lower confidence can be trusted
_LIKELIER_THAN_NOT = 0.5  # never less, however seldom the questions at hand are answered wrong


@dataclass(frozen=True, slots=True)
class Calibration:
    """What makes a confidence of features, and an action of that, for one kind of passage."""

    choice: Choice
    thresholds: Thresholds


def calibrate(
    own: Sequence[Trial], labelled: Sequence[Trial], start: Calibration, precision: float
) -> Calibration:
    """Fits the choice to the library's own phrasings and to labelled questions, and the thresholds
    to the labelled ones or, without enough of them, to the phrasings. Of the answers a share of
    `precision` shall be right. Too few trials leave the start as it is."""
    own_examples = weighted(own) if _inside(own) >= _LEAST_QUESTIONS else []
    if _inside(labelled) >= _LEAST_LABELLED:
        taught = [*own_examples, *_heavier(weighted(labelled))]
        outcomes = _cross_fitted(labelled, start.choice, frozenset(), own_examples)
        thresholds = _thresholds(outcomes, precision, _NEAR_LABELS_ANSWERED)
        return Calibration(fit(taught, start.choice, _TRUST), thresholds)
    if own_examples:
        outcomes = _cross_fitted(own, start.choice, TAUGHT)
        thresholds = _thresholds(outcomes, precision, _NEAR_MISSES_ANSWERED)
        return Calibration(fit(own_examples, start.choice, _TRUST, frozen=TAUGHT), thresholds)
    if len(own) >= _LEAST_QUESTIONS:
        return replace(start, thresholds=_careful(own, start, precision))
    return start


def _inside(found: Sequence[Trial]) -> int:
    return sum(trial.kind == "inside" for trial in found)


def weighted(found: Sequence[Trial]) -> list[Example]:
    """The examples, weighted so that each kind has its share of the traffic.

    To a question that nothing answers a known gap is as good as no candidate at all: it is left
    out, so that nothing is learnt against it.
    """
    counts = Counter(trial.kind for trial in found)
    total = sum(_TRAFFIC[kind] for kind in counts)
    return [
        replace(
            _without_gaps(trial),
            weight=_TRAFFIC[trial.kind] / total * len(found) / counts[trial.kind],
        )
        for trial in found
    ]


def _without_gaps(trial: Trial) -> Example:
    if trial.kind == "inside" or not trial.gaps:
        return trial.example
    candidates = np.delete(trial.example.candidates, trial.gaps, axis=0)
    return replace(trial.example, candidates=candidates)


@dataclass(frozen=True, slots=True)
class _Outcomes:
    """What came of the trials."""

    confidence: Floats  # of the first candidate; 0 where that is a known gap
    together: Floats  # of all candidates that answer
    right: NDArray[np.bool_]
    among_shown: NDArray[np.bool_]  # a right one is among those that a clarifying reply shows
    weights: Floats
    near: NDArray[np.bool_]


def _cross_fitted(
    found: Sequence[Trial],
    start: Choice,
    frozen: frozenset[str],
    beside: Sequence[Example] = (),
) -> _Outcomes:
    """Each trial is judged by a choice that was fitted without its passage, or without itself when
    it is labelled; `beside` is learnt from every time."""
    numbers = {source: place for place, source in enumerate(sorted({t.source for t in found}))}
    folds = [numbers[trial.source] % _FOLDS for trial in found]
    examples = weighted(found)
    if beside:
        examples = _heavier(examples)
    choices = [
        fit(
            [*beside, *(each for each, own in zip(examples, folds, strict=True) if own != fold)],
            start,
            _TRUST,
            frozen=frozen,
        )
        for fold in range(_FOLDS)
    ]
    return _outcomes(found, [choices[fold] for fold in folds])


def _heavier(examples: Sequence[Example]) -> list[Example]:
    """What people labelled counts for more than a phrasing that is asked again."""
    return [replace(each, weight=each.weight * _LABEL_WEIGHT) for each in examples]


def _outcomes(found: Sequence[Trial], choices: Sequence[Choice]) -> _Outcomes:
    confidence, together = np.zeros(len(found)), np.zeros(len(found))
    right, shown = np.zeros(len(found), np.bool_), np.zeros(len(found), np.bool_)
    for place, (trial, choice) in enumerate(zip(found, choices, strict=True)):
        example = trial.example
        chances, _ = choice.probabilities(example.candidates, example.question)
        order = np.argsort(-chances, kind="stable")[:USUALLY_SHOWN]
        answers = np.delete(chances, trial.gaps)
        handed_over = len(order) > 0 and order[0] in trial.gaps
        confidence[place] = 0.0 if handed_over else chances.max(initial=0)
        together[place] = answers.sum()
        right[place] = len(order) > 0 and order[0] in example.right
        shown[place] = any(row in example.right and row not in trial.gaps for row in order)
    weights = np.array([example.weight for example in weighted(found)])
    near = np.array([trial.kind == "near" for trial in found])
    return _Outcomes(confidence, together, right, shown, weights, near)


def _thresholds(outcomes: _Outcomes, precision: float, most_missed: float) -> Thresholds:
    """The lowest confidence above which answers are right as often as wished and near misses
    answered seldom enough; the sum of confidences that hardly any right candidate stays below."""
    order = np.argsort(-outcomes.confidence, kind="stable")
    weights = outcomes.weights[order]
    reached = np.cumsum(weights * outcomes.right[order]) / np.cumsum(weights)
    missed = np.cumsum(outcomes.near[order]) / max(int(outcomes.near.sum()), 1)
    good = np.flatnonzero((reached >= precision) & (missed <= most_missed))
    good = good[good >= _LEAST_ANSWERS]
    lowest = float(outcomes.confidence[order[good[-1]]]) if len(good) else _NEARLY_CERTAIN
    answer = max(lowest, _LIKELIER_THAN_NOT)
    offered = outcomes.together[outcomes.among_shown]
    offer = float(np.quantile(offered, _RIGHT_HANDED_OVER)) if len(offered) else 0.0
    return Thresholds(answer, min(offer, answer))


def _careful(found: Sequence[Trial], start: Calibration, precision: float) -> Thresholds:
    """The start's thresholds, the first so high that no more of the near misses are answered than
    answers may be wrong: all that is known where nothing tells the right answers."""
    outcomes = _outcomes(found, [start.choice] * len(found))
    answer = float(np.quantile(outcomes.confidence[outcomes.near], precision))
    # Of a small library a few near misses say too little to answer more freely.
    lowest = start.thresholds.answer if _inside(found) else _SURE_ENOUGH
    return replace(start.thresholds, answer=max(answer, lowest))
