"""What the ranker keeps of a passage: its phrasings as numbered terms."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from retrieval.asking import without_asking
from retrieval.cutter import Cutter
from retrieval.homophones import Sounds
from retrieval.passages import Passage
from retrieval.segment import BIGRAM, CHAR, WORD, normalise

KINDS = (WORD, CHAR, BIGRAM)
_KIND_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}


class Vocabulary(dict[str, int]):
    """Numbers for terms. It only grows, so that readers may use it while a writer adds to it:
    `vocabulary[term]` adds an unknown term and is for one writer at a time, `find` is for all."""

    def __init__(self) -> None:
        super().__init__()
        self.sounds = Sounds()
        self._kinds = bytearray()

    def __missing__(self, term: str) -> int:
        number = len(self)
        self._kinds.append(_KIND_NUMBERS[term[0]])
        self[term] = number
        if term[0] == BIGRAM:
            self.sounds.add(term[1:])
        return number

    def find(self, term: str) -> int | None:
        """The number of a term, or None."""
        return self.get(term)

    def kinds(self, numbers: NDArray[np.int32]) -> NDArray[np.int8]:
        """The kinds of terms as numbers into KINDS; for the writer."""
        return np.frombuffer(self._kinds, np.int8)[numbers]


@dataclass(frozen=True, slots=True)
class Card:
    """One passage as arrays. The terms of all phrasings stand one after the other."""

    passage: Passage
    texts: tuple[str, ...]  # of the phrasings, as they were written
    terms: NDArray[np.int32]
    counts: NDArray[np.uint8]
    kinds: NDArray[np.int8]
    sizes: NDArray[np.int32]  # distinct terms of each phrasing
    lengths: NDArray[np.int32]  # all terms of each phrasing
    whole: NDArray[np.int32]  # the distinct terms of all phrasings
    places: NDArray[np.int32]  # where each of `terms` stands in `whole`

    @property
    def phrasings(self) -> tuple[str, ...]:
        """The texts without anything but characters, letters and digits."""
        return tuple(map(bare, self.texts))

    @property
    def says(self) -> str:
        """What the passage tells, in normal form: the standard answer or the clause."""
        return _normal(self.passage.text)

    def without(self, phrasing: int) -> "Card | None":
        """The card as if one phrasing had never been written; None when it was the only one."""
        if len(self.sizes) == 1:
            return None
        return self._kept(np.arange(len(self.sizes)) != phrasing)

    def only(self, phrasing: int) -> "Card":
        """The card of one phrasing alone."""
        return self._kept(np.arange(len(self.sizes)) == phrasing)

    def _kept(self, kept: NDArray[np.bool_]) -> "Card":
        chosen = np.repeat(kept, self.sizes)
        terms = self.terms[chosen]
        whole, places = np.unique(terms, return_inverse=True)
        return Card(
            self.passage,
            tuple(compress(self.texts, kept)),
            terms,
            self.counts[chosen],
            self.kinds[chosen],
            self.sizes[kept],
            self.lengths[kept],
            whole,
            places.astype(np.int32),
        )


def make_card(
    passage: Passage, phrasings: Sequence[tuple[str, Sequence[str]]], vocabulary: Vocabulary
) -> Card:
    """A card from phrasings, each given as its text and its terms."""
    lengths = np.array([len(found) for _, found in phrasings], np.int32)
    numbers = [vocabulary[term] for _, found in phrasings for term in found]
    keys = (np.repeat(np.arange(len(lengths)), lengths) << 32) | np.array(numbers, np.int64)
    distinct, counts = np.unique(keys, return_counts=True)
    terms = (distinct & 0xFFFFFFFF).astype(np.int32)
    whole, places = np.unique(terms, return_inverse=True)
    return Card(
        passage,
        tuple(text for text, _ in phrasings),
        terms,
        np.minimum(counts, 255).astype(np.uint8),
        vocabulary.kinds(terms),
        np.bincount(distinct >> 32, minlength=len(lengths)).astype(np.int32),
        lengths,
        whole,
        places.astype(np.int32),
    )


@dataclass(frozen=True, slots=True)
class Stats:
    """How often each term stands in the phrasings of one shelf."""

    frequencies: NDArray[np.int32]  # phrasings that hold the term, by its number
    phrasings: int
    tokens: int  # all terms of all phrasings
    passages: int

    @classmethod
    def empty(cls) -> "Stats":
        return cls(np.zeros(0, np.int32), 0, 0, 0)

    def changed(
        self, added: Sequence[Card], removed: Sequence[Card], vocabulary_size: int
    ) -> "Stats":
        """The statistics after cards came and went; this object stays as it is."""
        frequencies = np.zeros(max(vocabulary_size, len(self.frequencies)), np.int32)
        frequencies[: len(self.frequencies)] = self.frequencies
        phrasings, tokens = self.phrasings, self.tokens
        for cards, sign in ((added, 1), (removed, -1)):
            for card in cards:
                np.add.at(frequencies, card.terms, sign)
                phrasings += sign * len(card.sizes)
                tokens += sign * int(card.lengths.sum())
        passages = self.passages + len(added) - len(removed)
        return Stats(frequencies, phrasings, tokens, passages)

    def without(self, card: Card, phrasing: int) -> "Stats":
        """The statistics as if one phrasing of a card had never been written."""
        changed = self.changed((), (card.only(phrasing),), len(self.frequencies))
        return replace(changed, passages=self.passages)

    def weights(self, terms: NDArray[np.int32]) -> NDArray[np.float64]:
        """The information of terms: ln(1 + (N - n + 0.5) / (n + 0.5)), as Lucene's BM25 has it."""
        held = self.frequencies[terms].astype(np.float64)
        weights: NDArray[np.float64] = np.log1p((self.phrasings - held + 0.5) / (held + 0.5))
        return weights

    @property
    def unknown_weight(self) -> float:
        """The information of a term that stands nowhere."""
        return float(np.log1p((self.phrasings + 0.5) / 0.5))

    @property
    def mean_length(self) -> float:
        return self.tokens / self.phrasings if self.phrasings else 1.0


@dataclass(frozen=True, slots=True)
class Question:
    """A question cut into terms."""

    normal: str  # in normal form
    text: str  # the same without punctuation
    terms: tuple[tuple[str, int], ...]  # distinct terms with their counts

    @classmethod
    def cut(cls, text: str, cutter: Cutter, asking: bool = True) -> "Question":
        """A question, or with `asking` False all of it but the terms that only ask."""
        normal = normalise(text)
        terms = cutter.terms(normal if asking else without_asking(normal))
        terms = terms or cutter.terms(normal)
        return cls(normal, bare(text), tuple(Counter(terms).items()))

    def kinds(self) -> NDArray[np.int8]:
        """The kind of each term as a number into KINDS."""
        return np.array([_KIND_NUMBERS[term[0]] for term, _ in self.terms], np.int8)


_NOT_TEXT = re.compile(r"[\W_]+")
_REMEMBERED = 1 << 16  # texts


@lru_cache(_REMEMBERED)
def bare(text: str) -> str:
    """Letters, characters and digits only, in normal form."""
    return _NOT_TEXT.sub("", normalise(text))


_normal = lru_cache(_REMEMBERED)(normalise)
