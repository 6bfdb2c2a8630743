"""Pairs of characters by how they sound."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.pinyin import known_syllables, syllables

_MANY = 256  # pairs that are worth sorting in
_SYLLABLES = 1 << 16  # more than there are
_NUMBERS = {syllable: number for number, syllable in enumerate(sorted(known_syllables()), 1)}


class _Noted(NamedTuple):
    """Pairs in the order of their sounds, those of the same sounds in the order in which they came;
    and the latest, which are not sorted in yet."""

    keys: NDArray[np.int64]
    pairs: NDArray[np.str_]
    late: dict[int, list[str]]


class Sounds:
    """The pairs of characters of a vocabulary, found by their sounds. It only grows. One writer at
    a time; readers never wait."""

    def __init__(self) -> None:
        self._noted = _Noted(np.zeros(0, np.int64), np.zeros(0, "<U2"), {})
        self._late = 0  # how many

    def add(self, pairs: Iterable[str]) -> None:
        """Notes new pairs of characters; what is no pair, or has no sound, is left out."""
        late = self._noted.late
        for pair in pairs:
            if len(pair) == 2 and (key := _key(_number(pair[0]), _number(pair[1]))):
                late.setdefault(key, []).append(pair)
                self._late += 1
        if self._late >= _MANY:
            self._sort_in()

    def _sort_in(self) -> None:
        keys, pairs, late = self._noted
        keys = np.concatenate([keys, [key for key, same in late.items() for _ in same]])
        pairs = np.concatenate([pairs, [pair for same in late.values() for pair in same]])
        order = np.argsort(keys, kind="stable")
        self._noted, self._late = _Noted(keys[order].astype(np.int64), pairs[order], {}), 0

    def alike(self, pair: str) -> list[str]:
        """The noted pairs that sound like this one."""
        return self._find(_key(_number(pair[0]), _number(pair[1])))

    def spoken(self, first: str, second: str) -> list[str]:
        """The noted pairs of these two syllables."""
        return self._find(_key(_NUMBERS.get(first, 0), _NUMBERS.get(second, 0)))

    def _find(self, key: int) -> list[str]:
        keys, pairs, late = self._noted
        begin, end = np.searchsorted(keys, (key, key + 1))
        found: list[str] = pairs[begin:end].tolist()
        return found + late.get(key, [])


def _key(first: int, second: int) -> int:
    """One number for two sounds; 0 when either is none."""
    return first * _SYLLABLES + second if first and second else 0


@lru_cache(1 << 16)
def _number(char: str) -> int:
    """The number of a character's sound; 0 without one."""
    heard = syllables(char)
    return _NUMBERS.get(heard[0], 0) if heard else 0
