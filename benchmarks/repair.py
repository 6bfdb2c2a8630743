"""How well misspelt questions are put right, and how seldom correct ones are touched.

    python -m benchmarks.repair FOLDER [--similar 0|5|10]

takes a folder in the format of `retrieval.evaluate`, learns the words of its entries, and puts one
and two homophones into each of its questions. Much of what counts as touched is a real slip
of whoever wrote the question; `--show` prints them.
"""

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from retrieval.evaluate import load_folder
from retrieval.pinyin import syllables
from retrieval.repair import Repaired, Repairer
from retrieval.segment import Segmenter, normalise

_COMMON = 300  # as a word of its own in general Chinese; what an input method offers first
_WORDING = {"dialect", "filler", "space"}  # changes that leave what is asked about alone


class Misspeller:
    """Puts homophones into questions, commoner characters rather than rare ones."""

    def __init__(self, segmenter: Segmenter, seed: int = 7) -> None:
        self._random = random.Random(seed)
        self._frequencies = segmenter.frequencies
        self._alike: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for char in map(chr, range(0x4E00, 0x9FA6)):
            if self._frequencies.get(char, 0) >= _COMMON:
                self._alike[syllables(char)].append(char)

    def misspell(self, question: str, slips: int) -> str:
        """The question with so many characters replaced, fewer where nothing sounds alike."""
        chars = list(question)
        places = [place for place, char in enumerate(chars) if "\u4e00" <= char <= "\u9fa5"]
        self._random.shuffle(places)
        for place in places:
            others = [char for char in self._alike[syllables(chars[place])] if char != chars[place]]
            if others and slips:
                weights = [self._frequencies.get(char, 0) ** 0.5 for char in others]
                chars[place] = self._random.choices(others, weights)[0]
                slips -= 1
        return "".join(chars)


def measure(repairer: Repairer, questions: Sequence[tuple[str, str]], show: bool) -> None:
    """Prints how often questions, given with their kind, are touched as they are."""
    times: list[float] = []
    touched: Counter[str] = Counter()
    for text, kind in questions:
        begun = time.perf_counter()
        found = repairer.readings(text)
        times.append((time.perf_counter() - begun) * 1000)
        if found and not _WORDING.issuperset(change.kind for change in found[0].changes):
            touched[kind] += 1
            if show:
                print(f"  {found[0].prior:.2f} {text} → {found[0].text}")
    for kind, count in Counter(kind for _, kind in questions).items():
        print(f"{kind}: {count} correct questions, respelt {100 * touched[kind] / count:.2f} %")
    print(f"ms for a question: median {median(times):.2f}, p99 {_p99(times):.2f}")


def measure_slips(
    repairer: Repairer, misspeller: Misspeller, questions: Sequence[str], slips: int
) -> None:
    """Prints how often a question is read again as it was before it was misspelt."""
    pairs = [(text, misspeller.misspell(text, slips)) for text in questions]
    pairs = [(text, typed) for text, typed in pairs if text != typed]
    read = [(text, repairer.readings(typed)) for text, typed in pairs]
    first = sum(found[:1] != [] and found[0].text == text for text, found in read)
    wrong = sum(
        _is_wrong(text, typed, found) for (text, typed), (_, found) in zip(pairs, read, strict=True)
    )
    print(
        f"{slips} homophones in {len(pairs)} questions: as before {100 * first / len(pairs):.1f} %,"
        f" a right character broken {100 * wrong / len(pairs):.1f} %"
    )


def _is_wrong(text: str, typed: str, found: Sequence[Repaired]) -> bool:
    if not found or len(found[0].text) != len(text):
        return False
    return any(a == b != c for a, b, c in zip(text, typed, found[0].text, strict=True))


def _p99(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.repair")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--similar", type=int, default=5, choices=(0, 5, 10))
    parser.add_argument("--show", action="store_true", help="print what is touched")
    options = parser.parse_args()
    segmenter = Segmenter()
    repairer = Repairer(segmenter)
    for passage in load_folder(options.folder, options.similar).passages:
        for text in passage.questions:
            repairer.publish(segmenter.terms(text))
    lines = (options.folder / "queries.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    questions = [(normalise(row["query"]), row["kind"]) for row in rows]
    measure(repairer, questions, options.show)
    misspeller = Misspeller(segmenter)
    for slips in (1, 2):
        inside = [text for text, kind in questions if kind == "in"]
        measure_slips(repairer, misspeller, inside, slips)


if __name__ == "__main__":
    main()
