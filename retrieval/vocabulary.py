"""The numbers of the terms of one library."""

from retrieval.postings import Vocabulary
from retrieval.segment import BIGRAM
from retrieval.sounds import Sounds


class TermNumbers(Vocabulary):
    """What terms are known, with the sounds of their pairs of characters. All that is cut by one
    cutter shares the numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.sounds = Sounds()

    def _added(self, first: int) -> None:
        self.sounds.add(term[1:] for term in self.terms[first:] if term[0] == BIGRAM)
