"""How good finding and deciding are: on our own held questions, put to the assistant as it ships,
and on the public development sets beside rank-bm25 in the same run.

    python -m benchmarks.quality

Writes its sections of RESULTS.md. The sets stand under ../shared/bench; they are for research: they
are measured with and nothing of them is shipped.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.answers import answers_table
from benchmarks.okapi import predict_okapi
from benchmarks.results import measured, render_table, replace_section
from benchmarks.typed_badly import traditional, two_homophones, write_copy
from retrieval.evaluate import load_folder, predict
from retrieval.library import Library
from retrieval.segment import Segmenter

SETS = Path(__file__).parent.parent.parent / "shared" / "bench"
FAQ = [("faq_broker", 0), ("faq_broker", 5), ("faq_broker", 10), ("faq_general", 0)]
POLICY = [("policy_gov", 0), ("policy_wiki", 0)]
NAMES = {
    "faq_broker": "customer service",
    "faq_general": "questions of every kind",
    "policy_gov": "passages, city answers (many near twins)",
    "policy_wiki": "passages, encyclopedia",
}
AT = ("0.9", "0.95", "0.98")

Score = dict[str, Any]
Scores = dict[tuple[str, int], Score]


def main() -> None:
    _write("answers", "Answering our own questions", asyncio.run(answers_table()))
    if not SETS.is_dir():
        sys.exit(f"没有开发集：{SETS}")
    _write("quality", "Finding and deciding, dev sets", _tables())


def _write(section: str, title: str, tables: str) -> None:
    text = f"## {title} (`make bench-quality`)\n\n{measured()}\n\n{tables}"
    print(text)
    replace_section(section, text)


def _tables() -> str:
    segmenter = Segmenter()
    scores = {key: measure(SETS / key[0], key[1], segmenter) for key in [*FAQ, *POLICY]}
    okapi = {key: measure_okapi(SETS / key[0], key[1], segmenter) for key in scores}
    return "\n".join(
        [
            render_table(
                "Finding, %; in brackets rank-bm25 over words in this run, and the ratio",
                *ranking_rows(scores, okapi),
            ),
            render_table("Deciding by thresholds fixed before, %", *deciding_rows(scores)),
            render_table(
                "Answerable in scope at a precision, %; in brackets by rank-bm25's score",
                *possible_rows(scores, okapi),
            ),
            render_table("Typed badly, R@1, %", *badly_rows(scores, segmenter)),
        ]
    )


def measure(folder: Path, similar: int, segmenter: Segmenter, calibrated: bool = True) -> Score:
    """What `score_bench.py` says of a library filled from a folder, and R@1 of passages."""
    library = Library(segmenter)
    bench = load_folder(folder, similar)
    library.publish(bench.passages)
    if calibrated:
        library.refit()
    return _scored(folder, list(predict(library, folder, bench)))


def measure_okapi(folder: Path, similar: int, segmenter: Segmenter) -> Score:
    """The same of rank-bm25 over the words of each text."""
    bench = load_folder(folder, similar)
    return _scored(folder, list(predict_okapi(folder, bench, segmenter)))


def _scored(folder: Path, found: list[Score]) -> Score:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".jsonl") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in found)
        lines.flush()
        command = [sys.executable, str(SETS / "score_bench.py"), str(folder), lines.name]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {**json.loads(told), "passage R@1": _passages_right(folder, found)}


def _passages_right(folder: Path, found: list[Score]) -> float:
    asked = map(json.loads, (folder / "queries.jsonl").read_text("utf-8").splitlines())
    right = [
        row["passages"][:1] != [] and row["passages"][0] in question["passages"]
        for row, question in zip(found, asked, strict=True)
        if question.get("passages")
    ]
    return sum(right) / len(right) if right else 0.0


def ranking_rows(scores: Scores, okapi: Scores) -> tuple[list[str], list[list[str]]]:
    header = ["set", "similar questions", "R@1", "R@3", "R@5", "passage R@1"]
    return header, [
        [
            NAMES[name],
            str(similar) if (name, similar) in FAQ else "–",
            *(
                _beside(score["ranking"][f"R@{k}"], okapi[name, similar]["ranking"][f"R@{k}"])
                for k in (1, 3, 5)
            ),
            _beside(score["passage R@1"], okapi[name, similar]["passage R@1"]),
        ]
        for (name, similar), score in scores.items()
    ]


def _beside(ours: float, theirs: float) -> str:
    if not ours:
        return "–"
    ratio = f", {ours / theirs:.2f} ×" if theirs else ""
    return f"{percent(ours)} ({percent(theirs)}{ratio})"


def deciding_rows(scores: Scores) -> tuple[list[str], list[list[str]]]:
    header = ["set", "similar", "answered in scope", "precision", "right or among 3"]
    header += ["wrong in scope", "near", "far", "AUROC near", "far"]
    return header, [
        [NAMES[name], str(similar), *_decided(score)] for (name, similar), score in scores.items()
    ]


def _decided(score: Score) -> list[str]:
    sure, done = score["confidence"], score["decision"]
    inside = done["in"]
    served = inside["answered right"] + inside["clarify with the right one among 3"]
    return [
        percent(inside["answered"]),
        percent(done["precision of answers"]),
        percent(served),
        percent(inside["answered"] - inside["answered right"]),
        *(percent(done[k]["answered"]) if k in done else "–" for k in ("near_oos", "far_oos")),
        *(percent(sure[k]) if sure.get(k) else "–" for k in ("AUROC in/near", "AUROC in/far")),
    ]


def possible_rows(scores: Scores, okapi: Scores) -> tuple[list[str], list[list[str]]]:
    header = ["set", "similar", *(f"at {float(at):.0%}" for at in AT)]
    return header, [
        [
            NAMES[name],
            str(similar),
            *(
                f"{percent(_possible(score, at))} ({percent(_possible(okapi[name, similar], at))})"
                for at in AT
            ),
        ]
        for (name, similar), score in scores.items()
    ]


def _possible(score: Score, at: str) -> float:
    share: float = score["confidence"][f"in-scope answered at precision {at}"]
    return share


def badly_rows(scores: Scores, segmenter: Segmenter) -> tuple[list[str], list[list[str]]]:
    rows = []
    for name, similar in (("faq_broker", 5), ("faq_general", 0)):
        before = scores[name, similar]["ranking"]["R@1"]
        for title, change in (("two homophones", two_homophones()), ("traditional", traditional())):
            with tempfile.TemporaryDirectory() as place:
                folder = write_copy(SETS / name, Path(place) / name, change)
                after = measure(folder, similar, segmenter)["ranking"]["R@1"]
            rows.append(
                [NAMES[name], title, percent(before), percent(after), percent(before - after)]
            )
    return ["set", "questions", "as they were", "typed badly", "loss"], rows


def percent(share: float) -> str:
    return f"{100 * share:.1f}"


if __name__ == "__main__":
    main()
