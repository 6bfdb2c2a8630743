"""What this process can answer with, kept up with the database."""

import asyncio

from faq.entries import ROOT, load_changed, load_regions
from faq.entries import TOPIC as ENTRIES
from faq.words import load_words
from knowledge.documents import TOPIC as DOCUMENTS
from knowledge.documents import list_documents, load_changed_clauses
from knowledge.regions import load_added_regions, load_gazetteer
from retrieval.library import Library
from retrieval.passages import Passage
from retrieval.places import Gazetteer
from retrieval.segment import Segmenter
from storage import Database, Transaction


class LiveLibrary:
    """The search library of this process. Publishing in any process reaches it within a second."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._entries_revision = -1
        self._documents_revision = -1
        self._refreshing = asyncio.Lock()
        self._passages: dict[str, Passage] = {}
        self.gazetteer: Gazetteer = load_gazetteer()
        self.library = Library(Segmenter())

    async def load(self) -> None:
        """Read everything; called once, before the first question."""
        self.gazetteer = load_gazetteer(added=await self._database.read(load_added_regions))
        words, synonyms = await self._database.read(load_words)
        self.library = Library(await asyncio.to_thread(Segmenter, words), synonyms)
        await self.refresh()
        await asyncio.to_thread(self.library.refit)

    def get(self, passage_id: str) -> Passage | None:
        """A passage that is live in this process."""
        return self._passages.get(passage_id)

    async def refresh(self) -> None:
        """Take over what was published, changed or withdrawn since the last time."""
        async with self._refreshing:
            live, gone, revision = await self._database.read(load_changed, self._entries_revision)
            clauses, revoked, documents = await self._database.read(
                load_changed_clauses, self._documents_revision
            )
            places = await self._database.read(_load_places)
            if places != self.gazetteer.known:
                self.gazetteer.known = places
            if arrived := [*live, *clauses]:
                await asyncio.to_thread(self.library.publish, arrived)
            if left := [*gone, *revoked]:
                self.library.withdraw(left)
            self._passages |= {passage.id: passage for passage in arrived}
            for passage_id in left:
                self._passages.pop(passage_id, None)
            self._entries_revision, self._documents_revision = revision, documents

    async def follow(self) -> None:
        """Refresh whenever some process announces a change, until cancelled."""
        with self._database.changes.subscribe(ENTRIES, DOCUMENTS) as news:
            while True:
                await news.wait()
                await self.refresh()


def _load_places(tx: Transaction) -> frozenset[str]:
    """The places that have entries or documents: their short names always count as places."""
    documents = {document.region for document in list_documents(tx)}
    return frozenset(documents | load_regions(tx)) - {ROOT}
