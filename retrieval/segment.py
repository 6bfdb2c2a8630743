"""From what people type to index terms: one normal form, then words, characters, pairs, sounds."""

import hashlib
import logging
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log
from typing import BinaryIO

import jieba
import opencc

from retrieval.pinyin import syllables
from retrieval.radicals import fold_radicals

jieba.setLogLevel(logging.WARNING)

# A term says by its first character what it is, so that kinds never collide in one index.
WORD, CHAR, BIGRAM, SOUND = "w", "c", "b", "p"

# To be raised whenever `normalise` or the cutting below changes: stored tokens are then ignored.
_FORM = 2
_NORMAL_FORM_PASSES = 4
_SHORT = 200  # characters
_LINES = 1 << 14  # bytes of a dictionary that are read at a time: more would leave holes in memory


class _Cleaning(dict[int, str | None]):
    """Translation table, filled as it is used: drops what nobody sees, makes each blank a space,
    folds radicals."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        category = unicodedata.category(char)
        if char.isspace():
            clean: str | None = " "
        elif (
            category in ("Cc", "Cf", "Cs") or 0xFE00 <= code <= 0xFE0F
        ):  # the range: variation selectors
            clean = None
        else:
            clean = fold_radicals(char)
        self[code] = clean
        return clean


_CLEANING = _Cleaning()
_SIMPLIFY = opencc.OpenCC("t2s")


def normalise(text: str) -> str:
    """The one form in which texts are compared: NFKC, case folded, simplified characters, single
    spaces, no control, zero-width or bidi characters and no lone surrogates.

    Never raises; what is normal already stays as it is.
    """
    return _normalise_short(text) if len(text) <= _SHORT else _normalise(text)


def _normalise(text: str) -> str:
    for _ in range(_NORMAL_FORM_PASSES):
        before, text = text, _normal_pass(text)
        if text == before:
            break
    return text


# A question passes here about ten times before it is answered.
_normalise_short = lru_cache(4096)(_normalise)


# After a right-to-left override, up to its end: at least two signs that anybody sees.
_REORDERED = re.compile("\u202e[^\u202c\u2029\n]*?[^\\W_][^\u202c\u2029\n]*?[^\\W_]")


def is_reordered(text: str) -> bool:
    """Whether a text is shown in another order than it was written in, because it holds a
    right-to-left override: what was seen is then not what would be searched."""
    return _REORDERED.search(text) is not None


def _normal_pass(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.translate(_CLEANING)).translate(_CLEANING)
    simplified: str = _SIMPLIFY.convert(text.casefold())
    return " ".join(simplified.split())


class _Tokenizer(jieba.Tokenizer):  # type: ignore[misc]  # jieba has no types
    """jieba's own, read faster, and with the two steps that find the likeliest words made one."""

    def gen_pfdict(self, f: BinaryIO) -> tuple[dict[str, int], int]:
        """How often each word of a dictionary was met, 0 for what words only begin with; and how
        many words were met in all. The lines are a word, its count and its kind."""
        frequencies: dict[str, int] = {}
        total = 0
        with f:
            while lines := f.readlines(_LINES):
                fields = b"".join(lines).decode().split()
                words, counts = fields[::3], list(map(int, fields[1::3]))
                frequencies.update(zip(words, counts, strict=True))
                total += sum(counts)
                for word in words:
                    part = word[:-1]
                    while part and part not in frequencies:
                        frequencies[part] = 0
                        part = part[:-1]
        return frequencies, total

    def get_DAG(self, sentence: str) -> None:
        """The words that begin at each place: `calc` finds them as it goes."""

    def calc(
        self,
        sentence: str,
        DAG: None,
        route: dict[int, tuple[float, int]],
    ) -> None:
        """Notes for each place, from the last to the first, the logarithm of how likely the best
        words from there on are, and the place where the first of them ends."""
        frequencies, whole, size = self.FREQ, log(self.total), len(sentence)
        route[size] = (0, 0)
        for start in range(size - 1, -1, -1):
            best: tuple[float, int] | None = None
            end = start
            frequency = frequencies.get(sentence[start])
            while frequency is not None:  # 0 where longer words only begin so
                if frequency:
                    likely = log(frequency) - whole + route[end + 1][0]
                    if best is None or likely >= best[0]:  # of equals the longer word
                        best = likely, end
                end += 1
                frequency = frequencies.get(sentence[start : end + 1]) if end < size else None
            route[start] = best or (log(1) - whole + route[start + 1][0], start)


