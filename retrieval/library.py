"""All live passages of one process, and what they have to say to a question."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retrieval.calibrate import Calibration, calibrate
from retrieval.cards import Question
from retrieval.cutter import Cutter, is_meaning
from retrieval.decide import Decision, Hit, decide
from retrieval.extract import extract
from retrieval.features import RECIPES
from retrieval.homophones import Homophones
from retrieval.labels import Label
from retrieval.maker import ShelfMaker
from retrieval.passages import KINDS, Kind, Passage, Scope
from retrieval.priors import load_priors
from retrieval.segment import WORD, Segmenter
from retrieval.shelf import COMPARED, Ranking, Shelf
from retrieval.trials import labelled, own_trials, sentence_trials
from retrieval.weighing import term_weights

_EXPLAINED = 5  # hits get the words that match and those that are missing


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """All that one answer is made from."""

    shelves: Mapping[Kind, Shelf]
    calibrations: Mapping[Kind, Calibration]


class Library:
    """All live passages of one process. A reader takes one immutable snapshot, so publishing never
    blocks an asker. Any thread may call any method; writers wait for each other."""

    def __init__(
        self,
        segmenter: Segmenter,
        synonyms: Mapping[str, str] | None = None,
        precision: float = 0.95,
    ) -> None:
        self._cutter = Cutter(segmenter, synonyms)
        self._precision = precision
        self._writing = threading.Lock()
        self._makers = {kind: ShelfMaker(RECIPES[kind], self._cutter) for kind in KINDS}
        shelves = {kind: self._makers[kind].shelf() for kind in KINDS}
        self._priors = load_priors()
        self._snapshot = _Snapshot(shelves, self._priors)

    @property
    def cutter(self) -> Cutter:
        """What cuts its texts."""
        return self._cutter

    def __len__(self) -> int:
        return sum(len(shelf.cards) for shelf in self._snapshot.shelves.values())

    def publish(self, passages: Iterable[Passage]) -> None:
        """Adds passages, replacing those of the same id; all of them become visible at once."""
        self._change(list(passages), ())

    def withdraw(self, ids: Iterable[str]) -> None:
        """Takes passages out by id; unknown ids are ignored."""
        self._change((), list(ids))

    def _change(self, passages: Sequence[Passage], withdrawn: Sequence[str]) -> None:
        with self._writing:
            shelves = dict(self._snapshot.shelves)
            for kind, maker in self._makers.items():
                own = [passage for passage in passages if passage.kind == kind]
                gone = [passage.id for passage in passages if passage.kind != kind]
                if maker.change(own, [*withdrawn, *gone]):
                    shelves[kind] = maker.shelf()
            self._snapshot = replace(self._snapshot, shelves=shelves)

    @property
    def calibrations(self) -> Mapping[Kind, Calibration]:
        """What makes confidences and actions at present, by kind of passage."""
        return self._snapshot.calibrations

    def use(self, calibrations: Mapping[Kind, Calibration]) -> None:
        """Decides by these from now on; kinds that are not given keep theirs."""
        with self._writing:
            known = {**self._snapshot.calibrations, **calibrations}
            self._snapshot = replace(self._snapshot, calibrations=known)

    def fit(
        self, labels: Sequence[Label] = (), precision: float | None = None
    ) -> dict[Kind, Calibration]:
        """Calibrations for the library as it stands, from its own phrasings and from questions
        of which people have said what they mean; with enough of these it is they that set the
        thresholds. Takes seconds, blocks nobody, changes nothing."""
        cutter = self._cutter
        return {
            kind: calibrate(
                own_trials(shelf, cutter) if kind == "entry" else sentence_trials(shelf, cutter),
                labelled(shelf, cutter, labels),
                self._priors[kind],
                precision or self._precision,
            )
            for kind, shelf in self._snapshot.shelves.items()
        }

    def refit(self, labels: Sequence[Label] = (), precision: float | None = None) -> None:
        """Decides by freshly fitted calibrations from now on. `precision`, the share of answers
        that shall be right, is kept for later calls."""
        self._precision = precision or self._precision
        self.use(self.fit(labels))

    def trial(self, passages: Iterable[Passage] = ()) -> "Library":
        """A second library with these passages added or replaced, to see what they would change.
        It shares what stays as it is, so it costs as much as publishing them."""
        twin = copy(self)  # the lock is shared too: both add to one vocabulary
        with self._writing:
            twin._makers = {kind: maker.twin() for kind, maker in self._makers.items()}
        twin.publish(passages)
        return twin

    def search(self, question: str, scope: Scope, limit: int = 10) -> list[Hit]:
        """The passages that may answer the question, the most probable first."""
        snapshot = self._snapshot
        hits = [hit for kind in KINDS for hit in self._hits(snapshot, kind, question, scope)]
        return sorted(hits, key=lambda hit: -hit.confidence)[:limit]

    def decide(self, question: str, scope: Scope) -> Decision:
        """Whether to answer the question, to ask back, or to hand it over."""
        snapshot = self._snapshot
        thresholds = {
            kind: calibration.thresholds for kind, calibration in snapshot.calibrations.items()
        }
        hits = self._hits(snapshot, "entry", question, scope)
        decision = decide(hits, thresholds, scope)
        if not decision.is_settled:  # else no clause could change it
            hits += self._hits(snapshot, "clause", question, scope)
            decision = decide(hits, thresholds, scope)
        if decision.action != "answer":
            return decision
        passage = decision.hits[0].passage
        if passage.kind == "entry":
            return replace(decision, text=passage.text)
        shelf = snapshot.shelves["clause"]
        asked = shelf.question(question, self._cutter)
        weights = term_weights(asked, shelf.stats, shelf.vocabulary)
        return replace(decision, text=extract(passage.text, self._coverage(weights)))

    def _coverage(self, weights: Mapping[str, float]) -> Callable[[str], float]:
        return lambda text: sum(weights.get(term, 0.0) for term in set(self._cutter.terms(text)))

    def _question(self, text: str, shelf: Shelf) -> Question:
        mend = Homophones(shelf.vocabulary.sounds, self._cutter.segmenter, shelf.frequency)
        return shelf.question(mend(text), self._cutter)

    def _hits(self, snapshot: _Snapshot, kind: Kind, text: str, scope: Scope) -> list[Hit]:
        shelf = snapshot.shelves[kind]
        if not shelf.cards:
            return []
        question = self._question(text, shelf)
        ranking = shelf.rank(question, shelf.candidates(question, _serving(shelf, scope)))
        return _weighed_hits(question, shelf, ranking, snapshot.calibrations[kind])


def _serving(shelf: Shelf, scope: Scope) -> Callable[[str], bool] | None:
    limited, cards = shelf.limited, shelf.cards
    if not limited:
        return None
    return lambda key: key not in limited or cards[key].passage.serves(scope)


def _weighed_hits(
    question: Question, shelf: Shelf, ranking: Ranking, calibration: Calibration
) -> list[Hit]:
    if not ranking.cards:
        return []
    chances, _ = calibration.choice.probabilities(ranking.features, ranking.question)
    hits: list[Hit] = []
    words = [
        (place, term[1:])
        for place, (term, _) in enumerate(question.terms)
        if term[0] == WORD and not is_meaning(term)
    ]
    names = shelf.recipe.features
    rows, scores, sure = ranking.features.tolist(), ranking.scores.tolist(), chances.tolist()
    for place in np.argsort(-chances, kind="stable").tolist():
        explained = len(hits) < _EXPLAINED
        matched, missing = _split(words, ranking.held[place]) if explained else ((), ())
        named = dict(zip(names, rows[place], strict=True))
        passage = ranking.cards[place].passage
        hits.append(Hit(passage, scores[place], sure[place], matched, missing, named))
    # The rest of the candidates stays below those that were compared, in its order.
    least = hits[-1].confidence
    rest = len(ranking.cards) - COMPARED
    for place, card in enumerate(ranking.cards[COMPARED:]):
        chance = least * (rest - place) / (rest + 1)
        hits.append(Hit(card.passage, scores[COMPARED + place], chance))
    return hits


def _split(
    words: Sequence[tuple[int, str]], held: NDArray[np.bool_]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a question, given with their places in it, that stand in the passage, and those
    that do not."""
    stands = held.tolist()
    matched = tuple(word for place, word in words if stands[place])
    return matched, tuple(word for place, word in words if not stands[place])
