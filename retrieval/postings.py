"""Frozen posting lists: which documents hold a term, and what the term is worth in each of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress, count, islice
from threading import Lock
from time import sleep

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from retrieval.columns import columns

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Scores = NDArray[np.float32]
Flags = NDArray[np.bool_]

NO_TERM = np.int32(2**31 - 1)  # greater than any, so that a search for a term ends on something
_CHUNK = 250  # documents that are handled as Python objects at a time
_TURN = 2_000  # keys between two chances for other threads


@dataclass(frozen=True, slots=True)
class Saturation:
    """The part of BM25 that depends on one document: tf (k1 + 1) / (tf + k1 (1 - b + b dl / avgdl))
    (Robertson and Walker 1994, as in rank-bm25)."""

    k1: float = 1.5
    b: float = 0.75

    def norms(self, lengths: Ints, mean_length: float) -> Floats:
        """What is added to tf below the line, for documents of these lengths in tokens."""
        relative = lengths.astype(np.float64) / (mean_length or 1.0)
        norms: Floats = self.k1 * (1 - self.b + self.b * relative)
        return norms


@dataclass(frozen=True, slots=True)
class Counts:
    """Documents as counted terms, in rows: that of i is terms[starts[i]:starts[i + 1]]."""

    keys: list[str]
    starts: Ints
    terms: Ints  # ascending within a row
    counts: NDArray[np.integer]
    lengths: Ints  # in tokens

    def terms_of(self, number: int) -> Ints:
        """The distinct terms of one document."""
        return self.terms[self.starts[number] : self.starts[number + 1]]

    def counts_of(self, number: int) -> NDArray[np.integer]:
        """How often each of them occurs."""
        return self.counts[self.starts[number] : self.starts[number + 1]]


class Vocabulary:
    """The numbers of terms. It only ever grows, so all snapshots of an index can share one."""

    def __init__(self) -> None:
        self.terms: list[str] = []
        self.numbers: dict[str, int] = {}
        self._adding = Lock()

    def __len__(self) -> int:
        return len(self.terms)

    def find(self, term: str) -> int | None:
        """The number of a term, or None."""
        return self.numbers.get(term)

    def add(self, terms: Iterable[str]) -> None:
        """Gives the next numbers to the terms that have none yet."""
        with self._adding:
            first = len(self.terms)
            for term in terms:
                if term not in self.numbers:
                    self.terms.append(term)
                    self.numbers[term] = len(self.terms) - 1
            self._added(first)

    def _added(self, first: int) -> None:
        """For more that is to be noted of the terms from this number on."""


def count_terms(documents: Iterable[tuple[str, Sequence[str]]], vocabulary: Vocabulary) -> Counts:
    """Counts the terms of documents (key, terms). Of those with the same key the last stays."""
    # Growing buffers, because the memory of many pieces would not go back to the system.
    keys: list[str] = []
    terms, counts, sizes, lengths = (bytearray() for _ in range(4))
    left = iter(documents)
    while chunk := list(islice(left, _CHUNK)):
        keys += [key for key, _ in chunk]
        distinct, tf, starts, tokens = _count_chunk([found for _, found in chunk], vocabulary)
        terms += distinct.data
        counts += tf.data
        sizes += np.diff(starts).data
        lengths += tokens.data
    rows = Counts(keys, _starts(_ints(sizes)), _ints(terms), _narrow(_ints(counts)), _ints(lengths))
    last = number_keys(rows.keys)
    if len(last) == len(rows.keys):
        return rows
    alive = np.zeros(len(rows.keys), dtype=np.bool_)
    alive[list(last.values())] = True
    return keep_documents(rows, alive)


def number_keys(keys: list[str]) -> dict[str, int]:
    """The place of each key, of equal ones the last."""
    numbers: dict[str, int] = {}
    for begin in range(0, len(keys), _TURN):
        if begin:
            sleep(0)  # else a searching thread would wait a whole switch interval for its turn
        numbers.update(zip(keys[begin : begin + _TURN], count(begin), strict=False))
    return numbers


def _count_chunk(
    documents: list[Sequence[str]], vocabulary: Vocabulary
) -> tuple[Ints, Ints, Ints, Ints]:
    """Terms, counts and starts of the rows, and the tokens of each document."""
    flat = list(chain.from_iterable(documents))
    vocabulary.add(dict.fromkeys(flat))
    numbers = np.fromiter(
        map(vocabulary.numbers.__getitem__, flat), dtype=np.int32, count=len(flat)
    )
    tokens = np.array([len(terms) for terms in documents], dtype=np.int32)
    rows = csr_array(
        (np.ones(len(flat), dtype=np.int32), numbers, _starts(tokens)),
        shape=(len(documents), max(1, len(vocabulary))),
    )
    rows.sum_duplicates()
    return rows.indices, rows.data, rows.indptr, tokens


def _ints(buffer: bytearray) -> Ints:
    return np.frombuffer(buffer, dtype=np.int32)


def _starts(sizes: Ints) -> Ints:
    """Where rows of these sizes begin, and where the last one ends."""
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)


def _narrow(counts: Ints) -> NDArray[np.integer]:
    """One byte per count is enough for nearly every document."""
    return counts.astype(np.min_scalar_type(int(counts.max(initial=0))))


def join_counts(pieces: Sequence[Counts]) -> Counts:
    """The documents of all pieces, one after the other."""
    if len(pieces) == 1:
        return pieces[0]
    sizes = np.concatenate([np.diff(piece.starts) for piece in pieces])
    return Counts(
        keys=list(chain.from_iterable(piece.keys for piece in pieces)),
        starts=_starts(sizes),
        terms=np.concatenate([piece.terms for piece in pieces]),
        counts=np.concatenate([piece.counts for piece in pieces]),
        lengths=np.concatenate([piece.lengths for piece in pieces]),
    )


def keep_documents(rows: Counts, alive: Flags) -> Counts:
    """The documents that are alive."""
    if alive.all():
        return rows
    sizes = np.diff(rows.starts)
    kept = np.repeat(alive, sizes)
    return Counts(
        keys=list(compress(rows.keys, alive.tolist())),
        starts=_starts(sizes[alive]),
        terms=rows.terms[kept],
        counts=rows.counts[kept],
        lengths=rows.lengths[alive],
    )


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Documents frozen together, by row and by term. The `parts` of the scores hold for the mean
    length at the time of freezing; whoever needs them exact computes them anew from the rows."""

    rows: Counts
    numbers: dict[str, int] = field(repr=False)  # of the documents, by key
    present: Ints  # the terms that occur, ascending, and NO_TERM
    heads: Ints  # postings of present[i] are docs[heads[i]:heads[i + 1]]
    docs: Ints
    parts: Scores  # of a score, without the weight of the term
    peaks: Scores  # the largest part of present[i]
    mean_length: float

    @classmethod
    def freeze(
        cls, rows: Counts, term_count: int, saturation: Saturation, mean_length: float
    ) -> "Segment":
        """Builds the lists by term from the rows; linear in the number of postings."""
        shape = (len(rows.keys), max(1, term_count))
        tf = rows.counts.astype(np.float32)
        columns = csr_array((tf, rows.terms, rows.starts), shape=shape).tocsc()
        parts: Scores = columns.data.astype(np.float32, copy=False)
        norms = saturation.norms(rows.lengths, mean_length).astype(np.float32)
        below = norms[columns.indices]
        below += parts
        parts *= np.float32(saturation.k1 + 1)
        parts /= below
        present = np.flatnonzero(np.diff(columns.indptr)).astype(np.int32)
        heads = np.append(columns.indptr[present], columns.indptr[-1]).astype(np.int32)
        return cls(
            rows,
            number_keys(rows.keys),
            np.append(present, NO_TERM),
            heads,
            columns.indices,
            parts,
            np.maximum.reduceat(parts, heads[:-1]) if len(parts) else parts,
            mean_length,
        )

    def __len__(self) -> int:
        return len(self.rows.keys)

    def document_counts(self) -> tuple[Ints, Ints]:
        """The terms that occur and in how many documents each."""
        return self.present[:-1], np.diff(self.heads)

    def spans(self, terms: Ints) -> tuple[Flags, Ints, Ints, Scores]:
        """Which of the terms occur here, from where to where the postings of those lie, and their
        peaks."""
        places = self.present.searchsorted(terms)
        occurs = self.present[places] == terms
        places = places[occurs]
        return occurs, self.heads[places], self.heads[places + 1], self.peaks[places]

    def exact_scores(
        self,
        numbers: NDArray[np.intp],
        terms: Ints,
        weights: Floats,
        saturation: Saturation,
        mean_length: float,
    ) -> Floats:
        """The scores of some documents in double precision. The terms ascend, and after the last of
        them stands NO_TERM with weight 0."""
        rows = self.rows
        begins = rows.starts[numbers]
        sizes = rows.starts[numbers + 1] - begins
        owner = np.arange(len(numbers)).repeat(sizes)
        cells = np.arange(len(owner)) + (begins - sizes.cumsum() + sizes).repeat(sizes)
        size = 1 + int(max(terms[:-1].max(initial=0), self.present[:-1].max(initial=0)))
        found = columns(terms[:-1], rows.terms[cells], size)
        (matches,) = (found != 0).nonzero()
        owner, places = owner[matches], found[matches].astype(np.intp) - 1
        tf = rows.counts[cells[matches]].astype(np.float64)
        norms = saturation.norms(rows.lengths[numbers], mean_length)[owner]
        values = weights[places] * tf * (saturation.k1 + 1) / (tf + norms)
        return np.asarray(
            np.bincount(owner, weights=values, minlength=len(numbers)), dtype=np.float64
        )
