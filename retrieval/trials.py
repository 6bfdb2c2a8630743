"""Questions put to a shelf of which it is known what is right.

A library's own phrasings serve: each is asked as if it had never been written (its entry is then
the right candidate), and again as if its whole entry had never been (then no candidate is right).
An entry without similar questions serves for the second only. So do the sentences of policy
documents, each asked as if its document had never been written.
"""

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from retrieval.cards import Card, Question
from retrieval.choice import Example
from retrieval.cutter import Cutter
from retrieval.labels import Label
from retrieval.passages import lineage
from retrieval.shelf import COMPARED, Ranking, Shelf
from retrieval.windows import sentences

MOST_QUESTIONS = 1000  # put to a library in one calibration
_ASKABLE = range(8, 61)  # characters of a sentence that could be a question


@dataclass(frozen=True, slots=True)
class Trial:
    """One question put to a shelf."""

    source: str  # the passage whose phrasing it is, or the labelled question itself
    example: Example
    kind: Literal["inside", "near", "far"]
    gaps: tuple[int, ...] = ()  # rows of candidates that hand over instead of answering


def own_trials(shelf: Shelf, cutter: Cutter, most: int = MOST_QUESTIONS) -> list[Trial]:
    """Up to `most` phrasings of the shelf itself, evenly drawn."""
    places = [
        (card, phrasing)
        for _, card in sorted(shelf.cards.items())
        for phrasing in range(len(card.lengths))
    ]
    step = max(len(places) / most, 1.0)
    found = []
    for number in range(int(len(places) / step)):
        card, phrasing = places[int(number * step)]
        question = shelf.question(card.texts[phrasing], cutter)
        if len(card.lengths) > 1:
            found.append(inside(shelf, question, card, phrasing))
        found.append(near(shelf, question, card))
    return found


def sentence_trials(shelf: Shelf, cutter: Cutter, most: int = MOST_QUESTIONS) -> list[Trial]:
    """A sentence of each of up to `most` clauses, evenly drawn. Where documents are near twins,
    what a sentence finds without its own is found with much confidence."""
    documents: dict[str, set[str]] = {}
    for name, card in shelf.cards.items():
        documents.setdefault(card.passage.group or name, set()).add(name)
    cards = [card for _, card in sorted(shelf.cards.items())]
    step = max(len(cards) / most, 1.0)
    found = []
    for number in range(int(len(cards) / step)):
        card = cards[int(number * step)]
        asked = [text for text in sentences(card.passage.text) if len(text.strip()) in _ASKABLE]
        if asked:
            question = shelf.question(asked[number % len(asked)], cutter)
            own = documents[card.passage.group or card.passage.id]
            ranking = shelf.rank(question, _others(shelf, question, card, own))
            found.append(Trial(card.passage.id, _example(ranking), "near", _gaps(ranking)))
    return found


def inside(shelf: Shelf, question: Question, card: Card, phrasing: int | None = None) -> Trial:
    """A question that the card answers, asked as if that phrasing of it had never been written."""
    others = _others(shelf, question, card)
    if phrasing is None:
        ranking = shelf.rank(question, [*others, card])
    else:
        rest = card.without(phrasing)
        ranking = shelf.rank(
            question, [*others, rest] if rest else others, shelf.stats.without(card, phrasing)
        )
    return Trial(card.passage.id, _example(ranking, {card.passage.id}), "inside", _gaps(ranking))


def near(shelf: Shelf, question: Question, card: Card) -> Trial:
    """The same as if the whole card had never been written."""
    stats = shelf.stats.changed((), (card,), len(shelf.stats.frequencies))
    ranking = shelf.rank(question, _others(shelf, question, card), stats)
    return Trial(card.passage.id, _example(ranking), "near", _gaps(ranking))


def labelled(
    shelf: Shelf, cutter: Cutter, labels: Iterable[Label], twice: bool = False
) -> list[Trial]:
    """The labelled questions that concern a shelf, without those that are phrasings by now. With
    `twice`, those that are answered are asked again without what answers them."""
    found = []
    for label in labels:
        right = label.right & shelf.cards.keys()
        question = shelf.question(label.text, cutter)
        known = any(question.text in shelf.cards[name].phrasings for name in right)
        if known or (label.right and not right):
            continue
        cards = shelf.candidates(question, _allowed(shelf, label.regions))
        kind: Literal["near", "far"] = "near" if label.near else "far"
        ranking = shelf.rank(question, cards)
        example = _example(ranking, right)
        found.append(Trial(label.text, example, "inside" if right else kind, _gaps(ranking)))
        if right and twice:
            rest = [card for card in cards if card.passage.id not in right]
            ranking = shelf.rank(question, rest)
            found.append(Trial(label.text, _example(ranking), "near", _gaps(ranking)))
    return found


def _example(ranking: Ranking, right: Set[str] = frozenset()) -> Example:
    names = [card.passage.id for card in ranking.cards[:COMPARED]]
    rows = tuple(row for row, name in enumerate(names) if name in right)
    return Example(ranking.features, ranking.question, rows)


def _gaps(ranking: Ranking) -> tuple[int, ...]:
    cards = ranking.cards[:COMPARED]
    return tuple(row for row, card in enumerate(cards) if card.passage.hands_over)


def _others(
    shelf: Shelf, question: Question, card: Card, besides: Set[str] = frozenset()
) -> list[Card]:
    """The candidates beside a card and others, for an asker in the place that the card is for."""
    regions = card.passage.regions
    place = frozenset(chain.from_iterable(map(lineage, regions))) if regions else None
    allowed = _allowed(shelf, place)
    left_out = {card.passage.id, *besides}
    return shelf.candidates(question, lambda key: key not in left_out and allowed(key))


def _allowed(shelf: Shelf, place: frozenset[str] | None) -> Callable[[str], bool]:
    return lambda key: shelf.cards[key].passage.applies_in(place)
