"""Searchers to compare with, each behind the same two calls. Those that are not installed are left
out with a visible line."""

import sqlite3
import tempfile
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
from rank_bm25 import BM25Okapi

from benchmarks.speed_corpus import Words
from retrieval.index import Index, Variant

TOP = 10


class Contender(Protocol):
    """Built from texts that are cut into words; finds the TOP best texts for a query's words."""

    name: str

    def build(self, texts: Sequence[Words]) -> None: ...

    def search(self, query: Words) -> Sequence[int] | None:
        """The numbers of the texts, best first; None where only the time is of interest."""


class Ours:
    def __init__(self, variant: Variant) -> None:
        self.name = f"小海马 ({variant})"
        self._variant: Variant = variant

    def build(self, texts: Sequence[Words]) -> None:
        index = Index(self._variant)
        index.add((str(number), text) for number, text in enumerate(texts))
        self._snapshot = index.snapshot

    def search(self, query: Words) -> list[int]:
        return [int(hit.key) for hit in self._snapshot.search(query, TOP)]

    def scores(self, query: Words, numbers: Sequence[int]) -> list[float]:
        return self._snapshot.score(query, map(str, numbers))


class RankBm25:
    name = "rank-bm25"

    def build(self, texts: Sequence[Words]) -> None:
        self._index = BM25Okapi(texts)

    def search(self, query: Words) -> list[int]:
        scores = self._index.get_scores(query)
        top = np.argpartition(scores, -TOP)[-TOP:]
        numbers: list[int] = top[np.argsort(-scores[top])].tolist()
        return numbers


class Bm25s:
    def __init__(self, backend: str) -> None:
        self.name = f"bm25s ({backend})"
        self._backend = backend

    def build(self, texts: Sequence[Words]) -> None:
        self._index = import_module("bm25s").BM25(
            method="lucene", k1=1.5, b=0.75, backend=self._backend
        )
        self._index.index(texts, show_progress=False)
        self.search(list(texts[0][:3]))  # compiles

    def search(self, query: Words) -> None:
        self._index.retrieve([query], k=TOP, show_progress=False)


class Tantivy:
    name = "tantivy"

    def build(self, texts: Sequence[Words]) -> None:
        tantivy = self._library = import_module("tantivy")
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
        self._schema = builder.build()
        self._folder = tempfile.TemporaryDirectory()
        index = tantivy.Index(self._schema, path=self._folder.name)
        writer = index.writer(heap_size=200_000_000, num_threads=1)
        for text in texts:
            writer.add_document(tantivy.Document(body=[" ".join(text)]))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def search(self, query: Words) -> None:
        library = self._library
        terms = [
            (library.Occur.Should, library.Query.term_query(self._schema, "body", word))
            for word in query
        ]
        self._searcher.search(library.Query.boolean_query(terms), TOP)


class Fts5:
    name = "SQLite FTS5"

    def build(self, texts: Sequence[Words]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._db = sqlite3.connect(Path(self._folder.name) / "texts.db")
        self._db.execute("CREATE VIRTUAL TABLE texts USING fts5(body, content='')")
        rows = ((number, " ".join(text)) for number, text in enumerate(texts))
        self._db.executemany("INSERT INTO texts (rowid, body) VALUES (?, ?)", rows)
        self._db.execute("INSERT INTO texts (texts) VALUES ('optimize')")
        self._db.commit()

    def search(self, query: Words) -> None:
        words = " OR ".join('"' + word.replace('"', "") + '"' for word in query)
        self._db.execute(
            "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?", (words, TOP)
        ).fetchall()


def contenders() -> list[Contender]:
    """rank-bm25 first, ours next, then whoever is installed."""
    found: list[Contender] = [RankBm25(), Ours("lucene"), Ours("okapi")]
    others: list[tuple[str, Contender]] = [
        ("bm25s", Bm25s("numpy")),
        ("numba", Bm25s("numba")),
        ("tantivy", Tantivy()),
    ]
    for package, contender in others:
        if find_spec(package) is None:
            print(f"left out: {contender.name}, because {package} is not installed")
        else:
            found.append(contender)
    return [*found, Fts5()]
