"""Texts to terms, with the curators' synonyms."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from retrieval.postings import Ints
from retrieval.segment import WORD, Segmenter, normalise
from retrieval.vocabulary import TermNumbers

_MEANING = WORD + "="  # no word begins with this mark


class Cut(NamedTuple):
    """The terms of several texts as numbers, one text after the other."""

    numbers: Ints
    sizes: Ints  # terms of each text


class Cutter:
    """Terms of texts and questions. A word with a synonym gets one more term, the same for all
    words of that meaning, so that 要钱 finds 收费 and still finds 要钱 better."""

    def __init__(self, segmenter: Segmenter, synonyms: Mapping[str, str] | None = None) -> None:
        self.segmenter = segmenter
        self.vocabulary = TermNumbers()
        meanings = {normalise(word): normalise(to) for word, to in (synonyms or {}).items()}
        meanings |= {standard: standard for standard in meanings.values()}
        self._meanings = {word: to for word, to in meanings.items() if word and to}
        # The longest first: 不要钱 is not 要钱.
        words = sorted(self._meanings, key=lambda word: (-len(word), word))
        self._pattern = re.compile("|".join(map(re.escape, words))) if words else None

    def terms(self, text: str, chars: bool = True) -> list[str]:
        """The index terms of a text: words, characters, pairs, and meanings."""
        terms = self.segmenter.terms(text, chars)
        if self._pattern is not None:
            found = self._pattern.findall(normalise(text))
            terms += [_MEANING + self._meanings[word] for word in found]
        return terms

    def number(self, texts: Sequence[str], chars: bool = True) -> Cut:
        """The terms of texts to publish; new ones are added to the vocabulary."""
        flat: list[str] = []
        sizes = np.empty(len(texts), np.int32)
        for place, text in enumerate(texts):
            terms = self.terms(text, chars)
            sizes[place] = len(terms)
            flat += terms
        self.vocabulary.add(dict.fromkeys(flat))
        numbers = map(self.vocabulary.numbers.__getitem__, flat)
        return Cut(np.fromiter(numbers, np.int32, len(flat)), sizes)


def is_meaning(term: str) -> bool:
    """Whether a term is a meaning and not a word that was written."""
    return term.startswith(_MEANING)
