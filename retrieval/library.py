"""All live passages of one process, and what they have to say to a question."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from retrieval.calibrate import Calibration, calibrate, trials
from retrieval.cards import Card, Question, Stats, Vocabulary, make_card
from retrieval.cutter import Cutter, is_meaning
from retrieval.decide import Decision, Hit, decide
from retrieval.extract import extract
from retrieval.features import CLAUSES, ENTRIES, FEATURES, Recipe, term_weights
from retrieval.index import Index
from retrieval.passages import KINDS, Kind, Passage, Scope
from retrieval.priors import load_priors
from retrieval.segment import WORD, Segmenter
from retrieval.shelf import COMPARED, Ranking, Shelf
from retrieval.windows import windows

_RECIPES: Mapping[Kind, Recipe] = {"entry": ENTRIES, "clause": CLAUSES}


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
        self._makers = {kind: ShelfMaker(_RECIPES[kind], self._cutter) for kind in KINDS}
        shelves = {kind: self._makers[kind].shelf() for kind in KINDS}
        self._priors = load_priors()
        self._snapshot = _Snapshot(shelves, self._priors)

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

    def refit(self, precision: float | None = None) -> None:
        """Calibrates the confidences to the library as it stands; takes seconds, blocks nobody.
        `precision` is the share of answers that shall be right, kept for later calls."""
        self._precision = precision or self._precision
        shelf = self._snapshot.shelves["entry"]
        fitted = calibrate(trials(shelf, self._cutter), self._priors["entry"], self._precision)
        with self._writing:
            calibrations = {**self._snapshot.calibrations, "entry": fitted}
            self._snapshot = replace(self._snapshot, calibrations=calibrations)

    def search(self, question: str, scope: Scope, limit: int = 10) -> list[Hit]:
        """The passages that may answer the question, the most probable first."""
        hits = self._hits(self._snapshot, question, scope)
        return sorted(hits, key=lambda hit: -hit.confidence)[:limit]

    def decide(self, question: str, scope: Scope) -> Decision:
        """Whether to answer the question, to ask back, or to hand it over."""
        snapshot = self._snapshot
        hits = self._hits(snapshot, question, scope)
        thresholds = {
            kind: calibration.thresholds for kind, calibration in snapshot.calibrations.items()
        }
        decision = decide(hits, thresholds, scope)
        if decision.action != "answer":
            return decision
        passage = decision.hits[0].passage
        if passage.kind == "entry":
            return replace(decision, text=passage.text)
        stats, vocabulary = snapshot.shelves["clause"].stats, snapshot.shelves["clause"].vocabulary
        weights = term_weights(Question.cut(question, self._cutter), stats, vocabulary)
        return replace(decision, text=extract(passage.text, self._coverage(weights)))

    def _coverage(self, weights: Mapping[str, float]) -> Callable[[str], float]:
        return lambda text: sum(weights.get(term, 0.0) for term in set(self._cutter.terms(text)))

    def _hits(self, snapshot: _Snapshot, text: str, scope: Scope) -> list[Hit]:
        question = Question.cut(text, self._cutter)
        hits: list[Hit] = []
        for kind, shelf in snapshot.shelves.items():
            if shelf.cards:
                ranking = shelf.rank(question, shelf.candidates(question, _serving(shelf, scope)))
                hits += _weighed_hits(question, shelf, ranking, snapshot.calibrations[kind])
        return hits


def _serving(shelf: Shelf, scope: Scope) -> Callable[[str], bool]:
    return lambda key: shelf.cards[key].passage.serves(scope)


def _weighed_hits(
    question: Question, shelf: Shelf, ranking: Ranking, calibration: Calibration
) -> list[Hit]:
    if not ranking.cards:
        return []
    chances, _ = calibration.choice.probabilities(ranking.features, ranking.question)
    hits = []
    for card, score, features, chance in zip(
        ranking.cards, ranking.scores, ranking.features, chances, strict=False
    ):
        matched, missing = _words(question, card, shelf.vocabulary)
        named = dict(zip(FEATURES, features.tolist(), strict=True))
        hits.append(Hit(card.passage, float(score), float(chance), matched, missing, named))
    hits.sort(key=lambda hit: -hit.confidence)
    # The rest of the candidates stays below those that were compared, in its order.
    least = hits[-1].confidence
    rest = len(ranking.cards) - COMPARED
    hits += [
        Hit(card.passage, float(score), least * (rest - place) / (rest + 1))
        for place, (card, score) in enumerate(
            zip(ranking.cards[COMPARED:], ranking.scores[COMPARED:], strict=True)
        )
    ]
    return hits


def _words(
    question: Question, card: Card, vocabulary: Vocabulary
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of the question that stand in the passage, and those that do not."""
    held = set(card.terms.tolist())
    matched: list[str] = []
    missing: list[str] = []
    for term, _ in question.terms:
        if term[0] == WORD and not is_meaning(term):
            (matched if vocabulary.find(term) in held else missing).append(term[1:])
    return tuple(matched), tuple(missing)


