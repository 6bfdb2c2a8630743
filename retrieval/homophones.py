"""Homophones put right: 施工许可正 was meant to be 施工许可证, and daiban 代办.

Only what neither the library nor the language knows is touched, and only towards what the library
holds, without cutting a word. What makes a sentence another one (negations, numbers, persons, what
is stressed) stays as it was typed and never comes in. The mended question is for searching; nobody
is shown other words than he typed.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from retrieval.pinyin import syllables
from retrieval.segment import Segmenter, normalise
from retrieval.sounds import Sounds
from retrieval.stress import stressed

_CHINESE = re.compile(r"[㐀-鿿]")
_LETTERS = re.compile(r"[a-z]{3,}")
# Negations and numbers are neither mended nor put in.
_TELLING = frozenset("不没无未非别否零一二两三四五六七八九十百千万亿几多少半")
# Nor are words of one character that sentences are built from mended: they are hardly ever slips.
_KEPT = _TELLING | frozenset(
    "我你您他她它们咱谁哪这那的是在有和跟与就都也还要会能可得了着过到被把让给对从向再又很吧吗呢么啊"
    "省市区县镇乡村街"
)
_OFTEN = 4  # phrasings that hold a pair which is no word
_LONGEST = 6  # characters of a word that a mended one may stand in


class Homophones:
    """Mends questions to one library; `frequency` says how many of its phrasings hold a pair."""

    def __init__(
        self, sounds: Sounds, segmenter: Segmenter, frequency: Callable[[str], int]
    ) -> None:
        self._sounds, self._segmenter, self._frequency = sounds, segmenter, frequency

    def __call__(self, text: str) -> str:
        """The text with homophones replaced; the same text when there are none."""
        spelled = _LETTERS.sub(lambda found: self._spelled(found[0]), normalise(text))
        suspicious = self._suspicious(spelled)
        if not suspicious:
            return spelled
        characters = list(spelled)
        spans = [(found.start, found.end) for found in stressed(spelled)]
        for place in suspicious:
            if not any(start <= place < end for start, end in spans):
                self._mend(characters, place)
        return "".join(characters)

    def _suspicious(self, text: str) -> list[int]:
        """The places of characters that neither the library nor the language knows together with a
        neighbour."""
        chinese = [_CHINESE.match(char) is not None for char in text]
        # Whether each pair of neighbours is known, between two that are no pairs.
        known: list[bool | None] = [None]
        for first, (one, other) in enumerate(pairwise(chinese)):
            known.append(self._is_known(text[first : first + 2]) if one and other else None)
        known.append(None)
        return [
            place
            for place, around in enumerate(pairwise(known))
            if False in around and True not in around and text[place] not in _KEPT
        ]

    def _is_known(self, pair: str) -> bool:
        return self._frequency(pair) > 0 or self._segmenter.frequency(pair) > 0

    def _mend(self, characters: list[str], place: int) -> None:
        votes: dict[str, list[str]] = {}
        for offset, pair in _pairs_at(characters, place):
            for other in self._sounds.alike(pair):
                same = other[1 - offset] == pair[1 - offset]
                if same and other[offset] not in _TELLING and self._frequency(other):
                    votes.setdefault(other[offset], []).append(other)
        likely = {
            char: sum(map(self._frequency, pairs))
            for char, pairs in votes.items()
            if len(pairs) > 1
            or self._makes_word(characters, place, char)
            or self._often_beside(characters, place, pairs[0])
        }
        if likely:
            characters[place] = max(likely, key=lambda char: (likely[char], char))

    def _often_beside(self, characters: list[str], place: int, pair: str) -> bool:
        """Whether several phrasings hold the pair, and its other character belongs to no word."""
        before = place > 0 and characters[place - 1] == pair[0]
        at = place - 1 if before else place + 2
        return self._frequency(pair) >= _OFTEN and not self._joined("".join(characters), at)

    def _makes_word(self, characters: list[str], place: int, char: str) -> bool:
        """Whether the character stands in a known word, and no word of the others is cut by it."""
        text = "".join([*characters[:place], char, *characters[place + 1 :]])
        return any(
            self._segmenter.frequency(text[start:end])
            and not (start < place and self._joined(text, start))
            and not (end > place + 1 and self._joined(text, end))
            for start in range(max(0, place - _LONGEST + 1), place + 1)
            for end in range(max(place + 1, start + 2), min(len(text), start + _LONGEST) + 1)
        )

    def _joined(self, text: str, at: int) -> bool:
        """Whether the characters before and after a place make a word."""
        return 0 < at < len(text) and self._segmenter.frequency(text[at - 1 : at + 1]) > 0

    def _spelled(self, letters: str) -> str:
        """Pinyin as characters where the library holds them in pairs, else as it was."""
        heard = syllables(letters)
        chosen = [""] * len(heard)
        for place, (first, second) in enumerate(pairwise(heard)):
            pair = max(self._sounds.spoken(first, second), key=self._frequency, default="")
            if pair and self._frequency(pair) and not chosen[place]:
                chosen[place : place + 2] = pair
        return "".join(chosen) if chosen and all(chosen) else letters


def _pairs_at(characters: Sequence[str], place: int) -> list[tuple[int, str]]:
    """The pairs of Chinese characters around a place, each with the place's position in it."""
    pairs = []
    if place and _CHINESE.match(characters[place - 1]) and _CHINESE.match(characters[place]):
        pairs.append((1, characters[place - 1] + characters[place]))
    if place + 1 < len(characters) and all(map(_CHINESE.match, characters[place : place + 2])):
        pairs.append((0, characters[place] + characters[place + 1]))
    return pairs
