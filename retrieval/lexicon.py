"""The words that a question may be repaired to: those of the live library, and the curators'."""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log

from retrieval.pinyin import SEVERAL_SOUNDS, folded, known_syllables, syllables
from retrieval.segment import WORD, Segmenter

LONGEST = 8  # characters of a word; longer ones are made of shorter ones
_SHORTEST_WITH_GAP = 5
_SHORTEST_TO_ORDER = 3
_FEWEST_INITIALS = 4
_LEAST_COUNT = 2  # a word met once that no dictionary knows may itself be a slip
_RARE = 3  # the dictionary holds many odd words that it met no more often
_CURATED = 3  # a word of the curators counts as if the library held it this often
_NO_SOUND = "\0"
_TYPICAL = 1_000  # words that a library is assumed to hold at least, so that few are no certainty


_Table = dict[str, str]  # words with a blank between, which takes less than lists of one


@dataclass(slots=True)
class _Words:
    """By a key made of the sounds: one character for each syllable."""

    by_sound: _Table
    by_gap: _Table  # the word with one character in its middle left out
    by_letters: _Table  # by its characters in the order of their code points
    by_initials: _Table  # the curators' words only


class Lexicon:
    """Words with how often the live library holds them. One writer at a time; readers never wait,
    and see a change word by word."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._general = segmenter.frequencies
        self._all_words = segmenter.all_words
        self._curated = frozenset(segmenter.user_words)
        self._counts: dict[str, int] = {}
        self._total = 0
        self._words = _Words({}, {}, {}, {})
        self._writing = threading.Lock()
        for word in segmenter.user_words:
            self._learn(word)
            if len(word) >= _FEWEST_INITIALS:
                initials = "".join(sound[0][0] for char in word if (sound := syllables(char)))
                _add(self._words.by_initials, initials, word)

    def publish(self, terms: Iterable[str]) -> None:
        """Counts the words of one published text, given as `Segmenter.terms` cuts it."""
        self._count(terms, 1)

    def withdraw(self, terms: Iterable[str]) -> None:
        """The reverse, for a text that was published."""
        self._count(terms, -1)

    def _count(self, terms: Iterable[str], sign: int) -> None:
        words = Counter(term[1:] for term in terms if term[0] == WORD)
        self.add({word: sign * count for word, count in words.items()})

    def add(self, words: Mapping[str, int]) -> None:
        """Counts words; fewer than no time nothing is counted."""
        with self._writing:
            for word, more in words.items():
                count = self._counts.get(word)
                if count is None:
                    self._learn(word)
                    count = 0
                self._counts[word] = max(0, count + more)
                self._total = max(0, self._total + more)

    def _learn(self, word: str) -> None:
        if not 1 <= len(word) <= LONGEST or word.isascii() or " " in word:
            return
        key = sound_key(word)
        if _NO_SOUND not in key:
            _add(self._words.by_sound, key, word)
            if len(word) > 1 and not SEVERAL_SOUNDS.isdisjoint(word):
                _add(self._words.by_sound, phrase_key(word), word)
        if len(word) >= _SHORTEST_TO_ORDER:
            _add(self._words.by_letters, "".join(sorted(word)), word)
        if len(word) >= _SHORTEST_WITH_GAP:
            for at in range(1, len(word) - 1):
                _add(self._words.by_gap, word[:at] + word[at + 1 :], word)

    def count(self, word: str) -> int:
        """How often the library holds a word."""
        return self._counts.get(word, 0)

    def met(self, word: str) -> bool:
        """Whether the word is one at all."""
        return self._counts.get(word, 0) > 0 or self._general.get(word, 0) > 0

    def known(self, word: str) -> bool:
        """Whether a word is correct as it stands: in the dictionary, or usual in the library."""
        return self._general.get(word, 0) > _RARE or self._counts.get(word, 0) >= _LEAST_COUNT

    def offered(self, word: str) -> bool:
        """Whether a question may be repaired to the word."""
        if word in self._curated:
            return True
        count = self._counts.get(word, 0)
        return count >= _LEAST_COUNT or (count > 0 and self._general.get(word, 0) > 0)

    def sounding(self, key: str) -> list[str]:
        """Words of a sound, as `sound_key` writes it."""
        return self._words.by_sound.get(key, "").split()

    def with_gap(self, text: str) -> list[str]:
        """Words that become the text when one character in their middle is left out."""
        return self._words.by_gap.get(text, "").split()

    def of_letters(self, text: str) -> list[str]:
        """Words of at least three characters with the same characters in any order."""
        return self._words.by_letters.get("".join(sorted(text)), "").split()

    def of_initials(self, letters: str) -> list[str]:
        """The curators' words of at least four characters with these initials (sgxkz)."""
        return self._words.by_initials.get(letters, "").split()

    def chance(self, word: str) -> float:
        """Log of the chance to meet the word, in general Chinese or in this library."""
        general = self._general.get(word, 0) / self._all_words
        count = self._counts.get(word, 0) + (_CURATED if word in self._curated else 0)
        return log((general + count / (self._total + _TYPICAL)) / 2 + _UNSEEN)


_UNSEEN = 1e-9


def _add(table: _Table, key: str, word: str) -> None:
    words = table.get(key)
    if words is None:
        table[key] = word
    elif word not in words.split():
        table[key] = f"{words} {word}"


def sound_key(text: str) -> str:
    """One character for the sound of each character, the same for sounds often confused."""
    return "".join(map(_code, text))


def phrase_key(word: str) -> str:
    """The same with the sounds that the characters have in this word (银行)."""
    heard = syllables(word)
    if len(heard) != len(word):
        return sound_key(word)
    return "".join(code_of(sound) for sound in heard)


@lru_cache(maxsize=65_536)
def _code(char: str) -> str:
    heard = syllables(char) if not char.isascii() else ()
    return code_of(heard[0]) if heard else _NO_SOUND


def code_of(syllable: str) -> str:
    """The one character that stands for a sound."""
    return _codes().get(folded(syllable), _NO_SOUND)


@cache
def _codes() -> dict[str, str]:
    sounds = sorted({folded(syllable) for syllable in known_syllables()})
    return {sound: chr(0xE000 + number) for number, sound in enumerate(sounds)}
