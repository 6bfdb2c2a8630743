"""BM25 over keyed documents that change while they are searched."""

from collections.abc import Iterable, Sequence
from threading import Lock, Thread

import numpy as np

from retrieval.heap import give_back
from retrieval.postings import (
    Counts,
    Ints,
    Saturation,
    Segment,
    Vocabulary,
    count_terms,
    join_counts,
    keep_documents,
)
from retrieval.snapshot import Formula, Found, Part, Query, Scratch, Snapshot, Variant

__all__ = ["Found", "Index", "Query", "Snapshot", "Variant"]

# A segment is joined to the one before it as soon as that is not this many times larger, so that
# there are few of them, and every document is copied only a few times.
_RATIO = 16
_DEAD_SHARE = 0.25  # of a segment, from which on it is worth copying without them
_DRIFT = 0.05  # of the mean length since freezing, likewise: it widens the search
_AT_ONCE = 100_000  # postings that are joined while the publisher waits; more go to a thread
_LARGE = 1_000_000  # postings, of which the building leaves noticeable memory behind

Document = tuple[str, Sequence[str]]


class Index:
    """Documents by key, found by BM25. Writers publish whole snapshots; a reader takes `snapshot`
    once and uses it for all it does with one question.

    `lucene` is what ships: its weight ln(1 + (N - n + 0.5) / (n + 0.5)) is positive and falls with
    every further document. `okapi` is BM25Okapi of rank-bm25 to the letter, for comparison: there a
    term in most documents gets a quarter of the mean weight and so outweighs one in a third of
    them, and in a library of two documents nothing scores.
    """

    def __init__(
        self,
        variant: Variant = "lucene",
        k1: float = 1.5,
        b: float = 0.75,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        """`vocabulary` may be shared with others that add to it."""
        self._formula = Formula(variant, Saturation(k1, b))
        self._vocabulary = Vocabulary() if vocabulary is None else vocabulary
        self._scratch = Scratch()
        self._writing = Lock()
        self._joining: Thread | None = None
        self._busy: tuple[Segment, ...] = ()  # what that thread is joining
        self._show([], np.zeros(0, dtype=np.int32), 0)

    def add(self, documents: Iterable[Document]) -> None:
        """Adds or replaces documents, each given as its key and its terms."""
        self.publish(documents)

    def remove(self, keys: Iterable[str]) -> None:
        """Withdraws documents by key; unknown keys are ignored."""
        self.publish((), keys)

    def publish(self, documents: Iterable[Document] = (), withdraw: Iterable[str] = ()) -> None:
        """Adds documents (key, terms), replacing those of the same key, and withdraws others, in
        one step: no reader sees half of it. Unknown keys are withdrawn silently; a key that is
        both withdrawn and given stays."""
        with self._writing:
            self._publish(count_terms(documents, self._vocabulary), withdraw)

    def publish_counted(self, rows: Counts, withdraw: Iterable[str] = ()) -> None:
        """The same for documents, each of a key of its own, that were counted already by the
        numbers of the vocabulary."""
        with self._writing:
            self._publish(rows, withdraw)

    def _publish(self, rows: Counts, withdraw: Iterable[str]) -> None:
        before = self.snapshot
        counts = np.zeros(len(self._vocabulary), dtype=np.int32)
        counts[: len(before.document_counts)] = before.document_counts
        parts, length = self._bury([*withdraw, *rows.keys], counts)
        length += int(rows.lengths.sum())
        if rows.keys:
            mean_length = length / (sum(part.living for part in parts) + len(rows.keys))
            segment = self._freeze(rows, mean_length)
            present, frequencies = segment.document_counts()
            counts[present] += frequencies
            parts.append(Part.whole(segment))
        self._show(parts, counts, length)
        self._tidy()

    def settle(self) -> None:
        """Waits until no segments are being joined in the background."""
        while True:
            with self._writing:
                thread = self._joining
            if thread is None:
                return
            thread.join()

    def _show(self, parts: list[Part], counts: Ints, length: int) -> None:
        self.snapshot = Snapshot(
            parts, self._vocabulary, counts, length, self._formula, self._scratch
        )

    def _freeze(self, rows: Counts, mean_length: float) -> Segment:
        segment = Segment.freeze(rows, len(self._vocabulary), self._formula.saturation, mean_length)
        if len(segment.docs) > _LARGE:
            give_back()
        return segment

    def _bury(self, keys: Iterable[str], counts: Ints) -> tuple[list[Part], int]:
        """The parts without the documents of these keys, and the tokens left in them; takes their
        terms out of the counts."""
        before = self.snapshot
        graves: dict[int, list[int]] = {}
        for key in set(keys):
            if (place := before.find(key)) is not None:
                graves.setdefault(place[0], []).append(place[1])
        parts, length = list(before.parts), before.length
        for number, buried in graves.items():
            segment, alive = parts[number].segment, parts[number].alive.copy()
            alive[buried] = False
            parts[number] = Part(segment, alive, int(np.count_nonzero(alive)))
            length -= int(segment.rows.lengths[buried].sum())
            for document in buried:
                counts[segment.rows.terms_of(document)] -= 1
        return parts, length

    def _tidy(self) -> None:
        """Joins what is small at once; starts a thread for what is large."""
        while True:
            parts = self.snapshot.parts
            span = _untidy(parts, self.snapshot.mean_length)
            if span is None or any(part.segment in self._busy for part in parts[span]):
                return
            if sum(len(part.segment.docs) for part in parts[span]) > _AT_ONCE:
                if self._joining is None:
                    self._busy = tuple(part.segment for part in parts[span])
                    thread = Thread(target=self._join_aside, args=(parts[span],), daemon=True)
                    thread.start()
                    self._joining = thread  # it can't end before this: that takes the lock
                return
            self._replace(span, self._join(parts[span]))

    def _join(self, parts: Sequence[Part]) -> Segment:
        """One segment of the living documents of several."""
        rows = join_counts([keep_documents(part.segment.rows, part.alive) for part in parts])
        return self._freeze(rows, self.snapshot.mean_length)

    def _join_aside(self, parts: Sequence[Part]) -> None:
        """In a thread: joins without holding up publishers, then buries who died meanwhile."""
        try:
            segment = self._join(parts)
            with self._writing:
                now = self.snapshot.parts
                begin = next(i for i, part in enumerate(now) if part.segment is parts[0].segment)
                span = slice(begin, begin + len(parts))
                died = [
                    segment.numbers[then.segment.rows.keys[number]]
                    for then, part in zip(parts, now[span], strict=True)
                    for number in np.flatnonzero(then.alive & ~part.alive)
                ]
                self._replace(span, segment, died)
                self._joining, self._busy = None, ()
                self._tidy()
        except BaseException:
            with self._writing:
                self._joining, self._busy = None, ()
            raise

    def _replace(self, span: slice, segment: Segment, died: Sequence[int] = ()) -> None:
        """Publishes a segment in the place of those that it was joined from."""
        before = self.snapshot
        alive = np.ones(len(segment), dtype=np.bool_)
        alive[list(died)] = False
        parts = list(before.parts)
        parts[span] = [Part(segment, alive, len(segment) - len(died))] if len(segment) else []
        self._show(parts, before.document_counts, before.length)


def _untidy(parts: Sequence[Part], mean_length: float) -> slice | None:
    """The first neighbours, from the newest, that should be one segment; or a segment that should
    be frozen anew."""
    for place in range(len(parts) - 1, -1, -1):
        segment, _, living = parts[place]
        if place and living * _RATIO >= parts[place - 1].living:
            return slice(place - 1, place + 1)
        drift = abs(segment.mean_length - mean_length) / (mean_length or 1.0)
        if living < len(segment) * (1 - _DEAD_SHARE) or drift > _DRIFT:
            return slice(place, place + 1)
    return None
