"""Sounds of characters, and letters that are pinyin."""

from functools import cache, lru_cache
from pathlib import Path

SOUNDS = Path(__file__).with_name("sounds.txt")  # written by benchmarks.list_sounds

_LONGEST_PINYIN = 48  # letters typed in one go; anything longer is not pinyin
_LONGEST_SYLLABLE = 6  # zhuang

# Sounds that many speakers do not tell apart, by what they fold to; initials first.
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_FINALS = (("ing", "in"), ("eng", "en"))
_HU_AS_F = {"hu": "fu", "hui": "fei", "hua": "fa", "huan": "fan", "huang": "fang", "hun": "fen"}


Sounds = dict[str, tuple[str, ...]]


def _read_sounds() -> tuple[Sounds, Sounds]:
    """The sounds of characters, and of words that hold a character of several sounds."""
    characters, _, words = SOUNDS.read_text("utf-8").partition("\n\n")
    by_character: Sounds = {}
    for line in characters.splitlines()[1:]:
        sound, _, sounding = line.partition(" ")
        by_character |= dict.fromkeys(sounding, (sound,))
    split = (line.split(" ") for line in words.splitlines())
    return by_character, {word: tuple(sounds) for word, *sounds in split}


_CHARACTERS, _WORDS = _read_sounds()
_LONGEST_WORD = max(map(len, _WORDS))


def syllables(unit: str) -> tuple[str, ...]:
    """The sounds, without tones, of characters, or of letters that are pinyin throughout; else
    ()."""
    if not unit.isascii():
        return _CHARACTERS.get(unit, ()) if len(unit) == 1 else _word_syllables(unit)
    return split_pinyin(unit) if unit.isalpha() and len(unit) <= _LONGEST_PINYIN else ()


def _word_syllables(word: str) -> tuple[str, ...]:
    """The sounds that characters have in their company, the longest known words first."""
    heard: tuple[str, ...] = ()
    at = 0
    while at < len(word):
        for end in range(min(len(word), at + _LONGEST_WORD), at + 1, -1):
            if word[at:end] in _WORDS:
                break
        else:
            end = at + 1
        heard += _WORDS.get(word[at:end]) or _CHARACTERS.get(word[at:end], ())
        at = end
    return heard


@lru_cache(maxsize=4096)
def split_pinyin(letters: str) -> tuple[str, ...]:
    """Cut letters into the fewest syllables that cover them all; () when they can't be covered."""
    best: list[tuple[str, ...] | None] = [()]
    for end in range(1, len(letters) + 1):
        ways: list[tuple[str, ...]] = []
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            way = best[start]
            if way is not None and letters[start:end] in known_syllables():
                ways.append((*way, letters[start:end]))
        best.append(min(ways, key=len, default=None))
    return best[-1] or ()


@cache
def known_syllables() -> frozenset[str]:
    """Every sound of the characters of GB 2312."""
    codes = (bytes((row, cell)) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    characters = (code.decode("gb2312", "ignore") for code in codes)
    return frozenset(sound for char in characters for sound in _CHARACTERS.get(char, ()))


@cache
def folded(syllable: str) -> str:
    """The same for syllables that are often confused: z/zh, c/ch, s/sh, n/l, in/ing, en/eng, and
    f/hu as in some dialects (hui, fei)."""
    syllable = _HU_AS_F.get(syllable, syllable)
    for written, kept in _INITIALS:
        if syllable.startswith(written):
            syllable = kept + syllable[len(written) :]
            break
    for written, kept in _FINALS:
        if syllable.endswith(written):
            syllable = syllable[: -len(written)] + kept
    return syllable
