"""How good finding and deciding are on the public development sets, and what each part gains.

    python -m benchmarks.quality                 the sets under ../shared/bench
    python -m benchmarks.quality --ablation      the same without one part after the other

Prints tables. The sets are for research: they are measured with and nothing of them is shipped.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.speed import machine, print_table
from benchmarks.typed_badly import traditional, two_homophones, write_copy
from retrieval import features
from retrieval.evaluate import load_folder, predict
from retrieval.homophones import Homophones
from retrieval.library import Library
from retrieval.passages import Kind
from retrieval.segment import BIGRAM, CHAR, WORD, Segmenter

SETS = Path(__file__).parent.parent.parent / "shared" / "bench"
FAQ = [("faq_broker", 0), ("faq_broker", 5), ("faq_broker", 10), ("faq_general", 0)]
POLICY = ["policy_gov", "policy_wiki"]
AT = ("0.9", "0.95", "0.98")

Score = dict[str, Any]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--ablation", action="store_true")
    given = options.parse_args()
    if not SETS.is_dir():
        sys.exit(f"没有开发集：{SETS}")
    segmenter = Segmenter()
    print(f"{machine()}\n")
    if given.ablation:
        print_ablation(segmenter)
        return
    scores = {(name, similar): measure(SETS / name, similar, segmenter) for name, similar in FAQ}
    scores |= {(name, 0): measure(SETS / name, 0, segmenter) for name in POLICY}
    print_table("Ranking, %", *ranking_rows(scores))
    print_table("Deciding, %", *deciding_rows(scores))
    print_table("Typed badly, R@1, %", *badly_rows(scores, segmenter))


def measure(folder: Path, similar: int, segmenter: Segmenter, calibrated: bool = True) -> Score:
    """What `score_bench.py` says of a library filled from a folder, and R@1 of passages."""
    library = Library(segmenter)
    bench = load_folder(folder, similar)
    library.publish(bench.passages)
    if calibrated:
        library.refit()
    found = list(predict(library, folder, bench))
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".jsonl") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in found)
        lines.flush()
        command = [sys.executable, str(SETS / "score_bench.py"), str(folder), lines.name]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {**json.loads(told), "passage R@1": _passages_right(folder, found)}


def _passages_right(folder: Path, found: list[Score]) -> float:
    asked = map(json.loads, (folder / "queries.jsonl").read_text("utf-8").splitlines())
    right = [
        row["passages"][0] in question["passages"]
        for row, question in zip(found, asked, strict=True)
        if question.get("passages") and row["passages"]
    ]
    return sum(right) / len(right) if right else 0.0


def ranking_rows(scores: dict[tuple[str, int], Score]) -> tuple[list[str], list[list[str]]]:
    header = ["set", "similar questions", "R@1", "R@3", "R@5", "passage R@1"]
    rows = []
    for (name, similar), score in scores.items():
        ranking = [_percent(score["ranking"][f"R@{k}"]) for k in (1, 3, 5)]
        passages = _percent(score["passage R@1"]) if score["passage R@1"] else ""
        rows.append([name, str(similar), *ranking, passages])
    return header, rows


def deciding_rows(scores: dict[tuple[str, int], Score]) -> tuple[list[str], list[list[str]]]:
    header = ["set", "similar", *(f"could answer at {at}" for at in AT), "answered", "precision"]
    header += ["right or among 3", "wrong in scope", "near", "far", "AUROC near", "far"]
    return header, [
        [name, str(similar), *_decided(score)] for (name, similar), score in scores.items()
    ]


def _decided(score: Score) -> list[str]:
    sure, done = score["confidence"], score["decision"]
    inside = done["in"]
    served = inside["answered right"] + inside["clarify with the right one among 3"]
    return [
        *(_percent(sure[f"in-scope answered at precision {at}"]) for at in AT),
        _percent(inside["answered"]),
        _percent(done["precision of answers"]),
        _percent(served),
        _percent(inside["answered"] - inside["answered right"]),
        *(_percent(done[k]["answered"]) if k in done else "" for k in ("near_oos", "far_oos")),
        *(_percent(sure[k]) if sure.get(k) else "" for k in ("AUROC in/near", "AUROC in/far")),
    ]


def badly_rows(
    scores: dict[tuple[str, int], Score], segmenter: Segmenter
) -> tuple[list[str], list[list[str]]]:
    rows = []
    for name, similar in (("faq_broker", 5), ("faq_general", 0)):
        before = scores[name, similar]["ranking"]["R@1"]
        for title, change in (("two homophones", two_homophones()), ("traditional", traditional())):
            with tempfile.TemporaryDirectory() as place:
                folder = write_copy(SETS / name, Path(place) / name, change)
                after = measure(folder, similar, segmenter)["ranking"]["R@1"]
            rows.append([name, title, _percent(before), _percent(after), _percent(before - after)])
    return ["set", "questions", "as they were", "typed badly", "loss"], rows


def print_ablation(segmenter: Segmenter) -> None:
    """The table of what is lost when one part is taken away."""
    rows = [_ablated("all of it", segmenter)]
    for title, without in parts():
        with without():
            rows.append(_ablated(title, segmenter))
    for kind, title in ((WORD, "words"), (CHAR, "characters"), (BIGRAM, "pairs")):
        rows.append(_ablated(f"without {title} in the index", _Deaf(kind)))
    rows.append(_ablated("without self-calibration", segmenter, calibrated=False))
    header = ["", "broker 5: R@1", "at 0.95", "AUROC near", "broker 0: R@1", "at 0.95"]
    print_table("Without one part, %", [*header, "wiki: R@1", "at 0.95"], rows)


def _ablated(title: str, segmenter: Segmenter, calibrated: bool = True) -> list[str]:
    row = [title]
    for name, similar in (("faq_broker", 5), ("faq_broker", 0), ("policy_wiki", 0)):
        score = measure(SETS / name, similar, segmenter, calibrated)
        sure = score["confidence"]
        row += [_percent(score["ranking"]["R@1"])]
        row += [_percent(sure["in-scope answered at precision 0.95"])]
        row += [_percent(sure["AUROC in/near"])] if (name, similar) == ("faq_broker", 5) else []
    print(" ", " ".join(row), file=sys.stderr, flush=True)
    return row


def parts() -> Iterator[tuple[str, Callable[[], Any]]]:
    """What can be taken away, and how."""
    yield "without the mean phrasing in the ranking", lambda: _changed("entry", centroid=0.0)
    yield "without the whole document", lambda: _changed("clause", document=0.0)
    yield "without mending homophones", lambda: patch.object(Homophones, "__call__", _as_typed)
    names = dict.fromkeys(features.ENTRIES.features + features.CLAUSES.features)
    for name in names:
        yield f"without {name}", lambda name=name: _less(name)


def _as_typed(_mend: Homophones, text: str) -> str:
    return text


@contextmanager
def _changed(kind: Kind, **changes: Any) -> Iterator[None]:
    recipe = replace(features.RECIPES[kind], **changes)
    with patch.dict(features.RECIPES, {kind: recipe}):
        yield


@contextmanager
def _less(name: str) -> Iterator[None]:
    less = {
        kind: replace(recipe, features=tuple(each for each in recipe.features if each != name))
        for kind, recipe in features.RECIPES.items()
    }
    with patch.dict(features.RECIPES, less):
        yield


class _Deaf(Segmenter):
    """Does not hear one kind of term."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind

    def terms(self, text: str, chars: bool = True) -> list[str]:
        return [term for term in super().terms(text, chars) if term[0] != self._kind]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


if __name__ == "__main__":
    main()
