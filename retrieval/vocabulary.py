"""The numbers of the terms of one library."""

from retrieval.homophones import Sounds
from retrieval.postings import Vocabulary
from retrieval.segment import BIGRAM


class TermNumbers(Vocabulary):
    """What terms are known, with the sounds of their pairs of characters. All that is cut by one
    cutter shares the numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.sounds = Sounds()

    def _append(self, term: str) -> None:
        super()._append(term)
        if term[0] == BIGRAM:
            self.sounds.add(term[1:])