@dataclass(frozen=True, slots=True)
class Recut:
    """How a text is cut before and after new words are known."""

    text: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class Segmenter:
    """One private jieba tokenizer with the curators' words.

    Safe to share between threads. Costs about 75 MB and 0.4 s, so a process makes one and keeps it;
    a new dictionary is a new segmenter, since every indexed text with the word in it changes.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        # Sorted, because the frequency that jieba gives a new word depends on those it knows.
        self._user_words = tuple(sorted({normalise(word) for word in words} - {""}))
        self._jieba = _Tokenizer()
        # jieba would keep a marshal file in the shared temporary folder, where anybody may write;
        # loading that is no faster than reading the dictionary itself.
        self._jieba.FREQ, self._jieba.total = self._jieba.gen_pfdict(self._jieba.get_dict_file())
        self._jieba.initialized = True
        for word in self._user_words:
            self._jieba.add_word(word)

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text might be cut differently; stored tokens belong to one."""
        words = hashlib.sha256("\n".join(self._user_words).encode()).hexdigest()[:12]
        return f"jieba-{jieba.__version__}-{_FORM}-{words}"

    @property
    def user_words(self) -> tuple[str, ...]:
        """The curators' words, normalised, in order."""
        return self._user_words

    def frequency(self, word: str) -> int:
        """How often the dictionary has met a word in general Chinese; 0 for an unknown one."""
        return self.frequencies.get(word, 0)

    @property
    def frequencies(self) -> Mapping[str, int]:
        """How often the dictionary has met words in general Chinese; 0 for what only begins one."""
        found: Mapping[str, int] = self._jieba.FREQ
        return found

    @property
    def all_words(self) -> int:
        """How many words of general Chinese the frequencies were counted in."""
        total: int = self._jieba.total
        return total

    def words(self, text: str) -> list[str]:
        """The words of a text in reading order, long ones preceded by the words inside them."""
        return _words(self._jieba, normalise(text))

    def terms(self, text: str) -> list[str]:
        """Mixed index terms: words, single characters and pairs of neighbours."""
        text = normalise(text)
        terms = [WORD + word for word in _words(self._jieba, text)]
        for run in _runs(text):
            terms += [CHAR + unit for unit in run]
            terms += [BIGRAM + left + right for left, right in pairwise(run)]
        return terms

    def sounds(self, text: str) -> list[str]:
        """Pinyin terms without tones, single and in pairs: equal for homophones, and for pinyin
        typed in letters (shigong). A field of its own: mixed with `terms` it blurs clean texts."""
        terms = []
        for run in _runs(normalise(text)):
            heard = [syllable for unit in run for syllable in syllables(unit)]
            terms += [SOUND + syllable for syllable in heard]
            terms += [f"{SOUND}{a} {b}" for a, b in pairwise(heard)]
        return terms


def find_recuts(before: Segmenter, after: Segmenter, texts: Iterable[str]) -> list[Recut]:
    """Which of the texts one segmenter cuts otherwise than another, and how."""
    recuts = (Recut(each, tuple(before.words(each)), tuple(after.words(each))) for each in texts)
    return [recut for recut in recuts if recut.before != recut.after]


def _words(tokenizer: jieba.Tokenizer, normal: str) -> list[str]:
    cut: Iterable[str] = tokenizer.cut_for_search(normal)
    return [word for word in cut if word.isalnum() or any(map(str.isalnum, word))]


_RUN = re.compile(r"[^\W_](?:[^\W_]| )*")
_UNIT = re.compile(r"[a-z0-9]+|[^\W_]")


def _runs(normal: str) -> list[list[str]]:
    """Between punctuation marks: the characters, a Latin word or a number being one unit."""
    return [_UNIT.findall(run) for run in _RUN.findall(normal)]
