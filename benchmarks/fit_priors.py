"""Fits what a library reckons with before it knows itself, from texts of our own alone.

    python -m benchmarks.fit_priors

The starter pack's phrasings are asked of a shelf that holds few of them or none, once as it is and
once without their entry. The pack's labelled questions (those of the set "fit") are asked of all
entries and of the clauses of the policy documents, once as they are and once without the passages
that state the facts asked for. Writes retrieval/priors.json.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.starter_store import Store, load_labels, load_store
from retrieval.calibrate import weighted
from retrieval.cards import Question
from retrieval.choice import NONE_FEATURES, Choice, fit
from retrieval.comparison import Recipe
from retrieval.cutter import Cutter
from retrieval.features import CLAUSES, ENTRIES, TAUGHT
from retrieval.maker import ShelfMaker
from retrieval.passages import KINDS, Kind, Passage
from retrieval.shelf import Shelf
from retrieval.trials import Trial, inside, labelled, near
from retrieval.weighing import QUESTION_FEATURES

PRIORS = Path(__file__).parent.parent / "retrieval" / "priors.json"
SIMILAR = (0, 2, 5)  # similar questions that an entry keeps
ASKED = 2  # of those that were left off
THIN = 300  # entries at most: a pack so dense that many answer one question teaches too little
TRUST = {"entry": 20.0, "clause": 30.0}
TRUST_IN_LIKENESS = 40.0  # more, and what a passage tells outweighs it in other libraries
EXACT = 8.0  # a phrasing letter for letter is never met in the trials, so its weight is given
# Until the library itself has been measured; clauses, which nobody approved as answers, later.
THRESHOLDS = {"entry": {"answer": 0.85, "offer": 0.15}, "clause": {"answer": 0.9, "offer": 0.3}}


def phrasing_trials(store: Store, cutter: Cutter) -> list[Trial]:
    """The last similar questions of all entries, asked of a shelf without them."""
    found = []
    entries = store.entries[:: 1 + len(store.entries) // THIN]
    for similar in SIMILAR:
        shelf = make_shelf(
            ENTRIES,
            [replace(entry, questions=entry.questions[: 1 + similar]) for entry in entries],
            cutter,
        )
        for entry in entries:
            for text in entry.questions[-ASKED:]:
                question, card = Question.cut(text, cutter), shelf.cards[entry.id]
                found += [inside(shelf, question, card), near(shelf, question, card)]
    return found


def make_shelf(recipe: Recipe, passages: list[Passage], cutter: Cutter) -> Shelf:
    maker = ShelfMaker(recipe, cutter)
    maker.change(passages, ())
    return maker.shelf()


def fitted(
    likeness: list[Trial], telling: list[Trial], kind: Kind, recipe: Recipe
) -> dict[str, Any]:
    """The weights of one kind of passage: those of likeness first, then, with these as they are,
    those of what a passage tells."""
    start = Choice(
        recipe.features,
        tuple(EXACT if name == "exact" else 0.0 for name in recipe.features),
        (0.0,) * len(NONE_FEATURES),
    )
    alike = frozenset((*recipe.features, *QUESTION_FEATURES)) - TAUGHT
    choice = fit(weighted(likeness), start, TRUST[kind], monotone=True, frozen=TAUGHT)
    choice = fit(weighted(telling), choice, TRUST_IN_LIKENESS, monotone=True, frozen=alike)
    for part in (likeness, telling):
        known = [trial.example.right for trial in part if trial.kind == "inside"]
        first = sum(0 in right for right in known) / len(known)
        print(f"{kind}: {len(part)} trials, {first:.1%} of the known ones right at once")
    return {
        "candidate": _named(recipe.features, choice.candidate),
        "none": _named(NONE_FEATURES, choice.none),
        **THRESHOLDS[kind],
    }


def _named(names: tuple[str, ...], weights: tuple[float, ...]) -> dict[str, float]:
    return {name: round(weight, 3) for name, weight in zip(names, weights, strict=True)}


def main() -> None:
    store = load_store()
    cutter = store.cutter()
    labels = load_labels(store, "fit")
    priors = {kind: json.loads(PRIORS.read_text("utf-8"))[kind] for kind in KINDS}
    shelf = make_shelf(ENTRIES, store.entries, cutter)
    asked = labelled(shelf, cutter, labels)
    priors["entry"] = fitted(phrasing_trials(store, cutter), asked, "entry", ENTRIES)
    if store.clauses:
        shelf = make_shelf(CLAUSES, store.clauses, cutter)
        asked = labelled(shelf, cutter, labels)
        twice = labelled(shelf, cutter, labels, twice=True)
        priors["clause"] = fitted(twice, asked, "clause", CLAUSES)
    PRIORS.write_text(json.dumps(priors, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