class ShelfMaker:
    """The writer's side of a shelf."""

    def __init__(self, recipe: Recipe, cutter: Cutter) -> None:
        self._recipe = recipe
        self._cutter = cutter
        self._vocabulary = Vocabulary()
        self._cards: dict[str, Card] = {}
        self._stats = Stats.empty()
        self._index = Index()
        self._documents = Index() if recipe.document else None
        self._groups: dict[str, set[str]] = {}

    def shelf(self) -> Shelf:
        return Shelf(
            dict(self._cards),
            self._stats,
            self._index.snapshot,
            self._documents.snapshot if self._documents else None,
            self._vocabulary,
            self._recipe,
        )

    def change(self, passages: Sequence[Passage], withdrawn: Iterable[str]) -> bool:
        """Adds, replaces and withdraws; False when that changes nothing."""
        latest = {passage.id: passage for passage in passages}
        made = {id_: self._make(passage) for id_, passage in latest.items()}
        gone = [id_ for id_ in {*withdrawn, *latest} if id_ in self._cards]
        added = {id_: (card, terms) for id_, (card, terms) in made.items() if terms}
        if not added and not gone:
            return False
        removed = [self._cards.pop(id_) for id_ in gone]
        cards = [card for card, _ in added.values()]
        self._stats = self._stats.changed(cards, removed, len(self._vocabulary))
        self._cards.update({id_: card for id_, (card, _) in added.items()})
        self._index.publish(
            [(id_, terms) for id_, (_, terms) in added.items()],
            [id_ for id_ in gone if id_ not in added],
        )
        if self._documents is not None:
            self._regroup(self._documents, cards, removed)
        return True

    def _make(self, passage: Passage) -> tuple[Card, list[str]]:
        texts = passage.questions if passage.kind == "entry" else windows(passage)
        cut = [(text, self._cutter.terms(text)) for text in texts]
        cut = [(text, terms) for text, terms in cut if terms]
        card = make_card(passage, cut, self._vocabulary)
        return card, [term for _, terms in cut for term in terms]

    def _regroup(self, documents: Index, added: Sequence[Card], removed: Sequence[Card]) -> None:
        """Indexes anew the documents of which a clause came or went."""
        for card in removed:
            self._groups[card.passage.group].discard(card.passage.id)
        for card in added:
            self._groups.setdefault(card.passage.group, set()).add(card.passage.id)
        touched = {card.passage.group for card in (*added, *removed)}
        whole = [
            (group, self._cutter.terms(" ".join(self._texts(group)), chars=False))
            for group in sorted(touched)
            if self._groups[group]
        ]
        documents.publish(whole, [group for group in touched if not self._groups[group]])

    def _texts(self, group: str) -> list[str]:
        cards = [self._cards[id_] for id_ in sorted(self._groups[group])]
        return [f"{card.passage.title} {card.passage.text}" for card in cards]
