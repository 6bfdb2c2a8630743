"""Fits what a library reckons with before it knows itself, from the starter pack alone.

    python -m benchmarks.fit_priors

Puts the pack's entries on a shelf with few or none of their similar questions and asks the others,
once as they are and once with their entry taken off. Writes retrieval/priors.json.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from faq.entries import rule_regions
from faq.starter import FOLDER, read_starter
from knowledge.regions import load_gazetteer
from retrieval.calibrate import Trial, far, inside, near, weighted
from retrieval.cards import Question
from retrieval.choice import NONE_FEATURES, Choice, fit
from retrieval.cutter import Cutter
from retrieval.decide import Thresholds
from retrieval.features import ENTRIES, FEATURES
from retrieval.library import ShelfMaker
from retrieval.passages import Passage
from retrieval.segment import Segmenter

ROOT = Path(__file__).parent.parent
PRIORS = ROOT / "retrieval" / "priors.json"
SIMILAR = (0, 2, 5)  # similar questions that an entry keeps
ASKED = 2  # of those that were left off
TRUST = 20.0
FAR = ("unanswerable", "out_of_domain", "chitchat", "hostile")
THRESHOLDS = Thresholds(answer=0.85, offer=0.2)  # until the library itself has been measured
EXACT = 8.0  # a phrasing letter for letter: never met in the trials, so it is given


def load_passages() -> list[Passage]:
    """The pack's entries with all their phrasings."""
    return [
        Passage(
            entry_id,
            "entry",
            (content.standard_question, *content.similar_questions),
            content.standard_answer,
            regions=rule_regions(content),
        )
        for entry_id, content in read_starter(load_gazetteer())
    ]


def load_far() -> list[str]:
    """Questions of the pack that nothing in it has to do with."""
    rows = map(json.loads, (FOLDER / "questions.jsonl").read_text("utf-8").splitlines())
    return [row["text"] for row in rows if row["kind"] in FAR and row["set"] == "fit"]


def ask(entries: list[Passage], similar: int, cutter: Cutter) -> list[Trial]:
    """The trials of a shelf whose entries keep `similar` of their similar questions."""
    maker = ShelfMaker(ENTRIES, cutter)
    kept = [replace(entry, questions=entry.questions[: 1 + similar]) for entry in entries]
    maker.change(kept, ())
    shelf = maker.shelf()
    found = [far(shelf, Question.cut(text, cutter)) for text in load_far()]
    for entry in entries:
        for text in entry.questions[-ASKED:]:
            question, card = Question.cut(text, cutter), shelf.cards[entry.id]
            found += [inside(shelf, question, card), near(shelf, question, card)]
    return found


def readable(choice: Choice) -> dict[str, Any]:
    return {
        "candidate": _named(FEATURES, choice.candidate),
        "none": _named(NONE_FEATURES, choice.none),
        "answer": THRESHOLDS.answer,
        "offer": THRESHOLDS.offer,
    }


def _named(names: tuple[str, ...], weights: tuple[float, ...]) -> dict[str, float]:
    named = zip(names, weights, strict=True)
    return {name: round(weight, 3) for name, weight in named if abs(weight) >= 0.001}


def main() -> None:
    cutter = Cutter(Segmenter())
    entries = load_passages()
    nothing = [0.0] * len(FEATURES)
    nothing[FEATURES.index("exact")] = EXACT
    start = Choice(tuple(nothing), (0.0,) * len(NONE_FEATURES))
    found = [trial for number in SIMILAR for trial in ask(entries, number, cutter)]
    priors = json.loads(PRIORS.read_text("utf-8"))
    priors["entry"] = readable(fit(weighted(found), start, TRUST, monotone=True))
    print(len(found), "trials;", priors["entry"])
    PRIORS.write_text(json.dumps(priors, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
