"""Fits what a library reckons with before it knows itself, from texts of our own alone.

    python -m benchmarks.fit_priors

For entries: the starter pack's phrasings are asked of a shelf that holds few of them or none, once
as it is and once without their entry. For clauses: the pack's labelled questions are asked of the
policy documents, once as they are and once without the clauses that state the facts asked for.
Only questions of the set "fit" are used. Writes retrieval/priors.json.
"""

import json
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from benchmarks.starter_store import Store, load_questions, load_store
from retrieval.calibrate import Trial, far, inside, near, weighted
from retrieval.cards import Question
from retrieval.choice import NONE_FEATURES, Choice, Example, fit
from retrieval.comparison import Recipe
from retrieval.cutter import Cutter
from retrieval.features import CLAUSES, ENTRIES
from retrieval.maker import ShelfMaker
from retrieval.passages import KINDS, Passage, lineage
from retrieval.segment import normalise
from retrieval.shelf import COMPARED, Shelf

PRIORS = Path(__file__).parent.parent / "retrieval" / "priors.json"
SIMILAR = (0, 2, 5)  # similar questions that an entry keeps
ASKED = 2  # of those that were left off
TRUST = {"entry": 20.0, "clause": 30.0}
EXACT = 8.0  # a phrasing letter for letter is never met in the trials, so its weight is given
# Until the library itself has been measured; clauses, which nobody approved as answers, later.
THRESHOLDS = {"entry": {"answer": 0.85, "offer": 0.2}, "clause": {"answer": 0.9, "offer": 0.3}}
NEAR = ("near_miss", "jurisdiction")
FAR = ("unanswerable", "out_of_domain", "chitchat", "hostile")


def entry_trials(store: Store, cutter: Cutter) -> list[Trial]:
    found = []
    for similar in SIMILAR:
        shelf = make_shelf(
            ENTRIES,
            [replace(entry, questions=entry.questions[: 1 + similar]) for entry in store.entries],
            cutter,
        )
        found += [far(shelf, Question.cut(text, cutter)) for text in texts_of(FAR)]
        for entry in store.entries:
            for text in entry.questions[-ASKED:]:
                question, card = Question.cut(text, cutter), shelf.cards[entry.id]
                found += [inside(shelf, question, card), near(shelf, question, card)]
    return found


def clause_trials(store: Store, cutter: Cutter) -> list[Trial]:
    shelf = make_shelf(CLAUSES, store.clauses, cutter)
    found = [far(shelf, Question.cut(text, cutter)) for text in texts_of(FAR)]
    for text in texts_of(NEAR):
        found.append(replace(far(shelf, Question.cut(text, cutter)), kind="near"))
    for row in load_questions():
        right = [clause for clause in store.clauses if states(clause.text, row.get("facts", []))]
        if row["set"] == "fit" and row["expect"] == "answer" and right:
            found += labelled_trials(shelf, Question.cut(row["text"], cutter), right)
    return found


def labelled_trials(shelf: Shelf, question: Question, right: list[Passage]) -> list[Trial]:
    """A question with the clauses that answer it, and without them."""
    places = frozenset(
        chain.from_iterable(lineage(region) for clause in right for region in clause.regions)
    )
    names = {clause.id for clause in right}
    cards = shelf.candidates(question, lambda key: shelf.cards[key].passage.applies_in(places))
    ranking = shelf.rank(question, cards)
    compared = [card.passage.id for card in ranking.cards[:COMPARED]]
    first = next((place for place, name in enumerate(compared) if name in names), None)
    known = Example(ranking.features, ranking.question, first)
    ranking = shelf.rank(question, [card for card in cards if card.passage.id not in names])
    unknown = Example(ranking.features, ranking.question, None)
    return [Trial(right[0].id, known, "inside"), Trial(right[0].id, unknown, "near")]


def states(text: str, facts: list[list[str]]) -> bool:
    """Whether a text holds one wording of every fact."""
    text = normalise(text)
    return bool(facts) and all(
        any(normalise(wording) in text for wording in fact) for fact in facts
    )


def make_shelf(recipe: Recipe, passages: list[Passage], cutter: Cutter) -> Shelf:
    maker = ShelfMaker(recipe, cutter)
    maker.change(passages, ())
    return maker.shelf()


def texts_of(kinds: tuple[str, ...]) -> list[str]:
    rows = load_questions()
    return [row["text"] for row in rows if row["kind"] in kinds and row["set"] == "fit"]


def fitted(found: list[Trial], kind: str, recipe: Recipe) -> dict[str, Any]:
    start = Choice(
        recipe.features,
        tuple(EXACT if name == "exact" else 0.0 for name in recipe.features),
        (0.0,) * len(NONE_FEATURES),
    )
    choice = fit(weighted(found), start, TRUST[kind], monotone=True)
    known = [trial.example.right for trial in found if trial.kind == "inside"]
    print(
        f"{kind}: {len(found)} trials, {sum(place == 0 for place in known) / len(known):.1%} first"
    )
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
    priors = {kind: json.loads(PRIORS.read_text("utf-8"))[kind] for kind in KINDS}
    priors["entry"] = fitted(entry_trials(store, cutter), "entry", ENTRIES)
    if store.clauses:
        priors["clause"] = fitted(clause_trials(store, cutter), "clause", CLAUSES)
    PRIORS.write_text(json.dumps(priors, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
