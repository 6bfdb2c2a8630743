"""Measures a library on labelled questions.

    python -m retrieval.evaluate bench FOLDER [--similar 0|5|10] --out FILE

loads a folder of questions and entries (or policy passages) into an empty library, calibrates it
without looking at the questions, and writes one line of prediction for each of them.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from retrieval.decide import Decision, Hit
from retrieval.library import Library
from retrieval.live_repair import LiveRepair
from retrieval.passages import Passage, Scope
from retrieval.segment import Segmenter, normalise

_SCOPE = Scope(today="2000-01-01")
_RANKED = 10
_ENTRIES, _CLAUSES, _QUESTIONS = "faq.jsonl", "passages.jsonl", "queries.jsonl"


class BadFolder(Exception):
    """A folder that is not in the format, said in a line."""


@dataclass(slots=True)
class Bench:
    """The passages of a folder. Ids there may be of any kind and occur twice; here they are texts
    that occur once, and `ids` and `documents` say what they stand for."""

    passages: list[Passage] = field(default_factory=list)
    ids: dict[str, Any] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)

    def name(self, given: Any) -> str:
        """A name of its own for one more passage of this id."""
        name = str(given)
        while name in self.ids:
            name += "+"
        self.ids[name] = given
        return name

    def document(self, hit: Hit) -> Any:
        """The id of the document that a hit is from, or of the entry."""
        group = hit.passage.group
        return self.documents[group] if group else self.ids[hit.passage.id]


def load_folder(folder: Path, similar: int) -> Bench:
    """The passages of a bench folder; of each entry its first `similar` similar questions. Raises
    BadFolder."""
    bench = Bench()
    if (folder / _ENTRIES).exists():
        for row in _rows(folder / _ENTRIES, "id", "question"):
            others = [*(row.get("similar") or ()), *(row.get("more_similar") or ())]
            questions = (row["question"], *others[:similar])
            bench.passages.append(Passage(bench.name(row["id"]), "entry", questions))
        return bench
    for row in _rows(folder / _CLAUSES, "id", "text"):
        document = row.get("doc")
        group = "" if document is None else str(document)
        bench.documents[group] = document
        title = row.get("title") or ""
        bench.passages.append(
            Passage(bench.name(row["id"]), "clause", text=row["text"], title=title, group=group)
        )
    return bench


def _rows(path: Path, *needed: str) -> Iterator[dict[str, Any]]:
    """The rows of a file. Raises BadFolder."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    row = json.loads(line)
                    if not isinstance(row, dict) or any(row.get(name) is None for name in needed):
                        raise BadFolder(f"{path}, line {number}: {', '.join(needed)} expected")
                    yield row
    except OSError as error:
        raise BadFolder(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise BadFolder(f"{path}: {error}") from error


def prediction(question_id: Any, decision: Decision, bench: Bench) -> dict[str, Any]:
    """One line for `score_bench.py`. Clauses are ranked as documents, a document being as probable
    as its clauses together, and once more by themselves as `passages`."""
    shares: dict[Any, float] = {}
    for hit in decision.hits:
        document = bench.document(hit)
        shares[document] = shares.get(document, 0.0) + hit.confidence
    ranked = sorted(shares, key=lambda document: -shares[document])[:_RANKED]
    passages = dict.fromkeys(bench.ids[hit.passage.id] for hit in decision.hits)
    return {
        "id": question_id,
        "ranked": ranked,
        "passages": list(passages)[:_RANKED],
        "confidence": round(shares[ranked[0]], 6) if ranked else 0.0,
        "action": decision.action,
        "shown": list(dict.fromkeys(map(bench.document, decision.shown))),
    }


def predict(library: Library, folder: Path, bench: Bench) -> Iterator[dict[str, Any]]:
    """The predictions for all questions of a bench folder. Raises BadFolder."""
    repair = LiveRepair(library.cutter)
    repair.publish(bench.passages)
    for row in load_questions(folder):
        yield prediction(row["id"], _decide(library, repair, row["query"]), bench)


def _decide(library: Library, repair: LiveRepair, question: str) -> Decision:
    """The decision on a question as it was typed; where that is no answer, and with its slips put
    right it is nearer to one, that one. Too doubtful a repair is not answered."""
    best = library.decide(question, _SCOPE)
    sure = best.confidence
    for repaired in repair.readings(normalise(question)):
        if best.action == "answer":
            break
        found = library.decide(repaired.text, _SCOPE)
        trusted = found.confidence * repaired.prior
        if found.action == "answer" and trusted < found.threshold:
            continue
        if (found.nearness, trusted) > (best.nearness, sure):
            best, sure = found, trusted
    return best


def load_questions(folder: Path) -> Iterator[dict[str, Any]]:
    """The questions of a bench folder, with `id` and `query`. Raises BadFolder."""
    return _rows(folder / _QUESTIONS, "id", "query")


def run_bench(folder: Path, similar: int, out: Path) -> None:
    """Loads a bench folder into an empty library, calibrates it, and writes the predictions.
    Raises BadFolder."""
    bench = load_folder(folder, similar)
    library = Library(Segmenter())
    library.publish(bench.passages)
    library.refit()
    with out.open("w", encoding="utf-8") as lines:
        for found in predict(library, folder, bench):
            lines.write(json.dumps(found, ensure_ascii=False) + "\n")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m retrieval.evaluate")
    commands = parser.add_subparsers(required=True)
    on_folder = commands.add_parser("bench", help="predictions for a folder of questions")
    on_folder.add_argument("folder", type=Path)
    on_folder.add_argument("--similar", type=int, default=5, choices=(0, 5, 10))
    on_folder.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        run_bench(options.folder, options.similar, options.out)
    except BadFolder as error:
        parser.exit(2, f"{error}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
