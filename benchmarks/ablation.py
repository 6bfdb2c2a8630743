"""What each part of finding and deciding gains: the development sets without one part after the
other.

    python -m benchmarks.ablation

Writes its section of RESULTS.md.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any
from unittest.mock import patch

from benchmarks.quality import SETS, measure, percent
from benchmarks.results import measured, render_table, replace_section
from benchmarks.starter_store import Store, load_labels, load_store
from faq.golden import VERDICT_NAMES, ask_all, count_verdicts
from retrieval import features
from retrieval.homophones import Homophones
from retrieval.library import Library
from retrieval.passages import Kind
from retrieval.segment import BIGRAM, CHAR, WORD, Segmenter

# The sets that tell of a kind of passage, with the similar questions that entries get.
TELLING: dict[Kind, tuple[tuple[str, int], ...]] = {
    "entry": (("faq_broker", 5), ("faq_broker", 0), ("faq_general", 0)),
    "clause": (("policy_wiki", 0), ("policy_gov", 0)),
}
HEADERS: dict[Kind, str] = {
    "entry": "Entries: customer service with 5 and 0 similar questions, questions of every kind",
    "clause": "Clauses: encyclopedia, city answers",
}

Part = tuple[str, Callable[[], Any]]


def main() -> None:
    if not SETS.is_dir():
        sys.exit(f"没有开发集：{SETS}")
    segmenter = Segmenter()
    tables = [*(_table(kind, segmenter) for kind in TELLING), _own_table(load_store())]
    text = "\n".join(
        [
            "## What each part gains (`python -m benchmarks.ablation`)\n",
            f"{measured()}",
            "Each line is the whole without one part, the change in points: R@1, what could be"
            " answered in scope at a precision\nof 95 %, what is answered, and how much of all"
            " answers is right. Differences under a point are noise. These sets hold\nno answers of"
            " entries: what is read in answers shows in our own questions alone.\n",
            *tables,
        ]
    )
    print(text)
    replace_section("ablation", text)


def _table(kind: Kind, segmenter: Segmenter) -> str:
    whole = _measured(kind, segmenter)
    rows = [["all of it", *map(percent, whole)]]
    for title, without in parts(kind):
        with without():
            rows.append([title, *_changes(_measured(kind, segmenter), whole)])
    for term, title in ((WORD, "words"), (CHAR, "characters"), (BIGRAM, "pairs")):
        found = _measured(kind, _Deaf(term))
        rows.append([f"without {title} in the index", *_changes(found, whole)])
    found = _measured(kind, segmenter, calibrated=False)
    rows.append(["without self-calibration", *_changes(found, whole)])
    header = [
        "",
        *(f"{what} ({place})" for place in range(1, 1 + len(TELLING[kind])) for what in _FIGURES),
    ]
    return render_table(HEADERS[kind], header, rows)


_FIGURES = ("R@1", "at 95 %", "answered", "precision")


def _measured(kind: Kind, segmenter: Segmenter, calibrated: bool = True) -> list[float]:
    found = []
    for name, similar in TELLING[kind]:
        score = measure(SETS / name, similar, segmenter, calibrated)
        found += [
            score["ranking"]["R@1"],
            score["confidence"]["in-scope answered at precision 0.95"],
            score["decision"]["in"]["answered"],
            score["decision"]["precision of answers"],
        ]
    print(" ", *map(percent, found), file=sys.stderr, flush=True)
    return found


def _changes(found: list[float], whole: list[float]) -> list[str]:
    points = [round(100 * (one - other), 1) for one, other in zip(found, whole, strict=True)]
    return [f"{point:+.1f}" if point else "0" for point in points]


def _own_table(store: Store) -> str:
    """Our own held questions, asked of a library that was fitted to the others."""
    learnt, held = load_labels(store, "fit"), load_labels(store, "held")
    segmenter = Segmenter(store.words)

    def counts() -> list[int]:
        trial = Library(segmenter, store.synonyms)
        trial.publish([*store.entries, *store.clauses])
        trial.refit(learnt)
        found = count_verdicts(ask_all(trial, held, date.today().isoformat()))
        print(" ", found, file=sys.stderr, flush=True)
        return [found[verdict] for verdict in VERDICT_NAMES]

    rows = [["all of it", *map(str, counts())]]
    for kind in TELLING:
        for title, without in parts(kind):
            with without():
                rows.append([f"{title} ({kind})", *map(str, counts())])
    return render_table(f"Our own held questions ({len(held)})", ["", *VERDICT_NAMES], rows)


def parts(kind: Kind) -> Iterator[Part]:
    """What can be taken away of what compares passages of a kind, and how."""
    if kind == "entry":
        yield "without the mean phrasing in the ranking", lambda: _changed(kind, centroid=0.0)
        yield "without mending homophones", lambda: patch.object(Homophones, "__call__", _as_typed)
    else:
        yield "without the whole document", lambda: _changed(kind, document=0.0)
        yield "with the words that only ask", lambda: _changed(kind, asking=True)
    for name in features.RECIPES[kind].features:
        yield f"without {name}", lambda name=name: _less(kind, name)


def _as_typed(_mend: Homophones, text: str) -> str:
    return text


@contextmanager
def _changed(kind: Kind, **changes: Any) -> Iterator[None]:
    recipe = replace(features.RECIPES[kind], **changes)
    with patch.dict(features.RECIPES, {kind: recipe}):
        yield


@contextmanager
def _less(kind: Kind, name: str) -> Iterator[None]:
    kept = tuple(each for each in features.RECIPES[kind].features if each != name)
    with _changed(kind, features=kept):
        yield


class _Deaf(Segmenter):
    """Does not hear one kind of term."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind

    def terms(self, text: str) -> list[str]:
        return [term for term in super().terms(text) if term[0] != self._kind]


if __name__ == "__main__":
    main()
