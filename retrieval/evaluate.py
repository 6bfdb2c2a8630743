"""Measures a library on labelled questions.

    python -m retrieval.evaluate bench FOLDER [--similar 0|5|10] --out FILE

loads a folder of questions and entries (or policy passages) into an empty library, calibrates it
without looking at the questions, and writes one line of prediction for each of them.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from retrieval.decide import Decision, Hit
from retrieval.labels import Label
from retrieval.library import Library
from retrieval.passages import Passage, Scope
from retrieval.report import Outcome
from retrieval.segment import Segmenter

_SCOPE = Scope(today="2000-01-01")
_RANKED = 10


def load_folder(folder: Path, similar: int) -> list[Passage]:
    """The passages of a bench folder; of each entry its first `similar` similar questions."""
    if (folder / "faq.jsonl").exists():
        return [_entry(row, similar) for row in _rows(folder / "faq.jsonl")]
    return [
        Passage(row["id"], "clause", text=row["text"], title=row.get("title", ""), group=row["doc"])
        for row in _rows(folder / "passages.jsonl")
    ]


def _entry(row: dict[str, Any], similar: int) -> Passage:
    others = [*row.get("similar", []), *row.get("more_similar", [])]
    return Passage(row["id"], "entry", (row["question"], *others[:similar]))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def prediction(question_id: str, decision: Decision) -> dict[str, Any]:
    """One line for `score_bench.py`. Clauses are ranked as documents, a document being as probable
    as its clauses together, and once more by themselves as `passages`."""
    shares: dict[str, float] = {}
    for hit in decision.hits:
        name = _name(hit)
        shares[name] = shares.get(name, 0.0) + hit.confidence
    ranked = sorted(shares, key=lambda name: -shares[name])[:_RANKED]
    return {
        "id": question_id,
        "ranked": ranked,
        "passages": [hit.passage.id for hit in decision.hits[:_RANKED]],
        "confidence": round(shares[ranked[0]], 6) if ranked else 0.0,
        "action": decision.action,
        "shown": list(dict.fromkeys(map(_name, decision.shown))),
    }


def _name(hit: Hit) -> str:
    return hit.passage.group or hit.passage.id


def judge(library: Library, labels: Iterable[Label], today: str) -> list[Outcome]:
    """What the library decides on labelled questions, each asked from its own place."""
    return [
        Outcome(label, library.decide(label.text, Scope(today, label.regions))) for label in labels
    ]


def predict(library: Library, folder: Path) -> Iterator[dict[str, Any]]:
    """The predictions for all questions of a bench folder."""
    for row in _rows(folder / "queries.jsonl"):
        yield prediction(row["id"], library.decide(row["query"], _SCOPE))


def bench(folder: Path, similar: int, out: Path) -> None:
    """Loads a bench folder into an empty library, calibrates it, and writes the predictions."""
    library = Library(Segmenter())
    library.publish(load_folder(folder, similar))
    library.refit()
    with out.open("w", encoding="utf-8") as lines:
        for found in predict(library, folder):
            lines.write(json.dumps(found, ensure_ascii=False) + "\n")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m retrieval.evaluate")
    commands = parser.add_subparsers(required=True)
    on_folder = commands.add_parser("bench", help="predictions for a folder of questions")
    on_folder.add_argument("folder", type=Path)
    on_folder.add_argument("--similar", type=int, default=5, choices=(0, 5, 10))
    on_folder.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    bench(options.folder, options.similar, options.out)


if __name__ == "__main__":
    main(sys.argv[1:])
