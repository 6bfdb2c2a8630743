"""Sloppy questions put right by the words of what is live in this process."""

from collections.abc import Iterable, Sequence

import numpy as np

from retrieval.cutter import Cutter, is_meaning
from retrieval.passages import Passage
from retrieval.places import Gazetteer
from retrieval.repair import Repaired, Repairer
from retrieval.segment import WORD

_CHUNK = 2_000  # texts that are cut at a time


class LiveRepair:
    """A repairer that knows the words of the published passages. No repair changes a place that
    `gazetteer` names."""

    def __init__(self, cutter: Cutter, gazetteer: Gazetteer | None = None) -> None:
        self._cutter = cutter
        self._repairer = Repairer(cutter.segmenter, gazetteer)
        self._texts: dict[str, tuple[str, ...]] = {}

    def publish(self, passages: Sequence[Passage]) -> None:
        """Takes over the words of passages, and forgets those of their earlier versions."""
        self.withdraw([passage.id for passage in passages])
        texts = {
            passage.id: passage.questions or (passage.title, passage.text) for passage in passages
        }
        self._repairer.add(self._words([text for own in texts.values() for text in own]))
        self._texts |= texts

    def withdraw(self, ids: Iterable[str]) -> None:
        """Forgets the words of passages; unknown ids are ignored."""
        texts = [text for passage_id in ids for text in self._texts.pop(passage_id, ())]
        words = self._words(texts)
        self._repairer.add({word: -count for word, count in words.items()})

    def _words(self, texts: Sequence[str]) -> dict[str, int]:
        """The words of texts with how often they occur."""
        counts = np.zeros(0, np.int64)
        for begin in range(0, len(texts), _CHUNK):
            numbers = self._cutter.number(texts[begin : begin + _CHUNK]).numbers
            more = np.bincount(numbers, minlength=len(counts))
            more[: len(counts)] += counts
            counts = more
        terms = self._cutter.vocabulary.terms
        found = ((terms[number], int(counts[number])) for number in counts.nonzero()[0].tolist())
        return {
            term[1:]: count for term, count in found if term[0] == WORD and not is_meaning(term)
        }

    def readings(self, question: str) -> list[Repaired]:
        """How a normalised question may have been meant; nothing when nothing is suspicious."""
        return self._repairer.readings(question)
