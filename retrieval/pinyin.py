"""Sounds of characters, and letters that are pinyin."""

from functools import cache, lru_cache

from pypinyin import lazy_pinyin

_LONGEST_PINYIN = 48  # letters typed in one go; anything longer is not pinyin
_LONGEST_SYLLABLE = 6  # zhuang

# Sounds that many speakers do not tell apart, by what they fold to; initials first.
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_FINALS = (("ing", "in"), ("eng", "en"))
_HU_AS_F = {"hu": "fu", "hui": "fei", "hua": "fa", "huan": "fan", "huang": "fang", "hun": "fen"}


@lru_cache(maxsize=65_536)
def syllables(unit: str) -> tuple[str, ...]:
    """The sounds, without tones, of one character, or of letters that are pinyin throughout;
    else ()."""
    if not unit.isascii():
        return tuple(lazy_pinyin(unit, errors="ignore"))
    return split_pinyin(unit) if unit.isalpha() and len(unit) <= _LONGEST_PINYIN else ()


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
    return frozenset(sound for char in characters for sound in lazy_pinyin(char, errors="ignore"))


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
