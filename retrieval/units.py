"""A question as units that may be misspelt: characters, syllables typed in letters, the rest."""

import re

from retrieval.lexicon import Lexicon, code_of, sound_key
from retrieval.pinyin import split_pinyin

_UNIT = re.compile(
    r"(?P<toned>[a-z]{1,6}[1-4](?:[a-z]{1,6}[1-4])+)|(?P<letters>[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]+(?![0-9]))"
    r"|(?P<char>[\u4e00-\u9fff㐀-䶿])|(?P<space> )|[^ \u4e00-\u9fff㐀-䶿a-z]+|[a-z0-9]+"
)
_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü", "aaaaeeeeiiiioooouuuuvvvvv", "1234")
_MOST_INITIALS = 8


class Units:
    """The units of a normalised question; all lists run side by side.

    `flat` has one character for each unit, the unit itself where it is a Chinese character, else
    NUL; `key` has its sound as `lexicon.sound_key` writes it.
    """

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.texts: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.gaps: list[bool] = []  # whether a blank stands before the unit
        self._runs: dict[int, tuple[int, int]] = {}  # of the units that are letters
        self._initials: dict[int, str] = {}
        self.has_letters = False
        key: list[str] = []
        gap = False
        for match in _UNIT.finditer(text):
            if match.lastgroup == "space":
                gap = True
                continue
            word = match[0].translate(_TONES) if match.lastgroup in ("toned", "letters") else ""
            if word and not lexicon.count(match[0]):
                key += self._add_letters(match, word, gap)
            else:
                self._add(match[0], match.start(), match.end(), gap)
                key.append(sound_key(match[0]) if match.lastgroup == "char" else "\0")
            gap = False
        self.has_gaps = any(self.gaps)
        self.key = "".join(key)
        self.flat = "".join(
            unit if len(unit) == 1 and unit >= "㐀" else "\0" for unit in self.texts
        )

    def __len__(self) -> int:
        return len(self.texts)

    def _add(self, text: str, start: int, end: int, gap: bool) -> None:
        self.texts.append(text)
        self.starts.append(start)
        self.ends.append(end)
        self.gaps.append(gap)

    def _add_letters(self, match: re.Match[str], word: str, gap: bool) -> list[str]:
        heard = split_pinyin(word) if len(word) <= 48 else ()
        first = len(self.texts)
        if not heard and not 4 <= len(word) <= _MOST_INITIALS:
            self._add(match[0], match.start(), match.end(), gap)
            return ["\0"]
        self.has_letters = True
        if 4 <= len(word) <= _MOST_INITIALS:
            self._initials[first] = word
        for syllable in heard or (word,):
            self._add(syllable, match.start(), match.end(), gap)
            gap = False
        for at in range(first, len(self.texts)):
            self._runs[at] = first, len(self.texts)
        return [code_of(syllable) for syllable in heard] or ["\0"]

    def is_letters(self, at: int) -> bool:
        """Whether the unit is a syllable typed in letters."""
        return at in self._runs

    def starts_run(self, at: int) -> bool:
        """Whether it is the first of the letters typed in one go."""
        return self._runs[at][0] == at

    def run_end(self, at: int) -> int:
        """Behind the last unit of the letters typed in one go."""
        return self._runs[at][1]

    def initials(self, at: int) -> str:
        """The letters that begin here as they were typed, when they may be initials; else empty."""
        return self._initials.get(at, "")
