"""How well passages answer a question, as features that a person can read.

Everything is relative to the question or to the passage, never a raw BM25 score: that means
something else in every library.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from retrieval import facts, stress
from retrieval.cards import KINDS
from retrieval.comparison import Comparison, Recipe
from retrieval.focus import unfocused
from retrieval.passages import Kind
from retrieval.segment import BIGRAM, CHAR, WORD
from retrieval.weighing import Floats

Rows = NDArray[np.intp]

# These speak against a passage, the others for it.
AGAINST = frozenset(
    {"missing", "untold", "unusual", "lacks", "unfocused", "unstressed", "contradicts"}
)
# What a library's own phrasings cannot teach: weights for these come from labelled questions.
TAUGHT = frozenset(
    {"exact", "states", "lacks", "unusual", "untold", "unfocused", "unstressed", "contradicts"}
)
_SAMPLED = 6  # phrasings that tell what a passage is usually asked

ENTRIES = Recipe(
    centroid=1.0,
    document=0.0,
    asking=True,
    features=(
        "centroid",
        "covered_characters",
        "best_covered_words",
        "core",
        "same_characters",
        "same_order",
        "exact",
        "states",
        "lacks",
        "unusual",
        "untold",
        "unfocused",
        "unstressed",
        "contradicts",
    ),
)
CLAUSES = Recipe(
    centroid=0.0,
    document=0.5,
    asking=False,
    features=(
        "score_to_first",
        "centroid_to_first",
        "covered_characters",
        "covered_pairs",
        "best_covered_characters",
        "best_covered_pairs",
        "missing",
        "states",
        "lacks",
        "unfocused",
        "unstressed",
    ),
)
RECIPES: Mapping[Kind, Recipe] = {"entry": ENTRIES, "clause": CLAUSES}


def features(compared: Comparison, rows: Rows, recipe: Recipe) -> Floats:
    """One row per chosen passage, one column per feature of the recipe."""
    return np.column_stack([_FEATURES[name](compared, rows) for name in recipe.features])


def _covered(kind: str) -> Callable[[Comparison, Rows], Floats]:
    """The share of the question's information that stands in the passage."""
    number = KINDS.index(kind)

    def covered(compared: Comparison, rows: Rows) -> Floats:
        return _share(compared, compared.held[rows], number)

    return covered


def _best_covered(kind: str) -> Callable[[Comparison, Rows], Floats]:
    """The same for the best phrasing of the passage."""
    number = KINDS.index(kind)

    def covered(compared: Comparison, rows: Rows) -> Floats:
        return _share(compared, compared.best_held[rows], number)

    return covered


def _share(compared: Comparison, held: NDArray[np.bool_], kind: int) -> Floats:
    weighed = compared.weighed
    weights = weighed.weights * (weighed.kinds == kind)
    share: Floats = held @ weights / max(float(weighed.information[kind]), 1e-9)
    return share


def _core(compared: Comparison, rows: Rows) -> Floats:
    """The share of what is typical of the passage that stands in the question."""
    held = (compared.vector[rows] ** 2).sum(axis=1)
    core: Floats = held / np.maximum(compared.norm[rows] ** 2, 1e-9)
    return core


def _exact(compared: Comparison, rows: Rows) -> Floats:
    """The question is one of the phrasings, letter for letter."""
    text = compared.weighed.question.text
    return np.array([float(text in compared.cards[row].phrasings) for row in rows])


def _missing(compared: Comparison, rows: Rows) -> Floats:
    """The weightiest word of the question that the passage lacks, to the weight of a new one."""
    weighed = compared.weighed
    if weighed.unknown[KINDS.index(WORD)] > 0:
        return np.ones(len(rows))
    words = np.flatnonzero(weighed.kinds == KINDS.index(WORD))
    lacking = weighed.weights[words] * ~compared.held[np.ix_(rows, words)]
    missing: Floats = lacking.max(axis=1, initial=0) / weighed.unknown_weight
    return missing


def _said(compared: Comparison, row: int) -> str:
    """What a passage answers; nothing for a known gap, which says what is told nowhere."""
    card = compared.cards[row]
    return "" if card.passage.hands_over else card.says


def _states(compared: Comparison, rows: Rows) -> Floats:
    """Whether the kind of fact asked for is told: 0.5 yes, -0.5 no, 0 when that cannot be said."""
    question = compared.weighed.question.normal
    said = [_said(compared, row) for row in rows]
    return np.array([facts.fit(question, says) - 0.5 if says else 0.0 for says in said])


def _lacks(compared: Comparison, rows: Rows) -> Floats:
    """The question asks for a kind of fact with a form of its own, and it is not told."""
    question = compared.weighed.question.normal
    said = [_said(compared, row) for row in rows]
    return np.array([float(bool(says and facts.lacks(question, says))) for says in said])


def _unusual(compared: Comparison, rows: Rows) -> Floats:
    """The question asks for another kind of fact than the phrasings do."""
    question = compared.weighed.question.normal
    return np.array([facts.unusual(question, compared.cards[row].texts[:_SAMPLED]) for row in rows])


def _untold(compared: Comparison, rows: Rows) -> Floats:
    """The share of the information in the question's words that stands nowhere in the passage.
    Words that only ask are no information."""
    weighed, near = compared.weighed, compared.near
    weights = np.full(len(weighed.known), weighed.unknown_weight)
    weights[weighed.known] = weighed.weights
    words: dict[str, float] = {
        term[1:]: weight
        for (term, _), weight in zip(weighed.question.terms, weights.tolist(), strict=True)
        if term[0] == WORD and term[1:] in near
    }
    total = max(sum(words.values()), 1e-9)

    lacking = [
        sum(weight for word, weight in words.items() if word not in compared.told(row))
        for row in rows
    ]
    return np.array(lacking) / total


def _unfocused(compared: Comparison, rows: Rows) -> Floats:
    """What the question asks about and the passage does not speak of."""
    return np.array([unfocused(compared.near, compared.told(row)) for row in rows])


def _unstressed(compared: Comparison, rows: Rows) -> Floats:
    """What the question stresses and the passage does not speak of."""
    question = compared.weighed.question.normal
    if not stress.stressed(question):
        return np.zeros(len(rows))
    return np.array([stress.uncovered_weight(question, compared.told(row)) for row in rows])


def _contradicts(compared: Comparison, rows: Rows) -> Floats:
    """The question names one of two things that exclude each other, the passage the other."""
    question = compared.weighed.question.normal
    return np.array(
        [float(bool(stress.contradictions(question, compared.told(row)))) for row in rows]
    )


_FEATURES: Mapping[str, Callable[[Comparison, Rows], Floats]] = {
    "centroid": lambda compared, rows: compared.centroid[rows],
    "score_to_first": lambda compared, rows: compared.score_to_first[rows],
    "centroid_to_first": lambda compared, rows: compared.centroid_to_first[rows],
    "covered_characters": _covered(CHAR),
    "covered_pairs": _covered(BIGRAM),
    "best_covered_words": _best_covered(WORD),
    "best_covered_characters": _best_covered(CHAR),
    "best_covered_pairs": _best_covered(BIGRAM),
    "core": _core,
    "same_characters": lambda compared, rows: compared.likeness(rows).same_characters(),
    "same_order": lambda compared, rows: compared.likeness(rows).same_order(),
    "exact": _exact,
    "missing": _missing,
    "states": _states,
    "lacks": _lacks,
    "unusual": _unusual,
    "untold": _untold,
    "unfocused": _unfocused,
    "unstressed": _unstressed,
    "contradicts": _contradicts,
}
