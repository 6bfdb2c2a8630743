"""Texts to measure with: of a given number and length, the same in every run."""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import jieba

from retrieval.segment import Segmenter

BENCH = Path(__file__).parent.parent.parent / "shared" / "bench"

Words = list[str]


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences as they were written and cut into words, and where they are from."""

    origin: str
    texts: list[str]
    words: list[Words]


def load_sentences(segmenter: Segmenter) -> Sentences:
    """The sentences of the development sets where those are at hand, else made-up ones."""
    if BENCH.is_dir():
        texts = list(dict.fromkeys(_bench_texts()))
        return Sentences("sentences of ../shared/bench", texts, list(map(segmenter.words, texts)))
    words = list(_invented(80_000))
    return Sentences(
        "words of jieba's dictionary drawn by their frequency", list(map("".join, words)), words
    )


def _bench_texts() -> Iterator[str]:
    for path in sorted(BENCH.glob("pairs/*.jsonl")):
        for row in map(json.loads, path.open(encoding="utf-8")):
            yield row["a"]
            yield row["b"]
    for path in sorted(BENCH.glob("*/passages.jsonl")):
        for row in map(json.loads, path.open(encoding="utf-8")):
            yield from (text for text in re.split("[。！？；\n]", row["text"]) if len(text) > 3)
    for path in sorted(BENCH.glob("faq_*/queries.jsonl")):
        yield from (row["query"] for row in map(json.loads, path.open(encoding="utf-8")))


def _invented(count: int) -> Iterator[Words]:
    """Sentences of 4 to 16 words. The dictionary's frequencies follow Zipf's law closely."""
    chance = random.Random(1)
    frequencies: dict[str, int] = jieba.dt.gen_pfdict(jieba.dt.get_dict_file())[0]
    words = list(frequencies)
    sums = list(accumulate(frequencies.values()))
    for _ in range(count):
        yield chance.choices(words, cum_weights=sums, k=chance.randint(4, 16))


def make_texts(sentences: Sentences, count: int, words: int = 110) -> Iterator[Words]:
    """Texts of somewhat more than so many words, recombined from sentences."""
    chance = random.Random(2)
    for _ in range(count):
        text: Words = []
        while len(text) < words:
            text += sentences.words[int(chance.random() * len(sentences.words))]
        yield text


def make_queries(sentences: Sentences, count: int) -> list[Words]:
    """Half whole sentences, half with two words in five left out; up to 12 words."""
    chance = random.Random(3)
    queries: list[Words] = []
    while len(queries) < count:
        query = chance.choice(sentences.words)
        if len(queries) % 2:
            query = [word for word in query if chance.random() < 0.6] or query[:1]
        if query:
            queries.append(query[:12])
    return queries


def make_questions(sentences: Sentences, count: int) -> list[str]:
    """Different short sentences as they were written."""
    short = [text for text in sentences.texts if 4 <= len(text) < 40]
    return random.Random(4).sample(short, count)
