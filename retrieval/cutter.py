"""Texts to terms, with the curators' synonyms."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import compress
from pathlib import Path
from threading import local

import numpy as np

from retrieval.segment import WORD, Segmenter, normalise
from retrieval.token_cache import Cut, TokenCache
from retrieval.vocabulary import TermNumbers

_MEANING = WORD + "="  # no word begins with this mark


class Cutter:
    """Terms of texts and questions. A word with a synonym gets one more term, the same for all
    words of that meaning, so that 要钱 finds 收费 and still finds 要钱 better."""

    def __init__(self, segmenter: Segmenter, synonyms: Mapping[str, str] | None = None) -> None:
        self.segmenter = segmenter
        self.vocabulary = TermNumbers()
        self._own = _ThreadOwn()
        meanings = {normalise(word): normalise(to) for word, to in (synonyms or {}).items()}
        meanings |= {standard: standard for standard in meanings.values()}
        self._meanings = {word: to for word, to in meanings.items() if word and to}
        # The longest first: 不要钱 is not 要钱.
        words = sorted(self._meanings, key=lambda word: (-len(word), word))
        self._pattern = re.compile("|".join(map(re.escape, words))) if words else None

    def terms(self, text: str) -> list[str]:
        """The index terms of a text: words, characters, pairs, and meanings."""
        terms = self.segmenter.terms(text)
        if self._pattern is not None:
            found = self._pattern.findall(normalise(text))
            terms += [_MEANING + self._meanings[word] for word in found]
        return terms

    def number(self, texts: Sequence[str]) -> Cut:
        """The terms of texts to publish; new ones are added to the vocabulary."""
        cache = self._own.cache
        if cache is None:
            return self._number(texts)
        known, recalled = cache.recall(texts)
        if known.all():
            return recalled
        unknown = list(compress(texts, ~known))
        fresh = self._number(unknown)
        cache.keep(unknown, fresh)
        return recalled.mixed(known, fresh)

    def _number(self, texts: Sequence[str]) -> Cut:
        flat: list[str] = []
        sizes = np.empty(len(texts), np.int32)
        for place, text in enumerate(texts):
            terms = self.terms(text)
            sizes[place] = len(terms)
            flat += terms
        self.vocabulary.add(dict.fromkeys(flat))
        numbers = map(self.vocabulary.numbers.__getitem__, flat)
        return Cut(np.fromiter(numbers, np.int32, len(flat)), sizes)

    @contextmanager
    def remembering(self, path: Path, whole: bool = True) -> Iterator[None]:
        """While it lasts, and in this thread only, `number` takes the texts that were cut before
        from the file and adds those cut now. When they are the `whole` of a library the file
        forgets all others."""
        self._own.cache = TokenCache(path, self._fingerprint, self.vocabulary)
        try:
            yield
            self._own.cache.save(whole)
        finally:
            self._own.cache = None

    @property
    def _fingerprint(self) -> str:
        """Changes whenever the same text might be cut differently."""
        meanings = hashlib.sha256(repr(sorted(self._meanings.items())).encode()).hexdigest()[:12]
        return f"{self.segmenter.fingerprint}-{meanings}"


class _ThreadOwn(local):
    cache: TokenCache | None = None


def is_meaning(term: str) -> bool:
    """Whether a term is a meaning and not a word that was written."""
    return term.startswith(_MEANING)
