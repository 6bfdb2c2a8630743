"""Fits what a library reckons with before it knows itself, from the starter pack alone.

    python -m benchmarks.fit_priors

Puts the pack's entries on a shelf with few or none of their similar questions and asks the others,
once as they are and once with their entry taken off. Writes retrieval/priors.json.
"""

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from retrieval.calibrate import Calibration, Trial, calibrate, inside, outside
from retrieval.cards import Question
from retrieval.choice import NONE_FEATURES, Choice
from retrieval.decide import Thresholds
from retrieval.features import ENTRIES, FEATURES
from retrieval.library import ShelfMaker
from retrieval.passages import Passage
from retrieval.segment import Segmenter

ROOT = Path(__file__).parent.parent
STARTER = ROOT / "knowledge" / "starter"
PRIORS = ROOT / "retrieval" / "priors.json"
ASKED = 2  # of the similar questions that were left off
PRECISION = 0.95
THRESHOLDS = Thresholds(answer=0.85, offer=0.2)  # until the library itself has been measured
EXACT = 8.0  # a phrasing letter for letter: never met in the trials, so it is given


def load_entries() -> list[Passage]:
    """The pack's entries with all their phrasings."""
    return [
        Passage(entry["id"], "entry", (entry["standard_question"], *entry["similar_questions"]))
        for path in sorted((STARTER / "entries").glob("*.toml"))
        for entry in tomllib.loads(path.read_text("utf-8"))["entry"]
    ]


def ask(entries: list[Passage], similar: int, segmenter: Segmenter) -> list[Trial]:
    """The trials of a shelf whose entries keep `similar` of their similar questions."""
    maker = ShelfMaker(ENTRIES, segmenter)
    kept = [replace(entry, questions=entry.questions[: 1 + similar]) for entry in entries]
    maker.change(kept, ())
    shelf = maker.shelf()
    found = []
    for entry in entries:
        for text in entry.questions[1 + similar :][:ASKED]:
            question, card = Question.cut(text, segmenter), shelf.cards[entry.id]
            found += [inside(shelf, question, card), outside(shelf, question, card)]
    return found


def readable(calibration: Calibration) -> dict[str, Any]:
    choice = calibration.choice
    return {
        "candidate": _named(FEATURES, choice.candidate),
        "none": _named(NONE_FEATURES, choice.none),
        "answer": THRESHOLDS.answer,
        "offer": THRESHOLDS.offer,
    }


def _named(names: tuple[str, ...], weights: tuple[float, ...]) -> dict[str, float]:
    return {name: round(weight, 3) for name, weight in zip(names, weights, strict=True)}


def main() -> None:
    segmenter = Segmenter()
    entries = load_entries()
    nothing = [0.0] * len(FEATURES)
    nothing[FEATURES.index("exact")] = EXACT
    start = Calibration(Choice(tuple(nothing), (0.0,) * len(NONE_FEATURES)), THRESHOLDS)
    priors = json.loads(PRIORS.read_text("utf-8"))
    for kind, numbers in (("bare", (0,)), ("entry", (2, 5))):
        found = [trial for number in numbers for trial in ask(entries, number, segmenter)]
        priors[kind] = readable(calibrate(found, start, PRECISION))
        right = [trial.example.right == 0 for trial in found if trial.in_scope]
        print(kind, len(found), "trials, first is right", sum(right) / len(right), priors[kind])
    PRIORS.write_text(json.dumps(priors, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
