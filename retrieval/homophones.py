"""Homophones put right: 施工许可正 was meant to be 施工许可证, and daiban 代办.

Only what the library does not know is touched, and only towards what it does know. The repaired
question is for searching; nobody is shown other words than he typed.
"""

import re
from collections.abc import Callable
from itertools import pairwise

from retrieval.pinyin import syllables
from retrieval.segment import Segmenter, normalise

_CHINESE = re.compile(r"[㐀-鿿]")
_LETTERS = re.compile(r"[a-z]{3,}")


class Sounds:
    """Pairs of characters by how they sound. It only grows, as a vocabulary does."""

    def __init__(self) -> None:
        self._pairs: dict[tuple[str, str], list[str]] = {}

    def add(self, pair: str) -> None:
        """Notes a new pair of characters."""
        heard = _heard(pair)
        if len(heard) == 2:
            self._pairs.setdefault((heard[0], heard[1]), []).append(pair)

    def alike(self, pair: str) -> list[str]:
        """The noted pairs that sound like this one."""
        heard = _heard(pair)
        return self.spoken(heard[0], heard[1]) if len(heard) == 2 else []

    def spoken(self, first: str, second: str) -> list[str]:
        """The noted pairs of these two syllables."""
        return self._pairs.get((first, second), [])


class Homophones:
    """Mends questions to one library; `frequency` says how many of its phrasings hold a pair."""

    def __init__(
        self, sounds: Sounds, segmenter: Segmenter, frequency: Callable[[str], int]
    ) -> None:
        self._sounds, self._segmenter, self._frequency = sounds, segmenter, frequency

    def __call__(self, text: str) -> str:
        """The text with homophones replaced; the same text when there are none."""
        spelled = _LETTERS.sub(lambda found: self._spelled(found[0]), normalise(text))
        characters = list(spelled)
        for place in range(len(characters)):
            if self._suspicious(characters, place):
                self._mend(characters, place)
        return "".join(characters)

    def _suspicious(self, characters: list[str], place: int) -> bool:
        """Neither the library nor the language knows it together with a neighbour."""
        pairs = _pairs_at(characters, place)
        return bool(pairs) and not any(
            self._frequency(pair) or self._segmenter.frequency(pair) for _, pair in pairs
        )

    def _mend(self, characters: list[str], place: int) -> None:
        votes: dict[str, list[str]] = {}
        for offset, pair in _pairs_at(characters, place):
            for other in self._sounds.alike(pair):
                if other[1 - offset] == pair[1 - offset] and self._frequency(other):
                    votes.setdefault(other[offset], []).append(other)
        trusted = {char: pairs for char, pairs in votes.items() if self._trusted(pairs)}
        if trusted:
            seen = {char: sum(map(self._frequency, pairs)) for char, pairs in trusted.items()}
            characters[place] = max(seen, key=lambda char: (seen[char], char))

    def _trusted(self, pairs: list[str]) -> bool:
        """Both neighbours speak for it, or one that is a word or stands in several phrasings."""
        return len(pairs) > 1 or any(
            self._frequency(pair) > 1 or self._segmenter.frequency(pair) for pair in pairs
        )

    def _spelled(self, letters: str) -> str:
        """Pinyin as characters where the library holds them in pairs, else as it was."""
        heard = syllables(letters)
        chosen = [""] * len(heard)
        for place, (first, second) in enumerate(pairwise(heard)):
            pair = max(self._sounds.spoken(first, second), key=self._frequency, default="")
            if pair and self._frequency(pair) and not chosen[place]:
                chosen[place : place + 2] = pair
        return "".join(chosen) if chosen and all(chosen) else letters


def _pairs_at(characters: list[str], place: int) -> list[tuple[int, str]]:
    """The pairs of Chinese characters around a place, each with the place's position in it."""
    pairs = []
    if place and _CHINESE.match(characters[place - 1]) and _CHINESE.match(characters[place]):
        pairs.append((1, characters[place - 1] + characters[place]))
    if place + 1 < len(characters) and all(map(_CHINESE.match, characters[place : place + 2])):
        pairs.append((0, characters[place] + characters[place + 1]))
    return pairs


def _heard(pair: str) -> list[str]:
    return [syllable for char in pair for syllable in syllables(char)]
