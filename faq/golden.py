"""Golden questions: what must not change, and what a change does to it."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from faq.observations import Meaning
from faq.starter import FOLDER
from retrieval.decide import Decision
from retrieval.labels import Label, read_labels
from retrieval.library import Library
from retrieval.passages import Passage, Scope
from retrieval.places import Gazetteer
from retrieval.segment import normalise

Verdict = Literal["right", "wrong", "asked_back", "handed_over"]
VERDICT_NAMES: dict[Verdict, str] = {
    "right": "处理对",
    "wrong": "答错",
    "asked_back": "列出候选",
    "handed_over": "转人工",
}
QUESTIONS = FOLDER / "questions.jsonl"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a question: the verdict, and what it is answered with."""

    verdict: Verdict
    action: str
    passage_id: str | None
    confidence: float

    @property
    def answer(self) -> tuple[str, str | None]:
        return self.action, self.passage_id if self.action == "answer" else None


@dataclass(frozen=True, slots=True)
class Change:
    """A golden question that is treated otherwise after a change."""

    question: str
    before: Outcome
    after: Outcome

    @property
    def worse(self) -> bool:
        """It was right, or harmless, and is not any more."""
        order: tuple[Verdict, ...] = ("wrong", "handed_over", "asked_back", "right")
        return order.index(self.after.verdict) < order.index(self.before.verdict)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of labelled questions. Raises OSError, ValueError."""
    lines = path.read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def label_rows(
    rows: Iterable[dict[str, Any]], passages: Iterable[Passage], gazetteer: Gazetteer
) -> list[Label]:
    """Rows as labels; a place that the question names goes before the one it is labelled with."""
    return read_labels(
        rows, passages, lambda text, region: _regions_of(text, gazetteer, region or None)
    )


def label_meanings(meanings: Sequence[Meaning], gazetteer: Gazetteer) -> list[Label]:
    """What askers and managers have said questions mean, as labels."""
    return [
        Label(meaning.question, meaning.passage_id, regions=gazetteer.around(meaning.region))
        for meaning in meanings
    ]


def label_question(text: str, gazetteer: Gazetteer) -> Label:
    """A question of which nobody has said what it means, from the place that it names."""
    return Label(text, None, regions=_regions_of(text, gazetteer))


def _regions_of(
    text: str, gazetteer: Gazetteer, region: str | None = None
) -> frozenset[str] | None:
    """Around the one place that a question names, else around the given one."""
    named = gazetteer.places(normalise(text))
    return gazetteer.around(named[0] if len(named) == 1 else region)


def ask_all(library: Library, labels: Sequence[Label], today: str) -> list[Outcome]:
    """What the library does with each labelled question on a day (ISO date)."""
    return [
        _judge(label, library.decide(label.text, Scope(today, label.regions))) for label in labels
    ]


def count_verdicts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many of each; with the number of questions as "questions"."""
    counts = Counter(outcome.verdict for outcome in outcomes)
    return {"questions": counts.total(), **{name: counts[name] for name in VERDICT_NAMES}}


def compare(
    labels: Sequence[Label], before: Sequence[Outcome], after: Sequence[Outcome]
) -> list[Change]:
    """The questions whose answer differs, the worse ones first."""
    changes = [
        Change(label.text, old, new)
        for label, old, new in zip(labels, before, after, strict=True)
        if old.answer != new.answer
    ]
    return sorted(changes, key=lambda change: not change.worse)


def _judge(label: Label, decision: Decision) -> Outcome:
    first = decision.hits[0].passage.id if decision.hits else None
    return Outcome(_verdict(label, decision, first), decision.action, first, decision.confidence)


def _verdict(label: Label, decision: Decision, first: str | None) -> Verdict:
    if decision.action == "answer":
        return "right" if first in label.right else "wrong"
    if not label.right:
        return "right"
    return "asked_back" if decision.action == "clarify" else "handed_over"
