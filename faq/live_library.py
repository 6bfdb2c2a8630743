"""What this process can answer with, kept up with the database."""

import asyncio
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import structlog

from faq.calibration import TOPIC as CALIBRATION
from faq.calibration import load_calibrations, save_calibrations
from faq.entries import ROOT, load_changed, load_regions
from faq.entries import TOPIC as ENTRIES
from faq.words import Words, load_words
from knowledge.documents import TOPIC as DOCUMENTS
from knowledge.documents import list_documents, load_changed_clauses
from knowledge.regions import load_added_regions, load_gazetteer
from retrieval.heap import give_back
from retrieval.library import Library
from retrieval.live_repair import LiveRepair
from retrieval.passages import Passage
from retrieval.places import Gazetteer
from retrieval.segment import Segmenter
from storage import Database, StorageUnavailable, Transaction

_WORTH_REMEMBERING = 200
"""Passages; below this cutting them again costs less than reading the file."""
_PAUSE_SECONDS = 1.0
_log = structlog.get_logger()


class LiveLibrary:
    """The search library of this process. Publishing in any process reaches it within a second."""

    gazetteer: Gazetteer
    library: Library
    repair: LiveRepair
    _segmenter: Segmenter

    def __init__(self, database: Database, cache_dir: Path | None = None) -> None:
        """`cache_dir` keeps what cutting the texts gave, so that the next start is faster."""
        self._database = database
        self._cache = cache_dir / "terms.npz" if cache_dir else None
        self._words: Words = ([], {})
        self._entries_revision = -1
        self._documents_revision = -1
        self._calibration = 0
        self._refreshing = asyncio.Lock()
        self._passages: dict[str, Passage] = {}

    async def load(self) -> None:
        """Read everything; called once, before the first question."""
        self.gazetteer = load_gazetteer(added=await self._database.read(load_added_regions))
        self._words = await self._database.read(load_words)
        self.library, self._segmenter = await asyncio.to_thread(_make_library, self._words)
        self.repair = LiveRepair(self.library.cutter, self.gazetteer)
        await self.refresh()
        if not self._calibration:
            await self._fit_first()
        give_back()

    @property
    def segmenter(self) -> Segmenter:
        """It cuts texts with the curators' words."""
        return self._segmenter

    def passages(self) -> list[Passage]:
        """All that is live in this process."""
        return list(self._passages.values())

    @property
    def version(self) -> tuple[int, ...]:
        """Changes whenever the same question might be decided otherwise."""
        revisions = (self._entries_revision, self._documents_revision, self._calibration)
        return (id(self.library), *revisions)

    def with_words(self, words: Words) -> tuple[Library, Segmenter]:
        """A second library that knows these words, to see what that would change, and what cuts
        its texts. Takes as long as a start."""
        library, segmenter = _make_library(words)
        library.publish(self.passages())
        library.use(self.library.calibrations)
        return library, segmenter

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
                whole = self._entries_revision < 0
                parts = (self.library, self.repair)
                await asyncio.to_thread(self._publish, *parts, arrived, whole)
            if left := [*gone, *revoked]:
                self.library.withdraw(left)
                self.repair.withdraw(left)
            self._passages |= {passage.id: passage for passage in arrived}
            for passage_id in left:
                self._passages.pop(passage_id, None)
            self._entries_revision, self._documents_revision = revision, documents
            await self._take_over_words()
            await self._take_over_calibrations()

    async def _take_over_words(self) -> None:
        """New words change how every text is cut: make the library anew, beside the one in use."""
        words = await self._database.read(load_words)
        if words == self._words:
            return
        library, segmenter = await asyncio.to_thread(_make_library, words)
        passages = list(self._passages.values())
        repair = LiveRepair(library.cutter, self.gazetteer)
        await asyncio.to_thread(self._publish, library, repair, passages, True)
        library.use(self.library.calibrations)
        self.library, self._segmenter, self._words = library, segmenter, words
        self.repair = repair

    async def _take_over_calibrations(self) -> None:
        """Decide as every other process does."""
        calibrations, version = await self._database.read(load_calibrations)
        if version != self._calibration and calibrations:
            self.library.use(calibrations)
            self._calibration = version

    async def _fit_first(self) -> None:
        """A library that nobody has fitted yet fits itself, once for all processes; one that is
        still too small for that goes on with what is reckoned with at first."""
        reckoned = self.library.calibrations
        fitted = await asyncio.to_thread(self.library.fit)
        self.library.use(fitted)
        if self.library.calibrations != reckoned:
            figures = {"phrasings": sum(len(each.questions) for each in self._passages.values())}
            self._calibration = await self._database.write(
                save_calibrations, fitted, "小海马", figures
            )

    def _publish(
        self, library: Library, repair: LiveRepair, passages: list[Passage], whole: bool
    ) -> None:
        """To both at once: a start takes the terms that were cut last time from the file."""
        remembered: AbstractContextManager[None] = nullcontext()
        if self._cache is not None and len(passages) >= _WORTH_REMEMBERING:
            self._cache.parent.mkdir(parents=True, exist_ok=True)
            remembered = library.cutter.remembering(self._cache, whole)
        with remembered:
            library.publish(passages)
            repair.publish(passages)

    async def follow(self) -> None:
        """Refresh whenever some process announces a change, until cancelled."""
        with self._database.changes.subscribe(ENTRIES, DOCUMENTS, CALIBRATION) as news:
            while True:
                await news.wait()
                await self._catch_up()

    async def _catch_up(self) -> None:
        """Refresh, however long the database is away: what was taken back must not be answered."""
        while True:
            try:
                await self.refresh()
            except StorageUnavailable:
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            except Exception:  # a fault of ours in one change must not stop those that come after
                _log.exception("library not refreshed")
            return


def _make_library(words: Words) -> tuple[Library, Segmenter]:
    known, synonyms = words
    segmenter = Segmenter(known)
    return Library(segmenter, synonyms), segmenter


def _load_places(tx: Transaction) -> frozenset[str]:
    """The places that have entries or documents: their short names always count as places."""
    documents = {document.region for document in list_documents(tx)}
    return frozenset(documents | load_regions(tx)) - {ROOT}
