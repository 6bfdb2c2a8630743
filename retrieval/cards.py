"""What the ranker keeps of a passage: its phrasings as numbered terms."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import compress, islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from retrieval.asking import without_asking
from retrieval.cutter import Cutter
from retrieval.passages import Passage
from retrieval.postings import Counts
from retrieval.segment import BIGRAM, CHAR, WORD, normalise
from retrieval.token_cache import Cut

KINDS = (WORD, CHAR, BIGRAM)
_KIND_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}
_MOST = 255  # that a term is counted in one phrasing
_PIECE = 1 << 17  # terms that are counted at a time: in one go they would leave a hole in memory


@dataclass(slots=True, eq=False)
class Card:
    """One passage as arrays. Each distinct term of each phrasing stands once, and those of one term
    are neighbours: they ascend by term, then by phrasing."""

    passage: Passage
    texts: tuple[str, ...]  # of the phrasings, as they were written
    terms: NDArray[np.int32]
    owners: NDArray[np.unsignedinteger]  # to which phrasing each belongs
    counts: NDArray[np.uint8]
    lengths: NDArray[np.int32]  # all terms of each phrasing
    _phrasings: tuple[str, ...] = field(default=(), init=False, repr=False)
    _distinct: NDArray[np.uint16] | None = field(default=None, init=False, repr=False)
    _says: str | None = field(default=None, init=False, repr=False)

    @property
    def phrasings(self) -> tuple[str, ...]:
        """The texts without anything but characters, letters and digits."""
        if not self._phrasings:
            self._phrasings = tuple(_one_of(text, bare(text)) for text in self.texts)
        return self._phrasings

    @property
    def distinct(self) -> NDArray[np.uint16]:
        """How many different characters each of the phrasings has."""
        if self._distinct is None:
            self._distinct = np.array([len(set(text)) for text in self.phrasings], np.uint16)
        return self._distinct

    @property
    def says(self) -> str:
        """What the passage tells, in normal form: the standard answer or the clause."""
        if self._says is None:
            self._says = _one_of(self.passage.text, normalise(self.passage.text))
        return self._says

    def without(self, phrasing: int) -> "Card | None":
        """The card as if one phrasing had never been written; None when it was the only one."""
        if len(self.lengths) == 1:
            return None
        return self._kept(np.arange(len(self.lengths)) != phrasing)

    def only(self, phrasing: int) -> "Card":
        """The card of one phrasing alone."""
        return self._kept(np.arange(len(self.lengths)) == phrasing)

    def _kept(self, kept: NDArray[np.bool_]) -> "Card":
        chosen = kept[self.owners]
        numbers = (np.cumsum(kept) - 1).astype(self.owners.dtype)
        return Card(
            self.passage,
            tuple(compress(self.texts, kept)),
            self.terms[chosen],
            numbers[self.owners[chosen]],
            self.counts[chosen],
            self.lengths[kept],
        )


def make_cards(passages: Sequence[tuple[Passage, Sequence[str]]], cut: Cut) -> list[Card]:
    """Cards of passages, each given with its phrasings, from the terms of all these phrasings one
    after the other. Phrasings without any term are left out, and passages without any phrasing."""
    many = [len(texts) for _, texts in passages]
    filled = cut.sizes > 0
    passage_of = np.repeat(np.arange(len(passages)), many)[filled]
    lengths = cut.sizes[filled]
    kept = np.bincount(passage_of, minlength=len(passages))
    ends = np.cumsum(kept)
    owner = np.arange(len(lengths)) - (ends - kept)[passage_of]
    # Sorted, these keys bring together what is to be counted together.
    width, base = int(owner.max(initial=0)) + 1, int(cut.numbers.max(initial=0)) + 1
    keys = np.repeat(passage_of, lengths) * base + cut.numbers
    keys = keys * width + np.repeat(owner, lengths)
    keys.sort()
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    counts = np.minimum(np.diff(first, append=len(keys)), _MOST).astype(np.uint8)
    keys = keys[first]
    owners = (keys % width).astype(np.min_scalar_type(width - 1))
    keys //= width
    terms = (keys % base).astype(np.int32)
    borders = np.searchsorted(keys, np.arange(len(passages) + 1) * base).tolist()
    texts = iter(compress((text for _, own in passages for text in own), filled.tolist()))
    cards = []
    for place, (passage, own) in enumerate(passages):
        if kept[place]:
            cells = slice(borders[place], borders[place + 1])
            taken = tuple(islice(texts, int(kept[place])))
            cards.append(
                Card(
                    passage,
                    _one_of(tuple(own), taken),
                    terms[cells],
                    owners[cells],
                    counts[cells],
                    lengths[ends[place] - kept[place] : ends[place]],
                )
            )
    return cards


def count_cards(cards: Sequence[Card]) -> Counts:
    """The terms of cards, all phrasings of one together."""
    sizes = np.array([len(card.terms) for card in cards], np.intp)
    terms = np.concatenate([np.zeros(0, np.int32), *(card.terms for card in cards)])
    counts = np.concatenate([np.zeros(0, np.uint8), *(card.counts for card in cards)])
    first = heads(terms, sizes)
    starts = np.searchsorted(first, np.concatenate(([0], np.cumsum(sizes)))).astype(np.int32)
    summed = np.add.reduceat(counts, first, dtype=np.int32) if len(first) else first
    return Counts(
        [card.passage.id for card in cards],
        starts,
        terms[first],
        summed.astype(np.min_scalar_type(int(summed.max(initial=0)))),
        np.array([card.lengths.sum() for card in cards], np.int32),
    )


def count_documents(documents: Sequence[tuple[str, Sequence[Card]]]) -> Counts:
    """The terms of documents, each given with its key and its cards."""
    cards = [card for _, own in documents for card in own]
    document_of = np.repeat(np.arange(len(documents)), [len(own) for _, own in documents])
    terms = np.concatenate([np.zeros(0, np.int32), *(card.terms for card in cards)])
    counts = np.concatenate([np.zeros(0, np.uint8), *(card.counts for card in cards)])
    base = int(terms.max(initial=0)) + 1
    keys = np.repeat(document_of, [len(card.terms) for card in cards]) * base + terms
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    summed = np.add.reduceat(counts[order], first, dtype=np.int32) if len(first) else first
    starts = np.searchsorted(keys[first], np.arange(len(documents) + 1) * base).astype(np.int32)
    return Counts(
        [key for key, _ in documents],
        starts,
        (keys[first] % base).astype(np.int32),
        summed.astype(np.min_scalar_type(int(summed.max(initial=0)))),
        np.bincount(document_of, [card.lengths.sum() for card in cards], len(documents)).astype(
            np.int32
        ),
    )


def heads(terms: NDArray[np.int32], sizes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Where another term begins, in pieces of these sizes within which equal terms are
    neighbours."""
    begins = np.diff(terms, prepend=-1) != 0
    begins[(np.cumsum(sizes) - sizes)[sizes > 0]] = True
    return np.flatnonzero(begins)


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
            if cards:
                terms = np.concatenate([card.terms for card in cards])
                if len(terms) < len(frequencies):
                    np.add.at(frequencies, terms, sign)
                else:  # a whole library
                    for begin in range(0, len(terms), _PIECE):
                        piece = np.bincount(terms[begin : begin + _PIECE])
                        frequencies[: len(piece)] += sign * piece
                lengths = np.concatenate([card.lengths for card in cards])
                phrasings += sign * len(lengths)
                tokens += sign * int(lengths.sum())
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
_T = TypeVar("_T")


def bare(text: str) -> str:
    """Letters, characters and digits only, in normal form."""
    return _NOT_TEXT.sub("", normalise(text))


def _one_of(kept: _T, equal: _T) -> _T:
    """The first of two, when they are equal: there need not be two in memory."""
    return kept if kept == equal else equal
