"""A whole library measured: deciding, publishing and what askers notice of it, starting, memory.

As a program of its own it is the fresh process whose start or memory is measured:

    python -m benchmarks.speed_library start|library|questions|texts FILE
"""

import gc
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.speed_corpus import Sentences, make_questions, make_texts
from retrieval.heap import give_back
from retrieval.index import Index
from retrieval.library import Library
from retrieval.passages import Passage, Scope
from retrieval.segment import Segmenter

ENTRIES, PHRASINGS, QUESTIONS = 10_000, 6, 1_000
CHANGES = 300
BREAK = 0.02  # seconds
TEXTS = 100_000  # for memory
SCOPE = Scope("2026-01-01")
ANSWER = "请携带申请表到政务服务中心综合窗口办理。"


def measure_library(sentences: Sentences) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Header and rows of the table."""
    texts = make_questions(sentences, ENTRIES * PHRASINGS + QUESTIONS)
    questions, passages = texts[:QUESTIONS], list(make_passages(texts[QUESTIONS:]))
    library = Library(Segmenter())
    library.publish(passages)
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(0.001)  # as the server does
    for question in questions[:100]:
        library.decide(question, SCOPE)
    deciding = [_milliseconds(partial(library.decide, question, SCOPE)) for question in questions]
    published, withdrawn = change(library)
    with Asker(library, questions) as asker:
        time.sleep(1)
        alone = asker.take_times()
        change(library, BREAK)
        meanwhile = asker.take_times()
    return ["milliseconds", "median", "p99", "longest"], [
        ["one decision", *_figures(deciding)],
        ["an entry published until it is found", *_figures(published)],
        ["an entry withdrawn until it is not", *_figures(withdrawn)],
        ["one decision of a thread that asks without a break", *_figures(alone)],
        ["the same while an entry is changed every 20 ms", *_figures(meanwhile)],
        *measure_start(passages),
        *measure_memory(sentences),
    ]


def make_passages(texts: Sequence[str]) -> Iterator[Passage]:
    """Entries with their phrasings."""
    rest = iter(texts)
    for number in range(ENTRIES):
        questions = tuple(islice(rest, PHRASINGS))
        yield Passage(f"entry:{number}", "entry", questions, ANSWER)


def change(library: Library, pause: float = 0.0) -> tuple[list[float], list[float]]:
    """Publishes and withdraws entries in turn; milliseconds until a search shows it."""
    published, withdrawn = [], []
    for number in range(CHANGES):
        question = f"第{number}号专用窗口在哪里"
        entry = Passage("entry:new", "entry", (question, *[f"{question}{i}" for i in "甲乙丙丁戊"]))

        def found(question: str = question) -> bool:
            hits = library.search(question, SCOPE, 3)
            return any(hit.passage.id == "entry:new" for hit in hits)

        def publish(entry: Passage = entry, found: Callable[[], bool] = found) -> None:
            library.publish([entry])
            assert found()

        def withdraw(found: Callable[[], bool] = found) -> None:
            library.withdraw(["entry:new"])
            assert not found()

        time.sleep(pause)
        published.append(_milliseconds(publish))
        time.sleep(pause)
        withdrawn.append(_milliseconds(withdraw))
    return published, withdrawn


class Asker:
    """A thread that asks one question after the other and notes how long each took."""

    def __init__(self, library: Library, questions: Sequence[str]) -> None:
        self._library, self._questions = library, questions
        self._times: list[float] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> "Asker":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def take_times(self) -> list[float]:
        """The milliseconds of the decisions since the last call."""
        times, self._times = self._times, []
        return times

    def _ask(self) -> None:
        while not self._stop.is_set():
            for question in self._questions[:50]:
                self._times.append(_milliseconds(partial(self._library.decide, question, SCOPE)))


def measure_start(passages: Sequence[Passage]) -> list[Sequence[str]]:
    """From the start of a process to its first answer, the first time and the second."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "questions.json"
        path.write_text(json.dumps([passage.questions for passage in passages]))
        first, second = (_milliseconds(lambda: _run("start", path)) for _ in range(2))
    return [
        ["process start to first answer, texts never seen", f"{first:.0f}", "", ""],
        ["the same with the terms of the last start", f"{second:.0f}", "", ""],
    ]


def measure_memory(sentences: Sentences) -> list[Sequence[str]]:
    """What TEXTS texts add to a process, in a fresh one."""
    questions = make_questions(sentences, ENTRIES * PHRASINGS)
    kinds = {
        "a library of questions": ("library", questions),
        "an index of questions as mixed terms": ("questions", questions),
        "an index of texts of 110 words": (
            "texts",
            [" ".join(words) for words in make_texts(sentences, TEXTS)],
        ),
    }
    rows: list[Sequence[str]] = []
    for name, (kind, texts) in kinds.items():
        with TemporaryDirectory() as folder:
            path = Path(folder) / "texts"
            path.write_text("\n".join(texts))
            grown = float(_run(kind, path)) * TEXTS / len(texts)
        rows.append([f"memory per {TEXTS:,} texts: {name}", f"{grown:.0f} MB", "", ""])
    return rows


def _run(task: str, path: Path) -> str:
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.speed_library", task, str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def start(path: Path) -> None:
    """Loads a library and gives one answer."""
    segmenter = Segmenter()
    library = Library(segmenter)
    texts = [text for questions in json.loads(path.read_text()) for text in questions]
    with library.cutter.remembering(path.with_suffix(".terms")):
        library.publish(make_passages(texts))
    library.decide(texts[0], SCOPE)


def weigh(kind: str, path: Path) -> None:
    """Prints how many megabytes an index or a library of the lines of a file adds."""
    segmenter = Segmenter()
    lines = path.read_text().splitlines()
    gc.collect()
    before = _resident()
    if kind == "library":
        library = Library(segmenter)
        library.publish(make_passages(lines))
    else:
        cut = segmenter.terms if kind == "questions" else str.split
        index = Index()
        index.add((str(number), cut(line)) for number, line in enumerate(lines))
    gc.collect()
    give_back()
    print(_resident() - before)


def _resident() -> float:
    """Megabytes of this process in memory (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def _milliseconds(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return (time.perf_counter() - begin) * 1e3


def _figures(times: Sequence[float]) -> list[str]:
    return [f"{figure:.2f}" for figure in (np.median(times), np.quantile(times, 0.99), max(times))]


if __name__ == "__main__":
    if sys.argv[1] == "start":
        start(Path(sys.argv[2]))
    else:
        weigh(sys.argv[1], Path(sys.argv[2]))
