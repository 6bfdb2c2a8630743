"""Sloppy questions put right by the words of what is live in this process."""

from collections.abc import Iterable

from retrieval.passages import Passage
from retrieval.places import Gazetteer
from retrieval.repair import Repaired, Repairer
from retrieval.segment import Segmenter


class LiveRepair:
    """A repairer that knows the words of the published passages."""

    def __init__(self, segmenter: Segmenter, gazetteer: Gazetteer) -> None:
        self._segmenter = segmenter
        self._repairer = Repairer(segmenter, gazetteer)
        self._texts: dict[str, tuple[str, ...]] = {}

    def publish(self, passages: Iterable[Passage]) -> None:
        """Takes over the words of passages, and forgets those of their earlier versions."""
        for passage in passages:
            self.withdraw([passage.id])
            texts = passage.questions or (passage.title, passage.text)
            for text in texts:
                self._repairer.publish(self._segmenter.terms(text))
            self._texts[passage.id] = texts

    def withdraw(self, ids: Iterable[str]) -> None:
        """Forgets the words of passages; unknown ids are ignored."""
        for passage_id in ids:
            for text in self._texts.pop(passage_id, ()):
                self._repairer.withdraw(self._segmenter.terms(text))

    def readings(self, question: str) -> list[Repaired]:
        """How a normalised question may have been meant; nothing when nothing is suspicious."""
        return self._repairer.readings(question)
