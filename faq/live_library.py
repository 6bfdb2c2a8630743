"""What this process can answer with, kept up with the database."""

import asyncio

from faq.entries import TOPIC as ENTRIES
from faq.entries import load_changed
from faq.words import load_words
from knowledge.documents import TOPIC as DOCUMENTS
from knowledge.documents import load_changed_clauses
from knowledge.regions import load_gazetteer, load_regions_in_use
from retrieval.library import Library
from retrieval.places import Gazetteer
from retrieval.segment import Segmenter
from storage import Database


class LiveLibrary:
    """The search library of this process. Publishing in any process reaches it within a second."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._entries_revision = -1
        self._documents_revision = -1
        self._words: list[str] = []
        self._refreshing = asyncio.Lock()
        self.gazetteer: Gazetteer = load_gazetteer()
        self.library = Library(Segmenter())

    async def load(self) -> None:
        """Read everything; called once, before the first question."""
        words, synonyms = await self._database.read(load_words)
        self._words = words
        segmenter = await asyncio.to_thread(Segmenter, words)
        self.library = Library(segmenter, synonyms=synonyms)
        await self.refresh()

    async def refresh(self) -> None:
        """Take over what was published, changed or withdrawn since the last time."""
        async with self._refreshing:
            live, gone, revision = await self._database.read(load_changed, self._entries_revision)
            clauses, revoked, documents = await self._database.read(
                load_changed_clauses, self._documents_revision
            )
            self.gazetteer.known = await self._database.read(load_regions_in_use)
            if live or clauses:
                await asyncio.to_thread(self.library.publish, [*live, *clauses])
            if gone or revoked:
                self.library.withdraw([*gone, *revoked])
            self._entries_revision, self._documents_revision = revision, documents

    async def follow(self) -> None:
        """Refresh whenever some process announces a change, until cancelled."""
        with self._database.changes.subscribe(ENTRIES, DOCUMENTS) as news:
            while True:
                await news.wait()
                await self.refresh()
