"""The choice among candidates and "none of them", with probabilities.

Each candidate has a strength, a weighted sum of its features; "none of them" has one too, from
features of the question. A candidate's probability is its share of the exponentials (a conditional
logit model), so a close runner-up, and a question that nothing covers, both take some away.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np

from retrieval.features import AGAINST
from retrieval.minimise import minimise
from retrieval.weighing import QUESTION_FEATURES, Floats

NONE_FEATURES = (*QUESTION_FEATURES, "always")
_DIGITS = 12  # of a probability; beyond these equal candidates differ by how they were added up
_LEAST_SPREAD = 0.01  # a feature that hardly varies here says nothing, however it is scaled


@dataclass(frozen=True, slots=True)
class Example:
    """A question whose right candidate is known."""

    candidates: (
        Floats  # one row per candidate, best ranked first; columns in the order of Choice.features
    )
    question: Floats  # as in QUESTION_FEATURES
    right: tuple[int, ...] = ()  # the rows of the right candidates; () when none is
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Choice:
    """Fitted weights."""

    features: tuple[str, ...]
    candidate: tuple[float, ...]  # in the order of the features
    none: tuple[float, ...]  # in the order of NONE_FEATURES

    def probabilities(self, candidates: Floats, question: Floats) -> tuple[Floats, float]:
        """The probability of each candidate, and that of none."""
        none = float(np.append(question, 1.0) @ np.array(self.none))
        if not len(candidates):
            return np.zeros(0), 1.0
        strengths = np.append(candidates @ np.array(self.candidate), none)
        powers = np.exp(strengths - strengths.max())
        shares = np.round(powers / powers.sum(), _DIGITS)
        return shares[:-1], float(shares[-1])


def fit(
    examples: Sequence[Example],
    start: Choice,
    trust: float,
    monotone: bool = False,
    frozen: Set[str] = frozenset(),
) -> Choice:
    """The weights under which the right choices are most likely, drawn towards `start`.

    `trust` is how many examples the start is worth: with few of them the result stays close to it.
    Features are scaled by their spread, so that the pull is the same for all. A monotone choice
    never counts likeness against a candidate; it is what carries over to other libraries. The
    weights of `frozen` features stay as they are.
    """
    width = len(start.features)
    batch = _Batch(examples, width)
    origin = np.concatenate([start.candidate, start.none])
    scale = 1 / batch.spread

    def loss(moved: Floats) -> tuple[float, Floats]:
        value, gradient = batch.loss(origin + scale * moved)
        return value + 0.5 * trust * float(moved @ moved), scale * gradient + trust * moved

    low, high = np.full(len(origin), -np.inf), np.full(len(origin), np.inf)
    for place, name in enumerate((*start.features, *NONE_FEATURES)):
        if name in frozen:
            low[place] = high[place] = origin[place]
        elif monotone and place < width:
            (high if name in AGAINST else low)[place] = 0.0
    moved = minimise(loss, np.zeros(len(origin)), (low - origin) / scale, (high - origin) / scale)
    weights = origin + scale * moved
    return Choice(start.features, tuple(weights[:width].tolist()), tuple(weights[width:].tolist()))


class _Batch:
    """Examples as one array, short lists of candidates filled up with impossible ones."""

    def __init__(self, examples: Sequence[Example], width: int) -> None:
        self._width = width
        most = max(len(example.candidates) for example in examples)
        self._candidates = np.zeros((len(examples), most, width))
        self._there = np.zeros((len(examples), most), np.bool_)
        self._questions = np.ones((len(examples), len(NONE_FEATURES)))
        self._right = np.zeros((len(examples), most + 1), np.bool_)
        self._weights = np.array([example.weight for example in examples])
        for row, example in enumerate(examples):
            count = len(example.candidates)
            self._candidates[row, :count] = example.candidates
            self._there[row, :count] = True
            self._questions[row, :-1] = example.question
            self._right[row, list(example.right) or most] = True
        candidates = self._candidates[self._there]
        spread = candidates.std(axis=0) if len(candidates) else np.ones(width)
        none = self._questions.std(axis=0)
        none[-1] = 0.1  # the constant moves freely: it differs most between libraries
        self.spread = np.maximum(np.concatenate([spread, none]), _LEAST_SPREAD)

    def loss(self, weights: Floats) -> tuple[float, Floats]:
        """Minus the log-likelihood, and its gradient."""
        split = self._width
        strengths = np.where(self._there, self._candidates @ weights[:split], -np.inf)
        none = self._questions @ weights[split:]
        logits = np.column_stack([strengths, none])
        logits -= logits.max(axis=1, keepdims=True)
        shares = np.exp(logits)
        shares /= shares.sum(axis=1, keepdims=True)
        hoped = shares * self._right
        likely = np.maximum(hoped.sum(axis=1, keepdims=True), 1e-300)
        loss = -float(self._weights @ np.log(likely[:, 0]))
        excess = (shares - hoped / likely) * self._weights[:, None]
        by_candidate = np.einsum("nc,ncf->f", excess[:, :-1], self._candidates)
        return loss, np.concatenate([by_candidate, self._questions.T @ excess[:, -1]])
