"""The writer's side of a shelf."""

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from itertools import islice

from retrieval.cards import Card, Stats, count_cards, count_documents, make_cards
from retrieval.comparison import Norms, Recipe
from retrieval.cutter import Cutter
from retrieval.index import Index
from retrieval.passages import Passage
from retrieval.postings import join_counts
from retrieval.shelf import Shelf
from retrieval.windows import windows

_CHUNK = 250  # passages that are cut at a time


class ShelfMaker:
    """Keeps the passages of one kind and makes a shelf of them whenever they have changed."""

    def __init__(self, recipe: Recipe, cutter: Cutter) -> None:
        self._recipe = recipe
        self._cutter = cutter
        self._cards: dict[str, Card] = {}
        self._limited: frozenset[str] = frozenset()
        self._stats = Stats.empty()
        self._index = Index(vocabulary=cutter.vocabulary)
        self._documents = Index(vocabulary=cutter.vocabulary) if recipe.document else None
        self._groups: dict[str, set[str]] = {}

    def shelf(self) -> Shelf:
        return Shelf(
            dict(self._cards),
            self._limited,
            self._stats,
            Norms(self._stats),
            self._index.snapshot,
            self._documents.snapshot if self._documents else None,
            self._cutter.vocabulary,
            self._recipe,
        )

    def twin(self) -> "ShelfMaker":
        """A maker that goes on from here by itself; both may not be changed at the same time."""
        twin = copy(self)
        twin._cards = dict(self._cards)
        twin._groups = {group: set(ids) for group, ids in self._groups.items()}
        twin._index = copy(self._index)
        twin._documents = copy(self._documents)
        return twin

    def change(self, passages: Sequence[Passage], withdrawn: Iterable[str]) -> bool:
        """Adds, replaces and withdraws; False when that changes nothing."""
        latest = {passage.id: passage for passage in passages}
        gone = [id_ for id_ in {*withdrawn, *latest} if id_ in self._cards]
        cards = list(self._made(latest.values()))
        if not cards and not gone:
            return False
        # What is withdrawn and given again stays, so all that changes can be withdrawn.
        self._index.publish_counted(count_cards(cards), gone)
        removed = [self._cards.pop(id_) for id_ in gone]
        self._stats = self._stats.changed(cards, removed, len(self._cutter.vocabulary))
        self._cards.update((card.passage.id, card) for card in cards)
        limited = {card.passage.id for card in cards if card.passage.limited}
        if limited or not self._limited.isdisjoint(gone):
            self._limited = self._limited.difference(gone) | limited
        if self._documents is not None:
            self._regroup(self._documents, cards, removed)
        return True

    def _made(self, passages: Iterable[Passage]) -> Iterator[Card]:
        """The cards of passages; one without any term is left out."""
        left = iter(passages)
        while chunk := list(islice(left, _CHUNK)):
            texts = [
                passage.questions if passage.kind == "entry" else windows(passage)
                for passage in chunk
            ]
            cut = self._cutter.number([text for own in texts for text in own])
            yield from make_cards(list(zip(chunk, texts, strict=True)), cut)

    def _regroup(self, documents: Index, added: Sequence[Card], removed: Sequence[Card]) -> None:
        """Indexes anew the documents of which a clause came or went."""
        for card in removed:
            self._groups[card.passage.group].discard(card.passage.id)
        for card in added:
            self._groups.setdefault(card.passage.group, set()).add(card.passage.id)
        touched = sorted({card.passage.group for card in (*added, *removed)})
        gone = [group for group in touched if not self._groups[group]]
        kept = iter([group for group in touched if self._groups[group]])
        counted = []
        while chunk := list(islice(kept, _CHUNK)):
            own = [[self._cards[id_] for id_ in self._groups[group]] for group in chunk]
            counted.append(count_documents(list(zip(chunk, own, strict=True))))
        documents.publish_counted(join_counts(counted) if counted else count_documents([]), gone)
