"""The starter pack and the policy documents, as a fresh install holds them."""

import asyncio
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bot.schema import MIGRATIONS
from faq.entries import load_changed
from faq.starter import FOLDER, load_starter
from faq.words import load_words
from knowledge.documents import import_file, load_changed_clauses
from knowledge.regions import load_gazetteer
from retrieval.cutter import Cutter
from retrieval.labels import Label, read_labels
from retrieval.passages import Passage
from retrieval.segment import Segmenter
from storage import open_database

POLICIES = Path(__file__).parent.parent.parent / "shared" / "policies"


@dataclass(frozen=True, slots=True)
class Store:
    """What a library is made from."""

    entries: list[Passage]
    clauses: list[Passage]
    words: list[str]
    synonyms: dict[str, str]

    def cutter(self) -> Cutter:
        return Cutter(Segmenter(self.words), self.synonyms)


def load_store() -> Store:
    """Everything published after a first start and an import of the policy documents at hand."""
    return asyncio.run(_load())


async def _load() -> Store:
    gazetteer = load_gazetteer()
    with tempfile.TemporaryDirectory() as folder:
        database = await open_database("", Path(folder) / "store.db", MIGRATIONS)
        await database.write(load_starter, gazetteer)
        for path in sorted(POLICIES.glob("*.txt")):
            data = path.read_bytes()
            await database.write(
                lambda tx, data=data, name=path.name: import_file(
                    tx, data, name, gazetteer, by="fit"
                )
            )
        entries, _, _ = await database.read(load_changed, -1)
        clauses, _, _ = await database.read(load_changed_clauses, -1)
        words, synonyms = await database.read(load_words)
        await database.close()
    return Store(entries, clauses, words, synonyms)


def load_labels(store: Store, part: str) -> list[Label]:
    """The pack's labelled questions of one part ("fit" or "held")."""
    lines = (FOLDER / "questions.jsonl").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["set"] == part]
    passages = [*store.entries, *store.clauses]
    gazetteer = load_gazetteer({region for passage in passages for region in passage.regions})

    def regions_of(text: str, region: str) -> frozenset[str] | None:
        named = gazetteer.places(text, near=region or None)
        return gazetteer.around(named[0] if len(named) == 1 else region)

    return read_labels(rows, passages, regions_of)
