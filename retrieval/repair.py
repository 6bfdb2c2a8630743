"""Sloppy questions put right, as further ways to read them beside the question as typed.

What is repaired: homophones and near homophones (代半), characters taken by eye (周未), missing,
doubled and swapped characters and blanks inside a known word, words typed in pinyin or by their
initials, dialect and chat spellings of the words that ask (乜嘢, 咋, 神马), and what a voice
message holds besides its words. Only towards words of the live library and the curators', and
only where what was typed is no word; numbers, negations, place names and what the question
stresses stay as they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp
from typing import Literal

from retrieval.dialect_words import (
    CANTONESE,
    CANTONESE_MARK,
    EVERYWHERE,
    FILLER_MARK,
    FILLERS,
    NOT_STANDARD,
    Table,
)
from retrieval.lexicon import Lexicon
from retrieval.places import Gazetteer
from retrieval.repair_paths import Path, Paths, Slip
from retrieval.segment import Segmenter
from retrieval.stress import stressed
from retrieval.units import Units

Kind = Slip | Literal["dialect", "filler"]

_LONGEST = 200  # characters of a question; longer texts are pasted, not typed
_MOST = 3  # readings of one question
_USUAL = 12  # a dialect word that the library holds this often needs no translation
_TRUST: dict[Kind, float] = {"dialect": 0.97, "filler": 0.98, "space": 0.98}
# Of the logistic curve that makes nats a prior: how often repairs were right, on questions of which
# one in ten had a homophone put in.
_MIDDLE, _SLOPE = -0.3, 1.25
_SUREST = 0.98


@dataclass(frozen=True, slots=True)
class Change:
    """One place that was repaired: from what, to what, and what kind of slip it was."""

    was: str
    now: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Repaired:
    """A question as it may have been meant. `prior` in 0..1 says how likely that is, to be weighed
    against the question as typed, whose prior is 1."""

    text: str
    changes: tuple[Change, ...]
    prior: float


class Repairer:
    """Repairs questions by the words of the live library. One writer at a time; readers never
    wait. `gazetteer` names the places that no repair may change."""

    def __init__(self, segmenter: Segmenter, gazetteer: Gazetteer | None = None) -> None:
        self._lexicon = Lexicon(segmenter)
        self._gazetteer = gazetteer

    def publish(self, terms: Iterable[str]) -> None:
        """Learns the words of one text that was published, cut by `Segmenter.terms`."""
        self._lexicon.publish(terms)

    def add(self, words: Mapping[str, int]) -> None:
        """The same for words with how often they occur; a negative number withdraws them."""
        self._lexicon.add(words)

    def withdraw(self, terms: Iterable[str]) -> None:
        """Forgets a text that was published before."""
        self._lexicon.withdraw(terms)

    def readings(self, question: str) -> list[Repaired]:
        """Repaired variants of a normalised question, the likeliest first; none when nothing in it
        is suspicious. The question itself is not among them."""
        if len(question) > _LONGEST:
            return []
        spoken = self._standard(question)
        found = self._respelt(spoken)
        if spoken.changes:
            found.append(spoken)
        unique = {reading.text: reading for reading in reversed(found) if reading.text != question}
        return [unique[text] for text in reversed(unique)][:_MOST]

    def _standard(self, question: str) -> Repaired:
        """The question without fillers and dialect words."""
        text, changes = question, list[Change]()
        if FILLER_MARK.search(text):
            text = self._replace(text, FILLERS, "filler", changes)
        if CANTONESE_MARK.search(text):
            text = self._replace(text, CANTONESE, "dialect", changes)
        if NOT_STANDARD.search(text):
            text = self._replace(text, EVERYWHERE, "dialect", changes)
        text = text.strip(" ,，、")
        if not text:
            return Repaired(question, (), 1.0)
        return Repaired(text, tuple(changes), _product(changes))

    def _replace(self, text: str, table: Table, kind: Kind, changes: list[Change]) -> str:
        for pattern, standard in table:
            match = pattern.search(text)
            if match is None or (kind == "dialect" and self._lexicon.count(match[0]) >= _USUAL):
                continue
            changes.append(Change(match[0], match.expand(standard), kind))
            text = pattern.sub(standard, text)
        return text

    def _respelt(self, spoken: Repaired) -> list[Repaired]:
        units = Units(spoken.text, self._lexicon)
        paths = Paths(units, self._lexicon, lambda: self._fixed(spoken.text, units)).best()
        return [
            self._reading(spoken, units, path)
            for path in paths
            if not any(self._is_elsewhere(edge.word) for edge in path.slips)
        ]

    def _is_elsewhere(self, word: str) -> bool:
        """Whether the word names a place that the office has nothing to do with."""
        if self._gazetteer is None:
            return False
        named = [m for m in self._gazetteer.mentions(word) if m.kind == "name"]
        return any(self._gazetteer.known.isdisjoint(mention.codes) for mention in named)

    def _fixed(self, text: str, units: Units) -> frozenset[int]:
        """The units of place names and of what the question stresses (赔, 罚款)."""
        spans = [(stress.start, stress.end) for stress in stressed(text)]
        if self._gazetteer is not None:
            named = (m for m in self._gazetteer.mentions(text) if m.kind == "name")
            spans += [(mention.start, mention.end) for mention in named]
        return frozenset(
            at
            for at, place in enumerate(units.starts)
            if any(start <= place < end for start, end in spans)
        )

    def _reading(self, spoken: Repaired, units: Units, path: Path) -> Repaired:
        text, changes = spoken.text, list[Change]()
        for edge in reversed(path.slips):
            start, end = units.starts[edge.start], units.ends[edge.end - 1]
            assert edge.slip is not None
            changes.insert(0, Change(text[start:end], edge.word, edge.slip))
            before, after = text[:start], text[end:]
            if edge.slip in ("pinyin", "initials"):
                before, after = before.rstrip(" "), after.lstrip(" ")
            text = before + edge.word + after
        margin = path.margin / len(path.slips)
        respelt = min(_SUREST, 1 / (1 + exp(-_SLOPE * (margin - _MIDDLE))))
        return Repaired(text, (*spoken.changes, *changes), spoken.prior * respelt)


def _product(changes: Iterable[Change]) -> float:
    prior = 1.0
    for kind in {change.kind for change in changes}:
        prior *= _TRUST[kind]
    return prior
