"""The terms of texts that were cut before, in a file, so that a start need not cut them again."""

import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.postings import Flags, Ints, Vocabulary

_BREAK = "\0"  # between texts; one that holds it is never kept


class Cut(NamedTuple):
    """The terms of several texts as numbers, one text after the other."""

    numbers: Ints
    sizes: Ints  # terms of each text

    def chosen(self, texts: Flags) -> "Cut":
        """Those of some of the texts."""
        return Cut(self.numbers[np.repeat(texts, self.sizes)], self.sizes[texts])

    def mixed(self, own: Flags, other: "Cut") -> "Cut":
        """Those of these texts and others, in the order in which `own` tells these."""
        sizes = np.empty(len(own), np.int32)
        sizes[own], sizes[~own] = self.sizes, other.sizes
        numbers = np.empty(int(sizes.sum()), np.int32)
        of_own = np.repeat(own, sizes)
        numbers[of_own], numbers[~of_own] = self.numbers, other.numbers
        return Cut(numbers, sizes)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Texts with their terms, numbered for themselves."""

    texts: Sequence[str]
    terms: Sequence[str]
    cut: Cut


_NOTHING = _Kept((), (), Cut(np.zeros(0, np.int32), np.zeros(0, np.int32)))


class TokenCache:
    """Terms by text, for one way of cutting, by the numbers of a vocabulary."""

    def __init__(self, path: Path, fingerprint: str, vocabulary: Vocabulary) -> None:
        self._path, self._fingerprint, self._vocabulary = path, fingerprint, vocabulary
        self._old = _read(path, fingerprint)
        self._places = {text: place for place, text in enumerate(self._old.texts)}
        self._ends = np.cumsum(self._old.cut.sizes, dtype=np.intp)
        self._numbers = np.full(len(self._old.terms), -1, np.int32)  # in the vocabulary
        self._used = np.zeros(len(self._old.texts), np.bool_)
        self._new: dict[str, Ints] = {}

    def recall(self, texts: Sequence[str]) -> tuple[Flags, Cut]:
        """Which of the texts are known, and the terms of these."""
        places = np.array([self._places.get(text, -1) for text in texts], np.intp)
        old = places >= 0
        recalled = self._recall(places[old])
        if old.all() or not self._new:
            return old, recalled
        known = np.array([text in self._new for text in texts]) | old
        new = [self._new[text] for text in compress(texts, known & ~old)]
        sizes = np.array([len(numbers) for numbers in new], np.int32)
        numbers = np.concatenate([np.zeros(0, np.int32), *new])
        return known, recalled.mixed(old[known], Cut(numbers, sizes))

    def _recall(self, places: NDArray[np.intp]) -> Cut:
        """The terms of texts of the file."""
        self._used[places] = True
        sizes = self._old.cut.sizes[places]
        # Counts up within each text from where it begins.
        cells = np.arange(int(sizes.sum())) + (self._ends[places] - np.cumsum(sizes)).repeat(sizes)
        found = self._old.cut.numbers[cells]
        self._learn(found[self._numbers[found] < 0])
        return Cut(self._numbers[found], sizes)

    def _learn(self, unknown: Ints) -> None:
        """Gives numbers of the vocabulary to terms, in the order in which they are met."""
        if len(unknown):
            distinct = list(dict.fromkeys(unknown.tolist()))
            terms = [self._old.terms[number] for number in distinct]
            self._vocabulary.add(terms)
            self._numbers[distinct] = [self._vocabulary.numbers[term] for term in terms]

    def keep(self, texts: Sequence[str], cut: Cut) -> None:
        """Notes the terms of texts."""
        for text, numbers in zip(texts, np.split(cut.numbers, np.cumsum(cut.sizes)), strict=False):
            if _BREAK not in text:
                self._new[text] = numbers

    def save(self, whole: bool) -> None:
        """Writes the file anew if anything came or went; only its owner may read it. When this was
        the `whole` of the library, texts that were not asked for are forgotten."""
        stays = self._used if whole else np.ones(len(self._used), np.bool_)
        if not self._new and stays.all():
            return
        self._learn(np.unique(self._old.cut.numbers[self._numbers[self._old.cut.numbers] < 0]))
        old = self._old.cut.chosen(stays)
        numbers = np.concatenate([self._numbers[old.numbers], *self._new.values()])
        sizes = np.append(old.sizes, [len(each) for each in self._new.values()]).astype(np.int32)
        used, numbers = np.unique(numbers, return_inverse=True)
        kept = _Kept(
            [*compress(self._old.texts, stays.tolist()), *self._new],
            [self._vocabulary.terms[number] for number in used.tolist()],
            Cut(numbers.astype(np.int32), sizes),
        )
        _write(self._path, self._fingerprint, kept)


def _write(path: Path, fingerprint: str, kept: _Kept) -> None:
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    with draft.open("wb") as file:
        np.savez(
            file,
            fingerprint=_packed([fingerprint]),
            texts=_packed(kept.texts),
            terms=_packed(kept.terms),
            numbers=kept.cut.numbers,
            sizes=kept.cut.sizes,
        )
    os.replace(draft, path)


def _read(path: Path, fingerprint: str) -> _Kept:
    try:
        with path.open("rb") as opened, np.load(opened) as file:
            if _unpacked(file["fingerprint"]) != [fingerprint]:
                return _NOTHING
            cut = Cut(file["numbers"], file["sizes"])
            kept = _Kept(_unpacked(file["texts"]), _unpacked(file["terms"]), cut)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, AttributeError):
        return _NOTHING  # absent or damaged: everything is cut again and the file written anew
    fits = (
        len(kept.texts) == len(cut.sizes)
        and len(cut.numbers) == cut.sizes.sum()
        and cut.numbers.max(initial=-1) < len(kept.terms)
    )
    return kept if fits else _NOTHING


def _packed(texts: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer(_BREAK.join(texts).encode("utf-8", "surrogatepass"), np.uint8)


def _unpacked(packed: NDArray[np.uint8]) -> list[str]:
    text = packed.tobytes().decode("utf-8", "surrogatepass")
    return text.split(_BREAK) if text else []
